// The appointment of a citizen with everything that its pages show and allow.
import { isWithinNotice } from '../../domain/appointment/appointment.ts'
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { strictest, visitFor } from '../../domain/appointment/change.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import { presentAppointment } from '../../domain/appointment/appointment-json.ts'
import { isRateable } from '../../domain/appointment/rate.ts'
import { findContact } from '../../domain/contact/contact.sql.ts'
import type { Question } from '../../domain/catalogue/visit.ts'
import type { Deps } from '../../domain/deps.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { walletsOf } from '../../application/wallet/wallet-keys.ts'
import { openEntryOf } from '../../application/waiting-list/waiting.sql.ts'
import { momentOf, untilOf } from '../../application/messaging/wording.ts'
import { NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Site } from '../site.ts'
import { delayOf, mayArrive, placeOf } from './day.ts'
import type { OwnAppointment, Waiting } from './appointment.view.ts'

/** The state of the waiting list for this appointment; null if it is not offered. */
async function waitingOf(deps: Deps, site: Site, a: Appointment): Promise<Waiting | null> {
  const { enabled, leadMinutes } = site.settings.waitingList
  const isLate = a.starts_at.getTime() - site.now < leadMinutes * MINUTE
  if (!enabled || isLate || a.seats > 1 || !['pending', 'confirmed'].includes(a.status)) return null
  const entry = await openEntryOf(deps.db.kysely, site.tenantId, a.id)
  const isOffered = entry?.status === 'offered' && entry.offer_until!.getTime() > site.now
  const offer = isOffered
    ? {
        when: momentOf(site, a.time_zone, entry.offer_start!.getTime()),
        until: untilOf(site, a.time_zone, entry.offer_until!.getTime()),
      }
    : null
  return { isWaiting: entry !== undefined, offer }
}

/** The questions of the visit, in the language of the page. */
export const questionsOf = (site: Site, a: Appointment): readonly Question[] =>
  visitFor(site.config, a)?.questions ?? []

/** Whether the answers can still be changed: until the visit begins. */
export const mayAmend = (site: Site, a: Appointment): boolean =>
  (a.status === 'confirmed' || a.status === 'pending') && a.starts_at.getTime() > site.now

const EMPTY = { first_name: '', last_name: '', email: null, phone: null }

export async function ownAppointment(
  deps: Deps,
  site: Site,
  a: Appointment,
  more: { message?: Html; faults?: Faults } = {},
): Promise<OwnAppointment> {
  const contact = (await findContact(deps.db.kysely, site.tenantId, a.contact_id ?? '')) ?? EMPTY
  const isLive = a.status === 'confirmed' || a.status === 'pending'
  const start = a.starts_at.getTime()
  const isInTime = (field: 'moveNoticeMinutes' | 'cancelNoticeMinutes'): boolean =>
    isLive && start > site.now && isWithinNotice(start, strictest(site.config, a, field) * MINUTE, site.now)
  const { joinLink } = presentAppointment(a, site.config, true) as { joinLink?: string }
  return {
    a,
    base: `${site.base}/appointments/${a.id}`,
    contact: { firstName: contact.first_name, lastName: contact.last_name, email: contact.email, phone: contact.phone },
    joinLink,
    mayMove: isInTime('moveNoticeMinutes'),
    mayCancel: isInTime('cancelNoticeMinutes'),
    questions: questionsOf(site, a),
    mayAmend: mayAmend(site, a),
    isRateable: isRateable(a, site.now),
    stars: documentOf(a).rating?.stars ?? null,
    waiting: await waitingOf(deps, site, a),
    wallets: await walletsOf(deps, site.tenantId),
    day: {
      mayArrive: mayArrive(site, a),
      byCode: site.config.locations.get(a.location_id)?.arrivalCode !== undefined,
      byPlace: placeOf(site.config.locations.get(a.location_id)) !== null,
      hasArrived: documentOf(a).arrivedAt !== undefined,
      delay: await delayOf(deps, site, a),
      sign: '',
    },
    message: html``,
    faults: NO_FAULTS,
    ...more,
  }
}
