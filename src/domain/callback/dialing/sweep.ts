// Time-driven changes of callbacks: leases, allowed hours and promises end, owners lose their exclusive claim, supervisors are told.
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import { nextAllowed } from '../../catalogue/campaign/next-allowed.ts'
import { ownersUntil, triedIn, type Campaign } from '../../catalogue/campaign/campaign.ts'
import { transaction, type Tx } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { transition } from '../transition.ts'
import { lockCallback, updateCallback, type Callback, type CallbackChange } from '../callback.sql.ts'
import { statusOf } from '../delivery.sql.ts'
import { dueForSweep } from './claim.sql.ts'
import { addCounts } from './counts.sql.ts'
import { countDay } from './decide.ts'
import { isAway } from '../../availability/agent-time.ts'
import { nextCheck } from '../next-check.ts'
import { documentOf } from '../callback-document.ts'
import { freeAgentTime } from '../free-agent-time.ts'

const BATCH = 200
/** Batches per tenant in one pass; then it is the turn of other tenants. */
const ROUNDS = 50
/** Most ended leases that a waiting consumer releases itself in one go. */
const FEW = 50
const CLOCK = 'clock'

async function expire(deps: Deps, tx: Tx, c: Callback, campaign: Campaign | undefined): Promise<void> {
  await transition(deps, tx, c, { status: 'expired', change: {}, event: { type: 'callback.expired', actor: CLOCK } })
  if (!campaign || c.attempts > 0) return
  const count = { campaignId: campaign.id, day: countDay(campaign, deps.now()), kind: 'missed' as const }
  await addCounts(tx, c.tenant_id, [{ ...count, n: 1, seconds: 0 }])
}

/** Defers a callback whose allowed hours are over to the next ones, or expires it when those begin too late. */
async function moveIntoHours(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  { c, now }: { c: Callback; now: number },
): Promise<void> {
  const campaign = config.campaigns.get(c.campaign_id)
  const span = campaign && nextAllowed(config, campaign, { zones: documentOf(c).zones, at: now })
  if (!campaign || !span || span.from >= c.expires_at.getTime()) return expire(deps, tx, c, campaign)
  const change: CallbackChange = {
    ...triedIn(campaign, span, documentOf(c).priority),
    // A released callback stays open to everybody.
    ...(documentOf(c).released === undefined
      ? { owner_until: ownersUntil(campaign, c.owner_agent_id, span.from) }
      : {}),
  }
  await transition(deps, tx, c, { status: 'scheduled', change, event: { type: 'callback.deferred', actor: CLOCK } })
}

type HoursCheck = {
  campaign: Campaign
  c: Callback
  now: number
  before?: Callback
}

/**
 * Applies the hours as they are configured now. Returns null when the callback was deferred (or expired), else the callback, with
 * an earlier end when the hours were shortened. `before`: the callback as it was before it was claimed.
 */
async function fitOne(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  { campaign, c, now, before = c }: HoursCheck,
): Promise<Callback | null> {
  const span = nextAllowed(config, campaign, { zones: documentOf(c).zones, at: now, days: 0 })
  if (span?.from === now) return span.to < c.hours_end.getTime() ? endEarlier(tx, c, new Date(span.to), now) : c
  await moveIntoHours(deps, tx, config, { c: before, now })
  return null
}

/** Returns those of the just claimed callbacks that may be called by the hours as configured now. Defers the others. */
export async function fitHours(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  { campaign, claimed }: { campaign: Campaign; claimed: readonly Callback[] },
): Promise<Callback[]> {
  const now = deps.now()
  const fit: Callback[] = []
  for (const c of claimed) {
    const before: Callback = { ...c, status: 'scheduled', lease_id: null }
    const after = await fitOne(deps, tx, config, { campaign, c, now, before })
    if (after) fit.push(after)
  }
  return fit
}

async function endEarlier(tx: Tx, c: Callback, end: Date, now: number): Promise<Callback> {
  const lease = c.lease_until && c.lease_until > end ? { lease_until: end } : {}
  const change = { hours_end: end, ...lease }
  const look_at = nextCheck({ ...c, ...change }, now)
  return updateCallback(tx, c.tenant_id, c.id, { ...change, look_at }, new Date(now))
}

const isOwnersTurn = (c: Callback, now: number): boolean =>
  c.status === 'scheduled' &&
  c.owner_agent_id !== null &&
  c.owner_until !== null &&
  documentOf(c).released === undefined &&
  c.due_at.getTime() <= now

