// Records the result of a sent message: deliveries are settled, parked or postponed, or the circuit breaker opens.
import { transition } from '../../domain/callback/transition.ts'
import { lockByDelivery } from '../../domain/callback/callback.sql.ts'
import { changeState } from '../../domain/callback/campaign-state.sql.ts'
import { transaction } from '../../platform/database/tx.ts'
import { keysOf, pauseAfter } from './batches.ts'
import { parkTired, postponeDeliveries, settleDeliveries } from '../../domain/callback/delivery.sql.ts'
import type { Job } from './campaign-run.ts'
import type { Batch, ItemResult, Sent } from '../../domain/catalogue/campaign/connector.ts'

/** The actor named in the history. */
export const DISPATCH = 'dispatch'
/** The shortest pause that is accepted from a Retry-After answer, in ms. */
const REST = 1_000
/** Attempts after which a delivery is parked, even if its endpoint never refused it. */
const MAX_ATTEMPTS = 20

/** Failures in a row, and until when to pause (epoch ms; 0 = continue). */
export type Circuit = { failures: number; pause: number }

/** Parks contacts under one code and writes this to the history of each callback, where people look. */
async function park({ deps, config }: Job, deliveryIds: readonly string[], code: string, at: Date): Promise<void> {
  const { tenantId } = config
  await settleDeliveries(deps.db.kysely, tenantId, deliveryIds, { status: 'parked', failure: code, at })
  for (const deliveryId of deliveryIds)
    await transaction(deps.db, async (tx) => {
      const c = await lockByDelivery(tx, tenantId, deliveryId)
      if (c?.status !== 'queued') return
      await transition(deps, tx, c, {
        status: 'queued',
        change: {},
        event: { type: 'callback.parked', actor: DISPATCH, data: { deliveryId, code } },
      })
    })
}

/** Records an answer that states the result of each contact. */
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

/** Records the result of a message; returns the new state of the circuit breaker. */
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
    // One contact causes the refusal: send each alone, and park the one that is refused alone.
    if (ids.length === 1) await park(job, ids, sent.code, at)
    else await postponeDeliveries(db, tenantId, ids, { due: at, failure: sent.code, isSplit: true, isTried: true })
    return { failures, pause: 0 }
  }
  const more = failures + 1
  const rest = pauseAfter(more, deps.randomBytes(1)[0]! / 256)
  // Enforce a minimum: a Retry-After of zero would cause a tight loop.
  const pause = now + (sent.retryAfterMs === null ? rest : Math.max(sent.retryAfterMs, REST))
  // A request to wait is not a failed attempt of the contact.
  const isTried = sent.retryAfterMs === null
  await postponeDeliveries(db, tenantId, ids, { due: new Date(pause), failure: sent.code, isSplit: false, isTried })
  await parkTired(db, tenantId, ids, MAX_ATTEMPTS, at)
  await changeState(db, tenantId, campaign.id, { failures: more, open_until: new Date(pause), failure: sent.code })
  return { failures: more, pause }
}
