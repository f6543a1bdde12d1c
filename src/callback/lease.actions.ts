// Leases: due callbacks taken for dialling, kept longer, given back; and waiting until there is something to take.
import { writeEvents } from '../event/event.actions.ts'
import type { TenantConfig } from '../availability/model.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { paced } from '../campaign/rate-limit.ts'
import { rankOf } from '../campaign/retry.ts'
import { changeState, lockState } from '../campaign/state.sql.ts'
import { afterCommit, transaction, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { campaignOf } from './ask.actions.ts'
import { SLACK } from './due.ts'
import { fitHours, sweepLeases } from './sweep.actions.ts'
import { transition } from './transition.actions.ts'
import { lockCallback, type Callback } from './callback.sql.ts'
import { claimForLease, countOutstanding, extendAll, type Claim } from './claim.sql.ts'

export type LeaseRequest = { max: number; seconds: number; agentId: string | null; actor: string }
export type Lease = {
  id: string
  until: Date
  callbacks: Callback[]
  /** When the pace lets more through, though more may be due; epoch ms, 0 = it does not hold anything back. */
  pacedTo: number
}

/** Campaigns of which the last claim filled its limit: more is due than fits. A hint of this process, wrong at worst slowly. */
const backlogs = new WeakMap<Deps, Set<string>>()

function backlogOf(deps: Deps): Set<string> {
  let set = backlogs.get(deps)
  if (!set) backlogs.set(deps, (set = new Set()))
  return set
}

const REMEMBERED = 100
/** Looks for callbacks that may be called, past those that may not. */
const ROUNDS = 10
const remembered = new WeakMap<Deps, Map<string, Callback[]>>()

/** Callbacks of the latest leases, as they were leased: their result need not read them again, only check their version. */
export function leasedRows(deps: Deps, leaseId: string): readonly Callback[] {
  return remembered.get(deps)?.get(leaseId) ?? []
}

function rememberLease(deps: Deps, leaseId: string, callbacks: Callback[]): void {
  let leases = remembered.get(deps)
  if (!leases) remembered.set(deps, (leases = new Map<string, Callback[]>()))
  leases.set(leaseId, callbacks)
  if (leases.size > REMEMBERED) leases.delete(leases.keys().next().value!)
}

/** Takes up to `wanted` due callbacks of a campaign by `claim`, within its pace and its limit of what is out at once. */
export async function claimWithin(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  campaign: Campaign,
  wanted: { max: number; agentId: string | null },
  claim: (tx: Tx, c: Claim) => Promise<Callback[]>,
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
  })
  if (callbacks.length === limit) backlog.add(campaign.id)
  else backlog.delete(campaign.id)
  if (pace && callbacks.length > 0)
    await changeState(tx, tenantId, campaign.id, { paced_at: new Date(pace.spend(callbacks.length)) })
  return { callbacks, pacedTo: pace && callbacks.length === limit ? pace.nextAt : 0 }
}

/** Leases due callbacks of a campaign, best first. Nothing is leased outside the hours in which its number may be called. */
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
    const claimed = await claimWithin(deps, tx, tenantId, campaign, request, (tx, c) =>
      claimForLease(tx, c, { id, until }),
    )
    const allowed = await fitHours(deps, tx, config, campaign, claimed.callbacks)
    if (allowed.length > 0) {
      const subjects = allowed.map((c) => ({ subjectId: c.id, id: deps.newId() }))
      const data = { before: 'scheduled', after: 'in_progress', leaseId: id }
      const shared = { type: 'callback.leased', at: new Date(now), actor: request.actor, data }
      await writeEvents(deps, tx, tenantId, subjects, shared)
      afterCommit(tx, () => deps.pubsub.say('changed', tenantId))
    }
    return { ...claimed, callbacks: allowed, moved: claimed.callbacks.length - allowed.length }
  }
  let taken = await transaction(deps.db, take)
  // Those that may not be called by now were put off; others may stand behind them.
  for (let round = 0; round < ROUNDS && taken.callbacks.length === 0 && taken.moved > 0; round += 1)
    taken = await transaction(deps.db, take)
  if (taken.callbacks.length > 0) rememberLease(deps, id, taken.callbacks)
  return { id, until, ...taken }
}

/** Leases, and waits for something to lease: until it is due, and not a query more often than something may have become due. */
export async function leaseOrWait(
  deps: Deps,
  configNow: () => Promise<TenantConfig>,
  campaignId: string,
  request: LeaseRequest,
  waitMs: number,
  signal: AbortSignal,
): Promise<Lease> {
  const end = performance.now() + waitMs
  let config = await configNow()
  for (let round = 0; ; round += 1) {
    const looked = deps.now()
    let took = false
    let taken: Lease
    try {
      taken = await lease(deps, config, campaignId, request)
      // A lease that was lost may be what there is to take; the sweep would find it only later.
      if (taken.callbacks.length === 0 && (await sweepLeases(deps, config, campaignId)) > 0)
        taken = await lease(deps, config, campaignId, request)
      took = taken.callbacks.length > 0
    } finally {
      // Woken or not, and whatever went wrong: the next in line may look now.
      if (took || waitMs > 0) deps.due.looked(config.tenantId, campaignId, took, looked)
    }
    const left = end - performance.now()
    if (taken.callbacks.length > 0 || left <= 0 || signal.aborted) return taken
    const pause = taken.pacedTo > 0 ? Math.min(left, Math.max(1, taken.pacedTo - deps.now())) : left
    await deps.due.wait(config.tenantId, campaignId, pause, round === 0 ? looked - SLACK : looked, signal)
    if (signal.aborted) return { ...taken, callbacks: [] }
    config = await configNow()
  }
}

/** Lets a lease last until `seconds` from now, each callback at most until its hours end; returns how many it still holds. */
export async function extendLease(
  deps: Deps,
  tenantId: string,
  leaseId: string,
  ids: readonly string[],
  seconds: number,
): Promise<number> {
  const until = new Date(deps.now() + seconds * 1000)
  return transaction(deps.db, (tx) => extendAll(tx, tenantId, leaseId, ids, until))
}

/** Gives leased callbacks back untried; they are due at once. */
export async function giveBack(
  deps: Deps,
  tenantId: string,
  leaseId: string,
  ids: readonly string[],
  actor: string,
): Promise<number> {
  let given = 0
  for (const id of [...ids].sort()) {
    await transaction(deps.db, async (tx) => {
      const c = await lockCallback(tx, tenantId, id)
      if (!c || c.status !== 'in_progress' || c.lease_id !== leaseId) return
      await transition(deps, tx, c, 'scheduled', {}, { type: 'callback.given_back', actor, data: { leaseId } })
      given += 1
    })
  }
  return given
}
