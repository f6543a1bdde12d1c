// PURE. The days of the page of times: a list that runs on over the end of a month, or a month's calendar.
import { DAY } from '../../kernel/time/interval.ts'
import { formatDate, parseDate, weekdayOf } from '../../kernel/time/zone.ts'
import {
  addMonths,
  dayAndMonth,
  longDate,
  monthName,
  monthRange,
  shortDate,
  weekdayNames,
} from '../../locales/dates.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import type { ReasonCode } from '../../domain/availability/explanation.ts'
import type { Site } from '../site.ts'
import type { Times } from './available-times.ts'
import { LIST_DAYS } from './times-by-day.ts'

export type DaysShown = {
  times: Times
  view: 'list' | 'calendar'
  /** The day whose times are shown; null = none has any. */
  day: number | null
  /** The address of this page with some parameters changed. */
  linkTo: (changes: Record<string, string | null>) => string
}

/** The month of a calendar page: that of its first day. */
const monthShown = ({ from }: Times): string => formatDate(from).slice(0, 7)

/** The name of the holiday on this day, if the offices keep one. */
function holidayOn(site: Site, day: number): string | undefined {
  for (const calendar of site.config.holidays.values()) {
    const name = calendar.nameOf(day)
    if (name !== undefined) return name
  }
  return undefined
}

/** Why a day has no times, in a word or two; the name of a holiday where there is room for it. */
function closedText(site: Site, day: number, reason: ReasonCode): Html {
  const { closedDay } = site.words
  const short = closedDay[reason as keyof typeof closedDay] ?? closedDay.slot_taken
  const name = reason === 'holiday' ? holidayOn(site, day) : undefined
  return html`${short}${name !== undefined && html`<span class="holiday-name">: ${own(site, name)}</span>`}`
}

/** One day of the list: a link if it has times, else the reason. */
function dayItem(site: Site, shown: DaysShown, day: number): Html {
  const w = site.words
  const offer = shown.times.days.find((d) => d.day === day)
  const name = html`<span class="name">${shortDate(site.language, day)}</span>`
  if (offer) {
    const isOpen = day === shown.day
    return html`<li>
      <a
        href="${shown.linkTo({ day: formatDate(day), from: formatDate(shown.times.from), month: null })}#day"
        data-keep="day"
        ${isOpen && html`aria-current="date"`}
        >${name}<span class="unseen">, </span><span class="count">${w.timesCount(offer.times.length)}</span></a
      >
    </li>`
  }
  const reason = shown.times.closed.get(day)
  if (reason === undefined) return html``
  return html`<li class="closed">${name}<span class="count">${closedText(site, day, reason)}</span></li>`
}

function list(site: Site, shown: DaysShown): Html {
  const { from, to } = shown.times
  const days = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  return html`<ol class="day-list">
    ${days.map((day) => dayItem(site, shown, day))}
  </ol>`
}

function calendar(site: Site, shown: DaysShown): Html {
  const w = site.words
  const { times } = shown
  const month = monthShown(times)
  const offers = new Map(times.days.map((d) => [d.day, d]))
  const first = parseDate(`${month}-01`)
  const last = parseDate(`${addMonths(month, 1)}-01`) - 1
  const start = first - weekdayOf(first)
  const weeks = Math.ceil((last - start + 1) / 7)
  const short = weekdayNames(site.language, 'short')
  const long = weekdayNames(site.language, 'long')
  const cell = (day: number): Html => {
    if (day < first || day > last) return html`<td></td>`
    const number = new Date(day * DAY).getUTCDate()
    const offer = offers.get(day)
    const reason = times.closed.get(day)
    if (!offer)
      return html`<td>
        <span class="empty"
          >${number}${reason !== undefined && html`<small>${closedText(site, day, reason)}</small>`}</span
        >
      </td>`
    return html`<td>
      <a
        href="${shown.linkTo({ day: formatDate(day), month, from: null })}#day"
        data-keep="day"
        ${day === shown.day && html`aria-current="date"`}
        aria-label="${longDate(site.language, day)}, ${w.timesCount(offer.times.length)}"
        >${number}</a
      >
    </td>`
  }
  return html`<table class="calendar">
    <caption class="unseen">
      ${monthName(site.language, month)}
    </caption>
    <thead>
      <tr>
        ${short.map((name, i) => html`<th scope="col"><abbr title="${long[i]}">${name}</abbr></th>`)}
      </tr>
    </thead>
    <tbody>
      ${Array.from(
        { length: weeks },
        (_, week) =>
          html`<tr>
            ${Array.from({ length: 7 }, (_, i) => cell(start + week * 7 + i))}
          </tr>`,
      )}
    </tbody>
  </table>`
}

