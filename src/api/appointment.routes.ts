// Holds and appointments by REST. A manage token gives access to its one appointment, with the rights of the public.
import type { Api } from '../http/api.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { listEvents } from '../platform/events/event.sql.ts'
import type { FastifyRequest } from 'fastify'
import { actorNames } from '../application/identity/user.sql.ts'
import { reachFor } from '../http/reach.ts'
import { presentEvent } from '../platform/events/event-shape.ts'
import { HistoryShown } from '../platform/events/event.schema.ts'
import { expanded } from './expand.ts'
import { orderOf } from '../domain/appointment/appointment-order.ts'
import type { Deps } from '../domain/deps.ts'
import { codeIn } from '../kernel/code.ts'
import { AppError, bodyFault, missing } from '../kernel/errors.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { decodeTimeCursor, encodeTimeCursor, PageOf, pageOf } from '../platform/schema/paging.ts'
import { etagOf, IdempotencyHeader, problems, RequiredIfMatchHeader, requiredVersion } from '../http/headers.ts'
import { IdParams } from '../platform/schema/schema.ts'
import type { Audience, Channel } from '../domain/catalogue/visit.ts'
import { amend } from '../domain/appointment/change.ts'
import { audienceOf, changeContext, ofHolder, showAppointment } from './change-context.ts'
import type { BookingContext } from '../domain/appointment/book.ts'
import { findCallback } from '../domain/callback/callback.sql.ts'
import { bookOnce, confirmOnce, type Repeat } from '../http/book-once.ts'
import {
  findAppointment,
  listAppointments,
  type Appointment,
  type AppointmentFilter,
} from '../domain/appointment/appointment.sql.ts'
import * as schema from '../domain/appointment/appointment.schema.ts'
import type { Override } from '../domain/appointment/override.ts'
import type { BookingRequest } from '../domain/appointment/booking-request.ts'
import { idempotencyOf, sendAnswer } from '../http/idempotency-key.ts'

type PlacementBody = {
  serviceIds?: string[]
  durationMinutes?: number
  start?: string
  locationId?: string
  agentId?: string
  channel?: Channel
  places: number
  as: Audience
  override?: Override
}

/** Who books, with the tenant's settings from the cached configuration, and how the request is recognised when repeated. */
async function bookingContext(
  deps: Deps,
  request: FastifyRequest,
  audience: Audience,
  hold: boolean,
): Promise<{ context: BookingContext; repeat: Repeat }> {
  const tenantId = tenantOf(request)
  const settings = (await deps.snapshots.recentConfig(tenantId))?.settings
  if (!settings) throw new AppError('not_found', { what: 'tenant' })
  return {
    context: { tenantId, actor: { name: actorOf(request), audience }, hold, country: settings.country },
    repeat: { scope: idempotencyOf(request, tenantId), callerSecret: request.principal?.secret ?? '' },
  }
}

function placementOf(body: PlacementBody): BookingRequest {
  if (body.serviceIds === undefined) throw missing('/serviceIds')
  if (body.start === undefined) throw missing('/start')
  const { serviceIds, durationMinutes, start, locationId, agentId, channel, places, override } = body
  return {
    serviceIds,
    minutes: durationMinutes,
    start: Date.parse(start),
    locationId,
    agentId,
    channel,
    places,
    override,
  }
}

const docs = documentedUnder('appointments')

const booking = withScope('appointments:write', 'place')

const writing = withScope('appointments:write', 'appointment')

const show = (deps: Deps, request: FastifyRequest, a: Appointment) => showAppointment(deps, request, a)

const answers = { 200: schema.AppointmentShown, ...problems }

function createHoldRoute(app: Api, deps: Deps): void {
  app.post('/v1/holds', {
    config: booking,
    schema: {
      ...docs('createHold', 'Hold a slot while a form is filled in; ends by itself'),
      body: schema.HoldBody,
      headers: IdempotencyHeader,
      response: { 201: schema.BookedShown, ...problems },
    },
    handler: async (request, reply) => {
      const body = request.body
      const audience = audienceOf(request, body.as, body.override)
      const { context, repeat } = await bookingContext(deps, request, audience, true)
      return sendAnswer(reply, await bookOnce(deps, placementOf(body), context, repeat))
    },
  })
}

