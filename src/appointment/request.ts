// PURE. What is asked of a booking or a move, as the actions receive it.
import type { Audience, Channel } from '../service/visit.ts'
import type { ContactFields } from '../contact/contact.ts'
import type { Override } from './override.ts'
import type { Answers } from './appointment.ts'

/** Who acts: recorded in the history, and judged by the rules of the audience. */
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
  /** Sets rules aside, never the guarantee against overlap, a closure or an absence; staff only. */
  override?: Override | undefined
}

export type Person = { contactId?: string | undefined; contact?: ContactFields | undefined }
export type Details = Person & {
  answers?: Answers | undefined
  notes?: string | undefined
  externalId?: string | undefined
  locale?: string | undefined
}
export type BookingRequest = Placement & Details & { preferPreviousAgent?: boolean | undefined }
