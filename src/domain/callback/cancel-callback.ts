// Cancels a callback. Lock order: callback, then buckets.
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { transition, locked, requireCallbackTransition } from './transition.ts'
import { giveBucketBack } from './bucket.sql.ts'
import type { Callback } from './callback.sql.ts'
import { documentOf } from './callback-document.ts'

type Cancellation = {
  tenantId: string
  id: string
  reason: string | undefined
  actor: string
}

/** Cancels an open callback and frees its window; cancelling a cancelled callback changes nothing. */
export async function cancelCallback(deps: Deps, { tenantId, id, reason, actor }: Cancellation): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    if (c.status === 'cancelled') return c
    const status = requireCallbackTransition(c, 'cancel')
    if (c.bucket_start !== null && c.attempts === 0) await giveBucketBack(tx, tenantId, c.campaign_id, c.bucket_start)
    const cancellation = { by: actor, ...(reason === undefined ? {} : { reason }) }
    const change = { document: { ...documentOf(c), cancellation }, bucket_start: null }
    return transition(deps, tx, c, {
      status,
      change,
      event: {
        type: 'callback.cancelled',
        actor,
        data: reason ? { reason } : {},
      },
    })
  })
}
