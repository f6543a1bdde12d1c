// The waiting list by REST.
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { findAppointment } from '../domain/appointment/appointment.sql.ts'
import { visitOf } from '../domain/availability/slots.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault, missing } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { problems } from '../http/headers.ts'
import { CountShown, DateTime, Id, IdParams, Instant, Nullable, oneOf } from '../platform/schema/schema.ts'
import { DAY } from '../kernel/time/interval.ts'
import { join, joinFor, leave } from '../application/waiting-list/waiting-list.ts'
import { findEntry, listEntries, type Entry } from '../application/waiting-list/waiting.sql.ts'

const EntryBody = Type.Object(
  {
    appointmentId: Type.Optional(
      Type.String({ format: 'uuid', description: 'Anything before this appointment; it moves when an offer is taken' }),
    ),
    contactId: Type.Optional(Id),
    serviceIds: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 10, uniqueItems: true })),
    locationId: Type.Optional(Id),
    earliest: Type.Optional(Instant),
    latest: Type.Optional(Instant),
  },
  { additionalProperties: false, title: 'WaitingBody', description: 'An appointment, or a contact with services' },
)
const EntryShown = Type.Object(
  {
    id: Id,
    contactId: Id,
    appointmentId: Nullable(Id),
    serviceIds: Type.Array(Id),
    locationId: Nullable(Id),
    earliest: DateTime,
    latest: DateTime,
    status: oneOf(['waiting', 'offered', 'taken', 'ended']),
    offers: Type.Integer({ description: 'Times offered so far' }),
    offeredStart: Nullable(DateTime),
    offeredUntil: Nullable(DateTime),
    createdAt: DateTime,
  },
  { additionalProperties: false, title: 'WaitingEntry' },
)

const presentWaiting = (e: Entry): Record<string, unknown> => ({
  id: e.id,
  contactId: e.contact_id,
  appointmentId: e.appointment_id,
  serviceIds: e.service_ids,
  locationId: e.location_id,
  earliest: e.earliest_at.toISOString(),
  latest: e.latest_at.toISOString(),
  status: e.status,
  offers: e.offers,
  offeredStart: e.offer_start?.toISOString() ?? null,
  offeredUntil: e.offer_until?.toISOString() ?? null,
  createdAt: e.created_at.toISOString(),
})

export function waitingRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('waiting list')

  app.get('/v1/waiting-list', {
    config: withScope('appointments:read'),
    schema: {
      ...docs('listWaiting', 'Who waits for an earlier time, in the order in which they asked'),
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(EntryShown, 'WaitingPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const rows = await listEntries(deps.db.kysely, tenantOf(request), decodeIdCursor(cursor), limit + 1)
      const page = pageOf(rows, limit, (e) => encodeCursor(e.id))
      return { ...page, items: page.items.map(presentWaiting) }
    },
  })

  app.post('/v1/waiting-list', {
    config: withScope('appointments:write'),
    schema: {
      ...docs('joinWaitingList', 'Tell a contact if something earlier comes free'),
      body: EntryBody,
      response: { 201: EntryShown, ...problems },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      const body = request.body
      const config = await configOf(deps, tenantId)
      reply.code(201)
      if (body.appointmentId !== undefined) {
        const a = await findAppointment(deps.db.kysely, tenantId, body.appointmentId)
        if (!a) throw bodyFault('/appointmentId', 'invalid_reference', { what: 'appointment', id: body.appointmentId })
        if (!['pending', 'confirmed'].includes(a.status))
          throw new AppError(
            'invalid_transition',
            { status: a.status, action: 'wait' },
            { extra: { currentStatus: a.status } },
          )
        return presentWaiting(await joinFor(deps, a, 'api'))
      }
      if (body.contactId === undefined) throw missing('/contactId')
      if (body.serviceIds === undefined) throw missing('/serviceIds')
      visitOf(config, body.serviceIds, undefined)
      if (body.locationId !== undefined && !config.locations.has(body.locationId))
        throw bodyFault('/locationId', 'invalid_reference', { what: 'location', id: body.locationId })
      const earliest = body.earliest === undefined ? deps.now() : Date.parse(body.earliest)
      const latest = body.latest === undefined ? earliest + 60 * DAY : Date.parse(body.latest)
      if (latest <= earliest) throw bodyFault('/latest', 'invalid_period')
      const entry = await join(deps, tenantId, {
        ...{ contactId: body.contactId, appointmentId: null, serviceIds: body.serviceIds, earliest, latest },
        ...{ locationId: body.locationId ?? null, source: 'api' },
      })
      return presentWaiting(entry)
    },
  })

  app.delete('/v1/waiting-list/:id', {
    config: withScope('appointments:write'),
    schema: {
      ...docs('leaveWaitingList', 'Take somebody off the list; what is kept for them is given back'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const entry = await findEntry(deps.db.kysely, tenantOf(request), idOf(request))
      if (!entry) throw new AppError('not_found', { what: 'waiting entry' })
      await leave(deps, entry)
      return { count: 1 }
    },
  })
}
