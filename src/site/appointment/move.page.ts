// Moving an appointment: its page of times, the old beside the new one, and the move itself.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { formFields, queryFields } from '../../http/fields.ts'
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { strictest, visitFor } from '../../domain/appointment/change.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import { move } from '../../domain/appointment/move.ts'
import type { Channel, Visit } from '../../domain/catalogue/visit.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { problemWords } from '../../locales/words.ts'
import { visitName, spanOf } from '../../locales/visit-text.ts'
import { NO_FAULTS, messageBox, type Faults } from '../../ui/form.ts'
import { firstText } from '../../ui/form-input.ts'
import { html } from '../../platform/html/html.ts'
import { addOwnPage, type View } from '../pages.ts'
import type { Site } from '../site.ts'
import { daysAsked, openDay, timesAsked } from '../booking/days-asked.ts'
import { CITIZEN } from '../booking/drafts.ts'
import type { Selection } from '../booking/draft.ts'
import { locationsOver } from '../booking/selection.ts'
import { chosenLine } from '../booking/chosen-line.ts'
import { chosenMoment, timePage, withChanges } from '../booking/time.view.ts'
import { choiceOf, chosenIn } from '../booking/wish-in-url.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { managePage } from './appointment.view.ts'
import { moveCheckPage } from './move.view.ts'
import { ownAppointment } from './own-appointment.ts'

/** Context of a change by the citizen. */
export const changeOf = (site: Site, a: Appointment) => ({
  tenantId: site.tenantId,
  id: a.id,
  actor: CITIZEN,
  wantedVersion: null,
})

/** What the appointment is for, at its own office, or at another or any one that the URL names. */
function selectionFor(site: Site, a: Appointment, visit: Visit, location: string): Selection {
  const offices = locationsOver(site.config, visit, a.channel as Channel)
  const chosen = offices.find((l) => l.id === location)?.id ?? (location === 'any' ? undefined : a.location_id)
  return {
    serviceIds: a.service_ids,
    minutes: a.service_ids.length === 1 ? documentOf(a).minutes : undefined,
    places: a.seats,
    channel: a.channel as Channel,
    ...(a.channel === 'in_person' && chosen !== undefined ? { locationId: chosen } : {}),
  }
}

/** The appointment if it may be moved now, else what to show instead. Throws `too_late_to_move`. */
async function movable(deps: Deps, site: Site, a: Appointment) {
  const visit = visitFor(site.config, a)
  if (!visit) throw new AppError('service_unavailable', { service: '' })
  const own = await ownAppointment(deps, site, a)
  if (a.status === 'cancelled') {
    const message = messageBox('warning', site.words.states.cancelled, site.words.notMovable)
    return { instead: managePage(site, { ...own, message }) }
  }
  if (!own.mayMove) throw new AppError('too_late_to_move', { minutes: strictest(site.config, a, 'moveNoticeMinutes') })
  return { own, visit }
}

async function movePage(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  { a, faults }: { a: Appointment; faults: Faults },
): Promise<View> {
  const w = site.words
  const found = await movable(deps, site, a)
  if (found.instead) return found.instead
  const { own, visit } = found
  const query = queryFields(request)
  const location = firstText(query, 'location')
  const selection = selectionFor(site, a, visit, location)
  const isAnywhere = a.channel === 'in_person' && selection.locationId === undefined
  const wanted = chosenIn(site, query, selection) || a.starts_at.toISOString()
  const days = daysAsked(query, firstText(query, 'at') === '' ? null : chosenMoment(site, wanted))
  const times = await timesAsked(deps, site, { visit, selection, movingId: a.id }, days)
  const shown = new URLSearchParams()
  if (location !== '') shown.set('location', location)
  if (days.view === 'calendar') shown.set('view', 'calendar')
  for (const name of ['from', 'month', 'day'] as const)
    if (firstText(query, name) !== '') shown.set(name, firstText(query, name))
  const hasOffices = locationsOver(site.config, visit, a.channel as Channel).length > 1
  return timePage(site, {
    title: w.moveTitle,
    event: 'move',
    about: { isPrivate: true },
    above: html``,
    present: `${a.starts_at.toISOString()} ${a.location_id}`,
    line: html`<p>${w.presently(spanOf(site, a.time_zone, a.starts_at.getTime(), a.ends_at.getTime()))}</p>
      ${chosenLine(site, {
        names: visitName(site, a.service_ids),
        minutes: visit.duration / MINUTE,
        where: isAnywhere
          ? w.anyOffice
          : (site.config.locations.get(selection.locationId ?? '')?.name ?? w.channels[selection.channel]),
        change:
          a.channel === 'in_person' && hasOffices
            ? {
                href: `${own.base}/move?location=${isAnywhere ? a.location_id : 'any'}`,
                text: isAnywhere ? w.sameOffice : w.anyOffice,
              }
            : null,
      })}`,
    times,
    view: days.view,
    day: openDay(times, days.day),
    wanted,
    form: {
      method: 'get',
      action: `${own.base}/move/check`,
      hiddenFields: location === '' ? [] : [['location', location]],
    },
    linkTo: (changes) => withChanges(`${own.base}/move`, shown, changes),
    elsewhere: null,
    back: own.base,
    hint: w.moveTimeHint,
    showsOffice: isAnywhere,
    faults,
  })
}

/** The move under way as text: the present time and place, and the new ones. */
async function checkPage(deps: Deps, request: FastifyRequest, site: Site, a: Appointment): Promise<View> {
  const found = await movable(deps, site, a)
  if (found.instead) return found.instead
  const { own, visit } = found
  const query = queryFields(request)
  const selection = selectionFor(site, a, visit, firstText(query, 'location'))
  const choice = choiceOf(site, query, selection)
  if (!choice) return { redirect: `${own.base}/move` }
  if (choice.start === a.starts_at.getTime() && (choice.locationId ?? a.location_id) === a.location_id)
    return { redirect: own.base }
  return moveCheckPage(site, own, {
    start: choice.start,
    end: choice.start + visit.duration,
    locationId: choice.locationId ?? a.location_id,
    value: firstText(query, 'at'),
    again: `${own.base}/move?location=${firstText(query, 'location') || a.location_id}`,
  })
}

export function moveRoutes(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/move',
    handler: (request, _reply, site, a) => movePage(deps, request, site, { a, faults: NO_FAULTS }),
  })
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/move/check',
    handler: (request, _reply, site, a) => checkPage(deps, request, site, a),
  })
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/move',
    handler: async (request, reply, site, a) => {
      const form = formFields(request)
      const choice = choiceOf(site, form, { channel: a.channel as Channel })
      const again = (text: string, status: number) => {
        reply.code(status)
        return movePage(deps, request, site, { a, faults: new Map([['at', text]]) })
      }
      if (!choice) return again(site.words.timeMissing, 422)
      const isSamePlace = choice.locationId === undefined || choice.locationId === a.location_id
      if (choice.start === a.starts_at.getTime() && isSamePlace)
        return { redirect: `${site.base}/appointments/${a.id}` }
      try {
        await move(deps, changeOf(site, a), { start: choice.start, locationId: choice.locationId })
        return { redirect: `${site.base}/appointments/${a.id}?said=moved` }
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500 || error.code === 'too_late_to_move') throw error
        const { title, detail } = problemWords(site.language, error.code, error.params)
        return again(`${title}. ${detail}`, error.status)
      }
    },
  })
}
