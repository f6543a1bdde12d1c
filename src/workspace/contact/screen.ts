// Everything that one contact screen shows: the callback, appointment, person or call, who it is, and the conversation.
import type { Static } from 'typebox'
import type { SummaryShown } from '../../api/person.routes.ts'
import type { CallbackShown } from '../../domain/callback/callback.schema.ts'
import type { ConversationShown } from '../../domain/script/conversation-json.ts'
import type { Step } from '../../domain/script/script.ts'
import type { Facts } from '../../domain/script/script-variables.ts'
import { AppError } from '../../kernel/errors.ts'
import { isHeldBy, type Happened } from '../callbacks/callback.view.ts'
import type { Found } from '../agenda/book.page.ts'
import type { ShownAppointment } from '../agenda/shown-appointment.ts'
import type { TimelineItem } from '../agenda/timeline.view.ts'
import type { Refusal, Workspace } from '../frame/context.ts'
import { address, isSent } from '../frame/workspace.ts'

export const KINDS = ['callback', 'appointment', 'person', 'call'] as const
export type Kind = (typeof KINDS)[number]

export type Talk = Omit<Static<typeof ConversationShown>, 'step' | 'facts'> & { step: Step | null; facts: Facts }
export type Summary = Omit<Static<typeof SummaryShown>, 'contact' | 'lastRating'> & {
  contact: Found & {
    notes?: string
    locale?: 'it' | 'en'
    attributes?: Record<string, unknown>
    archivedAt: string | null
  }
  lastRating: { stars: number; comment?: string; at: string } | null
}
type Call = {
  id: string
  number: string | null
  contactId: string | null
  callbackId: string | null
  data: Record<string, unknown>
}

export type Screen = {
  kind: Kind
  id: string
  path: string
  callback: Static<typeof CallbackShown> | null
  /** The one that the screen is about, or one of the person that is being moved. */
  appointment: ShownAppointment | null
  call: Call | null
  history: readonly Happened[]
  number: string | null
  summary: Summary | null
  /** People with the number, when it is not known which one is speaking. */
  people: readonly Found[]
  story: { items: TimelineItem[]; nextCursor: string | null }
  talk: Talk | null
  query: Record<string, string | undefined>
  /** The refusal of the form that was sent to `path`/`act`. */
  refused: { act: string; refusal: Refusal } | null
}

/** Id and signature of a call in an address. */
function callIn(id: string): { id: string; signed: { signature?: string } } {
  const [name = '', signature] = id.split('.')
  const hex = name.replaceAll('-', '')
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { id: uuid, signed: signature === undefined ? {} : { signature } }
}

/**
 * A person opens calls by the address that the telephone system was given, or by the id that their own stream told. `contactId`: who is
 * calling. Throws `not_found`.
 */
export async function openCall(workspace: Workspace, id: string, contactId?: string): Promise<Call> {
  const call = callIn(id)
  const answer = await workspace.api<Call>('POST', `/v1/screen-pops/${call.id}/opening`, {
    body: { ...call.signed, ...(contactId === undefined ? {} : { contactId }) },
  })
  if (!answer.ok) throw new AppError('not_found', { what: 'call' })
  return answer.body
}

/** The call is over. */
export async function closeCall(workspace: Workspace, id: string): Promise<void> {
  const call = callIn(id)
  await workspace.api('POST', `/v1/screen-pops/${call.id}/closing`, { body: call.signed })
}

/** The part of a query by which conversations of this screen are found and begun. */
export const subjectOf = (screen: Pick<Screen, 'kind' | 'id' | 'call' | 'summary'>): Record<string, string> => {
  if (screen.kind === 'person') return { contactId: screen.id }
  if (screen.kind === 'call') return { callId: screen.call!.id }
  return { [`${screen.kind}Id`]: screen.id }
}

/** Whether this person holds the callback: outcomes are recorded only then. */
export const isMine = (workspace: Workspace, { callback, history }: Pick<Screen, 'callback' | 'history'>): boolean =>
  callback !== null && isHeldBy(workspace, callback, history)

/** The filters of the timeline, as the page has them. */
const kindsIn = (text: string | undefined): string =>
  text === undefined || text === ''
    ? ''
    : text
        .split('.')
        .map((kind) => `&kind=${encodeURIComponent(kind)}`)
        .join('')

