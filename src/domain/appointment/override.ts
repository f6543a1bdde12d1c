// PURE. Which rules an override sets aside. Rules of time and number always can be. Rules of presence can be only for an agent named
// by a person: an automatic assignment must never choose an absent agent.
import type { ReasonCode } from '../availability/explanation.ts'
import type { ServiceLimit } from '../availability/limits.ts'

/** Rules about notice, horizon and grid. */
const TIME_RULES = ['too_soon', 'too_late_for_next_day', 'beyond_horizon', 'not_on_grid'] as const
const NUMBER_RULES = ['day_limit_reached', 'week_limit_reached'] as const
/** Rules that the agent works, the office is open, and the visit fits into these hours. */
const PRESENCE_RULES = ['outside_schedule', 'outside_location_hours', 'holiday', 'does_not_fit'] as const
export const OVERRIDABLE = [...TIME_RULES, ...NUMBER_RULES, ...PRESENCE_RULES] as const
export type OverridableRule = (typeof OVERRIDABLE)[number]

/** `rules`: sets aside only these; absent = all rules of time and number, and those of presence if the agent is named. */
export type Override = {
  reason: string
  rules?: readonly OverridableRule[] | undefined
  /** Restores an earlier state: ignores even absences and closures entered since then. Never set from outside. */
  isRestoring?: boolean
}

const includes = (list: readonly string[], rule: string): boolean => list.includes(rule)

export const isOverridable = (code: string): code is OverridableRule => includes(OVERRIDABLE, code)

/**
 * Override that keeps an already promised time: sets aside notice, horizon, grid and limits; the appointment still counts.
 * `more`: further rules that a person sets aside for a named agent.
 */
export const keepingTime = (reason: string, more: readonly OverridableRule[] = []): Override => ({
  reason,
  rules: [...new Set<OverridableRule>([...TIME_RULES, ...NUMBER_RULES, ...more])],
})

/** Whether the override sets the rule aside; `isNamed`: a person named the agent. */
export function permits(override: Override | undefined, rule: ReasonCode, isNamed: boolean): boolean {
  if (!override) return false
  if (override.rules && !includes(override.rules, rule)) return false
  return includes(PRESENCE_RULES, rule) ? isNamed : includes(TIME_RULES, rule) || includes(NUMBER_RULES, rule)
}

/** More appointments than any week has: a counter with this limit never refuses. */
const UNLIMITED = 1_000_000

/**
 * The limits under which an appointment is counted. A limit that is set aside still counts the appointment, so that the next
 * booking is checked against the real number.
 */
export function countedLimits(limits: readonly ServiceLimit[], override: Override | undefined): ServiceLimit[] {
  const rule = (limit: ServiceLimit) => (limit.period === 'day' ? 'day_limit_reached' : 'week_limit_reached')
  return limits.map((limit) => (permits(override, rule(limit), true) ? { ...limit, max: UNLIMITED } : limit))
}
