// Holds and appointments by REST. The holder of a manage token reaches its one appointment, as the public.
import { documentedUnder, withScope } from '../rest/route.ts'
import { listEvents } from '../event/event.sql.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { actorNames } from '../auth/user.sql.ts'
import { reachFor } from '../auth/reach.actions.ts'
import type { Access } from '../auth/scopes.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault } from '../errors.ts'
import { actorOf, hasScope, tenantOf } from '../rest/access.ts'
import { idempotencyOf, sendAnswer } from '../rest/idempotency.actions.ts'
import { decodeTimeCursor, encodeTimeCursor, PageOf, pageOf } from '../rest/paging.ts'
import {
  etagOf,
  IdempotencyHeader,
  IfMatchHeader,
  problems,
  RequiredIfMatchHeader,
  requiredVersion,
} from '../rest/headers.ts'
import { IdParams } from '../rest/schema.ts'
import type { Audience, Channel } from '../service/visit.ts'
import { amend, cancel, decide, setArrival, setOutcome, undoOutcome } from './change.actions.ts'
import { changeContext, optionalVersion } from './change-context.ts'
import { book, type BookingContext } from './booking.actions.ts'
import { confirmHold } from './confirm-hold.actions.ts'
import { findAppointment, listAppointments, type Appointment, type AppointmentFilter } from './appointment.sql.ts'
import * as schema from './appointment.schema.ts'
import { move, type Telling } from './move.actions.ts'
import { keepingTime, type Override, type OverridableRule } from './override.ts'
import { presentAppointment } from './appointment-json.ts'
import type { BookingRequest } from './request.ts'

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
type BookingBody = PlacementBody &
  Pick<
    BookingRequest,
    'contactId' | 'contact' | 'answers' | 'notes' | 'externalId' | 'locale' | 'preferPreviousAgent'
  > & { holdId?: string }

type ReassignmentBody = { agentId?: string; reason?: string; rules?: OverridableRule[] }

/** Staff rights have to be asked for and to be had. */
function audienceOf(request: FastifyRequest, as: Audience | undefined, override?: unknown): Audience {
  const isStaff = as === 'staff'
  if ((isStaff || override !== undefined) && !hasScope(request, 'appointments:staff'))
    throw new AppError('staff_only', { scope: 'appointments:staff' })
  if (override !== undefined && !isStaff) throw bodyFault('/override', 'staff_only')
  return isStaff ? 'staff' : 'public'
}

/** What the tenant sets for bookings; read with every booking through the cached configuration. */
async function bookingContext(
  deps: Deps,
  request: FastifyRequest,
  audience: Audience,
  hold: boolean,
): Promise<BookingContext> {
  const tenantId = tenantOf(request)
  const settings = (await deps.snapshots.recentConfig(tenantId))?.settings
  if (!settings) throw new AppError('not_found', { what: 'tenant' })
  return {
    tenantId,
    actor: { name: actorOf(request), audience },
    scope: idempotencyOf(request, tenantId),
    callerSecret: request.principal?.secret ?? '',
    hold,
    country: settings.country,
  }
}

