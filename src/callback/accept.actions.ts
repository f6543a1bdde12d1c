// Somebody has taken a contact from the queue and begins: until the lease ends it is theirs.
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { transition, locked, requireCallbackTransition } from './transition.actions.ts'
import { updateCallback, type Callback } from './callback.sql.ts'

/**
 * A queued callback is being dialled from now on, under the key of its delivery, at most until its allowed hours end. Accepting it
 * again prolongs that. Throws `invalid_transition` for a delivery that is void: its callback was withdrawn, or is finished.
 */
export async function acceptDelivery(
  deps: Deps,
  tenantId: string,
  id: string,
  deliveryId: string,
  seconds: number,
  actor: string,
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    const now = deps.now()
    const until = new Date(Math.min(now + seconds * 1000, c.hours_end.getTime()))
    if (c.status === 'in_progress' && c.lease_id === deliveryId)
      return updateCallback(tx, tenantId, id, { lease_until: until, look_at: until }, new Date(now))
    if (c.delivery_id !== deliveryId || c.status !== 'queued' || c.hours_end.getTime() <= now)
      throw new AppError(
        'invalid_transition',
        { status: c.status, action: 'lease' },
        { extra: { currentStatus: c.status } },
      )
    const status = requireCallbackTransition(c, 'lease')
    const change = { lease_id: deliveryId, lease_until: until, leased_at: new Date(now) }
    return transition(deps, tx, c, status, change, { type: 'callback.leased', actor, data: { leaseId: deliveryId } })
  })
}
