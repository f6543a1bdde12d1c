// PURE. Recurrence rules (RFC 5545 §3.3.10): which are accepted, and their local dates. The library rrule parses them; rrule-days.ts
// computes their days, because rrule's iteration is unbounded (it follows a rule without dates to the year 9999).
import rrulePackage from 'rrule'
import { daysOf, fallsWithin, prepareRule, type PreparedRule } from './rrule-days.ts'
import { parseDate } from './zone.ts'

const { RRule } = rrulePackage

type Recurrence = {
  /** RRULE value without the `RRULE:` prefix, such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH`. */
  rrule: string
  /** First local date from which the rule counts (DTSTART), `YYYY-MM-DD`. */
  start: string
  /** Excluded local dates (EXDATE). */
  exceptions: readonly string[]
}

const ALLOWED = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS', 'UNTIL', 'COUNT', 'WKST'])
const FREQUENCIES = new Set(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'])

/** The name of the invalid or unsupported part of a rule, or null when the rule is valid. */
export function faultInRule(rrule: string): string | null {
  const seen = new Map<string, string>()
  for (const part of rrule.split(';')) {
    const [name = '', value = '', ...rest] = part.split('=')
    if (!ALLOWED.has(name) || value === '' || rest.length > 0 || seen.has(name)) return name.slice(0, 20) || 'FREQ'
    seen.set(name, value)
  }
  if (!FREQUENCIES.has(seen.get('FREQ') ?? '')) return 'FREQ'
  for (const [name, value] of seen) if (!isPartValid(name, value, seen.get('FREQ')!)) return name
  if (seen.has('UNTIL') && seen.has('COUNT')) return 'COUNT'
  try {
    RRule.parseString(rrule)
    return null
  } catch {
    return 'FREQ'
  }
}

function isPartValid(name: string, value: string, frequency: string): boolean {
  const numbers = (low: number, high: number): boolean =>
    value.split(',').every((v) => /^-?\d{1,3}$/.test(v) && v !== '0' && Number(v) >= low && Number(v) <= high)
  switch (name) {
    case 'INTERVAL':
      return /^\d{1,3}$/.test(value) && Number(value) >= 1
    case 'COUNT':
      return /^\d{1,4}$/.test(value) && Number(value) >= 1
    case 'BYDAY':
      return value
        .split(',')
        .every(
          (v) =>
            /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$/.test(v) && (v.length === 2 || /MONTHLY|YEARLY/.test(frequency)),
        )
    case 'BYMONTHDAY':
      return frequency !== 'WEEKLY' && numbers(-31, 31)
    case 'BYMONTH':
      return numbers(1, 12)
    case 'BYSETPOS':
      return numbers(-366, 366)
    case 'WKST':
      return /^(MO|TU|WE|TH|FR|SA|SU)$/.test(value)
    case 'UNTIL':
      return (
        /^\d{8}(T\d{6}Z?)?$/.test(value) && isDate(`${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`)
      )
    default:
      return true
  }
}

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

const MAX_CACHED = 20_000
const rules = new Map<string, PreparedRule>()
const expansions = new Map<string, readonly number[]>()

function preparedOf(rrule: string, start: string): PreparedRule {
  const key = `${rrule}|${start}`
  let prepared = rules.get(key)
  if (!prepared) {
    prepared = prepareRule(rrule, parseDate(start))
    if (rules.size >= MAX_CACHED) rules.clear()
    rules.set(key, prepared)
  }
  return prepared
}

/** The day numbers in [fromDay, toDay) on which the rule occurs, ascending. The rule must have passed `faultInRule`. */
export function expandDays(recurrence: Recurrence, fromDay: number, toDay: number): readonly number[] {
  const key = `${recurrence.rrule}|${recurrence.start}|${recurrence.exceptions.join()}|${fromDay}|${toDay}`
  const cached = expansions.get(key)
  if (cached) return cached
  const excluded = new Set(recurrence.exceptions.map(parseDate))
  const all = daysOf(preparedOf(recurrence.rrule, recurrence.start), fromDay, toDay)
  const days = excluded.size === 0 ? all : all.filter((day) => !excluded.has(day))
  if (expansions.size >= MAX_CACHED) expansions.clear()
  expansions.set(key, days)
  return days
}

/** Whether the rule occurs on any day of [fromDay, toDay), ignoring exceptions. The rule must have passed `faultInRule`. */
export const isEver = ({ rrule, start }: Omit<Recurrence, 'exceptions'>, fromDay: number, toDay: number): boolean =>
  fallsWithin(preparedOf(rrule, start), fromDay, toDay)

/** Clears the caches of rules and expansions; called by benchmarks of the uncached path. */
export function forgetExpansions(): void {
  expansions.clear()
  rules.clear()
}
