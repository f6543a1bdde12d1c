// Books and confirms so that a repeated request (the same Idempotency-Key) has one effect and gets the first answer again. The
// answer is stored in the transaction of the booking, without the manage token: a repetition derives it again.
import type { CompiledQuery } from 'kysely'
import { presentAppointment, presentNew } from '../domain/appointment/appointment-json.ts'
import { findAppointment } from '../domain/appointment/appointment.sql.ts'
import type { BookingRequest } from '../domain/appointment/booking-request.ts'
import { book, type Booking, type BookingContext, type NewBooking } from '../domain/appointment/book.ts'
import { confirmHold, type Confirmed, type HoldConfirmation } from '../domain/appointment/confirm-hold.ts'
import type { Deps } from '../domain/deps.ts'
import { deriveSecret, formatToken } from '../kernel/crypto/token.ts'
import { AppError } from '../kernel/errors.ts'
import {
  answerRow,
  earlierAnswer,
  firstAnswer,
  isRepeat,
  type Answer,
  type IdempotencyScope,
} from '../platform/idempotency/idempotency.ts'
import { rememberAnswer } from '../platform/idempotency/idempotency.sql.ts'
import { etagOf } from './headers.ts'

/** How a repeated request is recognised, and the secret of its caller; without `scope`, requests are not recognised. */
export type Repeat = { scope: IdempotencyScope | null; callerSecret: string }

const linksTo = (id: string, version: number): Record<string, string> => ({
  location: `/v1/appointments/${id}`,
  etag: etagOf(version),
})

function answerToNew({ appointment, config, matched, ignored = [] }: NewBooking): Answer {
  const body = {
    ...presentNew(appointment, config),
    ...(matched === undefined ? {} : { contactMatched: matched }),
    ...(ignored.length === 0 ? {} : { contactIgnored: ignored }),
  }
  return { status: 201, body, headers: linksTo(appointment.id, 1) }
}

const answerToConfirmed = ({ appointment, config }: Confirmed): Answer => ({
  status: 201,
  body: presentAppointment(appointment, config),
  headers: linksTo(appointment.id, appointment.version),
})

const withToken = (answer: Answer, manageToken: string): Answer => ({
  ...answer,
  body: { ...(answer.body as object), manageToken },
})

const secretBy = ({ scope, callerSecret }: Repeat): BookingContext['secretFor'] =>
  scope ? (id) => deriveSecret(callerSecret, scope.key, id) : undefined

/** The answer to the same request before, with its manage token; null if there was none. */
async function answeredBefore(deps: Deps, repeat: Repeat): Promise<Answer | null> {
  const earlier = await earlierAnswer(deps, repeat.scope)
  if (!earlier || !repeat.scope) return null
  const { id } = earlier.body as { id: string }
  return withToken(earlier, formatToken('agm', repeat.scope.tenantId, id, secretBy(repeat)!(id)))
}

const stored = (deps: Deps, { scope }: Repeat, answer: Answer): CompiledQuery[] =>
  scope ? [rememberAnswer(answerRow(scope, answer, deps.now()))] : []

async function answerTo(deps: Deps, tenantId: string, booking: Booking): Promise<Answer> {
  if (booking.isNew) return withToken(answerToNew(booking), booking.manageToken)
  const { appointment } = booking
  const body = presentAppointment(appointment, await deps.snapshots.recentConfig(tenantId))
  return { status: 200, body, headers: linksTo(appointment.id, appointment.version) }
}

/**
 * Books once: 201 with the appointment and its manage token; 200 with the appointment that has the external id already, without
 * its token, which is sent only once. Throws the refusals of `book`, and `conflict` while the same request is under way.
 */
export async function bookOnce(
  deps: Deps,
  request: BookingRequest,
  context: BookingContext,
  repeat: Repeat,
): Promise<Answer> {
  try {
    // With an external id the first attempt would be found as the known appointment, without its token.
    const earlier = request.externalId === undefined ? null : await answeredBefore(deps, repeat)
    if (earlier) return earlier
    const own = { ...context, secretFor: secretBy(repeat) }
    const booking = await book(deps, request, own, (one) => stored(deps, repeat, answerToNew(one)))
    return await answerTo(deps, context.tenantId, booking)
  } catch (error) {
    // A repeated request may fail because its first attempt succeeded: return the answer of the first attempt.
    const earlier = await answeredBefore(deps, repeat)
    if (earlier) return earlier
    if (isRepeat(error)) throw new AppError('conflict')
    throw error
  }
}

/**
 * The appointment that this hold became under the same external id, as the answer to a repetition without a key; null when it is another
 * one, or is over.
 */
async function confirmedBefore(deps: Deps, { holdId, request, context }: HoldConfirmation): Promise<Answer | null> {
  if (request.externalId === undefined) return null
  const a = await findAppointment(deps.db.kysely, context.tenantId, holdId)
  const isSame = a?.external_id === request.externalId && (a.status === 'confirmed' || a.status === 'pending')
  if (!a || !isSame) return null
  const body = presentAppointment(a, await deps.snapshots.recentConfig(context.tenantId))
  return { status: 200, body, headers: linksTo(a.id, a.version) }
}

/**
 * Confirms a hold once: 201 like a booking; 200 without the token when it was confirmed under the same external id. Throws the refusals of
 * `confirmHold`.
 */
export async function confirmOnce(deps: Deps, confirmation: HoldConfirmation, repeat: Repeat): Promise<Answer> {
  const context = { ...confirmation.context, secretFor: secretBy(repeat) }
  const alongside = (one: Confirmed): CompiledQuery[] => stored(deps, repeat, answerToConfirmed(one))
  return firstAnswer(
    () => answeredBefore(deps, repeat),
    async () => {
      try {
        const confirmed = await confirmHold(deps, { ...confirmation, context, alongside })
        return withToken(answerToConfirmed(confirmed), confirmed.manageToken)
      } catch (error) {
        const known = await confirmedBefore(deps, confirmation)
        if (known) return known
        throw error
      }
    },
  )
}

/** The id of the appointment in an answer of `bookOnce` or `confirmOnce`. */
export const bookedId = (answer: Answer): string => (answer.body as { id: string }).id
