// Step 2, date and time: a list of days or a month's calendar. Also used to move an appointment.
import { DAY } from '../../kernel/time/interval.ts'
import { formatDate, parseDate, weekdayOf } from '../../kernel/time/zone.ts'
import { addMonths, clockOf, dayAndMonth, longDate, monthName, monthOf, weekdayNames } from '../../locales/dates.ts'
import { faultSummary, hidden, messageBox, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Page } from '../layout.ts'
import type { Site } from '../site.ts'
import { shortTime } from './landing.view.ts'
import { groupsOf, type DayOffer, type Time } from './times-by-day.ts'
import type { First, Times } from './available-times.ts'
import { zoneNote } from './steps.ts'
import type { Captcha } from './proof-of-work.ts'
import { addressLines } from '../../locales/visit-text.ts'

type TimeChoice = {
  title: string
  event: string
  head: Html
  /** Above the heading: the steps, if any. */
  above: Html
  times: Times
  view: 'list' | 'calendar'
  /** The day whose times are shown. */
  day: number | null
  chosen: string
  action: string
  hiddenFields: readonly [name: string, value: string][]
  /** The address of this page with some parameters changed. */
  linkTo: (changes: Record<string, string | null>) => string
  /** Link to choose another place or channel; null if they cannot be changed. */
  elsewhere: ((first: First) => string) | null
  back: string
  button: string
  hint: string
  showsOffice: boolean
  faults: Faults
  /** Proof of work that taking a time costs under load. */
  captcha?: Captcha
}

/** A time as a form value; '' for null. */
export const valueOf = (time: Pick<Time, 'start' | 'locationId'> | null): string =>
  time ? `${new Date(time.start).toISOString()} ${time.locationId}` : ''

/** Instant and time zone of a form or URL value; null if invalid. */
export function chosenMoment(site: Site, chosen: string): { start: number; zone: string } | null {
  const [instant = '', locationId = ''] = chosen.split(' ')
  const start = Date.parse(instant)
  if (!Number.isFinite(start)) return null
  return { start, zone: site.config.locations.get(locationId)?.timeZone ?? site.config.timeZone }
}

function timeRadios(site: Site, choice: TimeChoice, day: number, times: readonly Time[]): Html {
  const w = site.words
  return html`${groupsOf(times).map(({ kind, hour, times: list }) => {
    const name = kind === 'hour' ? w.hourGroup(hour) : w.dayParts[kind]
    return html`<fieldset class="times">
      <legend><span class="unseen">${dayAndMonth(site.language, day)}, </span>${name}</legend>
      <div class="tiles">
        ${list.map((time) => {
          const id = `t${time.start / 60_000}${choice.showsOffice ? time.locationId.slice(-4) : ''}`
          const office = choice.showsOffice ? site.config.locations.get(time.locationId)?.name : undefined
          const isChosen = choice.chosen.startsWith(new Date(time.start).toISOString())
          return html`<div class="tile">
            <input type="radio" name="at" id="${id}" value="${valueOf(time)}" ${isChosen && html`checked`} /><label
              for="${id}"
              >${clockOf(time.zone, time.start)}${office !== undefined && html`<small>${office}</small>`}</label
            >
          </div>`
        })}
      </div>
    </fieldset>`
  })}`
}

/** The chosen time, if it is not visible: in another month, or on another day of the calendar. */
function chosenElsewhere(site: Site, choice: TimeChoice, isShown: (time: Time) => boolean): Html {
  const at = chosenMoment(site, choice.chosen)
  if (!at || choice.times.days.some(({ times }) => times.some((t) => t.start === at.start && isShown(t)))) return html``
  const { start, zone } = at
  // All free times of this month are loaded: a time missing among them is taken.
  const isGone =
    monthOf(zone, start) === choice.times.month &&
    !choice.times.days.some((d) => d.times.some((t) => t.start === start))
  if (isGone) return html``
  return html`<fieldset class="times day">
    <legend>${site.words.chosenBefore}</legend>
    <div class="tiles">
      <div class="tile">
        <input type="radio" name="at" id="chosen-before" value="${choice.chosen}" checked /><label for="chosen-before"
          >${shortTime(site, zone, start)}</label
        >
      </div>
    </div>
  </fieldset>`
}

function list(site: Site, choice: TimeChoice): Html {
  const w = site.words
  const open = choice.day ?? choice.times.days[0]?.day
  return html`${chosenElsewhere(site, choice, () => true)}
    <div class="days">
      ${choice.times.days.map(
        ({ day, times }) =>
          html`<details class="day" name="day" ${day === open && html`open`}>
            <summary>
              <h3>${dayAndMonth(site.language, day)}</h3>
              <span class="count">${w.timesCount(times.length)}</span>
            </summary>
            ${timeRadios(site, choice, day, times)}
          </details>`,
      )}
    </div>`
}

