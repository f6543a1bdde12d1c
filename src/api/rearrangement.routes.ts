// By REST: the appointments that a change of hours affects, alternatives for one appointment, and rearranging many at once.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { findAppointment } from '../domain/appointment/appointment.sql.ts'
import { reachFor } from '../http/reach.ts'
import { RuleBody } from '../domain/catalogue/schedule.schema.ts'
import type { ScheduleRule } from '../domain/catalogue/tenant-config.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault, missing } from '../kernel/errors.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { DateTime, Id, IdParams, Instant, LocalDate, Zone, oneOf } from '../platform/schema/schema.ts'
import { formatInstant, parseDate, startOfDay } from '../kernel/time/zone.ts'
import { EntryShown, presentEntry } from './agenda.routes.ts'
import { impactOf, type Impact } from '../application/rearranging/impact.ts'
import { freeAgents, nextTimes, propose, type Mode, type Proposal } from '../application/rearranging/propose.ts'
import { rearrange, undoRearranging } from '../application/rearranging/rearrange.ts'
import { OVERRIDABLE, type OverridableRule } from '../domain/appointment/override.ts'
import type { Appointment } from '../domain/appointment/appointment.sql.ts'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import { isWithin, type Reach } from '../kernel/permissions/principal.ts'

const ImpactBody = Type.Object(
  {
    kind: Type.Union([Type.Literal('absence'), Type.Literal('closure'), Type.Literal('schedule')]),
    agentId: Type.Optional({ ...Id, description: 'absence' }),
    locationId: Type.Optional({ ...Id, description: 'closure; absent = the whole tenant' }),
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
    firstDay: Type.Optional(LocalDate),
    lastDay: Type.Optional(LocalDate),
    ownerKind: Type.Optional(Type.Union([Type.Literal('agent'), Type.Literal('pool'), Type.Literal('location')])),
    ownerId: Type.Optional({ ...Id, description: 'schedule' }),
    validFrom: Type.Optional(LocalDate),
    validUntil: Type.Optional(LocalDate),
    timeZone: Type.Optional(Zone),
    rules: Type.Optional(Type.Array(RuleBody, { maxItems: 50 })),
  },
  { additionalProperties: false },
)

type ImpactInput = {
  kind: 'absence' | 'closure' | 'schedule'
  agentId?: string
  locationId?: string
  from?: string
  to?: string
  firstDay?: string
  lastDay?: string
  ownerKind?: 'agent' | 'pool' | 'location'
  ownerId?: string
  validFrom?: string
  validUntil?: string
  timeZone?: string
  rules?: ScheduleRule[]
}

function periodIn(body: ImpactInput, zone: string): { from: number; to: number } {
  const byDays = body.firstDay !== undefined && body.lastDay !== undefined
  if (!byDays && (body.from === undefined || body.to === undefined)) throw bodyFault('/from', 'invalid_period')
  const from = byDays ? startOfDay(zone, parseDate(body.firstDay!)) : Date.parse(body.from!)
  const to = byDays ? startOfDay(zone, parseDate(body.lastDay!) + 1) : Date.parse(body.to!)
  if (from >= to) throw bodyFault(byDays ? '/lastDay' : '/to', 'invalid_period')
  return { from, to }
}

function impactIn(body: ImpactInput, zone: string): Impact {
  if (body.kind === 'absence') {
    if (body.agentId === undefined) throw bodyFault('/agentId', 'invalid_reference', { what: 'agent' })
    return { kind: 'absence', agentId: body.agentId, ...periodIn(body, zone) }
  }
  if (body.kind === 'closure') return { kind: 'closure', locationId: body.locationId ?? null, ...periodIn(body, zone) }
  const { ownerKind, ownerId, validFrom, rules } = body
  if (ownerId === undefined || ownerKind === undefined || ownerKind === 'location')
    throw bodyFault('/ownerId', 'invalid_reference', { what: 'agent' })
  if (validFrom === undefined) throw bodyFault('/validFrom', 'invalid_period')
  return {
    kind: 'schedule',
    ownerKind,
    ownerId,
    validFrom,
    validUntil: body.validUntil ?? null,
    timeZone: body.timeZone ?? zone,
    rules: rules ?? [],
  }
}

