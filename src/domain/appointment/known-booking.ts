// Finds the appointment that a request's external id already names, and refuses a different one.
import type { Deps } from '../deps.ts'
import { externalIdTaken } from '../../kernel/errors.ts'
import { findByExternalId, type Appointment } from './appointment.sql.ts'
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

/** The appointment with the request's external id, or null. Throws `external_id_taken`, with its id, when the visit differs. */
export async function knownBooking(deps: Deps, tenantId: string, request: BookingRequest): Promise<Appointment | null> {
  const known = await findByExternalId(deps.db.kysely, tenantId, request.externalId!)
  if (!known) return null
  if (!isSameBooking(known, request)) throw externalIdTaken(known.id)
  return known
}
