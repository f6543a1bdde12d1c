// By REST: free slots, the first free slot, and why a time is or is not offered.
import type { Api } from '../http/api.ts'
import { withScope, sendText } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import Type, { type Static, type TObject } from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError, missing } from '../kernel/errors.ts'
import { findAppointment } from '../domain/appointment/appointment.sql.ts'
import { hasScope, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { Id, Instant, LocalDate, Nullable, Zone, defaulted } from '../platform/schema/schema.ts'
import { MINUTE } from '../kernel/time/interval.ts'
import { formatInstant, parseDate } from '../kernel/time/zone.ts'
import { explainDay, explainInstant } from '../domain/availability/explain-slots.ts'
import { findOwnTime } from '../domain/availability/ledger.sql.ts'
import { firstSlots, slotsText, type SlotRequest } from '../domain/availability/slots.ts'
import { checkRange } from '../domain/availability/slot-range.ts'

const selection = {
  serviceId: Type.Array(Id, { minItems: 1, maxItems: 10, description: 'Repeat for several services in one visit' }),
  locationId: Type.Optional(Type.Array(Id, { maxItems: 100, description: 'Absent = all locations' })),
  agentId: Type.Optional({ ...Id, description: 'Absent = any agent' }),
  durationMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 })),
  places: defaulted(Type.Integer({ minimum: 1, maximum: 1000, default: 1 })),
  contactId: Type.Optional({ ...Id, description: 'Heeds the limits of this person' }),
  movingAppointmentId: Type.Optional({ ...Id, description: 'Counts this appointment’s own time as free' }),
  timeZone: Type.Optional({ ...Zone, description: 'Zone of dates and offsets; the tenant’s by default' }),
  as: defaulted(Type.Union([Type.Literal('public'), Type.Literal('staff')], { default: 'public' })),
}

type Selection = Static<TObject<typeof selection>>

const Slot = Type.Object({
  start: Type.String(),
  end: Type.String(),
  locationId: Id,
  remaining: Type.Integer({ description: 'Places left: free agents, or seats of a group session' }),
})
export const SlotsShown = Type.Object(
  {
    timeZone: Type.String(),
    from: Type.String(),
    to: Type.String(),
    serviceIds: Type.Array(Id),
    durationMinutes: Type.Integer(),
    agentId: Nullable(Id),
    total: Type.Integer(),
    days: Type.Array(Type.Object({ date: Type.String(), slots: Type.Array(Slot) })),
  },
  { title: 'Slots' },
)
const FirstShown = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        locationId: Id,
        slot: Nullable(Type.Object({ start: Type.String(), end: Type.String(), remaining: Type.Integer() })),
      }),
    ),
  },
  { title: 'FirstSlots' },
)
const ReasonPeriod = Type.Object({
  from: Type.String(),
  to: Type.String({ description: 'Last start asked about' }),
  reason: Type.String(),
})
const ExplanationShown = Type.Object(
  {
    offered: Type.Boolean(),
    reason: Nullable(
      Type.String({
        description:
          'Why there is nobody to ask about: `no_location` (the tenant has none, and the service is given ' +
          'in person), `no_common_location` (of the services together), `no_agent`; null where agents are ' +
          'listed',
      }),
    ),
    agents: Type.Array(
      Type.Object({
        agentId: Id,
        agentName: Type.String(),
        locationId: Id,
        reason: Type.String(),
        offered: Type.Optional(Type.Integer()),
        periods: Type.Optional(Type.Array(ReasonPeriod)),
      }),
    ),
  },
  { title: 'Explanation' },
)

async function requestOf(deps: Deps, request: FastifyRequest, query: Selection): Promise<SlotRequest> {
  const tenantId = tenantOf(request)
  if (query.as === 'staff' && !hasScope(request, 'appointments:staff'))
    throw new AppError('staff_only', { scope: 'appointments:staff' })
  const asked: SlotRequest = {
    tenantId,
    serviceIds: query.serviceId,
    minutes: query.durationMinutes,
    locationIds: query.locationId,
    agentId: query.agentId,
    contactId: query.contactId,
    audience: query.as,
    places: query.places,
  }
  if (query.movingAppointmentId !== undefined) {
    const a = await findAppointment(deps.db.kysely, tenantId, query.movingAppointmentId)
    if (!a) throw new AppError('not_found', { what: 'appointment' })
    asked.ignored = await findOwnTime(deps.db.kysely, tenantId, a.reservation_id)
  }
  return asked
}

/** The time zone of dates and offsets: the requested one, else the tenant's. */
async function zoneOf(deps: Deps, request: FastifyRequest, { timeZone }: Pick<Selection, 'timeZone'>): Promise<string> {
  return timeZone ?? (await deps.snapshots.config(tenantOf(request)))?.timeZone ?? 'UTC'
}

export function slotRoutes(app: Api, deps: Deps): void {
  const access = withScope('slots:read', 'none')
  const docs = { tags: ['slots'] }

  app.get('/v1/slots', {
    config: access,
    schema: {
      ...docs,
      operationId: 'listSlots',
      summary: 'Free slots by local date, over 92 days at most',
      querystring: Type.Object(
        { ...selection, from: LocalDate, to: { ...LocalDate, description: 'Last local date, included' } },
        { additionalProperties: false },
      ),
      response: { 200: SlotsShown, ...problems },
    },
    handler: async (request, reply) => {
      const { from, to } = request.query
      checkRange(from, to)
      const { timeZone } = request.query
      const text = await slotsText(deps, await requestOf(deps, request, request.query), timeZone, { from, to })
      return sendText(reply, 'application/json; charset=utf-8', text)
    },
  })

  app.get('/v1/slots/next', {
    config: access,
    schema: {
      ...docs,
      operationId: 'listFirstSlots',
      summary: 'The first free slot at each location',
      querystring: Type.Object({ ...selection, from: Type.Optional(Instant) }, { additionalProperties: false }),
      response: { 200: FirstShown, ...problems },
    },
    handler: async (request) => {
      const asked = await requestOf(deps, request, request.query)
      const timeZone = await zoneOf(deps, request, request.query)
      const { from } = request.query
      const start = Math.floor(Math.max(from === undefined ? 0 : Date.parse(from), deps.now()) / MINUTE) * MINUTE
      const first = await firstSlots(deps, asked, start)
      const shown = first.map(({ locationId, slot, durationMs }) => ({
        locationId,
        slot: slot && {
          start: formatInstant(timeZone, slot.start),
          end: formatInstant(timeZone, slot.start + durationMs),
          remaining: slot.remaining,
        },
      }))
      return { items: shown }
    },
  })

  app.get('/v1/slots/explanation', {
    config: access,
    schema: {
      ...docs,
      operationId: 'explainSlots',
      summary: 'Why each agent is or is not offered, at an instant or over a local day',
      querystring: Type.Object(
        { ...selection, at: Type.Optional(Instant), date: Type.Optional(LocalDate) },
        { additionalProperties: false },
      ),
      response: { 200: ExplanationShown, ...problems },
    },
    handler: async (request) => {
      const { at, date } = request.query
      if ((at === undefined) === (date === undefined)) throw missing('at', 'query')
      const asked = await requestOf(deps, request, request.query)
      const timeZone = await zoneOf(deps, request, request.query)
      return at === undefined
        ? explainDay(deps, asked, timeZone, parseDate(date!))
        : explainInstant(deps, asked, Date.parse(at))
    },
  })
}