export const storyOf = (workspace: Workspace, contactId: string, kind: string | undefined, cursor?: string) =>
  workspace.read<Screen['story']>(
    `${address(`/v1/contacts/${contactId}/timeline`, { limit: 20, cursor })}${kindsIn(kind)}`,
  )

async function peopleWith(workspace: Workspace, number: string | null): Promise<Found[]> {
  if (number === null || !workspace.can('contacts:read')) return []
  const answer = await workspace.api<{ items: Found[] }>('POST', '/v1/contacts/search', { body: { phone: number } })
  return answer.ok ? answer.body.items : []
}

type Subjects = Awaited<ReturnType<typeof subjectsOf>>

async function subjectsOf(workspace: Workspace, kind: Kind, id: string, moved: string | undefined) {
  const call = kind === 'call' ? await openCall(workspace, id) : null
  const appointmentId = kind === 'appointment' ? id : moved
  const callbackId = kind === 'callback' ? id : (call?.callbackId ?? null)
  const [callback, appointment] = await Promise.all([
    callbackId === null ? null : workspace.read<Static<typeof CallbackShown>>(`/v1/callbacks/${callbackId}`),
    appointmentId === undefined ? null : workspace.read<ShownAppointment>(`/v1/appointments/${appointmentId}`),
  ])
  const history =
    callback === null ? [] : (await workspace.read<{ items: Happened[] }>(`/v1/callbacks/${callback.id}/history`)).items
  return { call, callback, appointment, history }
}

/** Who it is about: the person named, whatever the screen begins with. */
function contactOf(kind: Kind, id: string, { call, callback, appointment }: Subjects): string | null {
  if (kind === 'person') return id
  return call?.contactId ?? callback?.contactId ?? (kind === 'appointment' ? (appointment?.contactId ?? null) : null)
}

/** `kinds`: the filter of the time line; null = it is not read. */
async function personOf(workspace: Workspace, id: string | null, kinds: string | null | undefined) {
  const untold = { items: [], nextCursor: null }
  if (id === null || !workspace.can('contacts:read')) return { summary: null, story: untold }
  const [summary, story] = await Promise.all([
    workspace.read<Summary>(`/v1/contacts/${id}/summary`),
    kinds === null ? untold : storyOf(workspace, id, kinds),
  ])
  return { summary, story }
}

async function talkOf(workspace: Workspace, screen: Screen): Promise<Talk | null> {
  const talks = await workspace.api<{ items: Talk[] }>('GET', address('/v1/conversations', subjectOf(screen)))
  return talks.ok ? (talks.body.items[0] ?? null) : null
}

/** `isForAct`: without the time line and the people to choose from, which an act does not need. */
type Place = Pick<Screen, 'kind' | 'id' | 'query'> & { isForAct?: boolean }

/** Reads the screen. Throws `not_found` for what does not exist or is out of reach. */
export async function readScreen(
  workspace: Workspace,
  { kind, id, query, isForAct = false }: Place,
  refused: Screen['refused'] = null,
): Promise<Screen> {
  const about = await subjectsOf(workspace, kind, id, query.appointment || undefined)
  const number = about.call?.number ?? about.callback?.number ?? null
  const named = contactOf(kind, id, about)
  // Only an appointment of this person is moved from here.
  const isTheirs = kind === 'appointment' || about.appointment?.contactId === named
  const [person, people] = await Promise.all([
    personOf(workspace, named, isForAct ? null : query.kind),
    named === null && !isForAct ? peopleWith(workspace, number) : [],
  ])
  const screen: Screen = {
    ...{ kind, id, path: `/agenda/contact/${kind}/${id}`, ...about, ...person, people, query, refused, talk: null },
    appointment: isTheirs ? about.appointment : null,
    number: number ?? person.summary?.numbers[0] ?? null,
  }
  return { ...screen, talk: await talkOf(workspace, screen) }
}

/** The refusal of this act, if its form is shown again. */
export const refusalOf = (screen: Screen, act: string): Refusal | undefined =>
  screen.refused?.act === act ? screen.refused.refusal : undefined

/** The address to which the form of an act is sent. */
export const actAt = (screen: Pick<Screen, 'path'>, act: string): string => `${screen.path}/${act}`

/** Whether the form of this act is shown again. */
export const isAgain = (workspace: Workspace, screen: Screen, act: string): boolean =>
  isSent(workspace, actAt(screen, act))
