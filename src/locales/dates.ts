// PURE. Dates and times as text, by language and time zone.
import type { Language } from '../kernel/language.ts'
import { DAY, MINUTE } from '../kernel/time/interval.ts'
import { dayOf, formatDate, offsetAt, wallWindow } from '../kernel/time/zone.ts'

/** Arabic with Western digits, as times, codes and telephone numbers have them. */
const LOCALES: Record<Language, string> = {
  ...{ it: 'it-IT', en: 'en-GB', de: 'de-DE', fr: 'fr-FR' },
  ...{ es: 'es-ES', ro: 'ro-RO', ar: 'ar-u-nu-latn' },
}
const formats = new Map<string, Intl.DateTimeFormat>()

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}${JSON.stringify(options)}`
  let found = formats.get(key)
  // Creating a format is about a hundred times slower than using it.
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(LOCALES[language], { timeZone: 'UTC', ...options })))
  return found
}

/** `2026-11-24` (a day number) → `martedì 24 novembre 2026`. */
export const longDate = (language: Language, day: number): string =>
  format(language, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(day * DAY)

/** → `martedì 24 novembre`. */
export const dayAndMonth = (language: Language, day: number): string =>
  format(language, { weekday: 'long', day: 'numeric', month: 'long' }).format(day * DAY)

/** → `mar 24 nov`. */
export const shortDate = (language: Language, day: number): string =>
  format(language, { weekday: 'short', day: 'numeric', month: 'short' }).format(day * DAY)

/** `2026-11` → `novembre 2026`. */
export const monthName = (language: Language, month: string): string =>
  format(language, { month: 'long', year: 'numeric' }).format(Date.parse(`${month}-01T00:00:00Z`))

/** The months of two days: `dicembre 2026`, or `24 nov – 21 dic` where a month ends between them. */
export function monthRange(language: Language, from: number, to: number): string {
  const [first, last] = [formatDate(from).slice(0, 7), formatDate(to).slice(0, 7)]
  if (first === last) return monthName(language, first)
  return format(language, { day: 'numeric', month: 'short' }).formatRange(from * DAY, to * DAY)
}

/** Names of the days of the week, Monday first. */
export const weekdayNames = (language: Language, width: 'short' | 'long'): string[] =>
  Array.from({ length: 7 }, (_, i) => format(language, { weekday: width }).format((i + 4) * DAY))

/** Wall-clock time of an instant in a zone: `08:30`. */
export function clockOf(zone: string, at: number): string {
  const minutes = Math.floor(((((at + offsetAt(zone, at)) % DAY) + DAY) % DAY) / MINUTE)
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** Like `clockOf`, but adds the offset where the zone's clock shows a time twice (one hour in autumn): `02:30 (UTC+2)`. */
export function exactClock(zone: string, at: number): string {
  const wall = at + offsetAt(zone, at)
  if (wallWindow(zone, wall, wall + 1).length === 2) return clockOf(zone, at)
  const minutes = offsetAt(zone, at) / MINUTE
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  const offset = `${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
  return `${clockOf(zone, at)} (UTC${offset})`
}

/** `martedì 24 novembre 2026`, for an instant. */
export const dateOf = (language: Language, zone: string, at: number): string => longDate(language, dayOf(zone, at))

/** Adds `step` months: `2026-12`, 1 → `2027-01`. */
export function addMonths(month: string, step: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + step, 1)).toISOString().slice(0, 7)
}
