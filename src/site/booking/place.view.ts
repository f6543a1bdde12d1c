// Step 1: channel and office, and further services for the same visit. Phone and video need no office.
import type { Channel } from '../../domain/catalogue/visit.ts'
import type { Location, OfferedService } from '../../domain/catalogue/tenant-config.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { choices, field, hidden, NO_FAULTS, messageBox, select } from '../../ui/form.ts'
import { html, own, paragraphs, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import { serviceData } from '../metadata.ts'
import type { Site } from '../site.ts'
import { hoursOf } from './opening-hours.ts'
import { shortTime } from './short-time.ts'
import type { First } from './available-times.ts'
import type { Wish } from './selection.ts'
import { beforeYouStart } from './before.view.ts'
import { neededSteps } from './needed-steps.ts'
import { peopleFact, steps } from './steps.ts'
import { addressLines } from '../../locales/visit-text.ts'

/** `path`: of the booking, without a slash at the end. */
type PlaceChoice = {
  wish: Wish
  firsts: readonly First[]
  more: readonly OfferedService[]
  way: string
  path: string
}

const SYMBOL = ' · '

function firstFree(site: Site, first: First | undefined): Html {
  const w = site.words
  return html`<span class="detail"
    >${w.firstFree}: ${first?.start == null ? html`${w.nothingFree}` : shortTime(site, first.zone, first.start)}</span
  >`
}

function officeDetail(site: Site, location: Location, first: First | undefined): Html {
  const w = site.words
  const address = addressLines(location).join(', ')
  const hours = hoursOf(site.config, { locationId: location.id, language: site.language, words: w, now: site.now })
  return html`${address !== '' && html`<span class="detail">${w.address}: ${address}</span>`}
  ${hours.length > 0 && html`<span class="detail">${w.opening}: ${hours.join(SYMBOL)}</span>`} ${firstFree(site, first)}`
}

/** One list of all ways: each office, then the channels without an office. */
function ways(site: Site, { wish, firsts, way }: PlaceChoice): Html {
  const w = site.words
  const shown = firsts.filter((f) => wish.channel === undefined || f.channel === wish.channel)
  const offices = shown.filter((f) => f.location !== null)
  const options = shown.map((first) => ({
    value: first.location ? `in_person ${first.location.id}` : first.channel,
    label: first.location
      ? html`<strong>${own(site, first.location.name)}</strong>`
      : html`<strong>${w.channels[first.channel]}</strong>`,
    detail: first.location
      ? officeDetail(site, first.location, first)
      : html`<span class="detail">${w.channelHint[first.channel]}</span>${firstFree(site, first)}`,
  }))
  if (offices.length > 1)
    options.push({
      value: 'in_person any',
      label: html`<strong>${w.anyOffice}</strong>`,
      detail: html`<span class="detail">${w.anyOfficeHint}</span>`,
    })
  const before = options.find((option) => option.value === way)?.value
  const chosen =
    before ?? (wish.location ? `in_person ${wish.location.id}` : options.length === 1 ? options[0]!.value : '')
  return choices(
    {
      name: 'way',
      legend: wish.channel === 'in_person' ? w.officeLegend : w.wayLegend,
      options,
      chosen: [chosen],
      required: true,
    },
    NO_FAULTS,
  )
}

/** Whether a path is that of a draft, and not that of a booking without one yet. */
export const isInDraft = (site: Site, path: string): boolean => path !== `${site.base}/book`

/** The page of places of a booking, with a query. `path`: of the booking, without a slash at the end. */
export const placeAddress = (site: Site, path: string, query: URLSearchParams | [string, string][]): string =>
  `${path}${isInDraft(site, path) ? '/place' : ''}?${new URLSearchParams(query).toString()}`

/** The services of a combined visit, each with its duration and a link that removes it. */
function together(site: Site, { wish: { services, visit }, path }: Pick<PlaceChoice, 'wish' | 'path'>): Html {
  const w = site.words
  if (services.length < 2) return html``
  return html`<section class="together">
    <h2>${w.together(visit.duration / MINUTE)}</h2>
    <ul class="rows">
      ${services.map((service) => {
        const rest = services.filter((s) => s.id !== service.id).map((s): [string, string] => ['service', s.id])
        return html`<li>
          <span
            ><strong>${own(site, service.name)}</strong> (${w.minutes(service.durationMinutes)})
            ${service.description !== undefined && html`<span class="detail">${own(site, service.description)}</span>`}</span
          >
          <a href="${placeAddress(site, path, rest)}">${w.removeService}<span class="unseen"> ${service.name}</span></a>
        </li>`
      })}
    </ul>
  </section>`
}

/** What else can be done in the same visit. */
export function extras(site: Site, { wish, more, path }: Pick<PlaceChoice, 'wish' | 'more' | 'path'>): Html {
  const w = site.words
  const ids = wish.services.map((s) => s.id)
  if (more.length === 0 || ids.length >= 5) return html``
  return html`<details class="more">
    <summary>${w.addService}</summary>
    <p class="hint">${w.addServiceHint}</p>
    <ul>
      ${more.map((service) => {
        const all = [...ids, service.id].map((id): [string, string] => ['service', id])
        return html`<li>
          <a href="${placeAddress(site, path, all)}">${own(site, service.name)}</a>
          (${w.minutes(service.durationMinutes)})
        </li>`
      })}
    </ul>
  </details>`
}

/** What is being booked; `more` is appended as rows. */
function visitHead(
  site: Site,
  wish: Pick<Wish, 'services' | 'visit' | 'agent'> & { places?: number },
  more?: Html,
): Html {
  const w = site.words
  return html`<dl class="facts">
    <div>
      <dt>${w.service}</dt>
      <dd>${own(site, wish.services.map((s) => s.name).join(' + '))}</dd>
    </div>
    <div>
      <dt>${w.duration}</dt>
      <dd>${w.minutes(wish.visit.duration / MINUTE)}</dd>
    </div>
    ${
      wish.agent &&
      html`<div>
        <dt>${w.withAgent}</dt>
        <dd>${wish.agent.name}</dd>
      </div>`
    }
    ${peopleFact(site, wish.places ?? 1)} ${more}
  </dl>`
}

const officesOf = ({ firsts }: PlaceChoice): Location[] => firsts.flatMap((first) => first.location ?? [])

/** The address under which a service is known: without what a citizen has chosen. */
export const servicePath = (site: Site, wish: Pick<Wish, 'services'>): string =>
  `${site.base}/book?${new URLSearchParams(wish.services.map((s): [string, string] => ['service', s.externalId ?? s.id])).toString()}`

export function placePage(site: Site, choice: PlaceChoice): Page {
  const w = site.words
  const { wish } = choice
  const [service] = wish.services
  const durations = wish.services.length === 1 ? [service!.durationMinutes, ...service!.durationOptions] : []
  const title = choice.firsts.some((f) => f.location !== null) ? w.stepTitles.place : w.howTitle
  return {
    title: `${title}: ${wish.services.map((s) => s.name).join(' + ')}`,
    description: service?.description ?? w.landingLead,
    event: 'place',
    path: servicePath(site, wish),
    ...(service && wish.services.length === 1 ? { data: serviceData(site, service, officesOf(choice)) } : {}),
    main: html`<div class="narrow">
      ${steps(site, 'place', {}, neededSteps(site.config, wish))}
      <h1>${title}</h1>
      ${wish.visit.approvalRequired && messageBox('note', w.approvalTitle, w.approvalNote)} ${visitHead(site, wish)}
      ${service?.description !== undefined && wish.services.length === 1 && paragraphs(service.description)}
      ${beforeYouStart(site, wish, null, true)} ${together(site, choice)}
      <form method="get" action="${choice.path}/time">
        ${wish.services.map((s) => hidden('service', s.id))} ${wish.agent && hidden('agent', wish.agent.id)}
        ${ways(site, choice)}
        ${
          durations.length > 1 &&
          select(
            {
              name: 'duration',
              label: w.duration,
              options: durations.sort((a, b) => a - b).map((m) => ({ value: String(m), label: w.minutes(m) })),
              value: String(wish.minutes ?? service!.durationMinutes),
            },
            NO_FAULTS,
          )
        }
        ${
          wish.visit.seats > 1 &&
          field(
            {
              name: 'places',
              label: w.places,
              value: String(wish.places),
              type: 'number',
              minimum: 1,
              maximum: Math.min(10, wish.visit.seats),
            },
            NO_FAULTS,
          )
        }
        ${extras(site, choice)}
        <div class="actions">
          <a class="back" href="${isInDraft(site, choice.path) ? `${choice.path}/time` : site.base}">${w.back}</a>
          <button>${w.next}</button>
        </div>
      </form>
    </div>`,
  }
}

/** Splits the `way` field of the form above into channel and location. */
export function wayOf(way: string | undefined): { channel?: Channel; location?: string } {
  const [channel, location] = (way ?? '').split(' ')
  if (channel !== 'in_person' && channel !== 'phone' && channel !== 'video') return {}
  return { channel, ...(location !== undefined && location !== 'any' ? { location } : {}) }
}
