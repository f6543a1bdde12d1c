// Utilisation: the booked part of the agents' open time over a period.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { reachFor } from '../http/reach.ts'
import { openTimeFor } from '../domain/availability/search.ts'
import type { Agent, TenantConfig } from '../domain/catalogue/tenant-config.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { Id, Instant } from '../platform/schema/schema.ts'
import { DAY, HOUR, intersect, lengthOf, MINUTE, union } from '../kernel/time/interval.ts'
import { agendaRows } from '../application/rearranging/agenda.sql.ts'
import { isWithin, type Reach } from '../kernel/permissions/principal.ts'

const MOST_DAYS = 62

export type Utilisation = {
  agentId: string
  openMinutes: number
  bookedMinutes: number
  appointments: number
  noShows: number
}

type OpenQuery = {
  agent: Agent
  from: number
  to: number
  locationId?: string
}

/** Open time of an agent in [from, to), at all its locations or one, for staff and public together. */
function openSpans(config: TenantConfig, { agent, from, to, locationId }: OpenQuery): number[] {
  const places = [...config.locations.values()].filter(
    (l) =>
      !l.archived &&
      (locationId === undefined || l.id === locationId) &&
      (agent.locationIds.size === 0 || agent.locationIds.has(l.id)),
  )
  const all = places.map((location) => openTimeFor(config, { agent, location }, 'staff', { from, to }).layers.open)
  return intersect(union(...all), [from, to])
}

type UtilisationQuery = {
  from: number
  to: number
  within: Reach
  only?: { agentId?: string | undefined; locationId?: string | undefined }
}

/** Utilisation of the agents within reach in [from, to). */
export async function utilisationOf(
  deps: Deps,
  config: TenantConfig,
  { from, to, within, only = {} }: UtilisationQuery,
): Promise<Utilisation[]> {
  const asked = { from: new Date(from), to: new Date(to), within, locationId: only.locationId, limit: 50_000 }
  const rows = await deps.db.reading((db) => agendaRows(db, config.tenantId, asked))
  const byAgent = Map.groupBy(rows, (a) => a.agent_id)
  const agents = [...config.agents.values()].filter(
    (a) =>
      (only.agentId === undefined || a.id === only.agentId) &&
      (!a.archived || byAgent.has(a.id)) &&
      (within === null ||
        within.agentIds.has(a.id) ||
        [...a.locationIds].some((id) => isWithin(within, { locationId: id }))),
  )
  return agents
    .map((agent) => {
      const mine = byAgent.get(agent.id) ?? []
      const booked = union(
        mine.filter((a) => a.status !== 'pending').flatMap((a) => [a.starts_at.getTime(), a.ends_at.getTime()]),
      )
      return {
        agentId: agent.id,
        openMinutes: Math.round(lengthOf(openSpans(config, { agent, from, to, locationId: only.locationId })) / MINUTE),
        bookedMinutes: Math.round(lengthOf(intersect(booked, [from, to])) / MINUTE),
        appointments: mine.length,
        noShows: mine.filter((a) => a.status === 'no_show').length,
      }
    })
    .filter((one) => one.openMinutes > 0 || one.appointments > 0)
}

export function utilisationRoutes(app: Api, deps: Deps): void {
  app.get('/v1/utilisation', {
    config: withScope('reports:read', 'none'),
    schema: {
      ...documentedUnder('reports')('readUtilisation', 'Open and booked minutes by agent, over 62 days at most'),
      querystring: Type.Object({ from: Instant, to: Instant }, { additionalProperties: false }),
      response: {
        200: Type.Object(
          {
            items: Type.Array(
              Type.Object(
                {
                  agentId: Id,
                  openMinutes: Type.Integer(),
                  bookedMinutes: Type.Integer(),
                  appointments: Type.Integer(),
                  noShows: Type.Integer(),
                },
                { additionalProperties: false },
              ),
            ),
          },
          { additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request) => {
      const query = request.query
      const [from, to] = [Date.parse(query.from), Date.parse(query.to)]
      if (to <= from || to - from > MOST_DAYS * DAY + 2 * HOUR)
        throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
      const config = await configOf(deps, tenantOf(request))
      return { items: await utilisationOf(deps, config, { from, to, within: reachFor(request) }) }
    },
  })
}
