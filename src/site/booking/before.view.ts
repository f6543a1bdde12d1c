// PURE. What people should know before they choose a time: what to bring, the cost, who may come instead, how to get there.
import type { Location, OfferedService } from '../../domain/catalogue/tenant-config.ts'
import { addressLines, mapLink } from '../../locales/visit-text.ts'
import { html, ownParagraphs, type Html } from '../../platform/html/html.ts'
import type { Site } from '../site.ts'
import type { Selection } from './draft.ts'
import type { Wish } from './selection.ts'

function row(name: string, value: Html): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}

function serviceRows(site: Site, services: readonly OfferedService[]): Html {
  const w = site.words
  const rowsOf = (name: string, key: 'whatToBring' | 'cost' | 'whoCanGo'): Html => {
    const texts = services.flatMap((s) => s[key] ?? [])
    return html`${texts.length > 0 && row(name, html`${texts.map((text) => ownParagraphs(site, text))}`)}`
  }
  return html`${rowsOf(w.toBring, 'whatToBring')} ${rowsOf(w.cost, 'cost')} ${rowsOf(w.whoCanGo, 'whoCanGo')}`
}

function placeRows(site: Site, location: Location): Html {
  const w = site.words
  const lines = addressLines(location)
  const map = mapLink(location)
  const features = location.features ?? []
  return html`${
    lines.length > 0 &&
    row(
      w.directions,
      html`${lines.join(', ')}${map !== null && html` · <a href="${map}" rel="noreferrer">${w.map}</a>`}
      ${location.directions != null && location.directions !== '' && ownParagraphs(site, location.directions)}`,
    )
  }
  ${features.length > 0 && row(w.needsMet, html`${features.map((need) => w.needs[need]).join(', ')}`)}`
}

/** Whether a service has anything to tell beforehand. */
const hasSheet = (s: OfferedService): boolean =>
  s.whatToBring !== undefined || s.cost !== undefined || s.whoCanGo !== undefined

/** The sheet of a service on its card. */
export const serviceSheet = (site: Site, service: OfferedService): Html =>
  html`${
    hasSheet(service) &&
    html`<details class="before">
      <summary>${site.words.beforeTitle}<span class="unseen">: ${service.name}</span></summary>
      <dl>${serviceRows(site, [service])}</dl>
    </details>`
  }`

/** The sheet of a visit, closed: the times come first. `isOpen`: on a page that has room for it. */
export function beforeYouStart(site: Site, { services }: Wish, selection: Selection | null, isOpen = false): Html {
  const location =
    selection?.channel === 'in_person' ? site.config.locations.get(selection.locationId ?? '') : undefined
  if (!services.some(hasSheet) && !(location && addressLines(location).length > 0)) return html``
  return html`<details class="before" ${isOpen && html`open`}>
    <summary>${site.words.beforeTitle}</summary>
    <dl>${serviceRows(site, services)} ${location && placeRows(site, location)}</dl>
  </details>`
}
