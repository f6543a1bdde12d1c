// Moves an appointment to another time or agent. Its own time counts as free; the exclusion constraint guards the new time.
import { ignoring } from '../availability/agent-calendar.ts'
import { readVersions } from '../catalogue/config.sql.ts'
import { countDown, countUp } from '../availability/limits.sql.ts'
import { countersOf, type Counter } from '../availability/limits.ts'
import {
  dropReleased,
  findReservation,
  leaveSession,
  lockAgent,
  moveReservation,
  reserve,
  takeSeats,
  type Kept,
} from '../availability/ledger.sql.ts'
import { runIn, transaction, violationOf, type Tx } from '../../platform/database/tx.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { findAppointment, lockAppointment, updateAppointment, type Appointment } from './appointment.sql.ts'
import { checkHeld, checkNotice, record, releaseDelayOf, requireTransition, type ChangeContext } from './change.ts'
import { expireDue } from './expire-holds.ts'
import { countedLimits, type Override } from './override.ts'
import { planFresh, type PossiblePlace, type Plan } from './placement.ts'
import { limitViolation } from './limit-violation.ts'
import type { Placement } from './booking-request.ts'
import { countersHeld } from './usage-counters.ts'
import { checkVersion } from '../../kernel/version.ts'
import { isWithin, type Reach } from '../../kernel/permissions/principal.ts'
import { documentOf } from './appointment-document.ts'

type MoveRequest = {
  start: number
  /** New duration; one of the service's options. */
  minutes?: number | undefined
  locationId?: string | undefined
  agentId?: string | undefined
  reason?: string | undefined
  override?: Override | undefined
  /** Agents and locations to which it may move; null = any. */
  within?: Reach
  /** Another agent at the same time: the notice does not apply, and the current agent is excluded. */
  reassign?: boolean
  telling?: Telling
  isUndo?: boolean
}

/** When the citizen is notified: at once, `after` a delay in ms (during which the notice can be withheld), or not (`isQuiet`). */
export type Telling = { isQuiet?: boolean; after?: number }

const ROUNDS = 6

/** Reads the appointment and checks that it may be moved. */
async function readForMove(
  deps: Deps,
  context: ChangeContext,
  request: MoveRequest,
): Promise<{ a: Appointment; kept: Kept }> {
  const a = await findAppointment(deps.db.kysely, context.tenantId, context.id)
  if (!a) throw new AppError('not_found', { what: 'appointment' })
  checkVersion(context.wantedVersion, a.version)
  requireTransition(deps, a, request.reassign ? 'reassign' : 'move')
  checkHeld(context, a)
  const kept = await findReservation(deps.db.kysely, context.tenantId, a.reservation_id!)
  if (!kept) throw new AppError('too_many_rivals')
  return { a, kept }
}

/** Whether the appointment already has the requested time, place and agent. */
function isThere(a: Appointment, request: MoveRequest): boolean {
  const isSame = (wanted: string | undefined, is: string): boolean => wanted === undefined || wanted === is
  return (
    a.status !== 'held' &&
    (!request.reassign || request.agentId !== undefined) &&
    a.starts_at.getTime() === request.start &&
    isSame(request.agentId, a.agent_id) &&
    isSame(request.locationId, a.location_id) &&
    (request.minutes === undefined || request.minutes === documentOf(a).minutes)
  )
}

/**
 * Moves or reassigns; returns the changed appointment. Prefers the current agent when the time changes. Throws the
 * refusal of the new time, `too_late_to_move`, or `precondition_failed`.
 */
