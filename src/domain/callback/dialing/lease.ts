// Leases: claim due callbacks for dialling, extend leases, give callbacks back, and wait until a callback is due.
import { memoizeByObject } from '../../../kernel/memoize.ts'
import { LRUCache } from 'lru-cache'
import { writeEvents } from '../../../platform/events/events.ts'
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import type { Campaign } from '../../catalogue/campaign/campaign.ts'
import { paced } from '../../catalogue/campaign/rate-limit.ts'
import { rankOf } from '../../catalogue/campaign/retry.ts'
import { changeState, lockState } from '../campaign-state.sql.ts'
import { afterCommit, transaction, type Tx } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { SLACK } from '../../../platform/pubsub/due-clock.ts'
import { fitHours, sweepLeases } from './sweep.ts'
import { transition } from '../transition.ts'
import { lockCallback, type Callback } from '../callback.sql.ts'
import { claimForLease, countOutstanding, extendAll, type Claim } from './claim.sql.ts'
import { campaignOf } from '../../catalogue/campaign-of.ts'

type LeaseRequest = { max: number; seconds: number; agentId: string | null; actor: string; skip?: readonly string[] }
type Lease = {
  id: string
  until: Date
  callbacks: Callback[]
  /** When the rate limit lets more through, though more may be due; epoch ms, 0 = the rate limit holds nothing back. */
  pacedTo: number
}

/** Campaigns whose last claim filled its limit, so more is due. A hint local to this process; a wrong one only costs time. */
const backlogs = new WeakMap<Deps, Set<string>>()

function backlogOf(deps: Deps): Set<string> {
  let set = backlogs.get(deps)
  if (!set) backlogs.set(deps, (set = new Set()))
  return set
}

const REMEMBERED = 100
/** Most claims in a row that find only callbacks which may not be called now. */
const ROUNDS = 10
const leasesOf = memoizeByObject((_deps: Deps) => new LRUCache<string, Callback[]>({ max: REMEMBERED }))

/** Callbacks of the latest leases, as they were leased: taking their results checks the version instead of reading them again. */
export function leasedRows(deps: Deps, leaseId: string): readonly Callback[] {
  return leasesOf(deps).get(leaseId) ?? []
}

function rememberLease(deps: Deps, leaseId: string, callbacks: Callback[]): void {
  leasesOf(deps).set(leaseId, callbacks)
}

type ClaimWish = {
  tenantId: string
  campaign: Campaign
  wanted: { max: number; agentId: string | null; skip?: readonly string[] }
  claim: (tx: Tx, c: Claim) => Promise<Callback[]>
}

/** Claims up to `wanted` due callbacks with `claim`, within the campaign's rate limit and its limit of outstanding callbacks. */
export async function claimWithin(
  deps: Deps,
  tx: Tx,
  { tenantId, campaign, wanted, claim }: ClaimWish,
): Promise<{ callbacks: Callback[]; pacedTo: number }> {
  const now = deps.now()
  let limit = wanted.max
  let pace: ReturnType<typeof paced> | null = null
  if (campaign.pushesPerSecond > 0 || campaign.maxOutstanding > 0) {
    const state = await lockState(tx, tenantId, campaign.id)
    if (campaign.maxOutstanding > 0)
      limit = Math.min(limit, campaign.maxOutstanding - (await countOutstanding(tx, tenantId, campaign.id)))
    if (campaign.pushesPerSecond > 0) {
      pace = paced(campaign.pushesPerSecond, state.paced_at?.getTime() ?? null, now, limit)
      limit = pace.count
    }
  }
  if (limit < 1) return { callbacks: [], pacedTo: pace?.nextAt ?? 0 }
  const backlog = backlogOf(deps)
  const callbacks = await claim(tx, {
    tenantId,
    campaignId: campaign.id,
    now: new Date(now),
    agentId: wanted.agentId,
    latestRank: new Date(rankOf(now, -100, campaign.minutesPerPriority)),
    isBacklog: backlog.has(campaign.id),
    limit,
    skip: wanted.skip,
  })
  if (callbacks.length === limit) backlog.add(campaign.id)
  else backlog.delete(campaign.id)
  if (pace && callbacks.length > 0)
    await changeState(tx, tenantId, campaign.id, { paced_at: new Date(pace.spend(callbacks.length)) })
  return { callbacks, pacedTo: pace && callbacks.length === limit ? pace.nextAt : 0 }
}

