// PURE. The first page: a search, the services with their first free times, and filters. Pressing a time takes it.
import type { Channel } from '../../domain/catalogue/visit.ts'
import type { Location, Need } from '../../domain/catalogue/tenant-config.ts'
import { clockOf, dateOf } from '../../locales/dates.ts'
import { formatDate, dayOf } from '../../kernel/time/zone.ts'
import { hidden, select, NO_FAULTS } from '../../ui/form.ts'
import { icon } from '../../ui/icon.ts'
import { html, own, paragraphs, telephone, type Html } from '../../platform/html/html.ts'
import { visitName } from '../../locales/visit-text.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'
import type { Filter, First, ServiceOffer } from './available-times.ts'
import { serviceSheet } from './before.view.ts'
import { selectionQuery, type Held, type Selection } from './draft.ts'
import { shortTime } from './short-time.ts'
import { valueOf } from './times-by-day.ts'

export type Landing = {
  query: string
  filter: Filter
  /** The day of the filter as a date, or ''. */
  date: string
  /** What can be chosen in the filters. */
  channels: readonly Channel[]
  offices: readonly Location[]
  needs: readonly Need[]
  frequent: readonly ServiceOffer[]
  groups: readonly { category: string | null; offers: readonly ServiceOffer[] }[]
  /** Services found; 0 = none, and all are shown. */
  total: number
  isSearch: boolean
  /** Whether a filter is set. */
  isFiltered: boolean
  /** Whether a callback can be requested instead. */
  hasCallbacks: boolean
  /** The citizen has just given a booking up. */
  wasAbandoned: boolean
  /** A booking begun in this browser whose time is still held. */
  begun: { id: string; selection: Selection; held: Held } | null
  /** Id and signature of the draft that a pressed time begins. */
  draft: string
}

/** Places shown on a card; the others are on the page of places. */
const MOST_PLACES = 4

const selectionFor = (serviceId: string, { channel, location }: First): Selection => ({
  serviceIds: [serviceId],
  places: 1,
  channel,
  ...(location ? { locationId: location.id } : {}),
})

/** The earliest time of several offices, for those who go anywhere; null with one office, or nothing free. */
function anywhere(firsts: readonly First[]): First | null {
  const free = firsts.filter(({ channel, start }) => channel === 'in_person' && start !== null)
  return free.length < 2 ? null : free.reduce((a, b) => (b.start! < a.start! ? b : a))
}

type Line = { service: ServiceOffer['service']; first: First; draft: string; isAnywhere?: boolean }

/** A place with its first free time, which is a button, and the way to its other times. */
function firstLine(site: Site, { service, first, draft, isAnywhere = false }: Line): Html {
  const w = site.words
  const place = isAnywhere
    ? html`${w.asap}`
    : first.location
      ? own(site, first.location.name)
      : html`${w.channels[first.channel]}`
  const where = html`${icon(isAnywhere ? 'soon' : first.channel)}${place}`
  const query = selectionQuery(selectionFor(service.id, isAnywhere ? { ...first, location: null } : first))
  if (first.start === null)
    return html`<li>
      <span>${where}</span>
      <a class="none" href="${site.base}/book/time?${query.toString()}">${w.nothingFree}</a>
    </li>`
  const name = html`<span class="unseen">${own(site, service.name)}, ${place}: </span>`
  return html`<li>
    <span>${where}</span>
    <form method="post" action="${site.base}/book/time?${query.toString()}" class="inline">
      ${[...query].map(([key, value]) => hidden(key, value))} ${hidden('draft', draft)}
      <button
        class="take"
        name="at"
        value="${valueOf({ start: first.start, locationId: first.location?.id ?? '' })}"
        data-element="service-booking-access"
      >
        ${name}${shortTime(site, first.zone, first.start)}
      </button>
    </form>
    <a class="other-times" href="${site.base}/book/time?${query.toString()}">${w.otherTimes}${name}</a>
  </li>`
}

function card(site: Site, offer: ServiceOffer, { filter, draft }: Landing): Html {
  const w = site.words
  const { service, firsts } = offer
  const query = new URLSearchParams({ service: service.id, ...(filter.channel ? { channel: filter.channel } : {}) })
  const address = `${site.base}/book?${query.toString()}`
  const soonest = anywhere(firsts)
  return html`<li class="card">
    <h3><a href="${address}" data-element="service-booking-access">${own(site, service.name)}</a></h3>
    <p class="hint">
      ${w.minutes(service.durationMinutes)} · ${service.channels.map((c) => w.channels[c.type]).join(', ')}
    </p>
    <ul class="firsts">
      ${soonest && firstLine(site, { service, first: soonest, draft, isAnywhere: true })}
      ${firsts.slice(0, MOST_PLACES).map((first) => firstLine(site, { service, first, draft }))}
      ${firsts.length === 0 && html`<li><span class="none">${w.nothingFree}</span></li>`}
    </ul>
    ${firsts.length > MOST_PLACES && html`<p><a href="${address}">${w.allPlaces(firsts.length)}</a></p>`}
    ${service.description !== undefined && html`<p>${own(site, service.description)}</p>`}
    ${serviceSheet(site, service)}
  </li>`
}

