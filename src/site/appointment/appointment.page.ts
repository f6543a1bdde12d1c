// Pages of the citizen's own appointment: personal link, result, moving, cancelling, rating, and finding it again.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { formFields, pathPart, queryFields } from '../../http/fields.ts'
import { isWithinNotice } from '../../domain/appointment/appointment.ts'
import { findAppointment, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { cancel, strictest, visitFor } from '../../domain/appointment/change.ts'
import { move } from '../../domain/appointment/move.ts'
import { presentAppointment } from '../../domain/appointment/appointment-json.ts'
import { isRateable, rate } from '../../domain/appointment/rate.ts'
import { hashSecret, parseToken } from '../../kernel/crypto/token.ts'
import { findContact } from '../../domain/contact/contact.sql.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { problemWords } from '../../locales/words.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, isCalendarDate, parseDate } from '../../kernel/time/zone.ts'
import { monthOf } from '../../locales/dates.ts'
import type { Channel } from '../../domain/catalogue/visit.ts'
import { openEntryOf } from '../../application/waiting-list/waiting.sql.ts'
import { momentOf, untilOf } from '../../application/messaging/wording.ts'
import { NO_FAULTS, messageBox, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { addOwnPage, addPage, ownOf, type View } from '../pages.ts'
import { isSignature, readSignedName, isSameText } from '../../kernel/crypto/signature.ts'
import { rememberAppointment, siteOf, type Site } from '../site.ts'
import {
  cancelPage,
  confirmedPage,
  findPage,
  managePage,
  type OwnAppointment,
  type Waiting,
} from './appointment.view.ts'
import { choiceOf, chosenIn } from '../booking/booking.page.ts'
import { calendarView } from '../../domain/appointment/appointment-view.ts'
import { calendarObject } from '../../application/calendars/ics-event.ts'
import { CITIZEN } from '../booking/drafts.ts'
import type { Selection } from '../booking/draft.ts'
import { timesOf } from '../booking/available-times.ts'
import { chosenMoment, officeFact, timePage, withChanges } from '../booking/time.view.ts'
import { spanOf, visitName } from '../../locales/visit-text.ts'
import { manageLink } from '../../application/notifications/links.ts'
import { firstText, textOf } from '../../ui/form-input.ts'
import { empty, sendLinksForm, findForm } from './find.page.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

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

const EMPTY = { first_name: '', last_name: '', email: null, phone: null }

async function ownAppointment(
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
    isRateable: isRateable(a, site.now),
    stars: documentOf(a).rating?.stars ?? null,
    waiting: await waitingOf(deps, site, a),
    message: html``,
    faults: NO_FAULTS,
    ...more,
  }
}

function selectionOfOwn(a: Appointment): Selection {
  return {
    serviceIds: a.service_ids,
    minutes: a.service_ids.length === 1 ? documentOf(a).minutes : undefined,
    places: a.seats,
    channel: a.channel as Channel,
    ...(a.channel === 'in_person' ? { locationId: a.location_id } : {}),
  }
}

