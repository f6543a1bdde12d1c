// PURE. What follows an attempt (completed, retry or exhausted), and the rank of a callback. Delays count from the attempt, never from
// the queueing; their defaults by outcome are in campaign.schema.ts.
import { DAY, MINUTE } from '../../../kernel/time/interval.ts'
import { dayOf, instantOf } from '../../../kernel/time/zone.ts'

/** Minutes to the next attempt where a campaign names no delay for an outcome. */
const DEFAULT_DELAY = 30

export const OUTCOMES = [
  'answered',
  'refused',
  'busy',
  'no_answer',
  'machine',
  'wrong_number',
  'failed',
  'postponed',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export type RetryRule = {
  /** Minutes after the attempt, one entry per attempt; the last entry applies to all further ones. */
  afterMinutes: readonly number[]
}
export type RetryRules = {
  maxAttempts: number
  rules: Partial<Record<Outcome, RetryRule>>
  /** From this attempt on, the next one is on another day, at another time of day; 0 = never. */
  nextDayFrom: number
}

/** Outcomes that end the callback. `wrong_number` ends only that number, and the callback with the last number. */
const FINAL: readonly Outcome[] = ['answered', 'refused']

export type Verdict =
  | { kind: 'complete' }
  | { kind: 'exhaust' }
  /** `notBefore` in epoch ms; `number`: index of the number to call. */
  | { kind: 'retry'; notBefore: number; number: number }

/** Times of day (minutes since midnight) for attempts on later days: people who are out in the morning may be in at 18:00. */
const SPREAD = [10 * 60, 18 * 60, 13 * 60]

type TriedAttempt = {
  outcome: Outcome
  attempts: number
  at: number
  zone: string
  numbers: number
  current: number
}

/**
 * The verdict after attempt number `attempts` (1 for the first) ended at `at` with `outcome`.
 * @param numbers how many numbers there are; `current` is the index of the one that was called
 */
export function afterAttempt(
  rules: RetryRules,
  { outcome, attempts, at, zone, numbers, current }: TriedAttempt,
): Verdict {
  if (FINAL.includes(outcome)) return { kind: 'complete' }
  const isWrong = outcome === 'wrong_number'
  if (isWrong && current + 1 >= numbers) return { kind: 'complete' }
  if (attempts >= rules.maxAttempts) return { kind: 'exhaust' }
  // Try the other numbers first, in their order, then start again.
  const number = isWrong ? current + 1 : numbers > 1 ? (current + 1) % numbers : current
  const delays = rules.rules[outcome]?.afterMinutes ?? [DEFAULT_DELAY]
  const delay = delays[Math.min(attempts, delays.length) - 1] ?? DEFAULT_DELAY
  // A number that was not tried yet needs no delay.
  const isFresh = number > current && attempts < numbers
  let notBefore = isFresh ? at : at + delay * MINUTE
  if (rules.nextDayFrom > 0 && attempts >= rules.nextDayFrom) {
    const day = dayOf(zone, at) + 1
    const minutes = SPREAD[(attempts - rules.nextDayFrom) % SPREAD.length]!
    notBefore = Math.max(notBefore, instantOf(zone, day * DAY + minutes * MINUTE))
  }
  return { kind: 'retry', notBefore, number }
}

/** Instant that orders claims: due time minus the worth of the priority. Waiting improves the rank, so nobody starves. */
export function rankOf(dueAt: number, priority: number, minutesAPoint: number): number {
  return dueAt - priority * minutesAPoint * MINUTE
}
