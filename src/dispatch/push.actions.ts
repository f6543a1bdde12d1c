// Hands due callbacks of a campaign over to its queue and records what became of them. Claim, send, record: three steps, each
// repeatable. A process that dies between them leaves a delivery that another one sends again under the same key.
import type { TenantConfig } from '../availability/model.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { becomePusher, changeState, readState, type CampaignState } from '../campaign/state.sql.ts'
import { become } from '../callback/become.actions.ts'
import { findCallbacks, insertEvents, lockByDelivery, type Callback } from '../callback/callback.sql.ts'
import { claimForQueue, earliestDue, queueAll } from '../callback/claim.sql.ts'
import { fitHours } from '../callback/sweep.actions.ts'
import { claimWithin } from '../callback/lease.actions.ts'
import { contactOf } from '../callback/present.ts'
import { afterCommit, transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import {
  batchIdOf,
  pauseAfter,
  type Batch,
  type Connector,
  type Item,
  type ItemResult,
  type Sent,
} from './connector.ts'
import {
  claimDeliveries,
  connectorOf,
  earliestDelivery,
  insertDeliveries,
  parkTired,
  postponeDeliveries,
  settleDeliveries,
  type Delivery,
} from './delivery.sql.ts'

const ACTOR = 'dispatch'
/** The shortest pause that is taken from an answer, and how long a turn lasts before others have theirs, in ms. */
const [REST, TURN_MS] = [1_000, 2_000]
/** A withdrawal that nobody took for so long is of no use any more, in ms. */
const WITHDRAWAL_LIFE = 86_400_000
const MOST = 500
/** Batches in one turn; then others have theirs. */
const TURN = 50
/** Attempts after which a delivery is parked even though its endpoint never refused it. */
const MAX_ATTEMPTS = 20
/** Looks for callbacks that may be called, past those that may not. */
const ROUNDS = 10
const FOREVER = Number.MAX_SAFE_INTEGER

type Job = {
  deps: Deps
  connector: Connector
  config: TenantConfig
  campaign: Campaign
  /** For how long this process is the pusher, and a delivery is its to send, in ms: longer than the longest time-out. */
  lease: number
}

const itemOf = (c: Callback, deliveryId: string, config: TenantConfig): Item => ({
  deliveryId,
  payload: contactOf(c, config),
  notAfter: Math.min(c.hours_end.getTime(), c.expires_at.getTime()),
})

/** Takes the next due callbacks for the queue; those that may not be called by now are put off, and others looked for. */
async function handOver(job: Job): Promise<{ items: Item[]; pacedTo: number }> {
  for (let round = 1; ; round += 1) {
    const over = await handOverOnce(job)
    if (over.items.length > 0 || over.moved === 0 || round === ROUNDS) return over
  }
}

/** State, delivery and history in one transaction. */
async function handOverOnce(job: Job): Promise<{ items: Item[]; pacedTo: number; moved: number }> {
  const { deps, config, campaign } = job
  const { tenantId } = config
  const max =
    campaign.connector.kind === 'pull' || campaign.connector.kind === 'log' ? 50 : campaign.connector.batchSize
  return transaction(deps.db, async (tx) => {
    const { callbacks, pacedTo } = await claimWithin(
      deps,
      tx,
      tenantId,
      campaign,
      { max, agentId: null },
      claimForQueue,
    )
    if (callbacks.length === 0) return { items: [], pacedTo, moved: 0 }
    // The campaign may have changed its connector since this turn began.
    if ((await connectorOf(tx, tenantId, campaign.id)) !== campaign.connector.kind)
      return { items: [], pacedTo, moved: 0 }
    const allowed = await fitHours(deps, tx, config, campaign, callbacks)
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
    await insertDeliveries(tx, tenantId, campaign.id, deps.newId(), made, now, new Date(now.getTime() + job.lease))
    const subjects = made.map(({ c, id }) => ({ subjectId: c.id, id: deps.newId(), data: { deliveryId: id } }))
    const data = { before: 'scheduled', after: 'queued' }
    await tx.executeQuery(insertEvents(tenantId, subjects, { type: 'callback.queued', at: now, actor: ACTOR, data }))
    afterCommit(tx, () => deps.bus.say('changed', tenantId))
    return { items: made.map(({ c, id }) => itemOf(c, id, config)), pacedTo, moved }
  })
}

/** What waits to be sent again, or to be withdrawn, message by message; what became void meanwhile is dropped. */
async function waiting(job: Job): Promise<Batch[]> {
  const { deps, config, campaign, connector } = job
  const { tenantId } = config
  const db = deps.db.kysely
  const now = deps.now()
  const claimed = await claimDeliveries(db, tenantId, campaign.id, new Date(now), new Date(now + job.lease), MOST)
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
  id: batchIdOf(items.map((item) => item.deliveryId)),
  kind,
  tenant: { id: config.tenantId, slug: config.slug },
  campaign,
  items,
})