/** Addresses of the days before and after those shown; undefined at the ends of what can be booked. */
function neighbours({ times, view, linkTo }: DaysShown): { before?: string; after?: string } {
  const { from, to, first, last } = times
  if (view === 'calendar') {
    const month = monthShown(times)
    const at = (step: number) => linkTo({ month: addMonths(month, step), day: null, from: null })
    return { ...(from > first ? { before: at(-1) } : {}), ...(to < last ? { after: at(1) } : {}) }
  }
  const at = (day: number) => linkTo({ from: formatDate(day), month: null, day: null })
  return {
    ...(from > first ? { before: at(Math.max(first, from - LIST_DAYS)) } : {}),
    ...(to < last ? { after: at(to + 1) } : {}),
  }
}

/** The days with their heading, the ways to earlier and later ones, and to the other view. */
export function daysBox(site: Site, shown: DaysShown): Html {
  const w = site.words
  const { times, view } = shown
  const { before, after } = neighbours(shown)
  const arrow = (to: string | undefined, text: string, rel: 'prev' | 'next'): Html =>
    to === undefined
      ? html`<span class="arrow"></span>`
      : html`<a class="arrow ${rel}" href="${to}" rel="${rel}" data-keep="days"><span class="unseen">${text}</span></a>`
  const title =
    view === 'calendar'
      ? monthName(site.language, monthShown(times))
      : monthRange(site.language, times.from, Math.min(times.to, times.last))
  const [earlier, later] = view === 'calendar' ? [w.previousMonth, w.nextMonth] : [w.earlierDays, w.laterDays]
  const other = view === 'list' ? 'calendar' : 'list'
  const shownDay = shown.day === null ? null : formatDate(shown.day)
  const toOther =
    view === 'list'
      ? shown.linkTo({ view: 'calendar', month: (shownDay ?? formatDate(times.from)).slice(0, 7), from: null })
      : shown.linkTo({ view: 'list', from: shownDay, month: shownDay === null ? monthShown(times) : null })
  return html`<section class="pick-days" aria-labelledby="days">
    <div class="days-bar">
      <h2 id="days">${title}<span class="unseen">, ${w.daysCount(times.days.length)}</span></h2>
      <a class="views" href="${toOther}" data-keep="days">${w.views[other]}</a>
      ${arrow(before, earlier, 'prev')} ${arrow(after, later, 'next')}
    </div>
    ${view === 'list' ? list(site, shown) : calendar(site, shown)}
  </section>`
}

/** The day after the shown one that has times, as an address; undefined if it is the last of the page. */
export function nextDayLink(site: Site, shown: DaysShown): Html {
  const next = shown.times.days.find(({ day }) => shown.day !== null && day > shown.day)
  if (!next) return html``
  const changes: Record<string, string | null> =
    shown.view === 'calendar' ? {} : { from: formatDate(shown.times.from), month: null }
  return html`<p class="next-day">
    <a href="${shown.linkTo({ ...changes, day: formatDate(next.day) })}#day" data-keep="day"
      >${site.words.nextDay(dayAndMonth(site.language, next.day))}</a
    >
  </p>`
}
