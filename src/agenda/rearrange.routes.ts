// By REST: what a change of hours would hit, the best alternatives for one appointment, and rearranging many in one go.
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { configOf } from '../tenant/config.actions.ts'
import { findAppointment } from '../appointment/appointment.sql.ts'
import { reachFor } from '../auth/reach.actions.ts'
import { isWithin } from '../auth/scopes.ts'
import { RuleBody } from '../availability/availability.schema.ts'
import type { ScheduleRule } from '../availability/model.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault } from '../errors.ts'
import { actorOf, tenantOf } from '../rest/access.ts'
import { problems } from '../rest/resource.routes.ts'
import { documentedUnder, idOf, withScope } from '../rest/route.ts'
import { DateTime, Id, IdParams, Instant, LocalDate, Zone } from '../rest/schema.ts'
import { formatInstant, parseDate, startOfDay } from '../time/zone.ts'
import { EntryShown, presentEntry } from './feed.routes.ts'
import { impactOf, type Impact } from './impact.actions.ts'
import { freeAgents, nextTimes, rearrange, type Mode } from './rearrange.actions.ts'

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

const RearrangedShown = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          id: Id,
          result: Type.Union((['reassigned', 'moved', 'asked', 'left'] as const).map((one) => Type.Literal(one))),
          agentId: Type.Optional(Id),
          start: Type.Optional(DateTime),
          code: Type.Optional(Type.String({ description: 'Why it was left' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { title: 'Rearranged', additionalProperties: false },
)

export function rearrangeRoutes(app: FastifyInstance, deps: Deps): void {
  const docs = documentedUnder('appointments')

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
      const change = impactIn(request.body as ImpactInput, config.timeZone)
      const rows = await impactOf(deps, config, change, reachFor(request))
      return { items: rows.map(presentEntry) }
    },
  })

  app.get('/v1/appointments/:id/alternatives', {
    config: withScope('appointments:read', 'appointment'),
    schema: {
      ...docs('listAlternatives', 'Who else is free at the same time, and the nearest other times'),
      params: IdParams,
      response: {
        200: Type.Object({ agentIds: Type.Array(Id), starts: Type.Array(DateTime) }, { additionalProperties: false }),
        ...problems,
      },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const a = await findAppointment(deps.db.kysely, config.tenantId, idOf(request))
      if (!a) throw new AppError('not_found', { what: 'appointment' })
      const starts = await nextTimes(deps, config, a, 5)
      const rows = await freeAgents(deps, config, a)
      return { agentIds: rows, starts: starts.map((start) => formatInstant(a.time_zone, start)) }
    },
  })

  app.post('/v1/rearrangements', {
    config: withScope('team:write', 'none'),
    schema: {
      ...docs(
        'rearrangeAppointments',
        'Reassign, move on or ask about many appointments at once; people are told by the usual messages',
      ),
      body: Type.Object(
        {
          appointmentIds: Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true }),
          mode: Type.Union(
            (['reassign', 'next', 'best', 'ask'] as const).map((mode) => Type.Literal(mode)),
            {
              description:
                'reassign: same time, colleague; next: nearest time; best: the first of both that works; ask: the people choose',
            },
          ),
          agentId: Type.Optional({ ...Id, description: 'The colleague; absent = the fairest' }),
          reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }),
        },
        { additionalProperties: false },
      ),
      response: { 200: RearrangedShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const body = request.body as { appointmentIds: string[]; mode: Mode; agentId?: string; reason: string }
      const reach = reachFor(request)
      for (const [i, id] of body.appointmentIds.entries())
        if (!(await findAppointment(deps.db.kysely, config.tenantId, id)))
          throw bodyFault(`/appointmentIds/${i}`, 'invalid_reference', { what: 'appointment', id })
      if (reach !== null) {
        if (body.agentId !== undefined && !isWithin(reach, { agentId: body.agentId }))
          throw new AppError('outside_reach')
        for (const id of body.appointmentIds) {
          const a = await findAppointment(deps.db.kysely, config.tenantId, id)
          if (!a || !isWithin(reach, { agentId: a.agent_id, locationId: a.location_id }))
            throw new AppError('outside_reach')
        }
      }
      const items = await rearrange(deps, config, body.appointmentIds, {
        ...body,
        actor: actorOf(request),
        within: reach,
      })
      return { items }
    },
  })
}
