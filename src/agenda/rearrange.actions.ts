// Appointments that cannot stay as they are: given to a colleague at the same time, moved to the next free one, or their people
// asked to choose. One by one, each in a transaction of its own: what cannot be done for one must not hold up the others.
import type { Reach } from '../auth/scopes.ts'
import { move } from '../appointment/move.actions.ts'
import { findAppointment, type Appointment, type AppointmentDocument } from '../appointment/appointment.sql.ts'
import { findSlots } from '../availability/search.ts'
import { prepareSearch } from '../availability/slots.actions.ts'
import { findOwnTime } from '../availability/ledger.sql.ts'
import type { TenantConfig } from '../availability/model.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { compose, post } from '../notify/compose.actions.ts'
import { occasionOf, personOf } from '../notify/notice.actions.ts'
import { DAY, MINUTE } from '../time/interval.ts'

export type Mode = 'reassign' | 'next' | 'best' | 'ask'
export type Rearranged = {
  id: string
  result: 'reassigned' | 'moved' | 'asked' | 'left'
  agentId?: string
  start?: string
  code?: string
}
type Wanted = { mode: Mode; agentId?: string | undefined; reason: string; actor: string; within: Reach }

/** How far ahead another time is looked for. */
const AHEAD = 21 * DAY

const contextOf = (config: TenantConfig, id: string, actor: string) => ({
  tenantId: config.tenantId,
  id,
  actor: { name: actor, audience: 'staff' as const },
  wantedVersion: null,
})

async function reassign(deps: Deps, config: TenantConfig, a: Appointment, w: Wanted): Promise<Rearranged> {
  const request = {
    start: a.starts_at.getTime(),
    agentId: w.agentId,
    reason: w.reason,
    override: { reason: w.reason },
    reassign: true,
    within: w.within,
  }
  const after = await move(deps, contextOf(config, a.id, w.actor), request)
  return { id: a.id, result: 'reassigned', agentId: after.agent_id, start: after.starts_at.toISOString() }
}

/** The free time nearest to the one that was promised, by any agent who can. */
export async function nextTimes(deps: Deps, config: TenantConfig, a: Appointment, most: number): Promise<number[]> {
  const from = Math.max(deps.now() + 30 * MINUTE, a.starts_at.getTime() - DAY)
  const to = Math.max(from, a.starts_at.getTime()) + AHEAD
  const minutes = a.service_ids.length === 1 ? (a.document as unknown as AppointmentDocument).minutes : undefined
  const request = {
    ...{ tenantId: config.tenantId, serviceIds: a.service_ids, minutes, locationIds: [a.location_id] },
    ...{ audience: 'staff' as const, places: a.seats, contactId: a.contact_id ?? undefined },
    ignored: await findOwnTime(deps.db.kysely, config.tenantId, a.reservation_id),
  }
  const search = await prepareSearch(deps, request, from, to)
  const slots = findSlots(search, { locationIds: [a.location_id] }, from, to)
  const distance = (start: number): number => Math.abs(start - a.starts_at.getTime())
  return [...new Set(slots.map((slot) => slot.start))]
    .filter((start) => start !== a.starts_at.getTime())
    .sort((x, y) => distance(x) - distance(y) || x - y)
    .slice(0, most)
}

/** Agents who are free for the appointment at its own time, besides the one who has it. */
export async function freeAgents(deps: Deps, config: TenantConfig, a: Appointment): Promise<string[]> {
  const start = a.starts_at.getTime()
  const minutes = a.service_ids.length === 1 ? (a.document as unknown as AppointmentDocument).minutes : undefined
  const request = {
    ...{ tenantId: config.tenantId, serviceIds: a.service_ids, minutes, locationIds: [a.location_id] },
    ...{ audience: 'staff' as const, places: a.seats },
  }
  const search = await prepareSearch(deps, request, start, start + MINUTE)
  const able = [...config.agents.values()].filter((agent) => !agent.archived && agent.id !== a.agent_id)
  return able
    .filter((agent) =>
      findSlots(search, { locationIds: [a.location_id], agentId: agent.id }, start, start + MINUTE).some(
        (s) => s.start === start,
      ),
    )
    .map((agent) => agent.id)
}

async function moveOn(deps: Deps, config: TenantConfig, a: Appointment, w: Wanted): Promise<Rearranged> {
  let refusal: unknown = new AppError('no_agent_free')
  for (const start of await nextTimes(deps, config, a, 5)) {
    try {
      const after = await move(deps, contextOf(config, a.id, w.actor), { start, reason: w.reason, within: w.within })
      return { id: a.id, result: 'moved', agentId: after.agent_id, start: after.starts_at.toISOString() }
    } catch (error) {
      // Taken meanwhile: the next nearest one.
      refusal = error
      if (!(error instanceof AppError)) throw error
    }
  }
  throw refusal
}

/** Writes to the person that the time cannot stay, with the link under which another one is chosen. */
async function askPerson(deps: Deps, config: TenantConfig, a: Appointment, w: Wanted): Promise<Rearranged> {
  const person = await personOf(deps, a)
  if (!person) throw new AppError('contact_required')
  const more = { note: w.reason, dedupeKey: `choose ${a.id} ${a.version}`, expires: a.ends_at.getTime() }
  const message = await compose(deps, config, person, await occasionOf(deps, config, a, 'choose', more))
  if (message === null) throw new AppError('email_needed')
  await transaction(deps.db, (tx) => post(deps, tx, message))
  return { id: a.id, result: 'asked' }
}

async function one(deps: Deps, config: TenantConfig, a: Appointment, w: Wanted): Promise<Rearranged> {
  const isLive = a.status === 'confirmed' || a.status === 'pending'
  if (!isLive || a.ends_at.getTime() <= deps.now())
    throw new AppError('invalid_transition', { status: a.status, action: w.mode })
  if (w.agentId === a.agent_id) throw new AppError('no_agent_free')
  if (w.mode === 'ask') return askPerson(deps, config, a, w)
  if (w.mode === 'next') return moveOn(deps, config, a, w)
  if (w.mode === 'reassign') return reassign(deps, config, a, w)
  // The time that was promised matters more than the face.
  return reassign(deps, config, a, w).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    return moveOn(deps, config, a, w)
  })
}

/** Does what is wanted with each; the answer says for each what became of it. */
export async function rearrange(
  deps: Deps,
  config: TenantConfig,
  ids: readonly string[],
  w: Wanted,
): Promise<Rearranged[]> {
  const results: Rearranged[] = []
  for (const id of ids) {
    const a = await findAppointment(deps.db.kysely, config.tenantId, id)
    if (!a) {
      results.push({ id, result: 'left', code: 'not_found' })
      continue
    }
    results.push(
      await one(deps, config, a, w).catch((error: unknown): Rearranged => {
        if (!(error instanceof AppError) || error.status >= 500) throw error
        return { id, result: 'left', code: error.code }
      }),
    )
  }
  return results
}
