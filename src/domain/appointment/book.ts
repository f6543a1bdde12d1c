// Creates holds and bookings in one pipelined transaction: locks the agent, reserves the time, counts, writes appointment and
// event. A constraint refuses the loser of a race; then the next free agent is tried, or the reason is looked up.
import { wakeRelay } from '../../platform/events/events.ts'
import { insertEvent } from '../../platform/events/event.sql.ts'
import type { CompiledQuery } from 'kysely'
import { countersOf } from '../availability/limits.ts'
import { countUp } from '../availability/limits.sql.ts'
import {
  dropReleased,
  lockAgent,
  lockedVersion,
  reserve,
  takeSeats,
  type NewReservation,
} from '../availability/ledger.sql.ts'
import { formatToken, hashSecret } from '../../kernel/crypto/token.ts'
import type { Rows } from '../../platform/database/pipeline.ts'
import type { Group } from '../../platform/database/together.ts'
import { atomically, violationOf } from '../../platform/database/tx.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault, externalIdTaken, missing } from '../../kernel/errors.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { checkAnswers, codeFrom } from './appointment.ts'
import {
  insertAppointment,
  previousAgent,
  type Appointment,
  type AppointmentDocument,
  type NewAppointment,
} from './appointment.sql.ts'
import { resolveContact, type Who } from './booking-contact.ts'
import { knownBooking } from './known-booking.ts'
import { countedLimits } from './override.ts'
import { expireDue } from './expire-holds.ts'
import { plan, planFresh, type PossiblePlace, type Plan } from './placement.ts'
import { limitViolation } from './limit-violation.ts'
import { comersOf, type Actor, type BookingRequest } from './booking-request.ts'

export type BookingContext = {
  tenantId: string
  actor: Actor
  hold: boolean
  country: string
  /** Keyed hash of the caller's network; set when the caller's identity is unproven. */
  unproven?: string
  /** The secret of the manage token, by the appointment's id; by default random bytes. */
  secretFor?: (id: string) => Uint8Array
}

/** A booking that was written; `matched` and `ignored`: see `Who`. */
export type NewBooking = Pick<Who, 'matched' | 'ignored'> & { appointment: NewAppointment; config: TenantConfig }
/** What a request to book led to: a new appointment, or the one that has its external id already. */
export type Booking = ({ isNew: true; manageToken: string } & NewBooking) | { isNew: false; appointment: Appointment }

/** Statements to write in the transaction of a booking, such as what answers a repeated request. */
type Alongside = (booking: NewBooking) => CompiledQuery[]

/** Maximum number of attempts when concurrent bookings invalidate the plan. */
const ROUNDS = 8
const AGENTS_A_ROUND = 6

/** Checks channel, answers and the channel's required fields; throws with pointers. Returns the channel. `isRemote`: no `in_person`. */
export function checkDetails(visit: Plan['visit'], request: BookingRequest, hold: boolean, isRemote = false): string {
  const channels = isRemote ? visit.channels.filter((channel) => channel !== 'in_person') : visit.channels
  const channel = request.channel ?? channels[0]!
  if (!channels.includes(channel)) throw bodyFault('/channel', 'channel_not_offered')
  if (hold) return channel
  if (request.contactId === undefined && request.contact === undefined) throw bodyFault('/contact', 'contact_required')
  if (channel === 'phone' && request.contact && request.contact.phone === undefined) {
    throw missing('/contact/phone')
  }
  const faults = checkAnswers(visit.questions, request.answers ?? {})
  if (faults.length > 0) {
    throw new AppError(
      faults[0]!.code,
      { label: faults[0]!.label, id: faults[0]!.id },
      {
        fields: faults.map((f) => ({
          in: 'body',
          pointer: `/answers/${f.id}`,
          code: f.code,
          params: { label: f.label, id: f.id },
        })),
      },
    )
  }
  return channel
}

type Draft = {
  statements: CompiledQuery[]
  lock: CompiledQuery
  group: Group
  booking: NewBooking
  manageToken: string
  reserved: NewReservation
}

type DraftInput = {
  request: BookingRequest
  context: BookingContext
  planned: Plan
  place: PossiblePlace
  who: Who
  channel: string
  ids: { id: string; reservationId: string }
  now: number
  alongside: Alongside
}

function newDocument({ request, context, planned, place }: DraftInput): AppointmentDocument {
  const { answers, notes, locale, override } = request
  const { reason, candidates, load } = place.assignment
  const { name, audience } = context.actor
  return {
    minutes: planned.visit.duration / MINUTE,
    audience,
    assignment: { reason, candidates, load: Math.round(load) },
    ...(answers ? { answers } : {}),
    ...(notes === undefined ? {} : { notes }),
    ...comersOf(request),
    ...(locale === undefined ? {} : { locale }),
    ...(context.unproven === undefined ? {} : { unproven: context.unproven }),
    ...(request.fromCallbackId === undefined ? {} : { callbackId: request.fromCallbackId }),
    ...(override ? { override: { reason: override.reason, by: name, rules: place.overridden } } : {}),
  }
}

