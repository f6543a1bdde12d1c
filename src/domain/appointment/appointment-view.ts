// PURE. An appointment as messages and calendars show it.
import { documentOf } from './appointment-document.ts'
import type { Appointment } from './appointment.sql.ts'

export const appointmentView = (a: Appointment): AppointmentView & { code: string } => ({
  serviceIds: a.service_ids,
  start: a.starts_at.getTime(),
  end: a.ends_at.getTime(),
  timeZone: a.time_zone,
  channel: a.channel,
  locationId: a.location_id,
  places: a.seats,
  code: a.code,
  reason: documentOf(a).cancellation?.reason,
})

export const calendarView = (a: Appointment): CalendarAppointment => ({
  id: a.id,
  ...appointmentView(a),
  status: a.status,
  version: a.version,
  createdAt: a.created_at.getTime(),
  updatedAt: a.updated_at.getTime(),
})

export type CalendarAppointment = {
  id: string
  serviceIds: readonly string[]
  locationId: string
  channel: string
  status: string
  /** Epoch ms. */
  start: number
  end: number
  timeZone: string
  /** Incremented by every change. */
  version: number
  createdAt: number
  updatedAt: number
}

export type AppointmentView = {
  serviceIds: readonly string[]
  /** Epoch ms. */
  start: number
  end: number
  timeZone: string
  channel: string
  locationId: string
  places: number
  code?: string | undefined
  reason?: string | undefined
  /** Start before the move; epoch ms. */
  oldStart?: number | undefined
}
