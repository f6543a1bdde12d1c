// PURE. The parts of a recurrence rule as they are written (RFC 5545 §3.3.10), for what puts rules into words.

/** Weekdays as rules name them, from Monday. */
export const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const

/** `FREQ=WEEKLY;BYDAY=MO` → its parts by name. */
export const rulePartsOf = (rrule: string): Map<string, string> =>
  new Map(
    rrule
      .replace(/^RRULE:/i, '')
      .split(';')
      .map((part) => part.split('=') as [string, string])
      .map(([name, value]) => [name.toUpperCase(), value ?? '']),
  )
