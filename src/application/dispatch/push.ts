// Pushes due callbacks of a campaign to its queue and records the result. Claim, send and record are three repeatable steps: when
// a process dies between them, another one sends the delivery again under the same key.
import { writeEvents } from '../../platform/events/events.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { becomePusher, readState, type CampaignState } from '../../domain/callback/campaign-state.sql.ts'
import { findCallbacks, type Callback } from '../../domain/callback/callback.sql.ts'
import { claimForQueue, earliestDue, queueAll } from '../../domain/callback/dialing/claim.sql.ts'
import { fitHours } from '../../domain/callback/dialing/sweep.ts'
import { claimWithin } from '../../domain/callback/dialing/lease.ts'
import { contactOf } from '../../domain/callback/callback-json.ts'
import { afterCommit, transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { batchIdOf, keysOf } from './batches.ts'
import {
  claimDeliveries,
  connectorOf,
  earliestDelivery,
  insertDeliveries,
  postponeDeliveries,
  settleDeliveries,
  type Delivery,
} from '../../domain/callback/delivery.sql.ts'
import { jobFor, type Job } from './campaign-run.ts'
import { DISPATCH, record, type Circuit } from './record-results.ts'
import type { Batch, Item } from '../../domain/catalogue/campaign/connector.ts'

/** How long a turn lasts before it is the turn of other campaigns, in ms. */
const TURN_MS = 2_000
/** A withdrawal that could not be delivered for this long is dropped, in ms. */
const WITHDRAWAL_LIFE = 86_400_000
const MOST = 500
/** Batches in one turn; then it is the turn of other campaigns. */
const TURN = 50
/** Most claims in a row that find only callbacks which may not be called now. */
const ROUNDS = 10
const FOREVER = Number.MAX_SAFE_INTEGER

const itemOf = (c: Callback, deliveryId: string, config: TenantConfig): Item => ({
  deliveryId,
  payload: contactOf(c, config),
  notAfter: Math.min(c.hours_end.getTime(), c.expires_at.getTime()),
})

/** Claims the next due callbacks for the queue; those that may not be called now are deferred, and others are claimed instead. */
async function handOver(job: Job, until: Date): Promise<{ items: Item[]; pacedTo: number }> {
  for (let round = 1; ; round += 1) {
    const over = await handOverOnce(job, until)
    if (over.items.length > 0 || over.moved === 0 || round === ROUNDS) return over
  }
}

/** Writes state, delivery and history in one transaction. */
async function handOverOnce(job: Job, until: Date): Promise<{ items: Item[]; pacedTo: number; moved: number }> {
  const { deps, config, campaign } = job
  const { tenantId } = config
  const max = 'batchSize' in campaign.connector ? campaign.connector.batchSize : 50
  return transaction(deps.db, async (tx) => {
    const { callbacks, pacedTo } = await claimWithin(deps, tx, {
      tenantId,
      campaign,
      wanted: { max, agentId: null },
      claim: claimForQueue,
    })
    if (callbacks.length === 0) return { items: [], pacedTo, moved: 0 }
    // The connector of the campaign may have changed since this turn began.
    if ((await connectorOf(tx, tenantId, campaign.id)) !== campaign.connector.kind)
      return { items: [], pacedTo, moved: 0 }
    const allowed = await fitHours(deps, tx, config, { campaign, claimed: callbacks })
    const moved = callbacks.length - allowed.length
    if (allowed.length === 0) return { items: [], pacedTo, moved }
    const now = new Date(deps.now())
    const made = allowed.map((c) => ({ c, id: deps.newId(), callbackId: c.id }))
    await queueAll(
      tx,
      tenantId,
      made.map((m) => m.callbackId),
      made.map((m) => m.id),
      now,
    )
    await insertDeliveries(tx, tenantId, campaign.id, deps.newId(), made, now, until)
    const subjects = made.map(({ c, id }) => ({ subjectId: c.id, id: deps.newId(), data: { deliveryId: id } }))
    const data = { before: 'scheduled', after: 'queued' }
    await writeEvents(deps, tx, {
      tenantId,
      subjects,
      shared: { type: 'callback.queued', at: now, actor: DISPATCH, data },
    })
    afterCommit(tx, () => deps.pubsub.say('changed', tenantId))
    return { items: made.map(({ c, id }) => itemOf(c, id, config)), pacedTo, moved }
  })
}

/** Claims deliveries and withdrawals that are due to be sent, grouped by message; drops those that are void by now. */
async function waiting(job: Job, until: Date): Promise<Batch[]> {
  const { deps, config, campaign, connector } = job
  const { tenantId } = config
  const db = deps.db.kysely
  const now = deps.now()
  const claimed = await claimDeliveries(db, tenantId, campaign.id, new Date(now), until, MOST)
  if (claimed.length === 0) return []
  const callbacks = await findCallbacks(db, tenantId, [...new Set(claimed.map((d) => d.callback_id))])
  const isLive = (d: Delivery): boolean => {
    if (d.kind === 'withdrawal') return connector.canWithdraw && d.created_at.getTime() + WITHDRAWAL_LIFE > now
    const c = callbacks.get(d.callback_id)
    return c?.status === 'queued' && c.delivery_id === d.id && c.hours_end.getTime() > now
  }
  const dead = claimed.filter((d) => !isLive(d)).map((d) => d.id)
  await settleDeliveries(db, tenantId, dead, { status: 'dropped', failure: null, at: new Date(now) })
  return [...Map.groupBy(claimed.filter(isLive), (d) => d.batch_id).values()].map((deliveries) =>
    batchOf(
      job,
      deliveries[0]!.kind,
      deliveries.map((d) =>
        d.kind === 'contact'
          ? itemOf(callbacks.get(d.callback_id)!, d.id, config)
          : {
              deliveryId: d.id,
              payload: { callbackId: d.callback_id, ...(d.document as Record<string, unknown>), withdrawalId: d.id },
              notAfter: null,
            },
      ),
    ),
  )
}

const batchOf = ({ config, campaign }: Job, kind: Batch['kind'], items: readonly Item[]): Batch => ({
  id: batchIdOf(keysOf(items)),
  kind,
  tenant: { id: config.tenantId, slug: config.slug },
  campaign,
  items,
})

/** When there may be work again, epoch ms. */
async function nextTime({ deps, config, campaign }: Job): Promise<number> {
  const db = deps.db.kysely
  const due = await earliestDue(db, config.tenantId, campaign.id, deps.now())
  const delivery = await earliestDelivery(db, config.tenantId, campaign.id)
  return Math.min(due ?? FOREVER, delivery ?? FOREVER)
}

/** Until when the circuit breaker is open (epoch ms): nothing is sent before, then one message decides. */
const openUntil = (state: CampaignState | undefined): number => state?.open_until?.getTime() ?? 0

const liveOf = (batch: Batch, now: number): Batch => {
  const items = batch.items.filter((item) => item.notAfter === null || item.notAfter > now)
  return items.length === batch.items.length ? batch : { ...batch, id: batchIdOf(keysOf(items)), items }
}

/** Makes claimed but unsent messages due again at `at` (epoch ms). */
async function putOff({ deps, config }: Job, batches: readonly Batch[], at: number): Promise<void> {
  const change = { due: new Date(at), failure: 'waiting', isSplit: false, isTried: false }
  await postponeDeliveries(
    deps.db.kysely,
    config.tenantId,
    batches.flatMap((batch) => keysOf(batch.items)),
    change,
  )
}

/** Sends messages one after the other; a failure ends the turn and postpones the unsent ones. */
async function sendAll(
  job: Job,
  batches: readonly Batch[],
  failures: number,
  isPusher: () => Promise<Date | null>,
): Promise<Circuit> {
  let state: Circuit = { failures, pause: 0 }
  const end = performance.now() + TURN_MS
  for (const [i, whole] of batches.entries()) {
    const isOver = i > 0 && performance.now() > end
    if (isOver) {
      await putOff(job, batches.slice(i), job.deps.now())
      return state
    }
    if (i > 0 && !(await isPusher())) return state
    // Contacts that may no longer be called are not sent; the sweep handles them next.
    const batch = liveOf(whole, job.deps.now())
    if (batch.items.length === 0) continue
    state = await record(job, batch, await job.connector.send(batch), state.failures)
    if (state.pause === 0) continue
    await putOff(job, batches.slice(i + 1), state.pause)
    return state
  }
  return state
}

/**
 * The messages to send now, or when to check again (epoch ms). They are claimed as long as the role of the pusher lasts, and no
 * longer: who takes the role over at that instant finds them due, and sends them before anything newer.
 */
async function nextBatches(job: Job, failures: number, until: Date): Promise<Batch[] | number> {
  const { deps, config, campaign } = job
  const again = await waiting(job, until)
  if (again.length > 0) return again
  const delivery = (): Promise<number | null> => earliestDelivery(deps.db.kysely, config.tenantId, campaign.id)
  // Failed messages go first, however long their pause, to keep the order.
  const failed = failures > 0 ? await delivery() : null
  if (failed !== null) return failed
  const { items, pacedTo } = await handOver(job, until)
  if (items.length > 0) return [batchOf(job, 'contact', items)]
  // Due callbacks are held back by the rate limit: come back when it lets the next one through.
  return pacedTo > 0 ? Math.min(pacedTo, (await delivery()) ?? FOREVER) : nextTime(job)
}

type PushTarget = {
  pusher: string
  tenantId: string
  campaignId: string
  stopped?: () => boolean
}

/**
 * One turn of a campaign: sends waiting messages again, then pushes due callbacks in the order of rank. While an endpoint does not
 * accept a message, nothing newer is sent: this keeps the order, and a dead endpoint costs one message per pause. Returns when to
 * come again (epoch ms), or null when another process pushes for this campaign.
 */
export async function pushOnce(
  deps: Deps,
  { pusher, tenantId, campaignId, stopped = () => false }: PushTarget,
): Promise<number | null> {
  const job = await jobFor(deps, tenantId, campaignId)
  if (!job) return FOREVER
  const db = deps.db.kysely
  /** Takes or renews the role; returns until when it lasts, or null while another process has it. */
  const isPusher = async (): Promise<Date | null> => {
    const now = deps.now()
    const until = new Date(now + job.lease)
    return (await becomePusher(db, tenantId, campaignId, pusher, new Date(now), until)) ? until : null
  }
  let until = await isPusher()
  if (until === null) return null
  const state = await readState(db, tenantId, campaignId)
  let failures = state?.failures ?? 0
  if (openUntil(state) > deps.now()) return openUntil(state)
  const end = performance.now() + TURN_MS
  for (let turn = 0; turn < TURN && !stopped() && (turn === 0 || performance.now() < end); turn += 1) {
    if (turn > 0) until = await isPusher()
    if (until === null) return null
    const next = await nextBatches(job, failures, until)
    if (typeof next === 'number') return next
    const sent = await sendAll(job, next, failures, isPusher)
    failures = sent.failures
    if (sent.pause > 0) return sent.pause
  }
  return deps.now()
}
