// What happens to a callback after it was promised: tried, postponed, cancelled, expired.
// Order of locks: callback, then buckets in the order of their start.
import { insertEvent } from '../appointment/appointment.sql.ts'
import type { TenantConfig } from '../availability/model.ts'
import { callingHoursOf, retryRulesOf, type Campaign } from '../campaign/campaign.ts'
import { nextAllowed } from '../campaign/hours.ts'
import { afterAttempt, rankOf, type Outcome, type Verdict } from '../campaign/retry.ts'
import { transaction, violationOf, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { DAY, MINUTE } from '../time/interval.ts'
import { campaignOf, type When } from './ask.actions.ts'
import { giveBucketBack, takeBucket } from './bucket.sql.ts'
import { barNumber } from './barred.sql.ts'
import {
  dueForSweep,
  lockCallback,
  updateCallback,
  type Callback,
  type CallbackChange,
  type CallbackDocument,
} from './callback.sql.ts'
import { freeAgentTime } from './personal.actions.ts'
import { isOpen, nextCallbackStatus, type CallbackAction, type CallbackStatus } from './states.ts'
import { windowsOf } from './windows.actions.ts'

export const documentOf = (c: Callback): CallbackDocument => c.document as unknown as CallbackDocument

/** The state after the action; throws `invalid_transition`. */
function requireCallbackTransition(c: Callback, action: CallbackAction): CallbackStatus {
  const status = nextCallbackStatus(c.status, action)
  if (status === null)
    throw new AppError('invalid_transition', { status: c.status, action }, { extra: { currentStatus: c.status } })
  return status
}

/** Writes a change of state with its row of history. Leaving a state clears what belongs to it. */
export async function become(
  deps: Deps,
  tx: Tx,
  c: Callback,
  status: CallbackStatus,
  change: CallbackChange,
  event: { type: string; actor: string; data?: Record<string, unknown> },
): Promise<Callback> {
  const now = new Date(deps.now())
  const settled = isOpen(status) ? {} : { finished_at: now }
  const cleared: CallbackChange = {
    ...(status === 'in_progress' ? {} : { lease_id: null, lease_until: null }),
    ...(status === 'queued' ? {} : { queued_at: null }),
  }
  // A promise that is kept, void or moved no longer takes its agent’s time.
  const isFree = !isOpen(status) || event.type === 'callback.postponed'
  if (isFree) await freeAgentTime(tx, c)
  const freed = isFree ? { reservation_id: null } : {}
  const after = await updateCallback(
    tx,
    c.tenant_id,
    c.id,
    { ...cleared, ...settled, ...freed, ...change, status },
    now,
  )
  await tx.executeQuery(
    insertEvent({
      tenantId: c.tenant_id,
      subjectId: c.id,
      id: deps.newId(),
      type: event.type,
      at: now,
      actor: event.actor,
      data: { before: c.status, after: status, ...event.data },
    }),
  )
  return after
}

async function locked(tx: Tx, tenantId: string, id: string): Promise<Callback> {
  const c = await lockCallback(tx, tenantId, id)
  if (!c) throw new AppError('not_found', { what: 'callback' })
  return c
}

export type AttemptResult = {
  outcome: Outcome
  /** When the attempt ended; epoch ms. */
  at: number
  /** The lease under which it was made; undefined = an agent without a lease. */
  leaseId?: string | undefined
  note?: string | undefined
  /** The person asked to be called again then; epoch ms. */
  callAgainAt?: number | undefined
  doNotCall?: boolean | undefined
}

/** When and at which number the next attempt is allowed; null when it would come too late. */
function nextAttempt(
  config: TenantConfig,
  campaign: Campaign,
  c: Callback,
  notBefore: number,
  expires: number,
): { due: number; end: number } | null {
  const span = nextAllowed(callingHoursOf(campaign, config.holidays), documentOf(c).zones, notBefore)
  return span && span.from < expires ? { due: span.from, end: span.to } : null
}

/** Takes the result of an attempt: ends the callback, or sets the next attempt counted from this one. The same result of the same lease changes nothing. */
export async function settle(
  deps: Deps,
  config: TenantConfig,
  id: string,
  result: AttemptResult,
  actor: string,
): Promise<Callback> {
  try {
    return await settleOnce(deps, config, id, result, actor, true)
  } catch (error) {
    // The next number waits in a request of its own already: this one stays with the number that it has.
    if (violationOf(error)?.constraint !== 'callbacks_open_number') throw error
    return settleOnce(deps, config, id, result, actor, false)
  }
}

/** What follows: the person's own wish first, then the campaign's rules. */
function verdictOn(
  deps: Deps,
  campaign: Campaign,
  c: Callback,
  result: AttemptResult,
  attempts: number,
  at: number,
  mayRotate: boolean,
): Verdict {
  const { current, numbers, zones } = documentOf(c)
  if (result.doNotCall === true) return { kind: 'complete' }
  if (result.callAgainAt !== undefined)
    return { kind: 'retry', notBefore: Math.max(result.callAgainAt, deps.now()), number: current }
  const zone = zones[0] ?? campaign.timeZone
  const count = mayRotate ? numbers.length : 1
  return afterAttempt(retryRulesOf(campaign), result.outcome, attempts, at, zone, count, current)
}

async function settleOnce(
  deps: Deps,
  config: TenantConfig,
  id: string,
  result: AttemptResult,
  actor: string,
  mayRotate: boolean,
): Promise<Callback> {
  const { tenantId } = config
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    const before = documentOf(c)
    const isRepeat = result.leaseId !== undefined && before.settledLease === result.leaseId
    if (isRepeat || !isOpen(c.status)) return c
    const campaign = config.campaigns.get(c.campaign_id)
    if (!campaign) throw new AppError('not_found', { what: 'campaign' })
    const at = Math.min(result.at, deps.now())
    const attempts = c.attempts + 1
    const data = {
      outcome: result.outcome,
      attempt: attempts,
      number: before.current,
      at: new Date(at).toISOString(),
      lateness: Math.round((at - c.window_to.getTime()) / 1000),
      ...(result.note === undefined ? {} : { note: result.note }),
    }
    const event = { type: 'callback.attempted', actor, data }
    const document: CallbackDocument = {
      ...before,
      ...(result.leaseId === undefined ? {} : { settledLease: result.leaseId }),
    }
    if (result.doNotCall && c.number !== null)
      await barNumber(tx, tenantId, c.number, 'asked not to be called', new Date(deps.now()))
    const { outcome } = result
    // Another one is being made at this moment by somebody else: this result is history, that one decides.
    const isOverruled =
      c.status === 'in_progress' &&
      result.leaseId !== undefined &&
      c.lease_id !== result.leaseId &&
      outcome !== 'answered'
    if (isOverruled) return become(deps, tx, c, c.status, { attempts, document }, event)
    const verdict = verdictOn(deps, campaign, c, result, attempts, at, mayRotate)
    if (verdict.kind === 'complete')
      return become(deps, tx, c, requireCallbackTransition(c, 'complete'), { attempts, outcome, document }, event)
    if (verdict.kind === 'exhaust')
      return become(deps, tx, c, requireCallbackTransition(c, 'exhaust'), { attempts, outcome, document }, event)
    // An attempt in time keeps the promise; the tries that follow it have their own days.
    const expires = Math.max(c.expires_at.getTime(), verdict.notBefore + DAY)
    const next = nextAttempt(config, campaign, c, verdict.notBefore, expires + 14 * DAY)
    if (!next)
      return become(deps, tx, c, requireCallbackTransition(c, 'exhaust'), { attempts, outcome, document }, event)
    return become(
      deps,
      tx,
      c,
      requireCallbackTransition(c, 'retry'),
      {
        attempts,
        outcome,
        document: { ...document, current: verdict.number },
        number: before.numbers[verdict.number] ?? c.number,
        due_at: new Date(next.due),
        hours_end: new Date(next.end),
        expires_at: new Date(Math.max(expires, next.end)),
        rank_at: new Date(rankOf(next.due, before.priority, campaign.minutesPerPriority)),
      },
      event,
    )
  })
}

