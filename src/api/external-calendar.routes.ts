// By REST: agents' external calendars, their free/busy times, and their recurring hours as VAVAILABILITY (RFC 7953).
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope, sendText } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { agentTime } from '../domain/availability/agent-time.ts'
import type { Agent, TenantConfig } from '../domain/catalogue/tenant-config.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { isPublicAddress, literalAddress } from '../platform/http-client/address.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { createOne, presentRow } from '../domain/catalogue/records/records.ts'
import { CountShown, DateTime, Id, IdParams, Instant, Nullable } from '../platform/schema/schema.ts'
import { checkBody } from '../platform/schema/validation.ts'
import { DAY, union } from '../kernel/time/interval.ts'
import { formatInstant, isZone } from '../kernel/time/zone.ts'
import { availabilityObject, readAvailability, type ReadAvailability } from '../application/calendars/vavailability.ts'
import { addExternal, hostOf, isWritten, readNow, removeExternal } from '../application/calendars/external-calendars.ts'
import { findExternal, listExternal, type External } from '../application/calendars/external.sql.ts'
import { freeBusyObject } from '../application/calendars/feed.ts'
import { schedules } from '../domain/catalogue/resources/schedule.resource.ts'

const [MOST_DAYS, MOST_OF_AN_AGENT] = [92, 10]
const ExternalShown = Type.Object(
  {
    id: Id,
    agentId: Id,
    kind: Type.Union([Type.Literal('ics'), Type.Literal('caldav')]),
    host: Type.String({ description: 'Of its address; the rest may be a secret and is not shown' }),
    isWritten: Type.Boolean({ description: 'Our appointments are entered there' }),
    readAt: Nullable(Type.String({ format: 'date-time', description: 'What is known is of then' })),
    ageSeconds: Nullable(Type.Integer()),
    failingSince: Nullable(DateTime),
    failure: Nullable(Type.String({ description: 'Short code; what was read last still counts' })),
    createdAt: DateTime,
  },
  { additionalProperties: false, title: 'ExternalCalendar' },
)
const Span = Type.Object({ start: Type.String(), end: Type.String() }, { additionalProperties: false })
const FreeBusyShown = Type.Object(
  { agentId: Id, timeZone: Type.String(), busy: Type.Array(Span), free: Type.Array(Span) },
  { additionalProperties: false, title: 'FreeBusy' },
)

const docs = documentedUnder('calendars')

const reading = withScope('configuration:read')

const writing = withScope('configuration:write')

const presentExternal = (deps: Deps, e: External): Record<string, unknown> => ({
  id: e.id,
  agentId: e.agent_id,
  kind: e.kind,
  host: hostOf(e),
  isWritten: isWritten(e),
  readAt: e.read_at?.toISOString() ?? null,
  ageSeconds: e.read_at === null ? null : Math.round((deps.now() - e.read_at.getTime()) / 1000),
  failingSince: e.failing_since?.toISOString() ?? null,
  failure: e.failure,
  createdAt: e.created_at.toISOString(),
})

const required = async (deps: Deps, request: FastifyRequest): Promise<External> => {
  const e = await findExternal(deps.db.kysely, tenantOf(request), idOf(request))
  if (!e) throw new AppError('not_found', { what: 'external calendar' })
  return e
}

const agentOf = async (deps: Deps, request: FastifyRequest): Promise<[TenantConfig, Agent]> => {
  const config = await configOf(deps, tenantOf(request))
  const agent = config.agents.get(idOf(request))
  if (!agent) throw new AppError('not_found', { what: 'agent' })
  return [config, agent]
}

function listExternalCalendarsRoute(app: Api, deps: Deps): void {
  app.get('/v1/external-calendars', {
    config: reading,
    schema: {
      ...docs(
        'listExternalCalendars',
        'Agents’ calendars elsewhere: how old what is known of them is, and whether they fail',
      ),
      querystring: Type.Object({ agentId: Type.Optional(Id) }, { additionalProperties: false }),
      response: { 200: Type.Object({ items: Type.Array(ExternalShown) }), ...problems },
    },
    handler: async (request) => {
      const { agentId = null } = request.query
      return {
        items: (await listExternal(deps.db.kysely, tenantOf(request), agentId)).map((e) => presentExternal(deps, e)),
      }
    },
  })
}

function addExternalCalendarRoute(app: Api, deps: Deps): void {
  app.post('/v1/external-calendars', {
    config: writing,
    schema: {
      ...docs('addExternalCalendar', 'Its events are busy time of the agent; a CalDAV one can be written to as well'),
      body: Type.Object(
        {
          agentId: Id,
          kind: Type.Union([Type.Literal('ics'), Type.Literal('caldav')]),
          url: Type.String({
            format: 'web-url',
            maxLength: 1000,
            description: 'Of the iCalendar file, or the collection',
          }),
          username: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
          password: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Never shown again' })),
          isWritten: Type.Optional(Type.Boolean({ description: 'caldav: enter our appointments there' })),
        },
        { additionalProperties: false },
      ),
      response: { 201: ExternalShown, ...problems },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      const { agentId, kind, ...document } = request.body
      const config = await configOf(deps, tenantId)
      if (!config.agents.has(agentId)) throw bodyFault('/agentId', 'invalid_reference', { what: 'agent', id: agentId })
      if ((await listExternal(deps.db.kysely, tenantId, agentId)).length >= MOST_OF_AN_AGENT)
        throw new AppError('limit_reached', { max: MOST_OF_AN_AGENT })
      const url = new URL(document.url)
      const literal = literalAddress(url)
      const isPrivate = literal !== null && !isPublicAddress(literal)
      if (!deps.mayUsePrivate && (url.protocol !== 'https:' || isPrivate))
        throw bodyFault('/url', 'address_not_allowed', { reason: isPrivate ? 'private' : 'https' })
      if (url.username !== '') throw bodyFault('/url', 'address_not_allowed', { reason: 'username' })
      reply.code(201)
      return presentExternal(deps, await addExternal(deps, { tenantId, agentId, kind, given: document }))
    },
  })
}