function createAppointmentRoute(app: Api, deps: Deps): void {
  app.post('/v1/appointments', {
    config: booking,
    schema: {
      ...docs('createAppointment', 'Book a slot at once, or confirm a hold'),
      description:
        'Either `holdId`, which confirms a hold, or `serviceIds` and `start`. The person is `contactId`, or `contact` with ' +
        'what you know of them. 201 answers the new appointment with its `manageToken`; 200 the one that has this `externalId` already.',
      body: schema.BookingBody,
      headers: IdempotencyHeader,
      // 200: an identical appointment with this external id exists already.
      response: { 200: schema.AppointmentShown, 201: schema.BookedShown, ...problems },
    },
    handler: async (request, reply) => {
      const body = request.body
      const {
        contactId,
        contact,
        answers: given,
        notes,
        externalId,
        locale,
        preferPreviousAgent,
        fromCallbackId,
        attendees,
        needs,
        interpreterLanguage,
        metadata,
      } = body
      const comers = { attendees, needs, interpreterLanguage, metadata }
      const person = { contactId, contact, answers: given, notes, externalId, locale, ...comers }
      if (contactId !== undefined && contact !== undefined) throw bodyFault('/contact', 'contact_required')
      if (fromCallbackId !== undefined && !(await findCallback(deps.db.kysely, tenantOf(request), fromCallbackId)))
        throw bodyFault('/fromCallbackId', 'invalid_reference', { what: 'callback', id: fromCallbackId })
      const audience = audienceOf(request, body.as, body.override)
      const { context, repeat } = await bookingContext(deps, request, audience, false)
      if (body.holdId === undefined) {
        const wanted = { ...placementOf(body), ...person, preferPreviousAgent, fromCallbackId }
        return sendAnswer(reply, await bookOnce(deps, wanted, context, repeat))
      }
      const differs = (['serviceIds', 'start', 'locationId', 'agentId', 'durationMinutes', 'override'] as const).find(
        (name) => body[name] !== undefined,
      )
      if (differs) throw bodyFault(`/${differs}`, 'hold_mismatch')
      const confirmation = { holdId: body.holdId, request: { ...person, channel: body.channel }, context }
      return sendAnswer(reply, await confirmOnce(deps, confirmation, repeat))
    },
  })
}

/** The instant by which the list is sorted. */
function sortedAt(a: Appointment, filter: AppointmentFilter): Date {
  const { by } = orderOf(filter)
  return by === 'start' ? a.starts_at : by === 'createdAt' ? a.created_at : a.updated_at
}

function listAppointmentsRoute(app: Api, deps: Deps): void {
  app.get('/v1/appointments', {
    config: withScope('appointments:read', 'appointments'),
    schema: {
      ...docs('listAppointments', 'List appointments, filtered and in an order'),
      querystring: schema.ListQuery,
      response: { 200: PageOf(schema.AppointmentShown, 'AppointmentPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor, from, to, code, updatedAfter, expand, ...rest } = request.query
      const after = decodeTimeCursor(cursor)
      const filter: AppointmentFilter = {
        ...rest,
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
        code: code === undefined ? undefined : codeIn(code),
        updatedAfter: updatedAfter === undefined ? undefined : new Date(updatedAfter),
        after: after && { at: new Date(after.at), id: after.id },
        within: reachFor(request),
        limit: limit + 1,
      }
      const page = pageOf(await listAppointments(deps.db.kysely, tenantOf(request), filter), limit, (a) =>
        encodeTimeCursor(sortedAt(a, filter), a.id),
      )
      const items = await Promise.all(page.items.map((a) => show(deps, request, a)))
      return { ...page, items: await expanded(deps, request, items, expand) }
    },
  })
}

function getAppointmentRoute(app: Api, deps: Deps): void {
  app.get('/v1/appointments/:id', {
    config: ofHolder('appointments:read'),
    schema: {
      ...docs('getAppointment', 'Read an appointment'),
      params: IdParams,
      querystring: schema.GetQuery,
      response: answers,
    },
    handler: async (request, reply) => {
      const a = await findAppointment(deps.db.kysely, tenantOf(request), request.params.id)
      if (!a) throw new AppError('not_found', { what: 'appointment' })
      const { expand } = request.query
      const shown = await expanded(deps, request, [await show(deps, request, a)], expand)
      // The version says nothing about the records beside it.
      if (expand === undefined) reply.header('etag', etagOf(a.version))
      return reply.send(shown[0]!)
    },
  })
}

function listAppointmentHistoryRoute(app: Api, deps: Deps): void {
  app.get('/v1/appointments/:id/history', {
    config: withScope('appointments:read', 'appointment'),
    schema: {
      ...docs('listAppointmentHistory', 'Who changed what and when'),
      params: IdParams,
      response: { 200: HistoryShown, ...problems },
    },
    handler: async (request) => {
      const { id } = request.params
      const events = await listEvents(deps.db.kysely, tenantOf(request), id)
      if (events.length === 0) throw new AppError('not_found', { what: 'appointment' })
      const names = await actorNames(deps.db.kysely, tenantOf(request), events)
      return { items: events.map((e) => ({ ...presentEvent(e), ...names(e.actor) })) }
    },
  })
}

function updateAppointmentRoute(app: Api, deps: Deps): void {
  app.patch('/v1/appointments/:id', {
    config: writing,
    schema: {
      ...docs('updateAppointment', 'Change notes, answers or metadata'),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: schema.AmendBody,
      response: answers,
    },
    handler: async (request, reply) => {
      const after = await amend(deps, changeContext(request, 'staff', requiredVersion(request)), request.body)
      return reply.header('etag', etagOf(after.version)).send(await show(deps, request, after))
    },
  })
}

export function appointmentRoutes(app: Api, deps: Deps): void {
  createHoldRoute(app, deps)
  createAppointmentRoute(app, deps)
  listAppointmentsRoute(app, deps)
  getAppointmentRoute(app, deps)
  listAppointmentHistoryRoute(app, deps)
  updateAppointmentRoute(app, deps)
}