/** Cancels an open callback and gives its window back; cancelling a cancelled one again changes nothing. */
export async function cancelCallback(
  deps: Deps,
  tenantId: string,
  id: string,
  reason: string | undefined,
  actor: string,
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    if (c.status === 'cancelled') return c
    const status = requireCallbackTransition(c, 'cancel')
    if (c.bucket_start !== null && c.attempts === 0) await giveBucketBack(tx, tenantId, c.campaign_id, c.bucket_start)
    const cancellation = { by: actor, ...(reason === undefined ? {} : { reason }) }
    const change = { document: { ...documentOf(c), cancellation }, bucket_start: null }
    return become(deps, tx, c, status, change, { type: 'callback.cancelled', actor, data: reason ? { reason } : {} })
  })
}

/** Promises another window instead. Throws the refusal of the window, with the nearest ones. */
export async function postpone(
  deps: Deps,
  config: TenantConfig,
  id: string,
  when: Extract<When, { kind: 'at' | 'window' }>,
  actor: string,
): Promise<Callback> {
  const { tenantId } = config
  const now = deps.now()
  const seen = await transaction(deps.db, (tx) => locked(tx, tenantId, id))
  const campaign = campaignOf(config, seen.campaign_id)
  const { zones, priority } = documentOf(seen)
  const windows = await windowsOf(deps, config, campaign, zones, now, now + (campaign.horizonDays + 1) * DAY)
  const [from, to] = when.kind === 'at' ? [when.at, when.at + 1] : [when.from, when.to]
  const wanted = windows.filter((w) => w.from < to && w.to > from)
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    const status = requireCallbackTransition(c, 'postpone')
    // The agent before any counter.
    await freeAgentTime(tx, c)
    const old = c.bucket_start
    for (const window of wanted) {
      const isSame = old?.getTime() === window.start
      // Counters in the order of their start: an earlier one is given back first. Should the later be full, all of it is undone.
      const isEarlier = old !== null && !isSame && old.getTime() < window.start
      if (isEarlier) await giveBucketBack(tx, tenantId, campaign.id, old)
      if (!isSame && !(await takeBucket(tx, tenantId, campaign.id, new Date(window.start), window.capacity))) {
        if (isEarlier) break
        continue
      }
      if (!isSame && old !== null && !isEarlier) await giveBucketBack(tx, tenantId, campaign.id, old)
      const begin = Math.max(from, window.from)
      const first = nextAllowed(callingHoursOf(campaign, config.holidays), zones, begin)
      if (!first || first.from >= Math.max(window.to, begin + 10 * MINUTE)) break
      const change = {
        window_from: new Date(begin),
        window_to: new Date(Math.max(window.to, begin + 10 * MINUTE)),
        due_at: new Date(first.from),
        hours_end: new Date(first.to),
        expires_at: new Date(window.to + campaign.graceMinutes * MINUTE),
        rank_at: new Date(rankOf(first.from, priority, campaign.minutesPerPriority)),
        bucket_start: new Date(window.start),
      }
      const data = { from: change.window_from.toISOString(), to: change.window_to.toISOString() }
      return become(deps, tx, c, status, change, { type: 'callback.postponed', actor, data })
    }
    throw new AppError(
      wanted.length > 0 ? 'window_full' : 'window_closed',
      {},
      { fields: [{ in: 'body', pointer: '/when', code: wanted.length > 0 ? 'window_full' : 'window_closed' }] },
    )
  })
}