export const RearrangedShown = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          id: Id,
          result: oneOf(['reassigned', 'moved', 'asked', 'left']),
          agentId: Type.Optional(Id),
          start: Type.Optional(DateTime),
          before: Type.Optional(Type.Object({ agentId: Id, start: DateTime }, { additionalProperties: false })),
          code: Type.Optional(Type.String({ description: 'Why it was left' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { title: 'Rearranged', additionalProperties: false },
)

const Ids = Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true })
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' })
const Colleague = { ...Id, description: 'The colleague; absent = the fairest who works then' }
const ModeName = oneOf(['reassign', 'next', 'best', 'ask'], {
  description:
    'reassign: same time, colleague; next: nearest time, never on an earlier day; best: the first of ' +
    'both that works; ask: the people choose',
})
const PlanItem = Type.Object(
  {
    appointmentId: Id,
    agentId: Type.Optional(Id),
    start: Type.Optional({ ...Instant, description: 'Absent = its own time' }),
    ask: Type.Optional(Type.Boolean({ description: 'The person is asked to choose another time' })),
    rules: Type.Optional(
      Type.Array(oneOf(OVERRIDABLE), {
        uniqueItems: true,
        description: 'Rules that a person sets aside for the colleague whom they named',
      }),
    ),
  },
  { additionalProperties: false },
)
export const ProposalsShown = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          id: Id,
          result: oneOf(['reassign', 'move', 'ask', 'none']),
          agentId: Type.Optional(Id),
          start: Type.Optional(DateTime),
          code: Type.Optional(Type.String({ description: 'Why there is nothing to propose' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { title: 'RearrangementProposals', additionalProperties: false },
)

type PlanInput = { appointmentId: string; agentId?: string; start?: string; ask?: boolean; rules?: OverridableRule[] }
type RearrangeInput = {
  appointmentIds?: string[]
  mode?: Mode
  agentId?: string
  plan?: PlanInput[]
  reason: string
  notifyAfterSeconds?: number
}

const presentProposal = ({ id, result, agentId, start, code }: Proposal) => ({
  ...{ id, result, agentId, code },
  start: start === undefined ? undefined : new Date(start).toISOString(),
})

/** The requested appointments; throws `invalid_reference` for unknown ones, `outside_reach` for those of other agents. */
async function wanted(
  deps: Deps,
  config: TenantConfig,
  { ids, within, agentId }: { ids: readonly string[]; within: Reach; agentId: string | undefined },
): Promise<Appointment[]> {
  if (agentId !== undefined && !isWithin(within, { agentId })) throw new AppError('outside_reach')
  const found: Appointment[] = []
  for (const [i, id] of ids.entries()) {
    const a = await findAppointment(deps.db.kysely, config.tenantId, id)
    if (!a) throw bodyFault(`/appointmentIds/${i}`, 'invalid_reference', { what: 'appointment', id })
    if (!isWithin(within, { agentId: a.agent_id, locationId: a.location_id })) throw new AppError('outside_reach')
    found.push(a)
  }
  return found
}

/** The submitted plan, or new proposals by the mode. */
async function proposalsIn(deps: Deps, config: TenantConfig, body: RearrangeInput, within: Reach): Promise<Proposal[]> {
  const { appointmentIds, mode, agentId, plan } = body
  if (plan === undefined) {
    if (appointmentIds === undefined) throw missing('/appointmentIds')
    if (mode === undefined) throw missing('/mode')
    const found = await wanted(deps, config, { ids: appointmentIds, within, agentId })
    return propose(deps, config, found, { mode, agentId, within })
  }
  const ids = plan.map((item) => item.appointmentId)
  if (new Set(ids).size < ids.length) throw bodyFault('/plan', 'invalid_request', { count: 1 })
  await wanted(deps, config, { ids, within, agentId: undefined })
  for (const item of plan)
    if (item.agentId !== undefined && !isWithin(within, { agentId: item.agentId })) throw new AppError('outside_reach')
  return plan.map((item) => ({
    id: item.appointmentId,
    result: item.ask ? 'ask' : item.start === undefined ? 'reassign' : 'move',
    ...(item.agentId === undefined ? {} : { agentId: item.agentId }),
    ...(item.start === undefined ? {} : { start: Date.parse(item.start) }),
    ...(item.rules === undefined ? {} : { rules: item.rules }),
  }))
}

const Away = { ...Id, description: 'An agent who will not be there: nothing is proposed with them' }

const docs = documentedUnder('appointments')

function previewHoursRoute(app: Api, deps: Deps): void {
  app.post('/v1/hours/impact', {
    config: withScope('hours:write', 'hours'),
    schema: {
      ...docs(
        'previewHours',
        'The live appointments that an absence, a closure or new recurring hours would hit; nothing changes',
      ),
      body: ImpactBody,
      response: { 200: Type.Object({ items: Type.Array(EntryShown) }, { additionalProperties: false }), ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const change = impactIn(request.body, config.timeZone)
      const rows = await impactOf(deps, config, change, reachFor(request))
      return { items: rows.map(presentEntry) }
    },
  })
}

function listAlternativesRoute(app: Api, deps: Deps): void {
  app.get('/v1/appointments/:id/alternatives', {
    config: withScope('appointments:read', 'appointment'),
    schema: {
      ...docs('listAlternatives', 'Who else is free at the same time, and the nearest other times'),
      params: IdParams,
      querystring: Type.Object({ awayAgentId: Type.Optional(Away) }, { additionalProperties: false }),
      response: {
        200: Type.Object(
          {
            agentIds: Type.Array(Id),
            starts: Type.Array(DateTime),
            places: Type.Array(Type.Object({ start: DateTime, agentId: Id }, { additionalProperties: false }), {
              description: 'The same starts, each with who would serve',
            }),
          },
          { additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const a = await findAppointment(deps.db.kysely, config.tenantId, idOf(request))
      if (!a) throw new AppError('not_found', { what: 'appointment' })
      const w = { away: request.query.awayAgentId, within: reachFor(request) }
      const places = (await nextTimes(deps, config, a, { most: 5, w })).map((place) => ({
        ...place,
        start: formatInstant(a.time_zone, place.start),
      }))
      return { agentIds: await freeAgents(deps, config, a, w), starts: places.map(({ start }) => start), places }
    },
  })
}

function proposeRearrangementRoute(app: Api, deps: Deps): void {
  app.post('/v1/rearrangements/proposals', {
    config: withScope('team:write', 'none'),
    schema: {
      ...docs(
        'proposeRearrangement',
        'What would become of many appointments at once; nothing changes, and nobody is proposed a place twice',
      ),
      body: Type.Object(
        {
          appointmentIds: Ids,
          mode: ModeName,
          agentId: Type.Optional(Colleague),
          awayAgentId: Type.Optional(Away),
        },
        { additionalProperties: false },
      ),
      response: { 200: ProposalsShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const body = request.body
      const within = reachFor(request)
      const found = await wanted(deps, config, { ids: body.appointmentIds, within, agentId: body.agentId })
      const proposals = await propose(deps, config, found, {
        ...{ mode: body.mode, agentId: body.agentId, away: body.awayAgentId, within },
      })
      return { items: proposals.map((p) => presentProposal(p)) }
    },
  })
}

function rearrangeAppointmentsRoute(app: Api, deps: Deps): void {
  app.post('/v1/rearrangements', {
    config: withScope('team:write', 'none'),
    schema: {
      ...docs(
        'rearrangeAppointments',
        'Reassign, move on or ask about many appointments at once, as proposed (`plan`) or by a mode; ' +
          'people are told by the usual messages',
      ),
      body: Type.Object(
        {
          appointmentIds: Type.Optional(Ids),
          mode: Type.Optional(ModeName),
          agentId: Type.Optional(Colleague),
          plan: Type.Optional(Type.Array(PlanItem, { minItems: 1, maxItems: 100 })),
          reason: Reason,
          notifyAfterSeconds: Type.Optional(
            Type.Integer({ minimum: 0, maximum: 600, description: 'People are told after so long; 0 by default' }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: RearrangedShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const body = request.body
      const within = reachFor(request)
      const proposals = await proposalsIn(deps, config, body, within)
      const order = { reason: body.reason, actor: actorOf(request), within }
      const tellAfter = (body.notifyAfterSeconds ?? 0) * 1000
      return { items: await rearrange(deps, config, proposals, { ...order, tellAfter }) }
    },
  })
}

function undoRearrangementRoute(app: Api, deps: Deps): void {
  app.post('/v1/rearrangements/undo', {
    config: withScope('team:write', 'none'),
    schema: {
      ...docs(
        'undoRearrangement',
        'Take what was rearranged back, within ten minutes; who was not told hears of neither',
      ),
      body: Type.Object({ appointmentIds: Ids, reason: Reason }, { additionalProperties: false }),
      response: { 200: RearrangedShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const { appointmentIds, reason } = request.body
      const within = reachFor(request)
      await wanted(deps, config, { ids: appointmentIds, within, agentId: undefined })
      const order = { reason, actor: actorOf(request), within }
      return { items: await undoRearranging(deps, config, appointmentIds, order) }
    },
  })
}

export function rearrangeRoutes(app: Api, deps: Deps): void {
  previewHoursRoute(app, deps)
  listAlternativesRoute(app, deps)
  proposeRearrangementRoute(app, deps)
  rearrangeAppointmentsRoute(app, deps)
  undoRearrangementRoute(app, deps)
}
