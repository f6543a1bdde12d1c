// PURE. Computes the days of a recurrence rule (RFC 5545 §3.3.10, date parts only), period by period near the requested days. Never
// iterates from the start of the rule or without an end, so a rule without dates costs no more than others.
import { DAY } from './interval.ts'
import { parseDate, weekdayOf } from './zone.ts'
import { DAYS, rulePartsOf } from './rrule-parts.ts'

type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
type Rule = {
  frequency: Frequency
  interval: number
  /** `nth` 0 = every such weekday of the period. Weekdays: Monday = 0. */
  byDay: readonly { weekday: number; nth: number }[]
  byMonthDay: readonly number[]
  /** January = 1. */
  byMonth: readonly number[]
  bySetPos: readonly number[]
  /** Last day, included. */
  until: number
  count: number | null
  weekStart: number
}

/** Maximum days (fifty years) after its start for which a rule with COUNT is counted; later days are ignored. */
const MOST_COUNTED = 18_300

/** Parses a rule that has passed `faultInRule`. */
function readRule(text: string): Rule {
  const parts = rulePartsOf(text)
  const numbers = (name: string): number[] => (parts.get(name) ?? '').split(',').filter(Boolean).map(Number)
  const until = parts.get('UNTIL')
  const count = parts.get('COUNT')
  return {
    frequency: parts.get('FREQ') as Frequency,
    interval: Number(parts.get('INTERVAL') ?? 1),
    byDay: (parts.get('BYDAY') ?? '')
      .split(',')
      .filter(Boolean)
      .map((text) => ({ weekday: DAYS.indexOf(text.slice(-2) as 'MO'), nth: Number(text.slice(0, -2)) })),
    byMonthDay: numbers('BYMONTHDAY'),
    byMonth: numbers('BYMONTH'),
    bySetPos: numbers('BYSETPOS'),
    until: until === undefined ? Infinity : parseDate(`${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`),
    count: count === undefined ? null : Number(count),
    weekStart: DAYS.indexOf((parts.get('WKST') ?? 'MO') as 'MO'),
  }
}

type Civil = { year: number; month: number; date: number }
function civilOf(day: number): Civil {
  const at = new Date(day * DAY)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, date: at.getUTCDate() }
}
/** Day number of the first of a month; `month` may lie outside 1 to 12. */
const firstOf = (year: number, month: number): number => Math.floor(Date.UTC(year, month - 1, 1) / DAY)

/** Completes missing parts of the rule from DTSTART (RFC 5545 §3.3.10, "information … missing … is taken from DTSTART"). */
function completed(rule: Rule, start: number): Rule {
  if (rule.byDay.length > 0 || rule.byMonthDay.length > 0 || rule.frequency === 'DAILY') return rule
  if (rule.frequency === 'WEEKLY') return { ...rule, byDay: [{ weekday: weekdayOf(start), nth: 0 }] }
  const { month, date } = civilOf(start)
  const byMonth = rule.frequency === 'YEARLY' && rule.byMonth.length === 0 ? [month] : rule.byMonth
  return { ...rule, byMonth, byMonthDay: [date] }
}

/** Whether the day matches BYDAY; the nth weekday is counted within the month, or within the year for a yearly rule without months. */
function isWeekday(rule: Rule, day: number, { year, month, date }: Civil): boolean {
  const weekday = weekdayOf(day)
  const inYear = rule.frequency === 'YEARLY' && rule.byMonth.length === 0
  return rule.byDay.some((one) => {
    if (one.weekday !== weekday) return false
    if (one.nth === 0) return true
    const first = inYear ? firstOf(year, 1) : day - date + 1
    const after = inYear ? firstOf(year + 1, 1) : firstOf(year, month + 1)
    return one.nth > 0
      ? Math.floor((day - first) / 7) + 1 === one.nth
      : Math.floor((after - 1 - day) / 7) + 1 === -one.nth
  })
}