function refreshExternalCalendarRoute(app: Api, deps: Deps): void {
  app.post('/v1/external-calendars/:id/refresh', {
    config: writing,
    schema: {
      ...docs('refreshExternalCalendar', 'Read it now'),
      params: IdParams,
      response: { 200: ExternalShown, ...problems },
    },
    handler: async (request) => {
      const e = await required(deps, request)
      await readNow(deps, e)
      return presentExternal(deps, e)
    },
  })
}

function removeExternalCalendarRoute(app: Api, deps: Deps): void {
  app.delete('/v1/external-calendars/:id', {
    config: writing,
    schema: {
      ...docs('removeExternalCalendar', 'Forget it; its busy time is free again'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      await removeExternal(deps, await required(deps, request))
      return { count: 1 }
    },
  })
}

function readFreeBusyRoute(app: Api, deps: Deps): void {
  app.get('/v1/agents/:id/free-busy', {
    config: withScope('slots:read'),
    schema: {
      ...docs('readFreeBusy', 'Free and busy working time of an agent; with Accept: text/calendar as VFREEBUSY'),
      params: IdParams,
      querystring: Type.Object({ from: Instant, to: Instant }, { additionalProperties: false }),
      response: { 200: FreeBusyShown, ...problems },
    },
    handler: async (request, reply) => {
      const [config, agent] = await agentOf(deps, request)
      const query = request.query
      const [from, to] = [Date.parse(query.from), Date.parse(query.to)]
      if (to <= from) throw new AppError('invalid_period')
      if (to - from > MOST_DAYS * DAY) throw new AppError('range_too_long', { days: MOST_DAYS })
      const { busy, away, free } = await agentTime(deps, config, agent, { from, to })
      if (/\btext\/calendar\b/.test(request.headers.accept ?? '')) {
        const object = freeBusyObject(agent.name, {
          id: agent.id,
          range: { from, to },
          taken: { busy, away },
          stamp: deps.now(),
        })
        return sendText(reply, 'text/calendar; charset=utf-8', object)
      }
      const shown = (spans: readonly number[]) =>
        Array.from({ length: spans.length / 2 }, (_, i) => ({
          start: formatInstant(config.timeZone, spans[i * 2]!),
          end: formatInstant(config.timeZone, spans[i * 2 + 1]!),
        }))
      return { agentId: agent.id, timeZone: config.timeZone, busy: shown(union(busy, away)), free: shown(free) }
    },
  })
}

function readAvailabilityRoute(app: Api, deps: Deps): void {
  app.get('/v1/agents/:id/availability', {
    config: reading,
    schema: {
      ...docs('readAvailability', 'The agent’s recurring hours as VAVAILABILITY (RFC 7953), text/calendar'),
      params: IdParams,
      response: problems,
    },
    handler: async (request, reply) => {
      const [config, agent] = await agentOf(deps, request)
      const own = config.schedules.get(agent.id) ?? []
      return sendText(reply, 'text/calendar; charset=utf-8', availabilityObject(agent.id, own, deps.now()))
    },
  })
}

function writeAvailabilityRoute(app: Api, deps: Deps): void {
  void app.register(async (inner) => {
    inner.addContentTypeParser('text/calendar', { parseAs: 'string', bodyLimit: 500_000 }, (_request, body, done) =>
      done(null, body),
    )
    inner.put('/v1/agents/:id/availability', {
      config: writing,
      schema: {
        ...docs('writeAvailability', 'Make the agent’s next schedule of a VAVAILABILITY (RFC 7953)'),
        consumes: ['text/calendar'],
        params: IdParams,
        response: { 201: Type.Object({}, { additionalProperties: true, title: 'ImportedSchedule' }), ...problems },
      },
      handler: async (request, reply) => {
        const [config, agent] = await agentOf(deps, request)
        if (typeof request.body !== 'string') throw new AppError('unsupported_media_type')
        const read = readOrRefuse(request.body)
        if (read.timeZone !== null && !isZone(read.timeZone))
          throw new AppError('unreadable_calendar', { reason: read.timeZone.slice(0, 60) })
        const body = {
          ...{ ownerKind: 'agent', ownerId: agent.id, validFrom: read.validFrom, rules: read.rules },
          ...(read.timeZone === null ? {} : { timeZone: read.timeZone }),
        }
        checkBody(schedules.body, body)
        const context = { tenantId: config.tenantId, id: deps.newId(), now: deps.now() }
        const row = await createOne(deps, schedules, context, body)
        return reply.code(201).send(presentRow(schedules, row))
      },
    })
  })
}

export function externalRoutes(app: Api, deps: Deps): void {
  listExternalCalendarsRoute(app, deps)
  addExternalCalendarRoute(app, deps)
  refreshExternalCalendarRoute(app, deps)
  removeExternalCalendarRoute(app, deps)
  readFreeBusyRoute(app, deps)
  readAvailabilityRoute(app, deps)
  writeAvailabilityRoute(app, deps)
}

function readOrRefuse(text: string): ReadAvailability {
  try {
    return readAvailability(text)
  } catch (error) {
    throw new AppError('unreadable_calendar', { reason: (error as Error).message.slice(0, 120) })
  }
}
