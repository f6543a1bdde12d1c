// Records what became of a message that was sent: delivered, parked, to be sent again, or the circuit opens.
import { transition } from '../callback/transition.actions.ts'
import { lockByDelivery } from '../callback/callback.sql.ts'
import { changeState } from '../campaign/state.sql.ts'
import { transaction } from '../db/tx.ts'
import { keysOf, pauseAfter, type Batch, type ItemResult, type Sent } from './connector.ts'
import { parkTired, postponeDeliveries, settleDeliveries } from './delivery.sql.ts'
import type { Job } from './job.ts'

/** Who history says it was. */
export const DISPATCH = 'dispatch'
/** The shortest pause that is taken from an answer, in ms. */
const REST = 1_000
/** Attempts after which a delivery is parked even though its endpoint never refused it. */
const MAX_ATTEMPTS = 20

/** Failures in a row, and until when to pause (epoch ms; 0 = go on). */
export type Circuit = { failures: number; pause: number }

/** Parks contacts under one code; each is in its callback's history, where people look. */
async function park({ deps, config }: Job, deliveryIds: readonly string[], code: string, at: Date): Promise<void> {
  const { tenantId } = config
  await settleDeliveries(deps.db.kysely, tenantId, deliveryIds, { status: 'parked', failure: code, at })
  for (const deliveryId of deliveryIds)
    await transaction(deps.db, async (tx) => {
      const c = await lockByDelivery(tx, tenantId, deliveryId)
      if (c?.status !== 'queued') return
      await transition(
        deps,
        tx,
        c,
        'queued',
        {},
        { type: 'callback.parked', actor: DISPATCH, data: { deliveryId, code } },
      )
    })
}

/** An answer that names what became of each contact. */
async function recordItems(job: Job, ids: readonly string[], items: readonly ItemResult[], now: number): Promise<void> {
  const { deps, config } = job
  const { tenantId } = config
  const db = deps.db.kysely
  const at = new Date(now)
  const { delivered = [], parked = [], retry = [] } = Object.groupBy(items, (item) => item.status)
  await settleDeliveries(db, tenantId, keysOf(delivered), { status: 'delivered', failure: null, at })
  for (const [code, some] of Map.groupBy(parked, (item) => item.code ?? 'rejected'))
    await park(job, keysOf(some), code, at)
  for (const [code, some] of Map.groupBy(retry, (item) => item.code ?? 'retry')) {
    const due = new Date(now + pauseAfter(3, deps.randomBytes(1)[0]! / 256))
    await postponeDeliveries(db, tenantId, keysOf(some), { due, failure: code, isSplit: true, isTried: true })
  }
  await parkTired(db, tenantId, ids, MAX_ATTEMPTS, at)
}

/** Records what became of a message. */
export async function record(job: Job, batch: Batch, sent: Sent, failures: number): Promise<Circuit> {
  const { deps, config, campaign } = job
  const { tenantId } = config
  const db = deps.db.kysely
  const now = deps.now()
  const at = new Date(now)
  const ids = keysOf(batch.items)
  if (sent.kind === 'answered') {
    await recordItems(job, ids, sent.items, now)
    if (failures > 0) await changeState(db, tenantId, campaign.id, { failures: 0, open_until: null, failure: null })
    return { failures: 0, pause: 0 }
  }
  if (sent.isRefused) {
    // One contact in it is the trouble: each goes alone, and the one that is refused alone is parked.
    if (ids.length === 1) await park(job, ids, sent.code, at)
    else await postponeDeliveries(db, tenantId, ids, { due: at, failure: sent.code, isSplit: true, isTried: true })
    return { failures, pause: 0 }
  }
  const more = failures + 1
  const rest = pauseAfter(more, deps.randomBytes(1)[0]! / 256)
  // "At once" is no answer that leaves anybody in peace.
  const pause = now + (sent.retryAfterMs === null ? rest : Math.max(sent.retryAfterMs, REST))
  // Asked to wait is not a failure of the contact.
  const isTried = sent.retryAfterMs === null
  await postponeDeliveries(db, tenantId, ids, { due: new Date(pause), failure: sent.code, isSplit: false, isTried })
  await parkTired(db, tenantId, ids, MAX_ATTEMPTS, at)
  await changeState(db, tenantId, campaign.id, { failures: more, open_until: new Date(pause), failure: sent.code })
  return { failures: more, pause }
}
