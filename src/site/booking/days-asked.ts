// The days that the URL of a page of times asks for, and the free times on them.
import type { Deps } from '../../domain/deps.ts'
import { dayOf, formatDate, isCalendarDate, parseDate } from '../../kernel/time/zone.ts'
import { addMonths } from '../../locales/dates.ts'
import { firstText, type Fields } from '../../ui/form-input.ts'
import type { Site } from '../site.ts'
import { timesOf, type Times } from './available-times.ts'
import { LIST_DAYS } from './times-by-day.ts'
import type { Selection } from './draft.ts'
import type { Wish } from './selection.ts'

const isMonth = (text: string): boolean => isCalendarDate(`${text}-01`)

/** The days that the URL asks for: a month, or a list from a day on. */
export function daysAsked(query: Fields, at: { zone: string; start: number } | null) {
  const view = firstText(query, 'view') === 'calendar' ? ('calendar' as const) : ('list' as const)
  const [from, monthText, dayText] = [firstText(query, 'from'), firstText(query, 'month'), firstText(query, 'day')]
  const day = isCalendarDate(dayText) ? parseDate(dayText) : at && dayOf(at.zone, at.start)
  const month = isMonth(monthText)
    ? monthText
    : view === 'calendar' && day !== null
      ? formatDate(day).slice(0, 7)
      : null
  const monthDays = month === null ? null : firstAndLast(month)
  const listed = (first: number) => ({ from: first, to: first + LIST_DAYS - 1 })
  if (view === 'calendar') return { view, day, asked: monthDays, isMonthDue: month === null }
  if (isCalendarDate(from)) return { view, day, asked: listed(parseDate(from)), isMonthDue: false }
  const start = monthDays?.from ?? day
  return { view, day, asked: start === null ? null : listed(start), isMonthDue: false }
}

const firstAndLast = (month: string): { from: number; to: number } => ({
  from: parseDate(`${month}-01`),
  to: parseDate(`${addMonths(month, 1)}-01`) - 1,
})

/** The free times for the days of the URL. A calendar without a month shows the first one that has a time. */
export async function timesAsked(
  deps: Deps,
  site: Site,
  wish: { visit: Wish['visit']; selection: Selection; movingId: string | undefined },
  days: ReturnType<typeof daysAsked>,
): Promise<Times> {
  const found = await timesOf(deps, site, { ...wish, asked: days.asked })
  if (!days.isMonthDue) return found
  const first = found.days[0]?.day ?? found.first
  return timesOf(deps, site, { ...wish, asked: firstAndLast(formatDate(first).slice(0, 7)) })
}

/** The day to open: the one asked for if it has times, else the first that has. */
export const openDay = ({ days }: Times, day: number | null): number | null =>
  (days.find((d) => d.day === day) ?? days[0])?.day ?? null
