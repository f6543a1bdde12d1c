// States of people who handle contacts, and the blended queue from which they take the next one.
import type { Api } from '../http/api.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { beginNext, contactTaken, setState, type Who } from '../application/presence/agent-state.ts'
import { currentState, listCurrent, timesIn, type AgentStatePeriod } from '../application/presence/agent-state.sql.ts'
import { actorNames } from '../application/identity/user.sql.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { findCallback } from '../domain/callback/callback.sql.ts'
import { presentCallback } from '../domain/callback/callback-json.ts'
import { CallbackShown } from '../domain/callback/callback.schema.ts'
import { queueFor, takeNext } from '../domain/callback/dialing/next.ts'
import type { Deps } from '../domain/deps.ts'
import { actorOf, personIn, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { AppError } from '../kernel/errors.ts'
import { DAY } from '../kernel/time/interval.ts'
import { parseDate, startOfDay } from '../kernel/time/zone.ts'
import { DateTime, Id, LocalDate, Nullable, oneOf } from '../platform/schema/schema.ts'

/** Lease (s) of a contact taken by a person: enough to read, call and write notes. */
const LEASE_SECONDS = 1200

const docs = documentedUnder('agents at work')
const ofPerson = { access: { kind: 'person' as const, scope: 'callbacks:work' as const } }

const StateShown = Type.Object(
  {
    state: oneOf(['free', 'busy', 'wrap_up', 'pause', 'away'] as const),
    reason: Type.Optional(
      Nullable(
        Type.String({ description: 'Of a pause; of a contact: the pause that follows it; hidden from some roles' }),
      ),
    ),
    since: Nullable(DateTime),
    until: Nullable(DateTime),
    campaignId: Nullable(Id),
    subjectId: Nullable(Id),
  },
  { title: 'AgentState', additionalProperties: false },
)
const Queue = Type.Array(
  Type.Object(
    { campaignId: Id, due: Type.Integer({ description: 'At most 500 are counted' }) },
    { additionalProperties: false },
  ),
)

export const MyStateShown = Type.Object(
  { ...StateShown.properties, queue: Queue },
  { title: 'MyState', additionalProperties: false },
)
export const TimesShown = Type.Object({
  items: Type.Array(
    Type.Object({
      userId: Id,
      userName: Type.Optional(Type.String()),
      state: Type.String(),
      reason: Type.Optional(Nullable(Type.String({ description: 'Left out for roles from which reasons are hidden' }))),
      times: Type.Integer(),
      seconds: Type.Number(),
    }),
  ),
})

const presentState = (period: AgentStatePeriod | undefined) => ({
  state: period?.state ?? ('away' as const),
  reason: period?.reason ?? null,
  since: period?.started_at.toISOString() ?? null,
  until: period?.until_at?.toISOString() ?? null,
  campaignId: period?.campaign_id ?? null,
  subjectId: period?.subject_id ?? null,
})

/** The signed-in person, for their state. */
export const whoIn = (request: FastifyRequest): Who => {
  const { id, agentId, tenantId } = personIn(request)
  return { tenantId, userId: id, agentId }
}

function ownRoutes(app: Api, deps: Deps): void {
  app.get('/v1/me/state', {
    config: ofPerson,
    schema: {
      ...docs('getMyState', 'What the person who is signed in is doing, and what is due for them'),
      response: {
        200: MyStateShown,
        ...problems,
      },
    },
    handler: async (request) => {
      const who = whoIn(request)
      const config = await configOf(deps, who.tenantId)
      const [period, { waiting }] = await Promise.all([
        currentState(deps.db.kysely, who.tenantId, who.userId),
        queueFor(deps, config, { agentId: who.agentId, actor: actorOf(request) }),
      ])
      return { ...presentState(period), queue: waiting.map(({ campaignId, due }) => ({ campaignId, due })) }
    },
  })

  app.put('/v1/me/state', {
    config: ofPerson,
    schema: {
      ...docs('setMyState', 'Be free, pause or leave; during a contact a pause begins after it'),
      body: Type.Object(
        {
          state: oneOf(['free', 'pause', 'away'] as const),
          reason: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
        },
        { additionalProperties: false },
      ),
      response: { 200: StateShown, ...problems },
    },
    handler: async (request) => {
      const { state, reason = null } = request.body
      return presentState(await setState(deps, whoIn(request), { state, reason: state === 'pause' ? reason : null }))
    },
  })
}

function nextRoute(app: Api, deps: Deps): void {
  app.post('/v1/me/next', {
    config: ofPerson,
    schema: {
      ...docs(
        'takeNext',
        'The next contact over all campaigns the person may work, best rank first; the open one again',
      ),
      response: {
        200: Type.Object({ callback: Nullable(CallbackShown) }, { title: 'NextContact', additionalProperties: false }),
        ...problems,
      },
    },
    handler: async (request) => {
      const who = whoIn(request)
      const config = await configOf(deps, who.tenantId)
      const begun = await beginNext(deps, who)
      if (!begun.isMine) {
        const open =
          begun.subjectId === null ? undefined : await findCallback(deps.db.kysely, who.tenantId, begun.subjectId)
        if (open?.status === 'in_progress') return { callback: presentCallback(open, config) as never }
        // Another press is looking already: it will open the contact.
        if (begun.subjectId === null) return { callback: null }
      }
      const wish = { agentId: who.agentId, actor: actorOf(request), seconds: LEASE_SECONDS }
      const next = await takeNext(deps, config, wish).catch(async (error: unknown) => {
        await setState(deps, who, { state: 'free', reason: null })
        throw error
      })
      if (!next) {
        await setState(deps, who, { state: 'free', reason: null })
        return { callback: null }
      }
      await contactTaken(deps, who, { subjectId: next.id, campaignId: next.campaign_id })
      return { callback: presentCallback(next, config) as never }
    },
  })
}

function teamRoutes(app: Api, deps: Deps): void {
  app.get('/v1/agent-states', {
    config: withScope('team:write', 'none'),
    schema: {
      ...docs('listAgentStates', 'Who is doing what, since when'),
      response: {
        200: Type.Object({
          items: Type.Array(
            Type.Object({
              userId: Id,
              userName: Type.Optional(Type.String()),
              agentId: Nullable(Id),
              ...StateShown.properties,
            }),
          ),
        }),
        ...problems,
      },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const periods = await listCurrent(deps.db.kysely, tenantId)
      const actors = periods.map((period) => ({ actor: `user:${period.user_id}` }))
      const nameOf = await actorNames(deps.db.kysely, tenantId, actors)
      return {
        items: periods.map((period) => {
          const { actorName } = nameOf(`user:${period.user_id}`)
          return {
            userId: period.user_id,
            ...(actorName === undefined ? {} : { userName: actorName }),
            agentId: period.agent_id,
            ...presentState(period),
          }
        }),
      }
    },
  })
}

function timesRoute(app: Api, deps: Deps): void {
  app.get('/v1/agent-states/times', {
    config: withScope('reports:read'),
    schema: {
      ...docs('reportAgentStates', 'Time of each person in each state, on the days from–to'),
      querystring: Type.Object({ from: LocalDate, to: LocalDate }, { additionalProperties: false }),
      response: {
        200: TimesShown,
        ...problems,
      },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const { timeZone } = await configOf(deps, tenantId)
      const [first, last] = [parseDate(request.query.from), parseDate(request.query.to)]
      if (last < first || last - first > 100)
        throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
      const range = {
        from: new Date(startOfDay(timeZone, first)),
        to: new Date(startOfDay(timeZone, last) + DAY),
        now: new Date(deps.now()),
      }
      const times = await timesIn(deps.db.kysely, tenantId, range)
      const nameOf = await actorNames(
        deps.db.kysely,
        tenantId,
        times.map((one) => ({ actor: `user:${one.userId}` })),
      )
      return {
        items: times.map((one) => {
          const { actorName } = nameOf(`user:${one.userId}`)
          return { ...one, ...(actorName === undefined ? {} : { userName: actorName }) }
        }),
      }
    },
  })
}

export function agentStateRoutes(app: Api, deps: Deps): void {
  ownRoutes(app, deps)
  nextRoute(app, deps)
  teamRoutes(app, deps)
  timesRoute(app, deps)
}
