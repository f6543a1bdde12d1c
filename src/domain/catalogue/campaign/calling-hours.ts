// PURE. When a number may be called: within the campaign's hours in its time zone and the citizen's hours in theirs, both at once.
import { intersect, MINUTE, subtract, union, DAY, type Spans } from '../../../kernel/time/interval.ts'
import { dayOf, pushWallWindow, weekdayOf } from '../../../kernel/time/zone.ts'
import { parseClock } from '../../../kernel/time/clock.ts'

export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
type Weekday = (typeof WEEKDAYS)[number]
/** Wall-clock hours on days of the week; an end at or before the start is on the next day. */
export type HoursRule = { days: readonly Weekday[]; from: string; to: string }

/** Clocks of processes differ: no call begins this close to either end of the allowed hours (ms). */
export const SKEW = MINUTE

/** The hours of the rules in a time zone, as instants around [from, to). */
function hoursIn(zone: string, rules: readonly HoursRule[], from: number, to: number): Spans {
  const out: number[] = []
  for (let day = dayOf(zone, from) - 1; day <= dayOf(zone, to) + 1; day += 1) {
    const name = WEEKDAYS[weekdayOf(day)]!
    for (const rule of rules) {
      if (!rule.days.includes(name)) continue
      const start = day * DAY + parseClock(rule.from)
      const end = day * DAY + parseClock(rule.to)
      pushWallWindow(zone, start, end <= start ? end + DAY : end, out)
    }
  }
  return union(out)
}

export type CallingHours = {
  /** The campaign's time zone, in which `hours` are given. */
  timeZone: string
  hours: readonly HoursRule[]
  /** Hours in which people may be called, in their own time zone. */
  citizenHours: readonly HoursRule[]
  /** Whether a local day in the campaign's time zone is a holiday. */
  isHoliday: (day: number) => boolean
}

type AllowedQuery = {
  zones: readonly string[]
  from: number
  to: number
  skew?: number
}

/**
 * Instants in [from, to) at which a person who may be in any of `zones` may be called: within the campaign's hours, and within the
 * citizen's hours in every one of the zones. Both ends are shortened by `skew` ms; use 0 only for display, never to start calls.
 */
export function allowedSpans(calling: CallingHours, { zones, from, to, skew = SKEW }: AllowedQuery): number[] {
  let allowed: Spans = hoursIn(calling.timeZone, calling.hours, from, to)
  for (const zone of zones) allowed = intersect(allowed, hoursIn(zone, calling.citizenHours, from, to))
  const holidays: number[] = []
  for (let day = dayOf(calling.timeZone, from) - 1; day <= dayOf(calling.timeZone, to) + 1; day += 1)
    if (calling.isHoliday(day)) pushWallWindow(calling.timeZone, day * DAY, (day + 1) * DAY, holidays)
  const working = holidays.length > 0 ? subtract(allowed, union(holidays)) : allowed
  const out: number[] = []
  for (let i = 0; i < working.length; i += 2) {
    const [start, end] = [Math.max(from, working[i]! + skew), Math.min(to, working[i + 1]! - skew)]
    if (start < end) out.push(start, end)
  }
  return out
}

/** Allowed spans of three days from the UTC day `day`, so that each span that begins on that day is complete. */
export const allowedFrom = (calling: CallingHours, zones: readonly string[], day: number): number[] =>
  allowedSpans(calling, { zones, from: day * DAY, to: (day + 3) * DAY })

/**
 * The first span at or after `at` (epoch ms), starting at `at` at the earliest; null when none begins within `days` days.
 * `spansFrom`: the allowed spans from a UTC day on, as `allowedFrom` gives them.
 */
export function firstSpan(
  spansFrom: (day: number) => Spans,
  at: number,
  days: number,
): { from: number; to: number } | null {
  const today = Math.floor(at / DAY)
  for (let day = today; day <= today + days; day += 1) {
    const spans = spansFrom(day)
    for (let i = 0; i < spans.length; i += 2)
      if (spans[i + 1]! > at && spans[i]! < (day + 1) * DAY) return { from: Math.max(at, spans[i]!), to: spans[i + 1]! }
  }
  return null
}

/** Time zones of a country; several where a number does not tell which one applies. */
export function zonesOf(country: string): string[] {
  const locale = new Intl.Locale('und', { region: country }) as Intl.Locale & {
    getTimeZones?: () => string[] | undefined
    timeZones?: string[]
  }
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
}
