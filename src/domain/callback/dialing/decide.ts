// PURE. Decides what the result of an attempt does to a callback: end it, schedule the next attempt, or only add to its history.
import { nextAllowed } from '../../catalogue/campaign/next-allowed.ts'
import { ownersUntil, retryRulesOf, triedIn, type Campaign } from '../../catalogue/campaign/campaign.ts'
import { afterAttempt, type Outcome, type Verdict } from '../../catalogue/campaign/retry.ts'
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import { DAY } from '../../../kernel/time/interval.ts'
import { dayOf, formatDate } from '../../../kernel/time/zone.ts'
import type { Callback, CallbackChange, Count } from '../callback.sql.ts'
import { zonesFor } from '../routing.ts'
import { isOpen, nextCallbackStatus } from '../callback-states.ts'
import type { CallbackStatus } from '../../../platform/database/tables.ts'
import { documentOf } from '../callback-document.ts'

export type AttemptResult = {
  outcome: Outcome
  /** When the attempt ended; epoch ms. */
  at: number
  /** When it began; epoch ms. By default the start of the lease, else `at`. */
  startedAt?: number | undefined
  /** The lease or delivery under which the attempt was made; undefined = an agent without either. */
  leaseId?: string | undefined
  note?: string | undefined
  /** What was answered to the script, by question, and the questions in words. */
  answers?: Readonly<Record<string, unknown>> | undefined
  asked?: Readonly<Record<string, string>> | undefined
  /** When the person asked to be called again; epoch ms. */
  callAgainAt?: number | undefined
  doNotCall?: boolean | undefined
}

export type Decision = {
  status: CallbackStatus
  change: CallbackChange
  data: Record<string, unknown>
  counts: Count[]
  /** Ends the callback and changes nothing else: many such results can be written in one statement. */
  isPlain: boolean
}

const NONE: ReadonlySet<string> = new Set()

/** The search for allowed hours goes this far past the expiry, in ms. */
const SEARCH = 14 * DAY

/** The local day in the campaign's time zone under which an instant is counted. */
export const countDay = (campaign: Campaign, at: number): string => formatDate(dayOf(campaign.timeZone, at))

/** The event data of an attempt. */
const dataOf = (c: Callback, result: AttemptResult, at: number, begun: number): Record<string, unknown> => ({
  outcome: result.outcome,
  attempt: c.attempts + 1,
  number: documentOf(c).current,
  at: new Date(at).toISOString(),
  lateness: Math.round((begun - c.window_to.getTime()) / 1000),
  ...(result.leaseId === undefined ? {} : { leaseId: result.leaseId }),
  ...(result.note === undefined ? {} : { note: result.note }),
  ...(Object.keys(result.answers ?? {}).length === 0 ? {} : { answers: result.answers }),
  ...(Object.keys(result.asked ?? {}).length === 0 ? {} : { asked: result.asked }),
})

/** The counters that an attempt changes; the first attempt decides whether the promise was kept. */
function countsOf(c: Callback, campaign: Campaign, outcome: Outcome, begun: number): Count[] {
  const common = { campaignId: campaign.id, day: countDay(campaign, begun), n: 1 }
  const counts: Count[] = [{ ...common, kind: `attempt:${outcome}`, seconds: 0 }]
  if (c.attempts === 0) {
    const seconds = Math.max(0, Math.round((begun - c.window_from.getTime()) / 1000))
    counts.push({ ...common, kind: begun <= c.window_to.getTime() ? 'kept' : 'late', seconds })
  }
  return counts
}

type ResultAt = {
  result: AttemptResult
  at: number
  now: number
  mayRotate: boolean
}

/** The wish of the person takes precedence over the retry rules of the campaign. */
function verdictOn(c: Callback, campaign: Campaign, { result, at, now, mayRotate }: ResultAt) {
  const { current, numbers, zones } = documentOf(c)
  if (result.doNotCall === true) return { kind: 'complete' } satisfies Verdict
  if (result.callAgainAt !== undefined)
    return { kind: 'retry', notBefore: Math.max(result.callAgainAt, now), number: current } satisfies Verdict
  const zone = zones[0] ?? campaign.timeZone
  const count = mayRotate ? numbers.length : 1
  return afterAttempt(retryRulesOf(campaign), {
    outcome: result.outcome,
    attempts: c.attempts + 1,
    at,
    zone,
    numbers: count,
    current,
  })
}

type DecisionInput = {
  result: AttemptResult
  now: number
  mayRotate: boolean
  doNotCall?: ReadonlySet<string>
}

/**
 * Decides on a result; null when it was taken before and changes nothing. A late result (the callback is finished, or somebody
 * else is calling at this moment) only adds to the history; but a person who was reached is not called again.
 * @param mayRotate whether the next number may be used; false when another open callback uses it
 * @param doNotCall numbers of this callback that are on the do-not-call list
 */
export function decideOnResult(
  c: Callback,
  campaign: Campaign,
  config: TenantConfig,
  { result, now, mayRotate, doNotCall = NONE }: DecisionInput,
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
  const verdict = verdictOn(c, campaign, { result, at, now, mayRotate })
  // Somebody else is making another attempt at this moment: that result decides.
  if (c.status === 'in_progress' && !isHolder && verdict.kind !== 'complete') return asHistory({ attempts })
  const finish = (action: 'complete' | 'exhaust'): Decision => ({
    status: nextCallbackStatus(c.status, action)!,
    change: { attempts, outcome, settled },
    data,
    counts,
    isPlain: isHolder && key !== undefined && result.doNotCall !== true && c.reservation_id === null,
  })
  if (verdict.kind !== 'retry') return finish(verdict.kind)
  // The delay for calling the same number again; a different number need not wait.
  const again = verdictOn(c, campaign, { result, at, now, mayRotate: false })
  const change = nextTry(c, campaign, config, { verdict, again, mayRotate, doNotCall })
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
type NextTry = {
  verdict: Retry
  again: Verdict
  mayRotate: boolean
  doNotCall: ReadonlySet<string>
}

/** The columns of the next attempt, at the first number in turn that may be called; null when none may be called in time. */
function nextTry(
  c: Callback,
  campaign: Campaign,
  config: TenantConfig,
  { verdict, again, mayRotate, doNotCall }: NextTry,
): CallbackChange | null {
  const before = documentOf(c)
  const count = Math.max(1, before.numbers.length)
  for (let i = 0; i < (mayRotate ? count : 1); i += 1) {
    const current = (verdict.number + i) % count
    const number = before.numbers[current] ?? c.number
    const isSame = current === before.current
    // Only the number whose turn it is may skip the delay.
    const turn = verdict.number === current ? verdict : again
    if (turn.kind !== 'retry' || (number !== null && doNotCall.has(number))) continue
    // The first attempt kept the promise, so a retry may expire later: not before one day after its earliest start.
    const expires = Math.max(c.expires_at.getTime(), turn.notBefore + DAY)
    // Each number has its own time zones.
    const zones = isSame ? before.zones : zonesFor(before.timeZone, number ?? undefined, campaign)
    const next = nextAllowed(config, campaign, { zones, at: turn.notBefore })
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