async function movePage(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  { a, faults }: { a: Appointment; faults: Faults },
): Promise<View> {
  const w = site.words
  const visit = visitFor(site.config, a)
  if (!visit) throw new AppError('service_unavailable', { service: '' })
  const own = await ownAppointment(deps, site, a)
  if (a.status === 'cancelled')
    return managePage(site, { ...own, message: messageBox('warning', w.states.cancelled, w.notMovable) })
  if (!own.mayMove) throw new AppError('too_late_to_move', { minutes: strictest(site.config, a, 'moveNoticeMinutes') })
  const query = queryFields(request)
  const selection = selectionOfOwn(a)
  const asked = firstText(query, 'month')
  const month = isCalendarDate(`${asked}-01`) ? asked : undefined
  const view = query.view === 'calendar' ? 'calendar' : 'list'
  const dayText = firstText(query, 'day')
  const wanted = chosenIn(site, query, selection)
  const at = chosenMoment(site, wanted)
  const shownMonth = month ?? (at ? monthOf(at.zone, at.start) : undefined)
  const found = await timesOf(deps, site, { visit, selection, asked: shownMonth, movingId: a.id })
  const shown = new URLSearchParams({ month: found.month })
  if (view === 'calendar') shown.set('view', view)
  if (wanted !== '') shown.set('at', wanted)
  return timePage(site, {
    title: w.moveTitle,
    event: 'move',
    above: html``,
    head: html`<dl class="facts">
      <div>
        <dt>${w.service}</dt>
        <dd>${visitName(site, a.service_ids)}</dd>
      </div>
      <div>
        <dt>${w.now}</dt>
        <dd>${spanOf(site, a.time_zone, a.starts_at.getTime(), a.ends_at.getTime())}</dd>
      </div>
      ${officeFact(site, selection.locationId)}
    </dl>`,
    times: found,
    view,
    day: isCalendarDate(dayText) ? parseDate(dayText) : at && dayOf(at.zone, at.start),
    chosen: wanted === '' ? a.starts_at.toISOString() : wanted,
    action: `${own.base}/move?month=${found.month}`,
    hiddenFields: [],
    linkTo: (changes) => withChanges(`${own.base}/move`, shown, changes),
    elsewhere: null,
    back: own.base,
    button: w.moveConfirm,
    hint: w.moveTimeHint,
    showsOffice: false,
    faults,
  })
}

/** Context of a change by the citizen. */
const changeOf = (site: Site, a: Appointment) => ({
  tenantId: site.tenantId,
  id: a.id,
  actor: CITIZEN,
  wantedVersion: null,
})

/** Messages shown only while they are true: the URL contains them, and may be bookmarked or reloaded. */
const STILL_SO: Record<string, (own: OwnAppointment) => boolean> = {
  moved: ({ a }) => a.status === 'confirmed' || a.status === 'pending',
  taken: ({ a }) => a.status === 'confirmed' || a.status === 'pending',
  cancelled: ({ a }) => a.status === 'cancelled',
  joined: ({ waiting }) => waiting?.isWaiting === true,
  left: ({ waiting }) => waiting?.isWaiting === false,
}

const SAID: Record<string, (site: Site) => [string, string]> = {
  moved: ({ words: w }) => [w.movedTitle, w.movedText],
  cancelled: ({ words: w }) => [w.cancelledTitle, w.cancelledText],
  rated: ({ words: w }) => [w.ratingThanks, w.ratingSaved],
  joined: ({ words: w }) => w.waiting.joined as [string, string],
  left: ({ words: w }) => w.waiting.left as [string, string],
  taken: ({ words: w }) => w.waiting.taken as [string, string],
}

function said(request: FastifyRequest, site: Site, own: OwnAppointment): Html {
  const word = firstText(queryFields(request), 'said')
  if (!Object.hasOwn(SAID, word) || STILL_SO[word]?.(own) === false) return html``
  const [title, text] = SAID[word]!(site)
  return html`<div class="notice success" role="status">
    <h2>${title}</h2>
    <p>${text}</p>
  </div>`
}

function moveAndCancel(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/move',
    handler: (request, _reply, site, a) => movePage(deps, request, site, { a, faults: NO_FAULTS }),
  })
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/move',
    handler: async (request, reply, site, a) => {
      const selection = selectionOfOwn(a)
      const choice = choiceOf(site, formFields(request), selection)
      const again = (text: string, status: number) => {
        reply.code(status)
        return movePage(deps, request, site, { a, faults: new Map([['at', text]]) })
      }
      if (!choice) return again(site.words.timeMissing, 422)
      if (choice.start === a.starts_at.getTime()) return { redirect: `${site.base}/appointments/${a.id}` }
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
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/cancel',
    handler: async (_request, _reply, site, a) => {
      const own = await ownAppointment(deps, site, a)
      if (a.status === 'cancelled') return { redirect: own.base }
      if (!own.mayCancel)
        throw new AppError('too_late_to_cancel', { minutes: strictest(site.config, a, 'cancelNoticeMinutes') })
      return cancelPage(site, own)
    },
  })
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/cancel',
    handler: async (request, _reply, site, a) => {
      const reason = textOf(formFields(request), 'reason', 500)
      await cancel(deps, changeOf(site, a), reason === '' ? undefined : reason)
      return { redirect: `${site.base}/appointments/${a.id}?said=cancelled` }
    },
  })
}

