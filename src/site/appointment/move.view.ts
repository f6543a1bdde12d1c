// PURE. The page that shows the old and the new time of an appointment before it is moved.
import { html, own as inOwnLanguage, type Html } from '../../platform/html/html.ts'
import { spanOf, visitName } from '../../locales/visit-text.ts'
import { hidden } from '../../ui/form.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'
import type { OwnAppointment } from './appointment.view.ts'

/** The new time (epoch ms) and office; `value`: the form value of the time; `again`: the address to choose another. */
type Moved = { start: number; end: number; locationId: string; value: string; again: string }

export function moveCheckPage(site: Site, own: OwnAppointment, to: Moved): Page {
  const w = site.words
  const { a } = own
  const placeOf = (id: string): Html =>
    a.channel === 'in_person'
      ? html`<br />${inOwnLanguage(site, site.config.locations.get(id)?.name ?? '')}`
      : html`<br />${w.channels[a.channel as 'phone']}`
  const zone = site.config.locations.get(to.locationId)?.timeZone ?? a.time_zone
  return {
    title: w.moveCheckTitle,
    isPrivate: true,
    event: 'move-check',
    main: html`<div class="narrow">
      <h1>${w.moveCheckTitle}</h1>
      <p class="lead">${inOwnLanguage(site, visitName(site, a.service_ids))}</p>
      <dl class="facts old-new">
        <div>
          <dt>${w.now}</dt>
          <dd>${spanOf(site, a.time_zone, a.starts_at.getTime(), a.ends_at.getTime())}${placeOf(a.location_id)}</dd>
        </div>
        <div>
          <dt>${w.newTime}</dt>
          <dd><strong>${spanOf(site, zone, to.start, to.end)}</strong>${placeOf(to.locationId)}</dd>
        </div>
      </dl>
      <form method="post" action="${own.base}/move">
        ${hidden('at', to.value)}
        <div class="actions">
          <a class="back" href="${to.again}">${w.chooseOther}</a>
          <button>${w.moveConfirm}</button>
        </div>
      </form>
      <p><a href="${own.base}">${w.keepIt}</a></p>
    </div>`,
  }
}