/** A contact that its queue refuses is in its callback's history, where people look. */
async function tellParked({ deps, config }: Job, items: readonly ItemResult[]): Promise<void> {
  const { tenantId } = config
  for (const { deliveryId, code } of items.filter((item) => item.status === 'parked')) {
    await transaction(deps.db, async (tx) => {
      const c = await lockByDelivery(tx, tenantId, deliveryId)
      if (c?.status !== 'queued') return
      await become(deps, tx, c, 'queued', {}, { type: 'callback.parked', actor: ACTOR, data: { deliveryId, code } })
    })
  }
}

/** Records what became of a message; returns the failures in a row, and until when to pause (epoch ms; 0 = go on). */
async function record(
  job: Job,
  batch: Batch,
  sent: Sent,
  failures: number,
): Promise<{ failures: number; pause: number }> {
  const { deps, config, campaign } = job
  const { tenantId } = config
  const db = deps.db.kysely
  const now = deps.now()
  const at = new Date(now)
  const ids = batch.items.map((item) => item.deliveryId)
  if (sent.kind === 'answered') {
    const of = (status: string) => sent.items.filter((item) => item.status === status)
    await settleDeliveries(
      db,
      tenantId,
      of('delivered').map((i) => i.deliveryId),
      { status: 'delivered', failure: null, at },
    )
    for (const [code, items] of Map.groupBy(of('parked'), (item) => item.code ?? 'rejected'))
      await settleDeliveries(
        db,
        tenantId,
        items.map((i) => i.deliveryId),
        { status: 'parked', failure: code, at },
      )
    for (const [code, items] of Map.groupBy(of('retry'), (item) => item.code ?? 'retry')) {
      const due = new Date(now + pauseAfter(3, deps.randomBytes(1)[0]! / 256))
      const change = { due, failure: code, isSplit: true, isTried: true }
      await postponeDeliveries(
        db,
        tenantId,
        items.map((i) => i.deliveryId),
        change,
      )
    }
    await parkTired(db, tenantId, ids, MAX_ATTEMPTS, at)
    await tellParked(job, sent.items)
    if (failures > 0) await changeState(db, tenantId, campaign.id, { failures: 0, open_until: null, failure: null })
    return { failures: 0, pause: 0 }
  }
  if (sent.isRefused) {
    // One contact in it is the trouble: each goes alone, and the one that is refused alone is parked.
    if (ids.length === 1) {
      await settleDeliveries(db, tenantId, ids, { status: 'parked', failure: sent.code, at })
      await tellParked(job, [{ deliveryId: ids[0]!, status: 'parked', code: sent.code }])
    } else await postponeDeliveries(db, tenantId, ids, { due: at, failure: sent.code, isSplit: true, isTried: true })
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

/** When there may be something to do again, epoch ms. */
async function nextTime({ deps, config, campaign }: Job): Promise<number> {
  const db = deps.db.kysely
  const due = await earliestDue(db, config.tenantId, campaign.id, deps.now())
  const delivery = await earliestDelivery(db, config.tenantId, campaign.id)
  return Math.min(due ?? FOREVER, delivery ?? FOREVER)
}

/** The circuit is open: nothing is sent before `open_until`; then one message decides. */
const openUntil = (state: CampaignState | undefined): number => state?.open_until?.getTime() ?? 0

/** The campaign with its connector, or null when it does not push, or cannot. */
async function jobFor(deps: Deps, tenantId: string, campaignId: string): Promise<Job | null> {
  const config = await deps.snapshots.config(tenantId)
  const campaign = config?.campaigns.get(campaignId)
  const kind = campaign?.connector.kind
  if (!config || !campaign || campaign.archived || kind === undefined || kind === 'pull') return null
  const connector = deps.connectors[kind]
  if (!connector) return null
  const seconds = campaign.connector.kind === 'http' ? campaign.connector.timeoutSeconds : 10
  return { deps, connector, config, campaign, lease: (seconds + 5) * 1000 }
}

const liveOf = (batch: Batch, now: number): Batch => {
  const items = batch.items.filter((item) => item.notAfter === null || item.notAfter > now)
  return items.length === batch.items.length
    ? batch
    : { ...batch, id: batchIdOf(items.map((i) => i.deliveryId)), items }
}

/** Sends messages one after the other; a failure ends the turn, and what was not sent yet is due again with it. */
async function sendAll(
  job: Job,
  batches: readonly Batch[],
  failures: number,
  isPusher: () => Promise<boolean>,
): Promise<{ failures: number; pause: number }> {
  let state = { failures, pause: 0 }
  const end = performance.now() + TURN_MS
  for (const [i, whole] of batches.entries()) {
    const isOver = i > 0 && performance.now() > end
    if (isOver) {
      const waiting = batches.slice(i).flatMap((b) => b.items.map((item) => item.deliveryId))
      const again = { due: new Date(job.deps.now()), failure: 'waiting', isSplit: false, isTried: false }
      await postponeDeliveries(job.deps.db.kysely, job.config.tenantId, waiting, again)
      return state
    }
    if (i > 0 && !(await isPusher())) return state
    // What may not be called any more since it was claimed stays here; the sweep has it next.
    const batch = liveOf(whole, job.deps.now())
    if (batch.items.length === 0) continue
    state = await record(job, batch, await job.connector.send(batch), state.failures)
    if (state.pause === 0) continue
    const rest = batches.slice(i + 1).flatMap((b) => b.items.map((item) => item.deliveryId))
    const change = { due: new Date(state.pause), failure: 'waiting', isSplit: false, isTried: false }
    await postponeDeliveries(job.deps.db.kysely, job.config.tenantId, rest, change)
    return state
  }
  return state
}

/** The messages to send now, or when to look again (epoch ms). */
async function nextBatches(job: Job, failures: number): Promise<Batch[] | number> {
  const { deps, config, campaign } = job
  const again = await waiting(job)
  if (again.length > 0) return again
  const delivery = (): Promise<number | null> => earliestDelivery(deps.db.kysely, config.tenantId, campaign.id)
  // Those that failed go first, however long they pause.
  const failed = failures > 0 ? await delivery() : null
  if (failed !== null) return failed
  const { items, pacedTo } = await handOver(job)
  if (items.length > 0) return [batchOf(job, 'contact', items)]
  // The pace holds back what is due already: as soon as it lets the next one through.
  return pacedTo > 0 ? Math.min(pacedTo, (await delivery()) ?? FOREVER) : nextTime(job)
}

/**
 * One turn of a campaign: sends again what waits, then hands over what is due, in the order of rank. While an endpoint does not
 * take a message, nothing newer is sent: order is kept, and a dead endpoint costs one message a pause. Returns when to come
 * again (epoch ms), or null when another process pushes for this campaign.
 */
export async function pushOnce(
  deps: Deps,
  pusher: string,
  tenantId: string,
  campaignId: string,
  stopped: () => boolean = () => false,
): Promise<number | null> {
  const job = await jobFor(deps, tenantId, campaignId)
  if (!job) return FOREVER
  const db = deps.db.kysely
  const isPusher = () =>
    becomePusher(db, tenantId, campaignId, pusher, new Date(deps.now()), new Date(deps.now() + job.lease))
  if (!(await isPusher())) return null
  const state = await readState(db, tenantId, campaignId)
  let failures = state?.failures ?? 0
  if (openUntil(state) > deps.now()) return openUntil(state)
  const end = performance.now() + TURN_MS
  for (let turn = 0; turn < TURN && !stopped() && (turn === 0 || performance.now() < end); turn += 1) {
    if (turn > 0 && !(await isPusher())) return null
    const next = await nextBatches(job, failures)
    if (typeof next === 'number') return next
    const sent = await sendAll(job, next, failures, isPusher)
    failures = sent.failures
    if (sent.pause > 0) return sent.pause
  }
  return deps.now()
}
