// PURE. Validates a recurrence rule before it is stored or previewed: supported parts, dates near the present, and at least one date
// within the validity of its schedule.
import { bodyFault } from '../../kernel/errors.ts'
import { faultInRule, isEver } from '../../kernel/time/recurrence.ts'
import { formatDate, parseDate } from '../../kernel/time/zone.ts'

/** How far ahead of today a schedule or rule may start, in days (ten years), and how far back (thirty: agendas are imported). */
const [FAR, BACK] = [3_653, 10_958]

/** Throws `date_too_far` when the date is more than ten years after `today` (day number), or thirty before. */
export function requireNear(date: string, today: number, pointer: string): void {
  const day = parseDate(date)
  if (day > today + FAR || day < today - BACK)
    throw bodyFault(pointer, 'date_too_far', { from: formatDate(today - BACK), to: formatDate(today + FAR) })
}

/** Throws `invalid_recurrence` with the faulty part, or `recurrence_never_falls`; `until` is null when the schedule has no end. */
export function requireRule(
  rule: { rrule: string; start?: string | undefined },
  validity: { from: string; until: string | null },
  pointer: string,
): void {
  const part = faultInRule(rule.rrule)
  if (part !== null) throw bodyFault(`${pointer}/rrule`, 'invalid_recurrence', { part })
  const from = parseDate(validity.from)
  const until = Math.min(validity.until === null ? Infinity : parseDate(validity.until), from + FAR)
  if (!isEver({ rrule: rule.rrule, start: rule.start ?? validity.from }, from, until))
    throw bodyFault(`${pointer}/rrule`, 'recurrence_never_falls', { from: validity.from, to: formatDate(until) })
}