export async function move(deps: Deps, context: ChangeContext, request: MoveRequest): Promise<Appointment> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { a, kept } = await readForMove(deps, context, request)
    // Repeated request: nothing to change, and no second notification.
    if (isThere(a, request)) return a
    const config = await deps.snapshots.config(context.tenantId)
    // The notice does not apply to a hold.
    if (!request.reassign && a.status !== 'held')
      checkNotice(deps, config!, a, { actor: context.actor, kind: 'move', reason: request.reason })
    const placement: Placement = {
      serviceIds: a.service_ids,
      minutes: request.minutes ?? (a.service_ids.length === 1 ? documentOf(a).minutes : undefined),
      start: request.start,
      // A remote visit booked when the tenant had no location may move to any location.
      locationId: request.locationId ?? (config!.locations.has(a.location_id) ? a.location_id : undefined),
      agentId: request.agentId,
      places: a.seats,
      override: request.override,
    }
    const planned = await planFresh(deps, placement, {
      tenantId: context.tenantId,
      audience: context.actor.audience,
      ignored: ignoring(kept),
      previousAgentId: request.reassign ? undefined : a.agent_id,
      salt: deps.newId(),
      contactId: a.contact_id ?? undefined,
    })
    const places =
      request.reassign && request.agentId === undefined
        ? planned.places.filter((place) => place.agent.id !== a.agent_id)
        : planned.places
    const reachable = places.filter((place) =>
      isWithin(request.within ?? null, { agentId: place.agent.id, locationId: place.location.id }),
    )
    if (reachable.length === 0) throw new AppError('no_agent_free')
    const moved = await tryPlaces(deps, { context, request, planned, seen: a, kept }, reachable.slice(0, 6))
    if (moved) return moved
    await expireDue(deps, context.tenantId)
  }
  throw new AppError('too_many_rivals')
}

/** A move for which places were found; `seen` and `kept`: the appointment and its reservation when it was planned. */
type PlannedMove = { context: ChangeContext; request: MoveRequest; planned: Plan; seen: Appointment; kept: Kept }

/** Moves to the first place still free; null when rivals took all places or the appointment changed meanwhile. */
async function tryPlaces(
  deps: Deps,
  planned: PlannedMove,
  places: readonly PossiblePlace[],
): Promise<Appointment | null> {
  for (const place of places) {
    try {
      return await transaction(deps.db, (tx) => moveTo(deps, tx, planned, place))
    } catch (error) {
      const reached = limitViolation(error)
      if (reached?.scope === 'agent') continue
      if (reached) throw reached.refusal
      const violation = violationOf(error)
      if (violation === null || violation.kind === 'unique') throw error
    }
  }
  return null
}

async function moveTo(deps: Deps, tx: Tx, move: PlannedMove, place: PossiblePlace): Promise<Appointment | null> {
  const { context, request, planned, seen, kept } = move
  const { tenantId, actor } = context
  const { visit, config } = planned
  for (const agentId of [...new Set([seen.agent_id, place.agent.id])].sort())
    await tx.executeQuery(lockAgent(tenantId, agentId))
  const a = await lockAppointment(tx, tenantId, seen.id)
  if (!a || a.version !== seen.version || a.reservation_id !== kept.id) {
    if (context.wantedVersion !== null) throw new AppError('precondition_failed', { version: a?.version })
    return null
  }
  // The plan used this configuration version; a closure entered since then must be respected.
  const [current] = await readVersions(tx, tenantId, [])
  if (current?.config !== config.version) return null
  const end = request.start + visit.duration
  const from = request.start - visit.bufferBefore
  const to = end + visit.bufferAfter
  const shift = { planned, place, a, kept, from, to }
  if (actor.audience === 'staff') await tx.executeQuery(dropReleased(tenantId, place.agent.id, from, to))
  const reservationId = await changeTime(deps, tx, shift)
  const limits = countedLimits(visit.limits, request.override)
  const subjects = { agentId: place.agent.id, contactId: a.contact_id }
  const { timeZone } = place.location
  const view = { zone: timeZone, start: request.start, subjects, audience: documentOf(a).audience }
  await recount(tx, tenantId, countersHeld(config, a), countersOf(limits, view))
  const { assignment } = place
  const change = {
    agent_id: place.agent.id,
    location_id: place.location.id,
    time_zone: place.location.timeZone,
    starts_at: new Date(request.start),
    ends_at: new Date(end),
    reservation_id: reservationId,
    document: {
      ...documentOf(a),
      minutes: visit.duration / MINUTE,
      assignment: { reason: assignment.reason, candidates: assignment.candidates, load: Math.round(assignment.load) },
      ...(request.override
        ? { override: { reason: request.override.reason, by: actor.name, rules: place.overridden } }
        : {}),
    },
  }
  const after = await updateAppointment(tx, tenantId, a.id, change, new Date(deps.now()))
  if (kept.kind === 'session' && reservationId !== kept.id)
    for (const statement of leaveSession(tx, tenantId, kept.id, a.seats)) await tx.executeQuery(statement)
  await keepOldClosed(deps, tx, shift)
  const data = {
    before: placeOf(a),
    after: placeOf(after),
    assignment: assignment.reason,
    version: after.version,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(request.override ? { override: request.override.reason } : {}),
    ...tellingData(deps, request),
  }
  await record(deps, tx, a, { type: request.reassign ? 'appointment.reassigned' : 'appointment.moved', actor, data })
  return after
}

