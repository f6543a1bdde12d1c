// PURE. Splits a recurrence rule (RFC 5545 §3.3.10) into its parts as written.

/** Weekday names of RFC 5545, from Monday. */
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
