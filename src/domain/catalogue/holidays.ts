// Public holidays by country and region (date-holidays) plus a tenant's own days, such as a patron saint's day.
// Results depend only on the arguments.
import { createRequire } from 'node:module'
import type Library from 'date-holidays'
import { formatDate, parseDate } from '../../kernel/time/zone.ts'
import type { HolidayCalendar } from '../../kernel/time/holiday-calendar.ts'

// The library holds the rules of all countries (34 MB): loaded on the first request for a country's calendar.
const require = createRequire(import.meta.url)
function library(): typeof Library {
  return require('date-holidays') as typeof Library
}

export type HolidayDocument = {
  country: string | null
  region?: string | null | undefined
  /** Days added: `MM-DD` every year or `YYYY-MM-DD` once. */
  additions: readonly { date: string; name: string }[]
  /** Holidays of the country that are working days here: `MM-DD` or `YYYY-MM-DD`. */
  exceptions: readonly string[]
}

/** Whether the country and region are known. */
export function isKnownRegion(country: string, region: string | null | undefined): boolean {
  const all = new (library())()
  if (!Object.hasOwn(all.getCountries(), country)) return false
  return !region || Object.hasOwn(all.getStates(country) ?? {}, region)
}

/** Public holidays of one year as local dates with names in `language`, ascending; bank and optional holidays are excluded. */
export function publicHolidays(
  document: HolidayDocument,
  year: number,
  language: string,
): { date: string; name: string }[] {
  const days = new Map<string, string>()
  if (document.country) {
    const Holidays = library()
    const source = document.region ? new Holidays(document.country, document.region) : new Holidays(document.country)
    for (const holiday of source.getHolidays(year, language)) {
      if (holiday.type === 'public') days.set(holiday.date.slice(0, 10), holiday.name)
    }
  }
  for (const date of document.exceptions) days.delete(date.length === 5 ? `${year}-${date}` : date)
  for (const { date, name } of document.additions) {
    if (date.length === 5) days.set(`${year}-${date}`, name)
    else if (date.startsWith(`${year}-`)) days.set(date, name)
  }
  return [...days].map(([date, name]) => ({ date, name })).sort((a, b) => a.date.localeCompare(b.date))
}

/** A calendar that computes each year on its first use. */
export function holidayCalendar(document: HolidayDocument, language: string): HolidayCalendar {
  const years = new Map<number, Map<number, string>>()
  return {
    nameOf(day) {
      const year = Number(formatDate(day).slice(0, 4))
      let days = years.get(year)
      if (!days) {
        days = new Map(publicHolidays(document, year, language).map(({ date, name }) => [parseDate(date), name]))
        years.set(year, days)
      }
      return days.get(day)
    },
  }
}