function calendar(site: Site, choice: TimeChoice): Html {
  const w = site.words
  const { month, days } = choice.times
  const offers = new Map(days.map((d) => [d.day, d]))
  const first = parseDate(`${month}-01`)
  const last = parseDate(`${addMonths(month, 1)}-01`) - 1
  const start = first - weekdayOf(first)
  const weeks = Math.ceil((last - start + 1) / 7)
  const open: DayOffer | undefined = offers.get(choice.day ?? NaN) ?? days[0]
  const short = weekdayNames(site.language, 'short')
  const long = weekdayNames(site.language, 'long')
  const cell = (day: number): Html => {
    if (day < first || day > last) return html`<td></td>`
    const number = new Date(day * DAY).getUTCDate()
    const offer = offers.get(day)
    if (!offer) return html`<td><span class="empty">${number}</span></td>`
    const isOpen = offer === open
    return html`<td>
      <a
        href="${choice.linkTo({ day: formatDate(day) })}#day"
        ${isOpen && html`aria-current="date"`}
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
    </table>
    ${chosenElsewhere(site, choice, (time) => open?.times.includes(time) === true)}
    ${
      open &&
      html`<section class="day" id="day" aria-labelledby="day-name">
        <h3 id="day-name">${dayAndMonth(site.language, open.day)}</h3>
        ${timeRadios(site, choice, open.day, open.times)}
      </section>`
    }`
}

function otherWays(site: Site, choice: TimeChoice): Html {
  const w = site.words
  const { nothing } = choice.times
  if (!nothing) return html``
  const next = nothing.next
  const nextMonth = next?.start == null ? null : formatDate(Math.floor(next.start / DAY)).slice(0, 7)
  return messageBox(
    'note',
    w.noTimes(monthName(site.language, choice.times.month)),
    html`<p>${w.why[nothing.reason] ?? w.whyUnknown}</p>
      ${
        next && nextMonth !== null
          ? html`<p>
              ${w.nextFree}:
              <a href="${choice.linkTo({ month: nextMonth, day: null })}">${shortTime(site, next.zone, next.start!)}</a>
            </p>`
          : html`<p>${w.nothingAtAll}</p>`
      }
      ${
        choice.elsewhere &&
        nothing.elsewhere.length > 0 &&
        html`<p>${w.otherWays}</p>
          <ul>
            ${nothing.elsewhere.map(
              (first) =>
                html`<li>
                  <a href="${choice.elsewhere!(first)}"
                    >${first.location?.name ?? w.channels[first.channel]},
                    ${shortTime(site, first.zone, first.start!)}</a
                  >
                </li>`,
            )}
          </ul>`
      }`,
  )
}

function monthBar(site: Site, choice: TimeChoice): Html {
  const w = site.words
  const { month, months } = choice.times
  const at = months.indexOf(month)
  const link = (to: string | undefined, text: string, rel: string): Html =>
    to === undefined
      ? html`<span></span>`
      : html`<a href="${choice.linkTo({ month: to, day: null })}" rel="${rel}">${text}</a>`
  const other = choice.view === 'list' ? 'calendar' : 'list'
  return html`<div class="months">
      ${link(months[at - 1], w.previousMonth, 'prev')}
      <h2 id="month">
        ${monthName(site.language, month)}<span class="unseen">, ${w.daysCount(choice.times.days.length)}</span>
      </h2>
      ${link(months[at + 1], w.nextMonth, 'next')}
    </div>
    <p class="views"><a href="${choice.linkTo({ view: other })}">${w.views[other]}</a></p>`
}

export function timePage(site: Site, choice: TimeChoice): Page {
  const w = site.words
  const { days } = choice.times
  const zone = days[0]?.times[0]?.zone ?? choice.times.nothing?.next?.zone ?? site.config.timeZone
  const at = days[0]?.times[0]?.start ?? site.now
  return {
    title: choice.title,
    event: choice.event,
    description: choice.title,
    main: html`<div class="narrow">
      ${choice.above}
      <h1>${choice.title}</h1>
      ${faultSummary(w, choice.faults)} ${choice.head} ${zoneNote(site, zone, at)} ${monthBar(site, choice)}
      ${otherWays(site, choice)}
      <form
        method="post"
        action="${choice.action}"
        data-chosen="${w.chosenTime}"
        ${choice.captcha && html`data-challenge="${choice.captcha.challenge}" data-worker="${choice.captcha.workerUrl}"`}
      >
        ${
          choice.captcha &&
          html`<input type="hidden" name="altcha" value="" />
            <p class="hint captcha" data-working="${w.captchaWorking}" data-done="${w.captchaDone}"></p>`
        }
        ${choice.hiddenFields.map(([name, value]) => hidden(name, value))}
        ${days.length > 0 && html`<p class="hint">${choice.hint}</p>`}
        <div id="at">
          ${
            days.length > 0
              ? choice.view === 'list'
                ? list(site, choice)
                : calendar(site, choice)
              : chosenElsewhere(site, choice, () => true)
          }
        </div>
        <div class="actions sticky">
          <a class="back" href="${choice.back}">${w.back}</a>
          <p class="chosen" aria-live="polite"></p>
          ${(days.length > 0 || choice.chosen !== '') && html`<button>${choice.button}</button>`}
        </div>
      </form>
    </div>`,
  }
}

export function officeFact(site: Site, locationId: string | undefined): Html {
  const location = locationId === undefined ? undefined : site.config.locations.get(locationId)
  if (!location) return html``
  return html`<div>
    <dt>${site.words.office}</dt>
    <dd>${location.name}${addressLines(location).map((line) => html`<br />${line}`)}</dd>
  </div>`
}

/** The address with some parameters changed; null removes one. The list is the default view and needs no parameter. */
export function withChanges(
  path: string,
  shown: URLSearchParams,
  changes: Readonly<Record<string, string | null>>,
): string {
  const target = new URLSearchParams(shown)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || (name === 'view' && value === 'list')) target.delete(name)
    else target.set(name, value)
  }
  return `${path}?${target.toString()}`
}
