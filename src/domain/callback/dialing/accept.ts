// An agent accepts a queued contact and starts to call: the callback is theirs until the lease ends.
import { transaction } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../../kernel/errors.ts'
import { transition, locked, requireCallbackTransition } from '../transition.ts'
import { updateCallback, type Callback } from '../callback.sql.ts'

type Acceptance = {
  tenantId: string
  id: string
  deliveryId: string
  seconds: number
  actor: string
}

/**
 * Leases a queued callback under the id of its delivery, at most to the end of its allowed hours. Accepting it again extends the
 * lease. Throws `invalid_transition` for a void delivery, whose callback was withdrawn or is finished.
 */
export async function acceptDelivery(
  deps: Deps,
  { tenantId, id, deliveryId, seconds, actor }: Acceptance,
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
    return transition(deps, tx, c, {
      status,
      change,
      event: { type: 'callback.leased', actor, data: { leaseId: deliveryId } },
    })
  })
}
