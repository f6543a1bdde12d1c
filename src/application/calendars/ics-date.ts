// PURE. Formats instants for iCalendar.

/** `20261124T090000Z`; RFC 5545 §3.3.5, form 2. `ms`: epoch ms. */
export const utcText = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')

/** Year, month (1 = January), day, hour and minute in UTC, as the package ics expects them. */
export type Parts = [number, number, number, number, number]
export function utcParts(ms: number): Parts {
  const at = new Date(ms)
  return [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes()]
}
