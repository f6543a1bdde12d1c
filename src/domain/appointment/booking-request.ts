// PURE. Types of booking and move requests, as the actions receive them.
import type { Need } from '../catalogue/tenant-config.ts'
import type { Audience, Channel } from '../catalogue/visit.ts'
import type { ContactFields } from '../contact/contact.ts'
import type { Override } from './override.ts'
import type { Answers } from './appointment.ts'

/** Who acts: recorded in the history; `audience` selects the rules that apply. */
export type Actor = { name: string; audience: Audience }

export type Placement = {
  serviceIds: readonly string[]
  minutes?: number | undefined
  /** Epoch ms. */
  start: number
  locationId?: string | undefined
  agentId?: string | undefined
  channel?: Channel | undefined
  places: number
  /** Sets rules aside, but never overlap, closures or absences; staff only. */
  override?: Override | undefined
}

export type ContactChoice = { contactId?: string | undefined; contact?: ContactFields | undefined }
type Details = ContactChoice & {
  answers?: Answers | undefined
  notes?: string | undefined
  /** Names of those who come, if not only the contact. */
  attendees?: readonly string[] | undefined
  needs?: readonly Need[] | undefined
  interpreterLanguage?: string | undefined
  metadata?: Record<string, string> | undefined
  externalId?: string | undefined
  locale?: string | undefined
}
export type BookingRequest = Placement &
  Details & { preferPreviousAgent?: boolean | undefined; fromCallbackId?: string | undefined }

/** Who comes, what they need, and what the integrator adds, as the appointment keeps it. What is empty is left out. */
export const comersOf = ({ attendees, needs, interpreterLanguage, metadata }: Details) => ({
  ...(attendees && attendees.length > 0 ? { attendees: [...attendees] } : {}),
  ...(needs && needs.length > 0 ? { needs: [...needs] } : {}),
  ...(interpreterLanguage === undefined ? {} : { interpreterLanguage }),
  ...(metadata && Object.keys(metadata).length > 0 ? { metadata } : {}),
})
