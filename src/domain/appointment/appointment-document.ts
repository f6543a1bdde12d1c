// PURE. The typed document of an appointment.
import type { Appointment, AppointmentDocument } from './appointment.sql.ts'

export const documentOf = (a: Appointment): AppointmentDocument => a.document as unknown as AppointmentDocument
