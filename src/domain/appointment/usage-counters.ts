// PURE. The counters that an existing appointment uses, by the current limits of its services.
import { documentOf } from './appointment-document.ts'
import { countersOf, type Counter } from '../availability/limits.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import type { Appointment } from './appointment.sql.ts'

/** Counters of the appointment's current time and agent; deleted services have none. */
export function countersHeld(config: TenantConfig, a: Appointment): Counter[] {
  const limits = [...new Set(a.service_ids)].flatMap((id) =>
    (config.services.get(id)?.limits ?? []).map((limit) => ({ ...limit, serviceId: id })),
  )
  const { audience } = documentOf(a)
  const subjects = { agentId: a.agent_id, contactId: a.contact_id }
  return countersOf(limits, { zone: a.time_zone, start: a.starts_at.getTime(), subjects, audience })
}