/** The filters, closed until one is used: most people need none. */
function filters(site: Site, landing: Landing): Html {
  const w = site.words
  const { filter, channels, offices, needs } = landing
  type Choice = { name: string; label: string; any: string; options: readonly (readonly [string, string])[] }
  const choose = ({ name, label, any, options }: Choice, value = ''): Html | false =>
    options.length > 0 &&
    select(
      {
        ...{ name, label, value },
        options: [{ value: '', label: any }, ...options.map(([v, text]) => ({ value: v, label: text }))],
      },
      NO_FAULTS,
    )
  const parts = [
    ['morning', w.dayParts.morning],
    ['afternoon', w.dayParts.afternoon],
  ] as const
  const ways = channels.map((c) => [c, w.channels[c]] as const)
  const places = offices.map((l) => [l.id, l.name] as const)
  const wanted = needs.map((n) => [n, w.needs[n]] as const)
  const today = formatDate(dayOf(site.config.timeZone, site.now))
  return html`<details class="filters" ${landing.isFiltered && html`open`}>
    <summary>${w.filters}</summary>
    <div class="filter-fields">
      <div class="field">
        <label for="date">${w.filterDay}</label>
        <input type="date" id="date" name="date" value="${landing.date}" min="${today}" />
      </div>
      ${choose({ name: 'part', label: w.filterPart, any: w.anyPart, options: parts }, filter.part)}
      ${choose({ name: 'channel', label: w.howLegend, any: w.anyChannel, options: ways }, filter.channel)}
      ${choose({ name: 'location', label: w.office, any: w.anyOffice, options: places }, filter.locationId)}
      ${choose({ name: 'need', label: w.filterNeed, any: w.noNeed, options: wanted }, filter.need)}
    </div>
    <button class="secondary small">${w.applyFilters}</button>
  </details>`
}

function search(site: Site, landing: Landing): Html {
  const w = site.words
  return html`<form method="get" action="${site.base}" role="search" class="search">
    <label for="q">${w.searchLabel}</label>
    <div class="search-row">
      <input type="search" id="q" name="q" value="${landing.query}" maxlength="80" autocomplete="off" />
      <button>${w.searchButton}</button>
    </div>
    ${filters(site, landing)}
  </form>`
}

/** After a search: how much was found, and what else there is. */
function result(site: Site, landing: Landing): Html {
  const w = site.words
  const { supportPhone } = site.settings.booking
  if (!landing.isSearch && !landing.isFiltered) return html``
  if (landing.total > 0)
    return html`<p role="status">${w.found(landing.total)} <a href="${site.base}">${w.showAll}</a></p>`
  return html`<div class="notice note" role="status">
    <h2>${w.nothingFound(landing.query)}</h2>
    <p>${w.nothingFoundText}</p>
    <p>
      ${supportPhone !== undefined && html`${w.callUs} ${telephone(supportPhone)}. `}
      ${landing.hasCallbacks && html`<a href="${site.base}/callback">${w.callback.title}</a>`}
    </p>
  </div>`
}

function begunNote(site: Site, { begun }: Landing): Html {
  if (!begun) return html``
  const { held, selection } = begun
  const when = `${dateOf(site.language, held.timeZone, held.start)}, ${clockOf(held.timeZone, held.start)}`
  return html`<p class="notice note">
    ${site.words.begun(visitName(site, selection.serviceIds), when)}
    <a href="${site.base}/book/${begun.id}/resume">${site.words.goOn}</a>
  </p>`
}

export function landingPage(site: Site, landing: Landing): Page {
  const w = site.words
  const intro = site.settings.booking.texts[site.language]?.intro
  const isPlain = !landing.isSearch && !landing.isFiltered
  const cards = (offers: readonly ServiceOffer[]) =>
    html`<ul class="cards">
      ${offers.map((offer) => card(site, offer, landing))}
    </ul>`
  const isUntranslated =
    site.language !== site.settings.locale &&
    [...site.config.services.values()].some((s) => !s.archived && !site.translated.has(s.name))
  return {
    title: w.landingTitle,
    description: `${w.landingTitle}: ${site.config.name}`,
    event: 'landing',
    path: site.base,
    main: html`<div class="wide landing">
      ${landing.wasAbandoned && html`<p class="notice note" role="status">${w.abandoned}</p>`}
      ${begunNote(site, landing)}
      <h1>${w.landingTitle}</h1>
      ${isPlain && (intro === undefined ? html`<p class="lead">${w.landingLead}</p>` : paragraphs(intro))}
      ${search(site, landing)} ${result(site, landing)}
      ${isUntranslated && html`<p class="hint">${w.partlyTranslated(w.languageNames[site.settings.locale])}</p>`}
      ${
        landing.frequent.length > 0 &&
        html`<section aria-labelledby="frequent">
          <h2 id="frequent">${w.frequentTitle}</h2>
          ${cards(landing.frequent)}
        </section>`
      }
      ${landing.groups.map(
        ({ category, offers }, i) =>
          html`<section aria-labelledby="group-${i}">
            <h2 id="group-${i}">
              ${landing.isSearch && landing.total > 0 ? w.foundTitle : category === null ? w.otherServices : own(site, category)}
            </h2>
            ${cards(offers)}
          </section>`,
      )}
      <section class="ways" aria-labelledby="ways">
        <h2 id="ways">${w.waysTitle}</h2>
        <ul>
          <li>${icon('mine')}<a href="${site.base}/mine">${w.mineLink}</a></li>
          ${landing.hasCallbacks && html`<li>${icon('phone')}<a href="${site.base}/callback">${w.callback.title}</a></li>`}
        </ul>
      </section>
    </div>`,
  }
}
