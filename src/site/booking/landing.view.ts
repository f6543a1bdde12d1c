// The first page: the services, where and how they can be booked, and the first free time of each.
import type { Channel } from '../../domain/catalogue/visit.ts'
import { clockOf, shortDate } from '../../locales/dates.ts'
import { html, own, paragraphs, type Html } from '../../platform/html/html.ts'
import type { Page } from '../layout.ts'
import type { Site } from '../site.ts'
import { dayOf } from '../../kernel/time/zone.ts'
import type { First, ServiceOffer } from './available-times.ts'
import { CHANNELS } from './selection.ts'

type Landing = {
  query: string
  channel: Channel | undefined
  /** Channels offered by at least one service. */
  channels: readonly Channel[]
  frequent: readonly ServiceOffer[]
  groups: readonly { category: string | null; offers: readonly ServiceOffer[] }[]
  total: number
  /** Whether a callback can be requested instead. */
  hasCallbacks: boolean
  /** The citizen has just given a booking up. */
  wasAbandoned: boolean
}

/** `mar 24 nov, 10:00`, with the full instant as `datetime`. */
export function shortTime(site: Site, zone: string, start: number): Html {
  return html`<time datetime="${new Date(start).toISOString()}"
    >${shortDate(site.language, dayOf(zone, start))}, ${clockOf(zone, start)}</time
  >`
}

function firstLine(site: Site, serviceId: string, first: First): Html {
  const w = site.words
  const where = first.location?.name ?? w.channels[first.channel]
  if (first.start === null) return html`<li><span>${where}</span> <span class="none">${w.nothingFree}</span></li>`
  const query = new URLSearchParams({ service: serviceId, channel: first.channel })
  if (first.location) query.set('location', first.location.id)
  return html`<li>
    <span>${first.location ? own(site, where) : where}</span>
    <a href="${site.base}/book/time?${query.toString()}" data-element="service-booking-access"
      ><span class="unseen">${own(site, site.config.services.get(serviceId)?.name ?? '')}, ${where}: </span
      >${shortTime(site, first.zone, first.start)}</a
    >
  </li>`
}

function card(site: Site, { service, firsts }: ServiceOffer, channel: Channel | undefined, level: 'h2' | 'h3'): Html {
  const w = site.words
  const query = new URLSearchParams({ service: service.id, ...(channel ? { channel } : {}) })
  const link = html`<a href="${site.base}/book?${query.toString()}" data-element="service-booking-access"
    >${own(site, service.name)}</a
  >`
  return html`<li class="card">
    ${level === 'h2' ? html`<h2>${link}</h2>` : html`<h3>${link}</h3>`}
    ${service.description !== undefined && html`<p>${own(site, service.description)}</p>`}
    <p class="hint">
      ${w.minutes(service.durationMinutes)} · ${service.channels.map((c) => w.channels[c.type]).join(', ')}
    </p>
    <p class="label">${w.firstFree}</p>
    <ul class="firsts">
      ${firsts.length > 0 ? firsts.map((f) => firstLine(site, service.id, f)) : html`<li>${w.nothingFree}</li>`}
    </ul>
  </li>`
}

function search(site: Site, landing: Landing): Html {
  const w = site.words
  return html`<form method="get" action="${site.base}" role="search" class="search">
    <div class="field">
      <label for="q">${w.searchLabel}</label>
      <input type="search" id="q" name="q" value="${landing.query}" maxlength="80" autocomplete="off" />
    </div>
    ${
      landing.channels.length > 1 &&
      html`<fieldset class="choices row">
        <legend>${w.howLegend}</legend>
        ${[undefined, ...CHANNELS.filter((c) => landing.channels.includes(c))].map(
          (c) =>
            html`<div class="option">
              <input
                type="radio"
                id="channel-${c ?? 'any'}"
                name="channel"
                value="${c ?? ''}"
                ${c === landing.channel && html`checked`}
              />
              <label for="channel-${c ?? 'any'}">${c ? w.channels[c] : w.anyChannel}</label>
            </div>`,
        )}
      </fieldset>`
    }
    <button class="secondary">${w.searchButton}</button>
  </form>`
}

export function landingPage(site: Site, landing: Landing): Page {
  const w = site.words
  const intro = site.settings.booking.texts[site.language]?.intro
  const isFiltered = landing.query !== '' || landing.channel !== undefined
  const cards = (offers: readonly ServiceOffer[], level: 'h2' | 'h3') =>
    html`<ul class="cards">
      ${offers.map((offer) => card(site, offer, landing.channel, level))}
    </ul>`
  return {
    title: w.landingTitle,
    description: `${w.landingTitle}: ${site.config.name}`,
    event: 'landing',
    main: html`<div class="wide">
      ${landing.wasAbandoned && html`<p class="notice note" role="status">${w.abandoned}</p>`}
      <h1>${w.landingTitle}</h1>
      ${intro === undefined ? html`<p class="lead">${w.landingLead}</p>` : paragraphs(intro)}
      <p>
        <a href="${site.base}/find">${w.findLink}</a>
        ${landing.hasCallbacks && html`<br /><a href="${site.base}/callback">${w.callback.title}</a>`}
      </p>
      ${search(site, landing)}
      ${isFiltered && html`<p role="status">${w.found(landing.total)} <a href="${site.base}">${w.showAll}</a></p>`}
      ${
        landing.frequent.length > 0 &&
        html`<section aria-labelledby="frequent">
          <h2 id="frequent">${w.frequentTitle}</h2>
          ${cards(landing.frequent, 'h3')}
        </section>`
      }
      ${landing.groups.map(
        ({ category, offers }, i) =>
          html`<section aria-labelledby="group-${i}">
            <h2 id="group-${i}">${category === null ? w.otherServices : own(site, category)}</h2>
            ${cards(offers, 'h3')}
          </section>`,
      )}
    </div>`,
  }
}
