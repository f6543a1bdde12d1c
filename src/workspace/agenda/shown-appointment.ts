// The appointment as workspace pages receive it from the API.

export type ShownAppointment = {
  id: string
  code: string
  status: string
  serviceIds: string[]
  locationId: string
  agentId: string
  start: string
  end: string
  channel: string
  places: number
  contactId: string | null
  joinLink?: string
  answers: Record<string, unknown>
  notes?: string
  arrivedAt?: string
  outcome?: { note?: string }
  cancellation?: { reason?: string; by: string }
  durationMinutes: number
  version: number
  rating?: { stars: number; comment?: string }
}