/** Opens the callback to everybody when its owner agent is away or has not called in time. Returns the resulting callback. */
async function release(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  { c, now }: { c: Callback; now: number },
): Promise<Callback> {
  if (!isOwnersTurn(c, now)) return c
  const isLate = c.owner_until!.getTime() <= now
  // The owner is present and still in time: check again when the exclusive time is over.
  if (!isLate && !isAway(config, c.owner_agent_id!, now))
    return updateCallback(tx, c.tenant_id, c.id, { look_at: nextCheck(c, now) }, new Date(deps.now()))
  const released = isLate ? ('owner_late' as const) : ('owner_absent' as const)
  await freeAgentTime(tx, c)
  const change: CallbackChange = {
    owner_until: new Date(Math.min(now, c.owner_until!.getTime())),
    reservation_id: null,
    document: { ...documentOf(c), released },
  }
  const data = { reason: released, agentId: c.owner_agent_id }
  return transition(deps, tx, c, { status: c.status, change, event: { type: 'callback.released', actor: CLOCK, data } })
}

/** Reviews a queued callback after its campaign has changed; null when it is no longer queued. */
async function reviewQueued(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  { c, now }: { c: Callback; now: number },
): Promise<Callback | null> {
  const campaign = config.campaigns.get(c.campaign_id)
  if (!campaign) return c
  // The campaign no longer pushes and nobody has received this one, so consumers may lease it. A delivered one stays until its hours end.
  if (campaign.connector.kind === 'pull' && (await statusOf(tx, c.tenant_id, c.delivery_id!)) !== 'delivered')
    return transition(deps, tx, c, {
      status: 'scheduled',
      change: {},
      event: { type: 'callback.recalled', actor: CLOCK },
    })
  return fitOne(deps, tx, config, { campaign, c, now })
}

/** Applies the changes that are due to one callback. */
async function sweepOne(deps: Deps, config: TenantConfig, id: string): Promise<void> {
  await transaction(deps.db, async (tx) => {
    let c = await lockCallback(tx, config.tenantId, id)
    const now = deps.now()
    if (!c || c.look_at.getTime() > now) return
    if (c.status === 'in_progress') {
      if (c.lease_until!.getTime() > now) return
      const data = { leaseId: c.lease_id }
      c = await transition(deps, tx, c, {
        status: 'scheduled',
        change: {},
        event: { type: 'callback.lease_lost', actor: CLOCK, data },
      })
    }
    if (c.status !== 'scheduled' && c.status !== 'queued') return
    if (c.expires_at.getTime() <= now) return expire(deps, tx, c, config.campaigns.get(c.campaign_id))
    if (c.escalate_at !== null && c.escalate_at.getTime() <= now) {
      const change = { escalate_at: null, escalated_at: new Date(now) }
      c = await transition(deps, tx, c, {
        status: c.status,
        change,
        event: { type: 'callback.escalated', actor: CLOCK },
      })
    }
    c = await release(deps, tx, config, { c, now })
    if (c.status === 'queued') {
      const after = await reviewQueued(deps, tx, config, { c, now })
      if (!after) return
      c = after
    }
    if (c.hours_end.getTime() <= now) return moveIntoHours(deps, tx, config, { c, now })
    // Nothing applied: set the next check, or this row would stay at the head of the sweep's batch for ever.
    if (c.look_at.getTime() <= now)
      await updateCallback(tx, c.tenant_id, c.id, { look_at: nextCheck(c, now) }, new Date(now))
  })
}

/** Applies all due changes to the callbacks of one tenant; returns how many were checked. */
export async function sweepCallbacks(
  deps: Deps,
  tenantId: string,
  stopped: () => boolean = () => false,
): Promise<number> {
  let looked = 0
  for (let round = 0; round < ROUNDS && !stopped(); round += 1) {
    const count = await sweepBatch(deps, tenantId)
    looked += count
    if (count < BATCH) break
  }
  return looked
}

async function sweepBatch(deps: Deps, tenantId: string): Promise<number> {
  const ids = (await dueForSweep(deps.db.kysely, tenantId, new Date(deps.now()), BATCH)).sort()
  if (ids.length === 0) return 0
  const config = await deps.snapshots.config(tenantId)
  if (!config) return 0
  for (const id of ids) await sweepOne(deps, config, id)
  return ids.length
}

/** Releases ended leases of a campaign, one small batch; returns how many were due. Failures are left to the regular sweep. */
export async function sweepLeases(deps: Deps, config: TenantConfig, campaignId: string): Promise<number> {
  const ids = await dueForSweep(deps.db.kysely, config.tenantId, new Date(deps.now()), FEW, campaignId)
  for (const id of ids.sort()) await sweepOne(deps, config, id).catch(() => undefined)
  return ids.length
}
