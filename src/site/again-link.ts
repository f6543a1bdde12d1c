// PURE. The way from an appointment to another of the same kind.
import type { Appointment } from '../domain/appointment/appointment.sql.ts'
import type { Site } from './site.ts'

/** Link to book the same service at the same office again. */
export const againLink = (site: Site, a: Appointment): string => {
  const query = new URLSearchParams(a.service_ids.map((id): [string, string] => ['service', id]))
  query.set('way', a.channel === 'in_person' ? `in_person ${a.location_id}` : a.channel)
  return `${site.base}/book?${query.toString()}`
}