function isDay(rule: Rule, day: number): boolean {
  const civil = civilOf(day)
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(civil.month)) return false
  if (rule.byDay.length > 0 && !isWeekday(rule, day, civil)) return false
  if (rule.byMonthDay.length === 0) return true
  const length = firstOf(civil.year, civil.month + 1) - firstOf(civil.year, civil.month)
  return rule.byMonthDay.some((n) => (n > 0 ? n : length + 1 + n) === civil.date)
}

/** Periods of a rule: `span` gives the days [from, to) of the nth period; `at` gives the number of the last period begun by a day. */
function periodsOf(rule: Rule, start: number): { span: (n: number) => [number, number]; at: (day: number) => number } {
  const { interval } = rule
  if (rule.frequency === 'DAILY')
    return {
      span: (n) => [start + n * interval, start + n * interval + 1],
      at: (day) => Math.floor((day - start) / interval),
    }
  if (rule.frequency === 'WEEKLY') {
    const week = start - ((weekdayOf(start) - rule.weekStart + 7) % 7)
    return {
      // The first week begins at the start of the rule.
      span: (n) => [Math.max(start, week + n * 7 * interval), week + n * 7 * interval + 7],
      at: (day) => Math.floor((day - week) / (7 * interval)),
    }
  }
  const months = rule.frequency === 'MONTHLY' ? interval : 12 * interval
  const { year, month } = civilOf(start)
  const first = rule.frequency === 'MONTHLY' ? month : 1
  const length = rule.frequency === 'MONTHLY' ? 1 : 12
  return {
    span: (n) => [firstOf(year, first + n * months), firstOf(year, first + n * months + length)],
    at: (day) => {
      const then = civilOf(day)
      return Math.floor(((then.year - year) * 12 + then.month - first) / months)
    },
  }
}

/** The days of one period on which the rule occurs, ascending, between the rule's start and UNTIL. */
function daysIn(rule: Rule, start: number, [from, to]: readonly [number, number]): number[] {
  const days: number[] = []
  for (let day = from; day < to; day += 1) if (isDay(rule, day)) days.push(day)
  const { bySetPos } = rule
  const meant =
    bySetPos.length === 0 ? days : days.filter((_, i) => bySetPos.includes(i + 1) || bySetPos.includes(i - days.length))
  return meant.filter((day) => day >= start && day <= rule.until)
}

/** The last day of a rule with COUNT; `until` for a rule without COUNT. */
function lastDay(rule: Rule, start: number): number {
  if (rule.count === null) return rule.until
  const { span } = periodsOf(rule, start)
  let left = rule.count
  let last = start - 1
  for (let n = 0; left > 0 && span(n)[0] < start + MOST_COUNTED; n += 1) {
    const days = daysIn(rule, start, span(n)).slice(0, left)
    left -= days.length
    last = days.at(-1) ?? last
  }
  return last
}

export type PreparedRule = { rule: Rule; start: number }

/** Prepares a rule that starts on the day `start` (DTSTART) for queries. */
export function prepareRule(text: string, start: number): PreparedRule {
  const rule = completed(readRule(text), start)
  return { rule: { ...rule, until: lastDay(rule, start), count: null }, start }
}

/** The day numbers in [from, to) on which the rule occurs, ascending. */
export function daysOf({ rule, start }: PreparedRule, from: number, to: number): number[] {
  const end = Math.min(to - 1, rule.until)
  if (end < start || end < from) return []
  const { span, at } = periodsOf(rule, start)
  const days: number[] = []
  for (let n = Math.max(0, at(Math.max(from, start))); span(n)[0] <= end; n += 1)
    for (const day of daysIn(rule, start, span(n))) if (day >= from && day < to) days.push(day)
  return days
}

/** Whether the rule occurs on any day of [from, to). */
export function fallsWithin(prepared: PreparedRule, from: number, to: number): boolean {
  for (let day = Math.max(from, prepared.start); day < to; day += 366)
    if (daysOf(prepared, day, Math.min(to, day + 366)).length > 0) return true
  return false
}
