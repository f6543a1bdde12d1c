// PURE. The counters that an existing appointment holds, from the rules of its services as they are now.
import { countersOf, type Counter } from '../availability/limits.ts'
import type { TenantConfig } from '../availability/model.ts'
import type { Appointment, AppointmentDocument } from './appointment.sql.ts'

/** Counters of the appointment's present time and agent; services that are gone count nothing. */
export function countersHeld(config: TenantConfig, a: Appointment): Counter[] {
  const limits = [...new Set(a.service_ids)].flatMap((id) =>
    (config.services.get(id)?.limits ?? []).map((limit) => ({ ...limit, serviceId: id })),
  )
  const { audience } = a.document as unknown as AppointmentDocument
  return countersOf(
    limits,
    a.time_zone,
    a.starts_at.getTime(),
    { agentId: a.agent_id, contactId: a.contact_id },
    audience,
  )
}