/** Fields of the event that tell whether and when to notify the citizen. */
const tellingData = (deps: Deps, { telling, isUndo }: MoveRequest): Record<string, unknown> => ({
  ...(telling?.isQuiet ? { isQuiet: true } : {}),
  ...(telling?.after ? { tellAt: new Date(deps.now() + telling.after).toISOString() } : {}),
  ...(isUndo ? { isUndo: true } : {}),
})

const placeOf = (a: Appointment) => ({
  start: a.starts_at.toISOString(),
  agentId: a.agent_id,
  locationId: a.location_id,
  durationMinutes: documentOf(a).minutes,
})

/** The new reserved time [from, to) of appointment `a` at `place`, instead of what is `kept`. */
type Shift = { planned: Plan; place: PossiblePlace; a: Appointment; kept: Kept; from: number; to: number }

/** Changes the reserved time and returns the reservation's id. Joins or opens a group session; moves any other reservation in place. */
async function changeTime(deps: Deps, tx: Tx, { planned, place, a, kept, from, to }: Shift): Promise<string> {
  const { visit, config } = planned
  const tenantId = a.tenant_id
  if (kept.kind !== 'session') {
    await tx.executeQuery(moveReservation(tx, tenantId, kept.id, place.agent.id, from, to))
    return kept.id
  }
  if (place.sessionId === kept.id) return kept.id
  if (place.sessionId !== null) {
    const { numAffectedRows } = await tx.executeQuery(takeSeats(tx, tenantId, place.sessionId, a.seats))
    if (!numAffectedRows) throw new AppError('seats_exhausted')
    return place.sessionId
  }
  const id = deps.newId()
  const start = from + visit.bufferBefore
  const session = {
    serviceId: visit.serviceIds[0]!,
    startsAt: new Date(start),
    endsAt: new Date(start + visit.duration),
    seats: visit.seats,
    used: a.seats,
  }
  await tx.executeQuery(
    reserve({
      tenantId,
      id,
      agentId: place.agent.id,
      from,
      to,
      kind: 'session',
      expiresAt: null,
      configVersion: config.version,
      session,
    }),
  )
  return id
}

async function recount(tx: Tx, tenantId: string, before: readonly Counter[], after: readonly Counter[]): Promise<void> {
  const name = (c: Counter): string => `${c.serviceId} ${c.key} ${c.periodStart}`
  const same = new Set(before.map(name).filter((n) => after.some((c) => name(c) === n)))
  const steps = [
    ...before.filter((c) => !same.has(name(c))).map((c) => ({ at: name(c), statement: countDown(tx, tenantId, c) })),
    ...after.filter((c) => !same.has(name(c))).map((c) => ({ at: name(c), statement: countUp(tx, tenantId, c) })),
  ]
  for (const { statement } of steps.sort((x, y) => x.at.localeCompare(y.at))) await runIn(tx, statement)
}

/** Keeps the old time closed for the services' release delay, unless the new time overlaps it. */
async function keepOldClosed(deps: Deps, tx: Tx, { planned, place, a, kept, from, to }: Shift): Promise<void> {
  const delay = a.status === 'held' ? 0 : releaseDelayOf(planned.config, a)
  const until = deps.now() + delay
  const overlaps = place.agent.id === kept.agentId && from < kept.to && to > kept.from
  if (delay === 0 || kept.kind === 'session' || overlaps || kept.to <= until) return
  const id = deps.newId()
  const closed = {
    tenantId: a.tenant_id,
    id,
    agentId: kept.agentId,
    from: kept.from,
    to: kept.to,
    kind: 'released' as const,
    expiresAt: new Date(until),
    configVersion: planned.config.version,
  }
  await tx.executeQuery(reserve(closed))
}
