// PURE. Which rules an override sets aside. Rules of time and number always can be; those that say that somebody works then, only
// for an agent whom a person has named: a choice made by the service must never fall on who is not there.
import type { ReasonCode } from '../availability/explain.ts'
import type { ServiceLimit } from '../availability/limits.ts'

/** How soon, how far ahead, at which minute. */
export const TIME_RULES = ['too_soon', 'too_late_for_next_day', 'beyond_horizon', 'not_on_grid'] as const
export const NUMBER_RULES = ['day_limit_reached', 'week_limit_reached'] as const
/** The agent works then, the office is open, and the visit ends before they close. */
export const PRESENCE_RULES = ['outside_schedule', 'outside_location_hours', 'holiday', 'does_not_fit'] as const
export const OVERRIDABLE = [...TIME_RULES, ...NUMBER_RULES, ...PRESENCE_RULES] as const
export type OverridableRule = (typeof OVERRIDABLE)[number]

/** `rules`: only these are set aside; absent = all of time and number, and of presence where the agent is named. */
export type Override = {
  reason: string
  rules?: readonly OverridableRule[] | undefined
  /** Puts back what was so before: not even an absence or closure entered since then is in the way. Never from outside. */
  isRestoring?: boolean
}

const includes = (list: readonly string[], rule: string): boolean => list.includes(rule)

export const isOverridable = (code: string): code is OverridableRule => includes(OVERRIDABLE, code)

/**
 * The override of a time that was promised already: today's notice, grid and numbers say nothing against it; the appointment is
 * counted there as it is. `more`: rules that a person has
 * set aside besides, for an agent whom they have named.
 */
export const keepingTime = (reason: string, more: readonly OverridableRule[] = []): Override => ({
  reason,
  rules: [...new Set<OverridableRule>([...TIME_RULES, ...NUMBER_RULES, ...more])],
})

/** Whether the override sets the rule aside; `isNamed`: a person chose the agent. */
export function permits(override: Override | undefined, rule: ReasonCode, isNamed: boolean): boolean {
  if (!override) return false
  if (override.rules && !includes(override.rules, rule)) return false
  return includes(PRESENCE_RULES, rule) ? isNamed : includes(TIME_RULES, rule) || includes(NUMBER_RULES, rule)
}

/** More than any agent has in a week: what is counted under it is never refused. */
const UNLIMITED = 1_000_000

/**
 * The limits under which an appointment is counted. One that is set aside still counts, so that the next booking is measured
 * against the real limit.
 */
export function countedLimits(limits: readonly ServiceLimit[], override: Override | undefined): ServiceLimit[] {
  const rule = (limit: ServiceLimit) => (limit.period === 'day' ? 'day_limit_reached' : 'week_limit_reached')
  return limits.map((limit) => (permits(override, rule(limit), true) ? { ...limit, max: UNLIMITED } : limit))
}
