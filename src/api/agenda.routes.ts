// The agenda by REST: many appointments at once for calendars, and a stream of every change.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { reachFor } from '../http/reach.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { followChanges } from '../platform/events/follow-events.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { defaulted, DateTime, Id, Instant, Nullable } from '../platform/schema/schema.ts'
import { streamsOf } from '../http/event-stream.ts'
import { DAY } from '../kernel/time/interval.ts'
import { seenNow } from '../application/presence/agent-state.sql.ts'
import { agendaRows, happenedSince, type AgendaRow, type AgendaEvent } from '../application/rearranging/agenda.sql.ts'

const MOST = 5_000
const MOST_DAYS = 45

export const EntryShown = Type.Object(
  {
    id: Id,
    code: Type.String(),
    status: Type.String(),
    start: DateTime,
    end: DateTime,
    agentId: Id,
    locationId: Id,
    serviceIds: Type.Array(Id),
    channel: Type.String(),
    places: Type.Integer(),
    version: Type.Integer(),
    contactId: Nullable(Id),
    firstName: Type.String(),
    lastName: Type.String(),
    phone: Type.Optional(Type.String()),
    arrivedAt: Type.Optional(Type.String()),
  },
  { title: 'AgendaEntry', additionalProperties: false },
)

export type AgendaEntry = {
  id: string
  code: string
  status: string
  start: string
  end: string
  agentId: string
  locationId: string
  serviceIds: string[]
  channel: string
  places: number
  version: number
  contactId: string | null
  firstName: string
  lastName: string
  phone?: string
  arrivedAt?: string
}

export const presentEntry = (a: AgendaRow): AgendaEntry => ({
  id: a.id,
  code: a.code,
  status: a.status,
  start: a.starts_at.toISOString(),
  end: a.ends_at.toISOString(),
  agentId: a.agent_id,
  locationId: a.location_id,
  serviceIds: a.service_ids,
  channel: a.channel,
  places: a.seats,
  version: a.version,
  contactId: a.contact_id,
  firstName: a.first_name ?? '',
  lastName: a.last_name ?? '',
  ...(a.phone === null ? {} : { phone: a.phone }),
  ...(a.arrived_at === null ? {} : { arrivedAt: a.arrived_at }),
})

const shown = (h: AgendaEvent): string =>
  `id: ${h.id}\nevent: ${h.type}\ndata: ${JSON.stringify({ subjectId: h.subjectId, at: h.at.toISOString(), actor: h.actor })}\n\n`

/** How often (ms) an open stream says that the browser of its person is there. */
const BEAT = 20_000

/** Says so now and then; returns the function that ends it. */
function beatWhile(deps: Deps, tenantId: string, userId: string): () => void {
  const beat = (): void => {
    // The database is unreachable for a moment: the next beat says it again.
    seenNow(deps.db.kysely, tenantId, userId, new Date(deps.now())).catch(() => undefined)
  }
  beat()
  const timer = setInterval(beat, BEAT)
  return () => clearInterval(timer)
}

export function agendaFeedRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('appointments')
  const stream = streamsOf(app, deps)

  app.get('/v1/agenda', {
    config: withScope('appointments:read', 'appointments'),
    schema: {
      ...docs('readAgenda', 'Appointments of up to 45 days with the names of the people, for calendars; 5,000 at most'),
      querystring: Type.Object(
        {
          from: Instant,
          to: Instant,
          agentId: Type.Optional(Id),
          locationId: Type.Optional(Id),
          cancelled: Type.Optional(Type.Boolean({ default: false })),
          limit: defaulted(Type.Integer({ minimum: 1, maximum: MOST, default: MOST })),
          withoutOutcome: Type.Optional(Type.Boolean({ default: false, description: 'Only confirmed ones' })),
        },
        { additionalProperties: false },
      ),
      response: {
        200: Type.Object(
          { items: Type.Array(EntryShown), isComplete: Type.Boolean() },
          { additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request) => {
      const q = request.query
      const [from, to] = [new Date(q.from), new Date(q.to)]
      if (to <= from || to.getTime() - from.getTime() > MOST_DAYS * DAY)
        throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
      const rows = await agendaRows(deps.db.kysely, tenantOf(request), {
        ...(q.agentId === undefined ? {} : { agentIds: [q.agentId] }),
        locationId: q.locationId,
        ...{ from, to, within: reachFor(request), cancelled: q.cancelled, open: q.withoutOutcome, limit: q.limit + 1 },
      })
      return { items: rows.slice(0, q.limit).map(presentEntry), isComplete: rows.length <= q.limit }
    },
  })

  app.get('/v1/agenda/stream', {
    config: withScope('appointments:read', 'none'),
    schema: {
      ...docs(
        'streamAgenda',
        'That something happened to an appointment or callback, as server-sent events; read it to see what',
      ),
      headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 36 })) }),
      produces: ['text/event-stream'],
      response: { '4xx': problems['4xx'] },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      const since = request.headers['last-event-id']
      const userId = request.principal?.kind === 'user' ? request.principal.id : null
      const stopBeating = userId === null ? () => undefined : beatWhile(deps, tenantId, userId)
      request.raw.socket.once('close', stopBeating)
      await stream(request, reply, (signal, write) =>
        followChanges(
          deps,
          {
            since: typeof since === 'string' ? since : null,
            read: (after, limit) => happenedSince(deps.db.kysely, tenantId, { after, userId, limit }),
            shown,
            hints: [
              ['jobs', `${tenantId} events`],
              ['changed', tenantId],
            ],
          },
          signal,
          write,
        ),
      ).finally(stopBeating)
    },
  })
}
