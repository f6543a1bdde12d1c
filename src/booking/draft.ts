// PURE. What a citizen has chosen and typed on the way to an appointment, and which step comes next.
import { createHash } from 'node:crypto'
import type { Channel } from '../service/visit.ts'

/** What is wanted, before a time is chosen. All of it may stand in an address: nothing here tells who. */
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
  /** Epoch ms at which this run of holding began; moving and extending do not begin it anew. */
  since: number
}

export type Applicant = { firstName: string; lastName: string; email: string; phone: string }

export type Draft = {
  selection: Selection
  held: Held | null
  /** As typed: text, or several texts of a question with several choices. */
  answers: Readonly<Record<string, string | readonly string[]>>
  details: string
  applicant: Applicant
  done: { details: boolean; applicant: boolean }
  /** The link to confirm was sent, and counts until then (epoch ms); only with its seal, before and after. */
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

/** The draft with the person's details as typed now. A link that was sent to another address counts no more. */
export function withApplicant(draft: Draft, applicant: Applicant, isDone: boolean): Draft {
  return {
    ...draft,
    applicant,
    activation: applicant.email === draft.applicant.email ? draft.activation : null,
    done: { ...draft.done, applicant: isDone },
  }
}

/** The first step that still lacks something. */
export function nextStep(draft: Draft, now: number): Step {
  if (!draft.held || draft.held.until <= now) return 'time'
  if (!draft.done.details) return 'details'
  return draft.done.applicant ? 'summary' : 'applicant'
}

/** What a page of the draft showed, in short: a form that shows something else was made before a change in another window. */
export function digestOf({ selection, held, answers, details, applicant }: Draft): string {
  const shown = [selectionQuery(selection).toString(), held?.start, held?.locationId, answers, details, applicant]
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16)
}

/** Whether a hold can serve the selection, at another time perhaps. */
export function isSameVisit(a: Selection, b: Selection): boolean {
  return (
    a.serviceIds.join() === b.serviceIds.join() &&
    a.minutes === b.minutes &&
    a.places === b.places &&
    a.channel === b.channel
  )
}

/** The address part of the step where the place is chosen: what was chosen is ticked there, and all else can be. */
export function placeQuery(s: Selection): URLSearchParams {
  const { locationId, channel, ...rest } = s
  const query = selectionQuery({ ...rest, channel })
  query.delete('channel')
  query.set('way', channel === 'in_person' ? `in_person ${locationId ?? 'any'}` : channel)
  return query
}

/** The selection as the query of an address, parameters in a fixed order. */
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
