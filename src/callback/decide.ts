// PURE. What the result of an attempt means for a callback: the end, the next attempt, or only a line of history.
import { nextAllowed } from '../campaign/allowed.ts'
import { ownersUntil, retryRulesOf, triedIn, type Campaign } from '../campaign/campaign.ts'
import { afterAttempt, type Outcome, type Verdict } from '../campaign/retry.ts'
import type { TenantConfig } from '../availability/model.ts'
import { DAY } from '../time/interval.ts'
import { dayOf, formatDate } from '../time/zone.ts'
import type { Callback, CallbackChange, CallbackDocument } from './callback.sql.ts'
import type { Count } from './counts.sql.ts'
import { zonesFor } from './route.ts'
import { isOpen, nextCallbackStatus, type CallbackStatus } from './states.ts'

export type AttemptResult = {
  outcome: Outcome
  /** When the attempt ended; epoch ms. */
  at: number
  /** When it began; epoch ms. Else the lease’s begin, else `at`. */
  startedAt?: number | undefined
  /** The lease or delivery under which it was made; undefined = an agent without either. */
  leaseId?: string | undefined
  note?: string | undefined
  /** The person asked to be called again then; epoch ms. */
  callAgainAt?: number | undefined
  doNotCall?: boolean | undefined
}

export type Decision = {
  status: CallbackStatus
  change: CallbackChange
  data: Record<string, unknown>
  counts: Count[]
  /** Ends it and changes nothing else: many of them can be written alike. */
  isPlain: boolean
}

export const documentOf = (c: Pick<Callback, 'document'>): CallbackDocument => c.document as unknown as CallbackDocument

const NONE: ReadonlySet<string> = new Set()

/** How long before the search for allowed hours gives up, after the promise has ended. */
const SEARCH = 14 * DAY

/** The day of the campaign's clock under which an instant is counted. */
export const countDay = (campaign: Campaign, at: number): string => formatDate(dayOf(campaign.timeZone, at))

/** What history says of an attempt. */
const dataOf = (c: Callback, result: AttemptResult, at: number, begun: number): Record<string, unknown> => ({
  outcome: result.outcome,
  attempt: c.attempts + 1,
  number: documentOf(c).current,
  at: new Date(at).toISOString(),
  lateness: Math.round((begun - c.window_to.getTime()) / 1000),
  ...(result.leaseId === undefined ? {} : { leaseId: result.leaseId }),
  ...(result.note === undefined ? {} : { note: result.note }),
})

/** What is counted of an attempt; the first one decides whether the promise was kept. */
function countsOf(c: Callback, campaign: Campaign, outcome: Outcome, begun: number): Count[] {
  const common = { campaignId: campaign.id, day: countDay(campaign, begun), n: 1 }
  const counts: Count[] = [{ ...common, kind: `attempt:${outcome}`, seconds: 0 }]
  if (c.attempts === 0) {
    const seconds = Math.max(0, Math.round((begun - c.window_from.getTime()) / 1000))
    counts.push({ ...common, kind: begun <= c.window_to.getTime() ? 'kept' : 'late', seconds })
  }
  return counts
}

/** The person's own wish first, then the campaign's rules. */
function verdictOn(
  c: Callback,
  campaign: Campaign,
  result: AttemptResult,
  at: number,
  now: number,
  mayRotate: boolean,
) {
  const { current, numbers, zones } = documentOf(c)
  if (result.doNotCall === true) return { kind: 'complete' } satisfies Verdict
  if (result.callAgainAt !== undefined)
    return { kind: 'retry', notBefore: Math.max(result.callAgainAt, now), number: current } satisfies Verdict
  const zone = zones[0] ?? campaign.timeZone
  const count = mayRotate ? numbers.length : 1
  return afterAttempt(retryRulesOf(campaign), result.outcome, c.attempts + 1, at, zone, count, current)
}

/**
 * The decision on a result, or null when it was taken before and changes nothing. A result that comes late (the callback is
 * finished, or somebody else is trying at this moment) is history; but who was reached is not called again.
 * @param mayRotate whether the next number may be taken; false when another open request has it
 * @param doNotCall numbers of the callback that nobody may call any more
 */
