// PURE. A draft: what a citizen has chosen and typed on the way to an appointment, and which step is next.
import type { TypedAnswers } from '../../ui/questions.ts'
import { createHash } from 'node:crypto'
import type { Channel } from '../../domain/catalogue/visit.ts'

/** The wish before a time is chosen. It contains nothing personal, so all of it may be in a URL. */
export type Selection = {
  serviceIds: readonly string[]
  minutes?: number | undefined
  places: number
  channel: Channel
  /** Absent = any location. */
  locationId?: string | undefined
  agentId?: string | undefined
}

export type Held = {
  /** Id of the held appointment. */
  id: string
  /** Epoch ms. */
  start: number
  end: number
  /** Epoch ms at which the hold ends. */
  until: number
  timeZone: string
  locationId: string
  isExtended: boolean
  /** Epoch ms at which the first of these holds began; moving and extending keep it. */
  since: number
}

export type Applicant = {
  firstName: string
  lastName: string
  email: string
  phone: string
  /** Whether somebody else comes instead of the applicant, and who. Absent in drafts of an earlier version. */
  isForOther?: boolean
  otherFirstName?: string
  otherLastName?: string
  /** Names of those who come as well, one a line. */
  companions?: string
  needs?: readonly string[]
  interpreterLanguage?: string
  /** Set when a service vouches for the applicant; never typed. */
  fiscalNumber?: string
}

export type Draft = {
  selection: Selection
  held: Held | null
  /** As typed: one text, or several for a question with several choices. */
  answers: TypedAnswers
  details: string
  applicant: Applicant
  done: { details: boolean; applicant: boolean }
  /** The confirmation link was mailed and is valid until `until` (epoch ms). `seal`: the signature in the link. */
  activation: { until: number; seal: string } | null
  appointmentId: string | null
}

export const STEPS = ['place', 'time', 'details', 'applicant', 'summary'] as const
export type Step = (typeof STEPS)[number]

export function newDraft(selection: Selection): Draft {
  return {
    selection,
    held: null,
    answers: {},
    details: '',
    applicant: { firstName: '', lastName: '', email: '', phone: '' },
    done: { details: false, applicant: false },
    activation: null,
    appointmentId: null,
  }
}

/** A fiscal number goes with the names for which it was vouched. */
function withoutNumber({ fiscalNumber: _number, ...rest }: Applicant): Applicant {
  return rest
}

/** The draft with new personal details. A changed e-mail address invalidates the mailed link. */
export function withApplicant(draft: Draft, applicant: Applicant, isDone: boolean): Draft {
  return {
    ...draft,
    applicant: { ...withoutNumber(draft.applicant), ...applicant },
    activation: applicant.email === draft.applicant.email ? draft.activation : null,
    done: { ...draft.done, applicant: isDone },
  }
}

/** The first step that is not complete. */
export function nextStep(draft: Draft, now: number): Step {
  if (!draft.held || draft.held.until <= now) return 'time'
  if (!draft.done.details) return 'details'
  return draft.done.applicant ? 'summary' : 'applicant'
}

/** Digest of what a page of the draft shows. A form with another digest was rendered before a change in another window. */
export function digestOf({ selection, held, answers, details, applicant }: Draft): string {
  const shown = [selectionQuery(selection).toString(), held?.start, held?.locationId, answers, details, applicant]
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16)
}

/** Whether the same hold can serve both selections, perhaps at another time. */
export function isSameVisit(a: Selection, b: Selection): boolean {
  return (
    a.serviceIds.join() === b.serviceIds.join() &&
    a.minutes === b.minutes &&
    a.places === b.places &&
    a.channel === b.channel
  )
}

/** Query of the step that chooses the place: the present choice is preselected, and all others stay available. */
export function placeQuery(s: Selection): URLSearchParams {
  const { locationId, channel, ...rest } = s
  const query = selectionQuery({ ...rest, channel })
  query.delete('channel')
  query.set('way', channel === 'in_person' ? `in_person ${locationId ?? 'any'}` : channel)
  return query
}

/** The selection as a URL query, with parameters in a fixed order. */
export function selectionQuery(s: Selection): URLSearchParams {
  const query = new URLSearchParams()
  for (const id of s.serviceIds) query.append('service', id)
  query.set('channel', s.channel)
  if (s.locationId !== undefined) query.set('location', s.locationId)
  if (s.agentId !== undefined) query.set('agent', s.agentId)
  if (s.minutes !== undefined) query.set('duration', String(s.minutes))
  if (s.places !== 1) query.set('places', String(s.places))
  return query
}