/** Leases due callbacks of a campaign, best rank first. Leases nothing outside the hours in which the number may be called. */
export async function lease(
  deps: Deps,
  config: TenantConfig,
  campaignId: string,
  request: LeaseRequest,
): Promise<Lease> {
  const campaign = campaignOf(config, campaignId)
  const { tenantId } = config
  const now = deps.now()
  const until = new Date(now + request.seconds * 1000)
  const id = deps.newId()
  const take = async (tx: Tx) => {
    const claimed = await claimWithin(deps, tx, {
      tenantId,
      campaign,
      wanted: request,
      claim: (tx, c) => claimForLease(tx, c, { id, until }),
    })
    const allowed = await fitHours(deps, tx, config, { campaign, claimed: claimed.callbacks })
    if (allowed.length > 0) {
      const subjects = allowed.map((c) => ({ subjectId: c.id, id: deps.newId() }))
      const data = { before: 'scheduled', after: 'in_progress', leaseId: id }
      const shared = { type: 'callback.leased', at: new Date(now), actor: request.actor, data }
      await writeEvents(deps, tx, { tenantId, subjects, shared })
      afterCommit(tx, () => deps.pubsub.say('changed', tenantId))
    }
    return { ...claimed, callbacks: allowed, moved: claimed.callbacks.length - allowed.length }
  }
  let taken = await transaction(deps.db, take)
  // The claimed callbacks may not be called now and were deferred; others may rank behind them.
  for (let round = 0; round < ROUNDS && taken.callbacks.length === 0 && taken.moved > 0; round += 1)
    taken = await transaction(deps.db, take)
  if (taken.callbacks.length > 0) rememberLease(deps, id, taken.callbacks)
  return { id, until, ...taken }
}

type WaitingLease = {
  configNow: () => Promise<TenantConfig>
  campaignId: string
  request: LeaseRequest
  waitMs: number
  signal: AbortSignal
}

/** Leases callbacks; when none is due, waits up to `waitMs` and queries again only when one may have become due. */
export async function leaseOrWait(
  deps: Deps,
  { configNow, campaignId, request, waitMs, signal }: WaitingLease,
): Promise<Lease> {
  const end = performance.now() + waitMs
  let config = await configNow()
  for (let round = 0; ; round += 1) {
    const looked = deps.now()
    let took = false
    let taken: Lease
    try {
      taken = await lease(deps, config, campaignId, request)
      // The only work left may be a lease that has ended; the regular sweep would release it only later.
      if (taken.callbacks.length === 0 && (await sweepLeases(deps, config, campaignId)) > 0)
        taken = await lease(deps, config, campaignId, request)
      took = taken.callbacks.length > 0
    } finally {
      // In every case, even after an error: pass the turn to the next waiting consumer.
      if (took || waitMs > 0) deps.due.looked(config.tenantId, campaignId, took, looked)
    }
    const left = end - performance.now()
    if (taken.callbacks.length > 0 || left <= 0 || signal.aborted) return taken
    const pause = taken.pacedTo > 0 ? Math.min(left, Math.max(1, taken.pacedTo - deps.now())) : left
    const since = round === 0 ? looked - SLACK : looked
    await deps.due.wait(config.tenantId, campaignId, { ms: pause, since, signal })
    if (signal.aborted) return { ...taken, callbacks: [] }
    config = await configNow()
  }
}

type LeaseExtension = {
  tenantId: string
  leaseId: string
  ids: readonly string[]
  seconds: number
}

/** Extends a lease to `seconds` from now, for each callback at most to the end of its hours; returns the ids of those it still holds. */
export async function extendLease(deps: Deps, { tenantId, leaseId, ids, seconds }: LeaseExtension): Promise<string[]> {
  const until = new Date(deps.now() + seconds * 1000)
  return transaction(deps.db, (tx) => extendAll(tx, tenantId, leaseId, ids, until))
}

type LeaseReturn = {
  tenantId: string
  leaseId: string
  ids: readonly string[]
  actor: string
}

/** Gives leased callbacks back without an attempt; they are due at once. Returns the ids of those that were given back. */
export async function returnLeased(deps: Deps, { tenantId, leaseId, ids, actor }: LeaseReturn): Promise<string[]> {
  const given: string[] = []
  for (const id of [...ids].sort()) {
    await transaction(deps.db, async (tx) => {
      const c = await lockCallback(tx, tenantId, id)
      if (!c || c.status !== 'in_progress' || c.lease_id !== leaseId) return
      await transition(deps, tx, c, {
        status: 'scheduled',
        change: {},
        event: { type: 'callback.given_back', actor, data: { leaseId } },
      })
      given.push(id)
    })
  }
  return given
}