export function decide(
  c: Callback,
  campaign: Campaign,
  config: TenantConfig,
  result: AttemptResult,
  now: number,
  mayRotate: boolean,
  doNotCall: ReadonlySet<string> = NONE,
): Decision | null {
  const key = result.leaseId
  if (key !== undefined && c.settled.includes(key)) return null
  if (key === undefined && !isOpen(c.status)) return null
  const at = Math.min(result.at, now)
  const attempts = c.attempts + 1
  const { outcome } = result
  const isHolder = c.status === 'in_progress' && (key === undefined || c.lease_id === key)
  const begun = Math.min(result.startedAt ?? (isHolder ? c.leased_at!.getTime() : at), at)
  const data = dataOf(c, result, at, begun)
  const settled = key === undefined ? c.settled : [...c.settled, key]
  const counts = isOpen(c.status) ? countsOf(c, campaign, outcome, begun) : []
  const asHistory = (change: CallbackChange): Decision => ({
    status: c.status,
    change: { ...change, settled },
    data: { ...data, isLate: true },
    counts,
    isPlain: false,
  })
  if (!isOpen(c.status)) return asHistory({ attempts })
  const verdict = verdictOn(c, campaign, result, at, now, mayRotate)
  // Another attempt is being made at this moment by somebody else: that one decides.
  if (c.status === 'in_progress' && !isHolder && verdict.kind !== 'complete') return asHistory({ attempts })
  const finish = (action: 'complete' | 'exhaust'): Decision => ({
    status: nextCallbackStatus(c.status, action)!,
    change: { attempts, outcome, settled },
    data,
    counts,
    isPlain: isHolder && key !== undefined && result.doNotCall !== true && c.reservation_id === null,
  })
  if (verdict.kind !== 'retry') return finish(verdict.kind)
  // The same number again waits as its outcome says; another one need not.
  const again = verdictOn(c, campaign, result, at, now, false)
  const change = nextTry(c, campaign, config, verdict, again, mayRotate, doNotCall)
  if (!change) return finish('exhaust')
  return {
    status: nextCallbackStatus(c.status, 'retry')!,
    change: { ...change, attempts, outcome, settled },
    data,
    counts,
    isPlain: false,
  }
}

type Retry = Extract<Verdict, { kind: 'retry' }>

/** The columns of the next attempt, at the first number in turn that may be called at all; null when none may in time. */
function nextTry(
  c: Callback,
  campaign: Campaign,
  config: TenantConfig,
  verdict: Retry,
  again: Verdict,
  mayRotate: boolean,
  doNotCall: ReadonlySet<string>,
): CallbackChange | null {
  const before = documentOf(c)
  const count = Math.max(1, before.numbers.length)
  for (let i = 0; i < (mayRotate ? count : 1); i += 1) {
    const current = (verdict.number + i) % count
    const number = before.numbers[current] ?? c.number
    const isSame = current === before.current
    // Only the number whose turn it is may be called before its delay is over.
    const turn = verdict.number === current ? verdict : again
    if (turn.kind !== 'retry' || (number !== null && doNotCall.has(number))) continue
    // An attempt in time keeps the promise; the tries that follow it have their own days.
    const expires = Math.max(c.expires_at.getTime(), turn.notBefore + DAY)
    // Each number has its own clock.
    const zones = isSame ? before.zones : zonesFor(before.timeZone, number ?? undefined, campaign)
    const next = nextAllowed(config, campaign, zones, turn.notBefore)
    if (!next || next.from >= expires + SEARCH) continue
    return {
      document: { ...before, current, zones, released: undefined },
      number,
      ...triedIn(campaign, next, before.priority),
      expires_at: new Date(Math.max(expires, next.to)),
      owner_until: ownersUntil(campaign, c.owner_agent_id, next.from),
      escalate_at: null,
      escalated_at: null,
    }
  }
  return null
}
