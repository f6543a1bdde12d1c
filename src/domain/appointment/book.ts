// Creates holds and bookings in one pipelined transaction: locks the agent, reserves the time, counts, writes appointment, event
// and answer. A constraint refuses the loser of a race; then the next free agent is tried, or the reason is looked up.
import { wakeRelay } from '../../platform/events/events.ts'
import { insertEvent } from '../../platform/events/event.sql.ts'
import type { CompiledQuery } from 'kysely'
import { countersOf } from '../availability/limits.ts'
import { countUp } from '../availability/limits.sql.ts'
import { dropReleased, lockAgent, reserve, takeSeats, type NewReservation } from '../availability/ledger.sql.ts'
import { deriveSecret, formatToken, hashSecret } from '../../kernel/crypto/token.ts'
import { atomically, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault, externalIdTaken, missing } from '../../kernel/errors.ts'
import {
  answerRow,
  earlierAnswer,
  isRepeat,
  type Answer,
  type IdempotencyScope,
} from '../../platform/idempotency/idempotency.ts'
import { rememberAnswer } from '../../platform/idempotency/idempotency.sql.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { checkAnswers, codeFrom } from './appointment.ts'
import { insertAppointment, previousAgent, type AppointmentDocument, type NewAppointment } from './appointment.sql.ts'
import { resolveContact, type Who } from './booking-contact.ts'
import { knownAnswer } from './known-booking.ts'
import { countedLimits } from './override.ts'
import { expireDue } from './expire-holds.ts'
import { plan, planFresh, type Place, type Plan } from './placement.ts'
import { presentNew } from './appointment-json.ts'
import { limitViolation } from './limit-violation.ts'
import type { Actor, BookingRequest } from './booking-request.ts'

export type BookingContext = {
  tenantId: string
  actor: Actor
  scope: IdempotencyScope | null
  callerSecret: string
  hold: boolean
  country: string
  /** Keyed hash of the caller's network; set when the caller's identity is unproven. */
  unproven?: string
}

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

type Draft = { statements: CompiledQuery[]; answer: Answer; token: string; reserved: NewReservation }

type DraftInput = {
  request: BookingRequest
  context: BookingContext
  planned: Plan
  place: Place
  who: Who
  channel: string
  ids: { id: string; reservationId: string }
  now: number
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
    ...(locale === undefined ? {} : { locale }),
    ...(context.unproven === undefined ? {} : { unproven: context.unproven }),
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

/** All statements of one booking at one place, in the common lock order: agent, ledger, counters. */
function draft(deps: Deps, input: DraftInput): Draft {
  const db = deps.db.kysely
  const { request, context, planned, place, who, ids, now } = input
  const { tenantId, actor, scope, hold } = context
  const secret = scope ? deriveSecret(context.callerSecret, scope.key, ids.id) : deps.randomBytes(32)
  const appointment = newAppointment(deps, input, secret)
  const reserved = newReservation(input, appointment)
  const { agentId, locationId, status, startsAt, document } = appointment
  const binding = countedLimits(planned.visit.limits, request.override)
  const subjects = { agentId, contactId: who.contactId }
  const counters = countersOf(binding, appointment.timeZone, request.start, subjects, actor.audience)
  const answer: Answer = {
    status: 201,
    body: {
      ...presentNew(appointment, planned.config),
      ...(who.matched === undefined ? {} : { contactMatched: who.matched }),
      ...(who.ignored === undefined || who.ignored.length === 0 ? {} : { contactIgnored: who.ignored }),
    },
    headers: { location: `/v1/appointments/${ids.id}`, etag: '"1"' },
  }
  const { assignment, override } = document
  const data = {
    status,
    start: startsAt.toISOString(),
    agentId,
    locationId,
    assignment,
    ...(override ? { override } : {}),
  }
  const type = hold ? 'appointment.held' : 'appointment.booked'
  const event = { tenantId, subjectId: ids.id, id: deps.newId(), type, at: appointment.now, actor: actor.name, data }
  const statements = [
    lockAgent(tenantId, agentId),
    ...(actor.audience === 'staff' ? [dropReleased(db, tenantId, agentId, reserved.from, reserved.to)] : []),
    place.sessionId === null ? reserve(reserved) : takeSeats(db, tenantId, place.sessionId, request.places),
    ...counters.map((counter) => countUp(db, tenantId, counter)),
    ...(who.statement ? [who.statement] : []),
    insertAppointment(appointment, place.sessionId !== null),
    ...insertEvent(event),
    ...(scope ? [rememberAnswer(answerRow(scope, answer, now))] : []),
  ]
  return { statements, answer, token: formatToken('agm', tenantId, ids.id, secret), reserved }
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

const withToken = (answer: Answer, token: string): Answer => ({
  ...answer,
  body: { ...(answer.body as object), manageToken: token },
})

/** Adds the manage token to a stored answer, which lacks it; the token derives from the caller's own key and Idempotency-Key. */
export function withManageToken(
  answer: Answer,
  context: Pick<BookingContext, 'tenantId' | 'callerSecret' | 'scope'>,
): Answer {
  const { id } = answer.body as { id: string }
  return withToken(
    answer,
    formatToken('agm', context.tenantId, id, deriveSecret(context.callerSecret, context.scope!.key, id)),
  )
}

/** The answer for an appointment that already has the external id; null when there is none. */
async function answerKnown(deps: Deps, request: BookingRequest, context: BookingContext): Promise<Answer | null> {
  if (request.externalId === undefined || context.hold) return null
  // The same Idempotency-Key returns the answer of the first request.
  const earlier = await earlierAnswer(deps, context.scope)
  return earlier ? withManageToken(earlier, context) : knownAnswer(deps, context.tenantId, request)
}

/**
 * Holds or books a slot. Answers 201 with the appointment and its manage token, or the earlier answer under the same
 * Idempotency-Key. Throws the refusal with a stable code.
 */
export async function book(deps: Deps, request: BookingRequest, context: BookingContext): Promise<Answer> {
  try {
    return (await answerKnown(deps, request, context)) ?? (await tryToBook(deps, request, context))
  } catch (error) {
    // A repeated request may fail because its first attempt succeeded: return the answer of the first attempt.
    const earlier = await earlierAnswer(deps, context.scope)
    if (earlier) return withManageToken(earlier, context)
    if (isRepeat(error)) throw new AppError('conflict')
    throw error
  }
}

async function tryToBook(deps: Deps, request: BookingRequest, context: BookingContext): Promise<Answer> {
  const { tenantId, actor } = context
  for (let round = 0; round < ROUNDS; round += 1) {
    const who = context.hold ? NOBODY : await resolveContact(deps, tenantId, request, context.country, deps.now())
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
      const { statements, answer, token, reserved } = draft(deps, {
        request,
        context,
        planned,
        place,
        who,
        channel,
        ids: { id: deps.newId(), reservationId: deps.newId() },
        now: deps.now(),
      })
      // Noted before the write, so that rivals in this process choose other time; if the write fails, the next refresh corrects it.
      const { from, to, kind, expiresAt } = reserved
      deps.snapshots.noteReserved(tenantId, place.agent.id, from, to, kind, expiresAt?.getTime() ?? 0)
      try {
        await atomically(deps.db, statements)
        if (!context.hold) wakeRelay(deps, tenantId)
        return withToken(answer, token)
      } catch (error) {
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