const listOf = (value: string | readonly string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : [...value]

function rating(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/rating',
    handler: async (request, reply, site, a) => {
      const form = formFields(request)
      const stars = Number(textOf(form, 'stars', 1))
      if (!(Number.isInteger(stars) && stars >= 1 && stars <= 5)) {
        reply.code(422)
        const faults = new Map([['stars', site.words.fieldMissing]])
        return managePage(site, await ownAppointment(deps, site, a, { faults }))
      }
      const known = new Set([...site.words.goodReasons, ...site.words.badReasons])
      const reasons = listOf(form.reasons).filter((reason) => known.has(reason))
      const comment = textOf(form, 'comment', 200)
      const said = textOf(form, 'recommendation', 2)
      const recommendation = /^(\d|10)$/.test(said) ? Number(said) : documentOf(a).rating?.recommendation
      const before = documentOf(a).rating
      await rate(deps, site.tenantId, a.id, {
        stars,
        ...(reasons.length > 0 ? { reasons } : before?.reasons ? { reasons: before.reasons } : {}),
        ...(comment !== '' ? { comment } : before?.comment ? { comment: before.comment } : {}),
        ...(recommendation !== undefined ? { recommendation } : {}),
      })
      return { redirect: `${site.base}/appointments/${a.id}${before ? '?said=rated' : ''}` }
    },
  })
}

function personalLink(app: FastifyInstance, deps: Deps): void {
  // Admits this browser by cookie and redirects, so that the secret leaves the URL at once.
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/m/:token',
    handler: async (request, reply, site) => {
      const token = pathPart(request, 'token')
      const parsed = parseToken(token)
      const named = readSignedName(token)
      const id = parsed?.kind === 'agm' && parsed.tenantId === site.tenantId ? parsed.rowId : named?.id
      const a = id === undefined ? undefined : await findAppointment(deps.db.kysely, site.tenantId, id)
      const isRight =
        a !== undefined &&
        (parsed
          ? isSameText(a.manage_hash ?? '', hashSecret(parsed.secret))
          : isSignature(named?.seal ?? '', site.secret, 'appointment', a.id, a.manage_hash ?? ''))
      if (!a || !isRight || a.contact_id === null) throw new AppError('link_invalid')
      rememberAppointment(request, reply, site, a)
      return { redirect: `${site.base}/appointments/${a.id}` }
    },
  })
}

function managePageRoute(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id',
    handler: async (request, _reply, site, a) =>
      ownAppointment(deps, site, a).then((own) => managePage(site, { ...own, message: said(request, site, own) })),
  })
}

function confirmedPageRoute(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/confirmed',
    handler: async (_request, _reply, site, a) =>
      confirmedPage(site, await ownAppointment(deps, site, a), manageLink({ ...deps, links: { base: '' } }, site, a)),
  })
}

function calendarFile(app: FastifyInstance, deps: Deps): void {
  app.get('/:tenant/appointments/:id/appointment.ics', {
    config: { access: { kind: 'browser', of: 'appointment' } },
    schema: { hide: true },
    handler: async (request, reply) => {
      const site = await siteOf(deps, request, reply)
      request.site = site
      const a = await ownOf(deps, request, site)
      return reply
        .type('text/calendar; charset=utf-8; method=PUBLISH')
        .header('content-disposition', 'attachment; filename="appointment.ics"')
        .header('cache-control', 'no-store')
        .send(
          calendarObject(site, calendarView(a), {
            method: 'PUBLISH',
            own: { code: a.code, url: `${deps.links.base}${site.base}/find` },
          }),
        )
    },
  })
}

export function ownRoutes(app: FastifyInstance, deps: Deps): void {
  personalLink(app, deps)
  managePageRoute(app, deps)
  confirmedPageRoute(app, deps)
  moveAndCancel(app, deps)
  rating(app, deps)
  calendarFile(app, deps)
  addPage(app, deps, { method: 'GET', url: '/:tenant/find', handler: async (_q, _r, site) => findPage(site, empty) })
  sendLinksForm(app, deps)
  findForm(app, deps)
}
