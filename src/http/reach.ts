// Limits people with a reach to their agents and locations. Records outside the reach are answered as if they did not exist.
import type { FastifyRequest } from 'fastify'
import { bodyOf, pathPart, queryFields } from './fields.ts'
import { findAppointment } from '../domain/appointment/appointment.sql.ts'
import { findCallback } from '../domain/callback/callback.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import type { ResourceTable } from '../domain/catalogue/records/resource.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import {
  isWithin,
  type Person,
  type AgentAndLocation,
  type Reach,
  type Reached,
} from '../kernel/permissions/principal.ts'

/** Every named agent and location must be within reach: a location within reach does not admit an agent outside it. */
function refuseNamed(reach: Reach, { agentId, locationId }: AgentAndLocation): void {
  if (reach === null) return
  const agentFits = agentId == null || reach.agentIds.size === 0 || reach.agentIds.has(agentId)
  const locationFits = locationId == null || reach.locationIds.size === 0 || reach.locationIds.has(locationId)
  if (!agentFits || !locationFits) throw new AppError('outside_reach')
}

/** Refuses every agent and location that the fields name, one or several. */
function refuseNamedIn(reach: Reach, fields: Readonly<Record<string, unknown>>): void {
  const named = (name: string): string[] => [fields[name] ?? []].flat().map(String)
  for (const agentId of [...named('agentId'), ...named('ownerAgentId')]) refuseNamed(reach, { agentId })
  for (const locationId of named('locationId')) refuseNamed(reach, { locationId })
}

/** Agent and location that a body names. */
function placeIn(body: Readonly<Record<string, unknown>>): AgentAndLocation {
  const text = (name: string): string | null => (typeof body[name] === 'string' ? body[name] : null)
  return { agentId: text('agentId'), locationId: text('locationId') }
}

const gone = (what: string): AppError => new AppError('not_found', { what })

async function checkAppointment(deps: Deps, person: Person, id: string): Promise<void> {
  const a = await findAppointment(deps.db.kysely, person.tenantId, id)
  if (!a || !isWithin(person.reach, { agentId: a.agent_id, locationId: a.location_id })) throw gone('appointment')
}

/** A callback of the pool is open to everyone; a personal callback only to people who reach its agent. */
async function checkCallback(deps: Deps, person: Person, id: string): Promise<void> {
  const c = await findCallback(deps.db.kysely, person.tenantId, id)
  if (!c || !(c.owner_agent_id === null || isWithin(person.reach, { agentId: c.owner_agent_id })))
    throw gone('callback')
}

type Owner = { kind: string; id: string | null }

const ownerIn = (fields: Record<string, unknown>): Owner | null => {
  const text = (...names: string[]): string | undefined =>
    names.map((name) => fields[name]).find((v): v is string => typeof v === 'string')
  const agentId = text('agentId', 'agent_id')
  if (agentId !== undefined) return { kind: 'agent', id: agentId }
  const id = text('ownerId', 'owner_id')
  return id === undefined ? null : { kind: text('ownerKind', 'owner_kind') ?? '', id }
}

/** Agents may change only their own hours; other people those of agents and locations within reach. Throws `outside_reach`. */
function refuseHours(person: Person, owner: Owner): void {
  const isOwn = owner.kind === 'agent' && owner.id !== null && owner.id === person.agentId
  if (isOwn) return
  if (person.role === 'agent') throw new AppError('outside_reach')
  if (person.reach === null) return
  const place = owner.kind === 'agent' ? { agentId: owner.id } : { locationId: owner.id }
  if (!isWithin(person.reach, place)) throw new AppError('outside_reach')
}

const TABLES: Record<string, ResourceTable> = { schedules: 'schedules', openings: 'openings', absences: 'absences' }

async function checkHours(deps: Deps, request: FastifyRequest, person: Person): Promise<void> {
  const id = pathPart(request, 'id')
  const table = TABLES[request.routeOptions.url?.split('/')[2] ?? '']
  if (id !== '' && table) {
    const row = await findRow(deps.db.kysely, table, person.tenantId, id)
    if (row) refuseHours(person, ownerIn(row) ?? { kind: '', id: null })
  } else if (id !== '') refuseHours(person, { kind: '', id: null })
  const named = ownerIn(bodyOf(request))
  if (named) refuseHours(person, named)
}

/**
 * Refuses a request outside the person's reach. Expects a request that its schema has validated. Throws `outside_reach`,
 * `not_found`.
 */
export async function checkReach(
  deps: Deps,
  request: FastifyRequest,
  person: Person,
  reached: Reached | undefined,
): Promise<void> {
  if (reached === 'hours') return checkHours(deps, request, person)
  if (person.reach === null) return
  if (reached === undefined) throw new AppError('outside_reach')
  const id = pathPart(request, 'id')
  const body = placeIn(bodyOf(request))
  if (reached === 'appointment') {
    await checkAppointment(deps, person, id)
    refuseNamed(person.reach, body)
  }
  if (reached === 'callback') {
    await checkCallback(deps, person, id)
    refuseNamed(person.reach, body)
  }
  if (reached === 'place') {
    refuseNamed(person.reach, body)
    if (!isWithin(person.reach, body)) throw new AppError('outside_reach')
  }
  if (reached === 'appointments' || reached === 'callbacks') refuseNamedIn(person.reach, queryFields(request))
  refuseNamedIn(person.reach, {
    ownerAgentId: [queryFields(request).ownerAgentId ?? [], bodyOf(request).ownerAgentId ?? []].flat(),
  })
}

/** The reach that lists must filter by; null = no limit. */
export const reachFor = (request: FastifyRequest): Reach =>
  request.principal?.kind === 'user' ? request.principal.reach : null
