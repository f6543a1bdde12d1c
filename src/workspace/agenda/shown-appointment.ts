// The appointment as workspace pages receive it from the API.
import type { AppointmentShown } from '../../domain/appointment/appointment.schema.ts'
import type { Static } from 'typebox'

export type ShownAppointment = Static<typeof AppointmentShown>