function newAppointment(deps: Deps, input: DraftInput, secret: Uint8Array): NewAppointment {
  const { request, context, planned, place, who, ids, now } = input
  const { visit, config } = planned
  const status = visit.approvalRequired ? 'pending' : 'confirmed'
  return {
    tenantId: context.tenantId,
    id: ids.id,
    code: codeFrom(deps.randomBytes(8)),
    status: context.hold ? 'held' : status,
    serviceIds: visit.serviceIds,
    locationId: place.location.id,
    agentId: place.agent.id,
    startsAt: new Date(request.start),
    endsAt: new Date(request.start + visit.duration),
    timeZone: place.location.timeZone,
    channel: input.channel,
    seats: request.places,
    contactId: who.contactId,
    reservationId: place.sessionId ?? ids.reservationId,
    manageHash: hashSecret(Buffer.from(secret).toString('base64url')),
    externalId: request.externalId ?? null,
    document: newDocument(input),
    holdExpiresAt: context.hold ? new Date(now + config.settings.holdMinutes * MINUTE) : null,
    now: new Date(now),
  }
}

function newReservation({ request, planned, ids }: DraftInput, a: NewAppointment): NewReservation {
  const { visit, config } = planned
  const common = {
    tenantId: a.tenantId,
    id: ids.reservationId,
    agentId: a.agentId,
    from: request.start - visit.bufferBefore,
    to: request.start + visit.duration + visit.bufferAfter,
    configVersion: config.version,
  }
  if (visit.seats === 1)
    return { ...common, kind: a.holdExpiresAt ? 'hold' : 'appointment', expiresAt: a.holdExpiresAt }
  const { startsAt, endsAt, seats: used } = a
  const session = { serviceId: visit.serviceIds[0]!, startsAt, endsAt, seats: visit.seats, used }
  return { ...common, kind: 'session', expiresAt: null, session }
}

/** What the history of the callback says, from which the appointment was made. */
function fromCallback(
  deps: Deps,
  { request: { fromCallbackId }, context }: DraftInput,
  event: { tenantId: string; subjectId: string; at: Date; actor: string; data: { start: string } },
): CompiledQuery[] {
  if (fromCallbackId === undefined || context.hold) return []
  const { tenantId, subjectId: appointmentId, at, actor } = event
  const data = { appointmentId, start: event.data.start }
  return insertEvent({
    tenantId,
    subjectId: fromCallbackId,
    id: deps.newId(),
    type: 'callback.booked',
    at,
    actor,
    data,
  })
}

/** All statements of one booking at one place, in the common lock order: agent, ledger, counters. */
function draft(deps: Deps, input: DraftInput): Draft {
  const db = deps.db.kysely
  const { request, context, planned, place, who, ids } = input
  const { tenantId, actor, hold } = context
  const secret = context.secretFor?.(ids.id) ?? deps.randomBytes(32)
  const appointment = newAppointment(deps, input, secret)
  const reserved = newReservation(input, appointment)
  const { agentId, locationId, status, startsAt, document } = appointment
  const binding = countedLimits(planned.visit.limits, request.override)
  const subjects = { agentId, contactId: who.contactId }
  const counters = countersOf(binding, {
    zone: appointment.timeZone,
    start: request.start,
    subjects,
    audience: actor.audience,
  })
  const booking = { appointment, config: planned.config, matched: who.matched, ignored: who.ignored }
  const { assignment, override } = document
  const data = {
    status,
    start: startsAt.toISOString(),
    agentId,
    locationId,
    assignment,
    ...(override ? { override } : {}),
    ...(document.callbackId === undefined ? {} : { callbackId: document.callbackId }),
  }
  const type = hold ? 'appointment.held' : 'appointment.booked'
  const event = { tenantId, subjectId: ids.id, id: deps.newId(), type, at: appointment.now, actor: actor.name, data }
  const lock = lockAgent(tenantId, agentId)
  const takeTime =
    place.sessionId === null ? reserve(reserved) : takeSeats(db, tenantId, place.sessionId, request.places)
  const statements = [
    lock,
    ...(actor.audience === 'staff' ? [dropReleased(tenantId, agentId, reserved.from, reserved.to)] : []),
    takeTime,
    ...counters.map((counter) => countUp(db, tenantId, counter)),
    ...(who.statement ? [who.statement] : []),
    insertAppointment(appointment, place.sessionId !== null),
    ...insertEvent(event),
    ...fromCallback(deps, input, event),
    ...input.alongside(booking),
  ]
  // The group has counted the calendar up all the same.
  const lost = (rows: Rows): void =>
    deps.snapshots.passVersion(tenantId, agentId, lockedVersion(rows.get(lock), agentId))
  const group = { tenantId, needs: reserved.id, decidedBy: takeTime, apart: agentId, lost }
  return { statements, lock, group, booking, manageToken: formatToken('agm', tenantId, ids.id, secret), reserved }
}