function placementOf(body: PlacementBody): BookingRequest {
  if (body.serviceIds === undefined) throw bodyFault('/serviceIds', 'invalid_request', { count: 1 })
  if (body.start === undefined) throw bodyFault('/start', 'invalid_request', { count: 1 })
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

/** Citizens are always told of what they did: that is their receipt. */
function tellingOf(as: Audience, notify: boolean | undefined, afterSeconds: number | undefined): Telling {
  const isAsked = notify !== undefined || afterSeconds !== undefined
  if (isAsked && as !== 'staff') throw bodyFault(notify === undefined ? '/notifyAfterSeconds' : '/notify', 'staff_only')
  return { isQuiet: notify === false, after: (afterSeconds ?? 0) * 1000 }
}

export function appointmentRoutes(app: FastifyInstance, deps: Deps): void {
  const docs = documentedUnder('appointments')
  const booking = withScope('appointments:write', 'place')
  const writing = withScope('appointments:write', 'appointment')
  const own = <T extends 'appointments:read' | 'appointments:write'>(scope: T) => ({
    access: { kind: 'key' as const, scope, manage: true, reach: 'appointment' as const },
  })
  const show = async (request: FastifyRequest, a: Appointment) =>
    presentAppointment(a, await deps.snapshots.recentConfig(a.tenant_id), request.principal?.kind === 'manage')
  const answers = { 200: schema.AppointmentShown, ...problems }

  app.post('/v1/holds', {
    config: booking,
    schema: {
      ...docs('createHold', 'Hold a slot while a form is filled in; ends by itself'),
      body: schema.HoldBody,
      headers: IdempotencyHeader,
      response: { 201: schema.BookedShown, ...problems },
    },
    handler: async (request, reply) => {
      const body = request.body as PlacementBody
      const context = await bookingContext(deps, request, audienceOf(request, body.as, body.override), true)
      return sendAnswer(reply, await book(deps, placementOf(body), context))
    },
  })

  app.post('/v1/appointments', {
    config: booking,
    schema: {
      ...docs('createAppointment', 'Book a slot at once, or confirm a hold'),
      body: schema.BookingBody,
      headers: IdempotencyHeader,
      // 200: the appointment that has this external id already, when it is the same.
      response: { 200: schema.AppointmentShown, 201: schema.BookedShown, ...problems },
    },
    handler: async (request, reply) => {
      const body = request.body as BookingBody
      const { contactId, contact, answers: given, notes, externalId, locale, preferPreviousAgent } = body
      const person = { contactId, contact, answers: given, notes, externalId, locale }
      if (contactId !== undefined && contact !== undefined) throw bodyFault('/contact', 'contact_required')
      const context = await bookingContext(deps, request, audienceOf(request, body.as, body.override), false)
      if (body.holdId === undefined)
        return sendAnswer(reply, await book(deps, { ...placementOf(body), ...person, preferPreviousAgent }, context))
      const differs = (['serviceIds', 'start', 'locationId', 'agentId', 'durationMinutes', 'override'] as const).find(
        (name) => body[name] !== undefined,
      )
      if (differs) throw bodyFault(`/${differs}`, 'hold_mismatch')
      return sendAnswer(reply, await confirmHold(deps, body.holdId, { ...person, channel: body.channel }, context))
    },
  })

  app.get('/v1/appointments', {
    config: withScope('appointments:read', 'appointments'),
    schema: {
      ...docs('listAppointments', 'List appointments by start'),
      querystring: schema.ListQuery,
      response: { 200: PageOf(schema.AppointmentShown, 'AppointmentPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor, from, to, ...rest } = request.query as {
        limit: number
        cursor?: string
        from?: string
        to?: string
      } & Partial<AppointmentFilter>
      const after = decodeTimeCursor(cursor)
      const filter: AppointmentFilter = {
        ...rest,
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
        after: after && { at: new Date(after.at), id: after.id },
        within: reachFor(request),
        limit: limit + 1,
      }
      const page = pageOf(await listAppointments(deps.db.kysely, tenantOf(request), filter), limit, (a) =>
        encodeTimeCursor(a.starts_at, a.id),
      )
      return { ...page, items: await Promise.all(page.items.map((a) => show(request, a))) }
    },
  })

  app.get('/v1/appointments/:id', {
    config: own('appointments:read'),
    schema: { ...docs('getAppointment', 'Read an appointment'), params: IdParams, response: answers },
    handler: async (request, reply) => {
      const a = await findAppointment(deps.db.kysely, tenantOf(request), (request.params as { id: string }).id)
      if (!a) throw new AppError('not_found', { what: 'appointment' })
      return reply.header('etag', etagOf(a.version)).send(await show(request, a))
    },
  })

  app.get('/v1/appointments/:id/history', {
    config: withScope('appointments:read', 'appointment'),
    schema: {
      ...docs('listAppointmentHistory', 'Who changed what and when'),
      params: IdParams,
      response: { 200: schema.HistoryShown, ...problems },
    },
    handler: async (request) => {
      const { id } = request.params as { id: string }
      const events = await listEvents(deps.db.kysely, tenantOf(request), id)
      if (events.length === 0) throw new AppError('not_found', { what: 'appointment' })
      const names = await actorNames(deps.db.kysely, tenantOf(request), events)
      return { items: events.map((e) => ({ ...e, at: e.at.toISOString(), ...names(e.actor) })) }
    },
  })

  app.patch('/v1/appointments/:id', {
    config: writing,
    schema: {
      ...docs('updateAppointment', 'Change notes or answers'),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: schema.AmendBody,
      response: answers,
    },
    handler: async (request, reply) => {
      const after = await amend(
        deps,
        changeContext(request, 'staff', requiredVersion(request)),
        request.body as { notes?: string | null; answers?: Record<string, unknown> },
      )
      return reply.header('etag', etagOf(after.version)).send(await show(request, after))
    },
  })

  /** A verb on one appointment: runs it and answers the appointment after it. */
  function verb(
    name: string,
    method: 'POST' | 'DELETE',
    body: object | null,
    access: { access: Access },
    operationId: string,
    summary: string,
    run: (request: FastifyRequest) => Promise<Appointment>,
  ): void {
    app.route({
      method,
      url: `/v1/appointments/:id/${name}`,
      config: access,
      schema: {
        ...docs(operationId, summary),
        params: IdParams,
        headers: IfMatchHeader,
        ...(body ? { body } : {}),
        response: answers,
      },
      handler: async (request, reply) => {
        const after = await run(request)
        return reply.header('etag', etagOf(after.version)).send(await show(request, after))
      },
    })
  }

  verb(
    'cancellation',
    'POST',
    schema.CancellationBody,
    own('appointments:write'),
    'cancelAppointment',
    'Cancel, within the notice; staff may break it with a reason',
    (request) => {
      const { reason, as } = request.body as { reason?: string; as: Audience }
      return cancel(deps, changeContext(request, audienceOf(request, as), optionalVersion(request)), reason)
    },
  )
  verb(
    'rescheduling',
    'POST',
    schema.MoveBody,
    own('appointments:write'),
    'moveAppointment',
    'Move to another time, place or agent; its own time counts as free',
    (request) => {
      const { start, as, durationMinutes, notify, notifyAfterSeconds, ...rest } = request.body as {
        start: string
        notify?: boolean
        notifyAfterSeconds?: number
        durationMinutes?: number
        locationId?: string
        agentId?: string
        reason?: string
        as: Audience
        override?: Override
      }
      const telling = tellingOf(as, notify, notifyAfterSeconds)
      return move(deps, changeContext(request, audienceOf(request, as, rest.override), optionalVersion(request)), {
        ...rest,
        minutes: durationMinutes,
        telling,
        within: reachFor(request),
        start: Date.parse(start),
      })
    },
  )
  verb(
    'reassignment',
    'POST',
    schema.ReassignmentBody,
    withScope('appointments:staff', 'appointment'),
    'reassignAppointment',
    'Give to another agent at the same time',
    async (request) => {
      const context = changeContext(request, 'staff', optionalVersion(request))
      const a = await findAppointment(deps.db.kysely, context.tenantId, context.id)
      if (!a) throw new AppError('not_found', { what: 'appointment' })
      const { agentId, reason, rules } = request.body as ReassignmentBody
      if (rules !== undefined && agentId === undefined) throw bodyFault('/agentId', 'invalid_request', { count: 1 })
      return move(deps, context, {
        start: a.starts_at.getTime(),
        agentId,
        reason,
        override: keepingTime(reason ?? 'reassignment', rules),
        reassign: true,
        within: reachFor(request),
      })
    },
  )
  verb(
    'approval',
    'POST',
    schema.ApprovalBody,
    writing,
    'decideAppointment',
    'Approve or refuse a pending appointment',
    (request) => {
      const { decision, reason } = request.body as { decision: 'approve' | 'refuse'; reason?: string }
      return decide(deps, changeContext(request, 'staff', optionalVersion(request)), decision, reason)
    },
  )
  verb(
    'outcome',
    'POST',
    schema.OutcomeBody,
    writing,
    'setOutcome',
    'Record that the citizen came or did not',
    (request) => {
      const { outcome, note } = request.body as { outcome: 'completed' | 'no_show'; note?: string }
      return setOutcome(deps, changeContext(request, 'staff', optionalVersion(request)), outcome, note)
    },
  )
  verb('arrival', 'POST', null, writing, 'noteArrival', 'The citizen is at the office', (request) =>
    setArrival(deps, changeContext(request, 'staff', optionalVersion(request)), true),
  )
  verb('arrival', 'DELETE', null, writing, 'undoArrival', 'Take a mistaken arrival back', (request) =>
    setArrival(deps, changeContext(request, 'staff', optionalVersion(request)), false),
  )
  verb('outcome', 'DELETE', null, writing, 'undoOutcome', 'Take a mistaken outcome back', (request) =>
    undoOutcome(deps, changeContext(request, 'staff', optionalVersion(request))),
  )
}