const BATCH = 200
const CLOCK = 'clock'

/** One callback whose time has come: its lease is over, its promise void, or its hours have passed. */
async function sweepOne(deps: Deps, config: TenantConfig, id: string): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const c = await lockCallback(tx, config.tenantId, id)
    const now = deps.now()
    if (!c) return
    if (c.status === 'in_progress' && c.lease_until!.getTime() <= now) {
      const after = await become(
        deps,
        tx,
        c,
        'scheduled',
        {},
        {
          type: 'callback.lease_lost',
          actor: CLOCK,
          data: { leaseId: c.lease_id },
        },
      )
      return moveIntoHours(deps, tx, config, after, now)
    }
    if (c.status !== 'scheduled' && c.status !== 'queued') return
    if (c.expires_at.getTime() <= now)
      return void (await become(deps, tx, c, 'expired', {}, { type: 'callback.expired', actor: CLOCK }))
    await moveIntoHours(deps, tx, config, c, now)
  })
}

/** A callback whose allowed hours are over waits for the next ones, or expires when those come too late. */
async function moveIntoHours(deps: Deps, tx: Tx, config: TenantConfig, c: Callback, now: number): Promise<void> {
  const campaign = config.campaigns.get(c.campaign_id)
  if (!campaign || c.status !== 'scheduled' || c.hours_end.getTime() > now) return
  const next = nextAttempt(config, campaign, c, now, c.expires_at.getTime())
  if (!next) return void (await become(deps, tx, c, 'expired', {}, { type: 'callback.expired', actor: CLOCK }))
  const change = {
    due_at: new Date(next.due),
    hours_end: new Date(next.end),
    rank_at: new Date(rankOf(next.due, documentOf(c).priority, campaign.minutesPerPriority)),
  }
  await become(deps, tx, c, 'scheduled', change, { type: 'callback.deferred', actor: CLOCK })
}

/** Brings the callbacks of one tenant up to the present; returns how many were looked at. */
export async function sweepCallbacks(deps: Deps, tenantId: string): Promise<number> {
  const { lost, expired, outside } = await dueForSweep(deps.db.kysely, tenantId, new Date(deps.now()), BATCH)
  const ids = [...new Set([...lost, ...expired, ...outside])].sort()
  if (ids.length === 0) return 0
  const config = await deps.snapshots.config(tenantId)
  if (!config) return 0
  for (const id of ids) await sweepOne(deps, config, id)
  return ids.length
}
