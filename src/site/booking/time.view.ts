// The page of times: the days and, beside them, the times of one. Pressing a time takes it. Also used to move an appointment.
import { DAY } from '../../kernel/time/interval.ts'
import { formatDate } from '../../kernel/time/zone.ts'
import { clockOf, dayAndMonth, monthRange } from '../../locales/dates.ts'
import { captchaNote, faultSummary, hidden, messageBox, type Faults } from '../../ui/form.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'
import { shortTime } from './short-time.ts'
import { groupsOf, valueOf, type Time } from './times-by-day.ts'
import type { First } from './available-times.ts'
import { zoneNote } from './steps.ts'
import type { Captcha } from './proof-of-work.ts'
import { daysBox, nextDayLink, type DaysShown } from './days.view.ts'

type TimeChoice = DaysShown & {
  title: string
  event: string
  /** Above the heading: the steps, and notices. */
  above: Html
  /** One line: what was chosen before, and the way to change it. */
  line: Html
  /** A time to mark: the one asked for, or the present one. As a form value; '' for none. */
  wanted: string
  /** Where a pressed time is sent. */
  form: { method: 'get' | 'post'; action: string; hiddenFields: readonly [name: string, value: string][] }
  /** Link to choose another place or channel; null if they cannot be changed. */
  elsewhere: ((first: First) => string) | null
  back: string
  hint: string
  showsOffice: boolean
  /** The time that the appointment has now, as a form value: shown, but not to be chosen. */
  present?: string
  faults: Faults
  /** Proof of work that taking a time costs under load. */
  captcha?: Captcha
  below?: Html
  /** The page's own address and what it is about; absent on private pages. */
  about: Pick<Page, 'path' | 'data' | 'isPrivate'>
}

/** Instant and time zone of a form or URL value; null if invalid. */
export function chosenMoment(site: Site, chosen: string): { start: number; zone: string } | null {
  const [instant = '', locationId = ''] = chosen.split(' ')
  const start = Date.parse(instant)
  if (!Number.isFinite(start)) return null
  return { start, zone: site.config.locations.get(locationId)?.timeZone ?? site.config.timeZone }
}

function timeButtons(site: Site, choice: TimeChoice, times: readonly Time[]): Html {
  const w = site.words
  return html`${groupsOf(times).map(({ kind, hour, times: part }) => {
    const id = `part-${kind}-${hour}`
    return html`<h3 id="${id}">${kind === 'hour' ? w.hourGroup(hour) : w.dayParts[kind]}</h3>
      <ul class="tiles" aria-labelledby="${id}">
        ${part.map((time) => {
          const office = choice.showsOffice ? site.config.locations.get(time.locationId)?.name : undefined
          const isPresent = valueOf(time) === choice.present
          const isWanted = choice.wanted.startsWith(new Date(time.start).toISOString())
          const mark = isPresent ? w.presentTime : isWanted ? w.markedTime : null
          return html`<li ${office !== undefined && html`class="with-office"`}>
            <button
              name="at"
              value="${valueOf(time)}"
              class="tile${isWanted && !isPresent ? ' wanted' : ''}"
              ${isPresent && html`disabled`}
            >
              ${clockOf(time.zone, time.start)}${mark !== null && html`<span class="unseen">, ${mark}</span>`}
              ${office !== undefined && html`<small>${own(site, office)}</small>`}
            </button>
          </li>`
        })}
      </ul>`
  })}`
}

/** The reason why no day has a time, and what else there is. */
function otherWays(site: Site, choice: TimeChoice): Html {
  const w = site.words
  const { nothing, from, to, last } = choice.times
  if (!nothing) return html``
  const { next } = nothing
  const nextDay = next?.start == null ? null : formatDate(Math.floor(next.start / DAY))
  return messageBox(
    'note',
    w.noTimes(monthRange(site.language, from, Math.min(to, last))),
    html`<p>${w.why[nothing.reason] ?? w.whyUnknown}</p>
      ${
        next && nextDay !== null
          ? html`<p>
              ${w.nextFree}:
              <a href="${choice.linkTo({ from: nextDay, month: null, day: nextDay })}"
                >${shortTime(site, next.zone, next.start!)}</a
              >
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
                    >${first.location ? own(site, first.location.name) : w.channels[first.channel]},
                    ${shortTime(site, first.zone, first.start!)}</a
                  >
                </li>`,
            )}
          </ul>`
      }`,
  )
}

function timesForm(site: Site, choice: TimeChoice): Html {
  const { form, captcha, times, day } = choice
  const offer = times.days.find((d) => d.day === day)
  const w = site.words
  if (!offer) return html``
  return html`<form
    method="${form.method}"
    action="${form.action}"
    class="pick-times"
    id="at"
    ${captcha && html`data-challenge="${captcha.challenge}" data-worker="${captcha.workerUrl}"`}
  >
    ${captcha && html`<input type="hidden" name="altcha" value="" />`}
    ${form.hiddenFields.map(([name, value]) => hidden(name, value))}
    <h2 id="day" tabindex="-1">
      ${dayAndMonth(site.language, offer.day)}<span class="unseen">, ${w.timesCount(offer.times.length)}</span>
    </h2>
    ${timeButtons(site, choice, offer.times)} ${captcha && captchaNote(w)} ${nextDayLink(site, choice)}
  </form>`
}

/** What is wrong with the pressed time. That the browser has work to do first is nobody's mistake. */
function faultsOf(site: Site, { captcha, faults }: TimeChoice): Html {
  const w = site.words
  if (!captcha || faults.size === 0) return faultSummary(w, faults)
  return messageBox('note', w.oneMoment, [...faults.values()].join(' '))
}

export function timePage(site: Site, choice: TimeChoice): Page {
  const w = site.words
  const { days, nothing } = choice.times
  const zone = days[0]?.times[0]?.zone ?? nothing?.next?.zone ?? site.config.timeZone
  const at = days[0]?.times[0]?.start ?? site.now
  return {
    title: choice.title,
    event: choice.event,
    ...choice.about,
    description: choice.title,
    main: html`<div class="wide picker">
      ${choice.above}
      <h1>${choice.title}</h1>
      ${faultsOf(site, choice)} ${choice.line} ${zoneNote(site, zone, at)} ${otherWays(site, choice)}
      <div class="pick">${daysBox(site, choice)} ${timesForm(site, choice)}</div>
      ${days.length > 0 && html`<p class="hint">${choice.hint}</p>`} ${choice.below ?? ''}
      <p class="actions"><a class="back" href="${choice.back}">${w.back}</a></p>
    </div>`,
  }
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
