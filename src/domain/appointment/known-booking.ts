// Handles a booking whose external id already exists: answers with the same booking, or refuses a different one.
import type { Deps } from '../deps.ts'
import { externalIdTaken } from '../../kernel/errors.ts'
import type { Answer } from '../../platform/idempotency/idempotency.ts'
import { findByExternalId, type Appointment } from './appointment.sql.ts'
import { presentAppointment } from './appointment-json.ts'
import type { BookingRequest } from './booking-request.ts'

/** Whether the request describes the existing appointment: the same visit at the same time and place. */
function isSameBooking(known: Appointment, request: BookingRequest): boolean {
  const isSame = (wanted: string | undefined, is: string | null): boolean => wanted === undefined || wanted === is
  return (
    (known.status === 'pending' || known.status === 'confirmed') &&
    known.starts_at.getTime() === request.start &&
    known.service_ids.join() === request.serviceIds.join() &&
    isSame(request.agentId, known.agent_id) &&
    isSame(request.locationId, known.location_id) &&
    isSame(request.contactId, known.contact_id)
  )
}

/**
 * Answers 200 with the appointment that has the request's external id, without its manage token (sent only once); null when none
 * has it. Throws `external_id_taken`, with the appointment's id, when the visit differs.
 */
export async function knownAnswer(deps: Deps, tenantId: string, request: BookingRequest): Promise<Answer | null> {
  const known = await findByExternalId(deps.db.kysely, tenantId, request.externalId!)
  if (!known) return null
  if (!isSameBooking(known, request)) throw externalIdTaken(known.id)
  const body = presentAppointment(known, await deps.snapshots.recentConfig(tenantId))
  const headers = { location: `/v1/appointments/${known.id}`, etag: `"${known.version}"` }
  return { status: 200, body, headers }
}