/** Action after a failed booking: `next` = try the next agent, `again` = plan again, AppError = refuse. */
type Verdict = 'next' | 'again' | AppError

function judge(error: unknown, request: BookingRequest): Verdict {
  const violation = violationOf(error)
  if (!violation) throw error
  switch (violation.constraint) {
    case 'reservations_no_overlap':
    case 'reservations_seats':
      return 'next'
    case 'usage_counters_limit': {
      // If an agent reached the limit meanwhile, try the others; the next round does not offer a full agent.
      const reached = limitViolation(error)!
      return reached.scope === 'agent' ? 'next' : reached.refusal
    }
    // The configuration changed, or the session ended, after the plan was made.
    case 'kind_not_null':
    case 'appointments_reserved':
    case 'appointments_code':
    case 'contacts_identity':
      return 'again'
    case 'appointments_external_id':
      return externalIdTaken()
    default:
  }
  if (/contact_id/.test(violation.constraint)) {
    const fault = {
      in: 'body' as const,
      pointer: '/contactId',
      code: 'invalid_reference',
      params: { what: 'contact', id: request.contactId },
    }
    return new AppError('invalid_reference', fault.params, { fields: [fault] })
  }
  throw error
}

/**
 * Holds or books a slot; an identical appointment with the request's external id is returned as it is. `alongside`: further
 * statements of the same transaction. Throws the refusal with a stable code.
 */
export async function book(
  deps: Deps,
  request: BookingRequest,
  context: BookingContext,
  alongside: Alongside = () => [],
): Promise<Booking> {
  const hasKnown = request.externalId !== undefined && !context.hold
  const known = hasKnown ? await knownBooking(deps, context.tenantId, request) : null
  return known ? { isNew: false, appointment: known } : tryToBook(deps, request, context, alongside)
}

async function tryToBook(
  deps: Deps,
  request: BookingRequest,
  context: BookingContext,
  alongside: Alongside,
): Promise<Booking> {
  const { tenantId, actor } = context
  for (let round = 0; round < ROUNDS; round += 1) {
    const who = context.hold ? NOBODY : await resolveContact(deps, tenantId, request, { country: context.country })
    const { contactId } = who
    const previousAgentId =
      request.preferPreviousAgent && contactId !== null
        ? await previousAgent(deps.db.kysely, tenantId, contactId)
        : undefined
    const planContext = {
      tenantId,
      audience: actor.audience,
      previousAgentId,
      salt: deps.newId(),
      contactId: contactId ?? undefined,
    }
    const planned = await (round === 0 ? plan : planFresh)(deps, request, planContext)
    const isRemote = planned.places.some(({ location }) => location.isRemote)
    const channel = checkDetails(planned.visit, request, context.hold, isRemote)
    let verdict: Verdict = 'again'
    for (const place of planned.places.slice(0, AGENTS_A_ROUND)) {
      const { statements, lock, group, booking, manageToken, reserved } = draft(deps, {
        request,
        context,
        planned,
        place,
        who,
        channel,
        ids: { id: deps.newId(), reservationId: deps.newId() },
        now: deps.now(),
        alongside,
      })
      // Noted before the write, so that rivals in this process choose other time.
      const { from, to, kind, expiresAt } = reserved
      const taken = { from, to, kind, expires: expiresAt?.getTime() ?? 0 }
      deps.snapshots.noteReserved(tenantId, place.agent.id, taken)
      try {
        const rows = await atomically(deps.db, statements, group)
        deps.snapshots.keepReserved(tenantId, place.agent.id, taken, lockedVersion(rows.get(lock), place.agent.id))
        if (!context.hold) wakeRelay(deps, tenantId)
        return { isNew: true, manageToken, ...booking }
      } catch (error) {
        deps.snapshots.dropReserved(tenantId, place.agent.id, taken)
        verdict = judge(error, request)
      }
      if (verdict !== 'next') break
    }
    if (verdict === 'again') deps.snapshots.forgetConfig(tenantId)
    // An expired hold blocks its time and its place under a limit until it is cleared.
    const cleared = verdict === 'again' ? 0 : await expireDue(deps, tenantId)
    if (verdict instanceof AppError && (round > 0 || cleared === 0)) throw verdict
  }
  throw new AppError('too_many_rivals')
}

const NOBODY: Who = { contactId: null, statement: null }
