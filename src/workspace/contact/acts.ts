// What is done on a contact screen, each act as calls of the API: who it is, the conversation, the outcome, booking, messages.
import type { Fields } from '../../ui/form-input.ts'
import type { CallbackShown, WindowsShown } from '../../domain/callback/callback.schema.ts'
import type { Static } from 'typebox'
import { DAY } from '../../kernel/time/interval.ts'
import { instantIn } from '../frame/components.ts'
import type { Answered, Refusal, Workspace } from '../frame/context.ts'
import { address, allTexts, textIn, textsIn } from '../frame/workspace.ts'
import { answersIn } from './book.view.ts'
import { closeCall, isMine, openCall, subjectOf, type Screen } from './screen.ts'
import { wantedIn } from './slot-grid.ts'

/** Where an act leads: the screen with this query, another page, or the refusal shown at its form. */
type Done = { query: Record<string, string | undefined> } | { redirect: string } | { status: number; refusal: Refusal }
type Act = (workspace: Workspace, screen: Screen, given: Fields) => Promise<Done>

/** Lease (s) of a callback taken by a person: enough to read, call and write notes. */
const LEASE_SECONDS = 1200

const idempotent = (given: Fields): { headers?: Record<string, string> } => {
  const key = textIn(given, 'key')
  return /^[\w-]{8,80}$/.test(key) ? { headers: { 'idempotency-key': key } } : {}
}

const led = (answer: Answered<unknown>, query: Record<string, string | undefined>): Done =>
  answer.ok ? { query } : { status: answer.status, refusal: answer.refusal }

const given = (fields: Fields, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (textIn(fields, name) === '' ? [] : [[name, textIn(fields, name)]])))

type Known = { phone?: string; furtherPhones?: string[] }

/** Adds the number to those of the person, if it is not theirs yet. */
async function keepNumber(workspace: Workspace, contactId: string, number: string): Promise<Answered<unknown> | null> {
  if (!workspace.can('contacts:write')) return null
  const url = `/v1/contacts/${contactId}`
  const known = await workspace.api<Known>('GET', url)
  if (!known.ok) return known
  const { phone, furtherPhones = [] } = known.body
  if (phone === number || furtherPhones.includes(number)) return null
  const body = phone === undefined ? { phone: number } : { furtherPhones: [...furtherPhones, number] }
  return workspace.api('PATCH', url, { body, headers: { 'if-match': '*' } })
}

/** Says who the callback, call and conversation are with. */
async function name(workspace: Workspace, screen: Screen, contactId: string): Promise<Done> {
  const body = { contactId }
  if (screen.callback !== null) {
    const named = await workspace.api('POST', `/v1/callbacks/${screen.callback.id}/contact`, { body })
    if (!named.ok) return led(named, {})
  }
  if (screen.call !== null) await openCall(workspace, screen.id, contactId)
  if (screen.talk !== null) await workspace.api('POST', `/v1/conversations/${screen.talk.id}/contact`, { body })
  const isTheirs = screen.kind === 'callback' || screen.kind === 'call'
  const kept = isTheirs && screen.number !== null ? await keepNumber(workspace, contactId, screen.number) : null
  // An invalid or doubled number does not keep the person from being named.
  return { query: { do: screen.query.do, done: kept?.ok === false ? undefined : 'contactSaved' } }
}

const person: Act = async (workspace, screen, fields) => {
  const chosen = textIn(fields, 'contactId')
  if (chosen !== '') return name(workspace, screen, chosen)
  const body = given(fields, ['firstName', 'lastName', 'phone', 'email', 'locale'])
  const made = await workspace.api<{ id: string }>('POST', '/v1/contacts', { body, ...idempotent(fields) })
  return made.ok ? name(workspace, screen, made.body.id) : led(made, {})
}

const number: Act = async (workspace, screen, fields) => {
  const { contact } = screen.summary!
  const known = (contact as Known).furtherPhones ?? []
  const body = { furtherPhones: [...known, textIn(fields, 'number')] }
  return led(await workspace.api('PATCH', `/v1/contacts/${contact.id}`, { body, headers: { 'if-match': '*' } }), {
    do: screen.query.do,
    done: 'contactSaved',
  })
}

const begin: Act = async (workspace, screen, fields) => {
  const [language, script] = [textIn(fields, 'language'), textIn(fields, 'script')]
  const contactId = screen.summary?.contact.id
  const body = {
    ...subjectOf(screen),
    ...(contactId === undefined ? {} : { contactId }),
    ...(language === 'it' || language === 'en' ? { language } : {}),
    ...(script === '' ? {} : { scriptId: script }),
    ...(textIn(fields, 'again') === '1' ? { again: true } : {}),
  }
  return led(await workspace.api('POST', '/v1/conversations', { body }), { do: screen.query.do })
}

/** The answer in a sent form, as the API takes it; undefined = nothing was asked, null = nothing was said. */
export function answerIn(fields: Fields): unknown {
  if (textIn(fields, 'skip') === '1') return null
  const text = textIn(fields, 'answer')
  switch (textIn(fields, 'kind')) {
    case '':
      return undefined
    case 'yes_no':
      return text === '' ? null : text === 'yes'
    case 'number':
    case 'scale':
      return text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text)
    case 'several':
      return textsIn(fields, 'answer')
    default:
      return text === '' ? null : text
  }
}

const answer: Act = async (workspace, screen, fields) => {
  const said = answerIn(fields)
  const body = { position: Number(textIn(fields, 'position')), ...(said === undefined ? {} : { answer: said }) }
  const url = `/v1/conversations/${encodeURIComponent(textIn(fields, 'talk'))}/answers`
  return led(await workspace.api('POST', url, { body }), { do: screen.query.do })
}

const goBack: Act = async (workspace, screen, fields) => {
  const body = { position: Number(textIn(fields, 'position')) }
  const url = `/v1/conversations/${encodeURIComponent(textIn(fields, 'talk'))}/return`
  return led(await workspace.api('POST', url, { body }), { do: screen.query.do })
}

/** Begins the script of a callback, so that its first sentence is in sight; without a script nothing happens. */
export const beginScript = (workspace: Workspace, callbackId: string): Promise<Answered<unknown>> =>
  workspace.api('POST', '/v1/conversations', { body: { callbackId } })

const take: Act = async (workspace, screen) => {
  const { agentId } = workspace.person
  const body = { leaseSeconds: LEASE_SECONDS, ...(agentId === null ? {} : { agentId }) }
  const taken = await workspace.api('POST', `/v1/callbacks/${screen.callback!.id}/lease`, { body })
  if (taken.ok) await beginScript(workspace, screen.callback!.id)
  return led(taken, { do: 'outcome' })
}

/** The refusal to who has not taken the callback, or no longer holds it. */
const notTaken = (workspace: Workspace): Done => ({
  status: 409,
  refusal: { code: 'not_taken', title: workspace.words.contact.notMine, detail: '', errors: [], extra: {} },
})

const release: Act = async (workspace, screen) => {
  const { callback } = screen
  if (!isMine(workspace, screen)) return notTaken(workspace)
  const url = `/v1/campaigns/${callback!.campaignId}/leases/${callback!.leaseId}/return`
  const answered = await workspace.api('POST', url, { body: { callbackIds: [callback!.id] } })
  if (!answered.ok) return led(answered, {})
  return { redirect: address('/agenda/contact', { givenBack: '1' }) }
}

type Windows = Static<typeof WindowsShown>

/** Refuses a wish for a time at which nobody can call, with the nearest times that can be promised. Null: it can be promised. */
async function refusedWish(
  workspace: Workspace,
  callback: Static<typeof CallbackShown>,
  wish: string,
): Promise<Done | null> {
  const at = Date.parse(wish)
  const from = new Date(Math.max(workspace.now, at - 2 * DAY)).toISOString()
  const to = new Date(Math.max(workspace.now, at) + 5 * DAY).toISOString()
  const read = await workspace.api<Windows>(
    'GET',
    address('/v1/callback-windows', { campaignId: callback.campaignId, from, to }),
  )
  if (!read.ok) return led(read, {})
  const free = read.body.items.filter((one) => one.remaining > 0)
  if (free.some((one) => Date.parse(one.from) <= at && at < Date.parse(one.to))) return null
  const nearest = free
    .sort((a, b) => Math.abs(Date.parse(a.from) - at) - Math.abs(Date.parse(b.from) - at))
    .slice(0, 4)
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from))
  const w = workspace.words.contact
  const refusal = {
    code: 'outside_calling_hours',
    title: w.wishRefused,
    detail: nearest.length === 0 ? w.wishNever : w.wishNearest,
    errors: [{ pointer: '/callAgainAt', detail: w.wishRefused, code: 'outside_calling_hours' }],
    extra: { nearestWindows: nearest },
  }
  return { status: 409, refusal }
}

const outcome: Act = async (workspace, screen, fields) => {
  const { callback } = screen
  if (!isMine(workspace, screen)) return notTaken(workspace)
  const again = textIn(fields, 'nearest') || instantIn(workspace, textIn(fields, 'again'))
  if (again !== null && Date.parse(again) < workspace.now) return alreadyPast(workspace, '/callAgainAt')
  if (textIn(fields, 'nearest') === '' && again !== null) {
    const refused = await refusedWish(workspace, callback!, again)
    if (refused !== null) return refused
  }
  // A pressed window answers the outcome that was refused; without any outcome nothing is recorded.
  const isPressed = textIn(fields, 'nearest') !== ''
  const said = textIn(fields, 'outcome') || textIn(fields, 'wished') || (isPressed ? 'postponed' : '')
  const [note, leaseId] = [textIn(fields, 'summary'), textIn(fields, 'leaseId')]
  // The conversation as it is now: another tab may have begun it anew.
  const talk = screen.talk?.callbackId === callback!.id ? screen.talk.id : ''
  const body = {
    outcome: said,
    ...(note === '' ? {} : { note }),
    ...(leaseId === '' ? {} : { leaseId }),
    ...(talk === '' ? {} : { conversationId: talk }),
    ...(again === null ? {} : { callAgainAt: again }),
  }
  const answered = await workspace.api('POST', `/v1/callbacks/${callback!.id}/attempts`, { body })
  if (!answered.ok) return led(answered, {})
  return { redirect: address('/agenda/contact', { outcome: said, of: callback!.id }) }
}

const undo: Act = async (workspace, screen) => {
  const undone = await workspace.api('DELETE', `/v1/callbacks/${screen.callback!.id}/attempts`)
  // The outcome ended the conversation where it stood: it goes on there.
  const last = screen.talk?.steps.at(-1)
  if (undone.ok && screen.talk?.position === null && last?.leftAt === null)
    await workspace.api('POST', `/v1/conversations/${screen.talk.id}/return`, { body: { position: last.position } })
  if (undone.ok && screen.talk === null) await beginScript(workspace, screen.callback!.id)
  return led(undone, { do: 'outcome' })
}

const speak: Act = async (workspace, screen, fields) => {
  const url = `/v1/conversations/${encodeURIComponent(textIn(fields, 'talk'))}/language`
  const body = { language: textIn(fields, 'language') }
  return led(await workspace.api('POST', url, { body }), { do: screen.query.do })
}

/** The call is over: what was said becomes a note of the person. */
const hangUp: Act = async (workspace, screen, fields) => {
  const said = textIn(fields, 'summary')
  if (said !== '' && screen.summary !== null) {
    const url = `/v1/contacts/${screen.summary.contact.id}/notes`
    const noted = await workspace.api('POST', url, { body: { content: said } })
    if (!noted.ok) return led(noted, {})
  }
  await closeCall(workspace, screen.id)
  return { redirect: '/agenda/contact' }
}

/** Start and office from the chosen chip, or from a typed time with the reason for setting the rules aside. */
function timeIn(workspace: Workspace, fields: Fields) {
  const isInsisted = textIn(fields, 'insist') === '1'
  const other = textIn(fields, 'other')
  const [chip = '', locationId = ''] = textIn(fields, 'start').split(' ')
  const start = isInsisted ? (instantIn(workspace, other) ?? other) : chip
  return {
    start,
    ...(!isInsisted && locationId !== '' ? { locationId } : {}),
    ...(isInsisted ? { override: { reason: textIn(fields, 'reason') } } : {}),
  }
}

/** Goes on with the script when its open step was to do just this. */
async function goOn(workspace: Workspace, { talk }: Screen, kind: 'book' | 'send' | 'promise'): Promise<void> {
  if (talk?.step?.kind !== 'do' || talk.step.act.kind !== kind || talk.position === null) return
  await workspace.api('POST', `/v1/conversations/${talk.id}/answers`, { body: { position: talk.position } })
}

const book: Act = async (workspace, screen, fields) => {
  const wanted = wantedIn(workspace, screen, { ...allTexts(fields), do: 'book' })
  const [channel, notes] = [textIn(fields, 'channel'), textIn(fields, 'notes')]
  const { contact } = screen.summary!
  const body = {
    serviceIds: wanted.serviceIds,
    ...(wanted.locationId === '' ? {} : { locationId: wanted.locationId }),
    ...(wanted.agentId === '' ? {} : { agentId: wanted.agentId }),
    ...(wanted.minutes === '' ? {} : { durationMinutes: Number(wanted.minutes) }),
    ...(Number(wanted.places) > 1 ? { places: Number(wanted.places) } : {}),
    ...timeIn(workspace, fields),
    contactId: contact.id,
    answers: answersIn(workspace, wanted, fields),
    as: workspace.can('appointments:staff') ? 'staff' : 'public',
    ...(channel === '' ? {} : { channel }),
    ...(notes === '' ? {} : { notes }),
    ...(contact.locale === undefined ? {} : { locale: contact.locale }),
    ...(screen.callback === null ? {} : { fromCallbackId: screen.callback.id }),
  }
  const made = await workspace.api<{ id: string }>('POST', '/v1/appointments', { body, ...idempotent(fields) })
  if (!made.ok) return led(made, {})
  await goOn(workspace, screen, 'book')
  return { query: { do: screen.callback === null ? 'book' : 'outcome', booked: made.body.id } }
}

const move: Act = async (workspace, screen, fields) => {
  const wanted = wantedIn(workspace, screen, { ...allTexts(fields), do: 'move' })
  const body = {
    ...timeIn(workspace, fields),
    as: 'staff',
    reason: workspace.words.appointment.movedByOffice,
    ...(wanted.agentId === '' ? {} : { agentId: wanted.agentId }),
  }
  const url = `/v1/appointments/${screen.appointment!.id}/rescheduling`
  return led(await workspace.api('POST', url, { body }), { do: 'move', moved: screen.appointment!.id })
}

/** Takes back what was booked or moved just now. */
const takeBack: Act = async (workspace, _screen, fields) => {
  const url = `/v1/appointments/${encodeURIComponent(textIn(fields, 'appointmentId'))}`
  if (textIn(fields, 'moved') === '1')
    return led(await workspace.api('DELETE', `${url}/rescheduling`), { do: 'move', done: 'takenBack' })
  const body = { as: 'staff', reason: workspace.words.contact.takenBack }
  return led(await workspace.api('POST', `${url}/cancellation`, { body }), { do: 'book', done: 'takenBack' })
}

const waiting: Act = async (workspace, screen, fields) => {
  const locationId = textIn(fields, 'location')
  const body = {
    contactId: screen.summary!.contact.id,
    serviceIds: textsIn(fields, 'serviceIds'),
    ...(locationId === '' ? {} : { locationId }),
  }
  return led(await workspace.api('POST', '/v1/waiting-list', { body }), { do: 'book', done: 'waitingDone' })
}

const message: Act = async (workspace, screen, fields) => {
  const about = screen.callback?.id ?? screen.appointment?.id
  const body = {
    ...given(fields, ['channel', 'subject']),
    text: textIn(fields, 'text'),
    ...(about === undefined ? {} : { aboutId: about }),
  }
  const url = `/v1/contacts/${screen.summary!.contact.id}/messages`
  const sent = await workspace.api<{ withheld: string | null }>('POST', url, { body })
  if (sent.ok) await goOn(workspace, screen, 'send')
  return led(sent, { do: 'message', done: sent.ok && sent.body.withheld !== null ? 'withheld' : 'written' })
}

/** The refusal of a time that is over. */
const alreadyPast = (workspace: Workspace, pointer: string): Done => {
  const text = workspace.words.contact.past
  return {
    status: 422,
    refusal: {
      code: 'in_the_past',
      title: text,
      detail: '',
      errors: [{ pointer, detail: text, code: 'in_the_past' }],
      extra: {},
    },
  }
}

const promise: Act = async (workspace, screen, fields) => {
  const at = textIn(fields, 'nearest') || instantIn(workspace, textIn(fields, 'at'))
  if (at !== null && Date.parse(at) < workspace.now) return alreadyPast(workspace, '/when')
  const reason = textIn(fields, 'subject')
  const contactId = screen.summary?.contact.id
  const body = {
    campaignId: textIn(fields, 'campaignId'),
    channel: 'phone',
    number: textIn(fields, 'number'),
    when: at === null ? { kind: 'now' } : { kind: 'at', at },
    source: 'agent',
    ...(reason === '' ? {} : { reason }),
    ...(textIn(fields, 'mine') === '1' && workspace.person.agentId !== null
      ? { ownerAgentId: workspace.person.agentId }
      : {}),
    ...(contactId === undefined ? {} : { contactId }),
  }
  const made = await workspace.api<{ id: string }>('POST', '/v1/callbacks', { body, ...idempotent(fields) })
  if (!made.ok) return led(made, {})
  await goOn(workspace, screen, 'promise')
  return { query: { do: 'promise', promised: made.body.id } }
}

const note: Act = async (workspace, screen, fields) => {
  const url = `/v1/contacts/${screen.summary!.contact.id}/notes`
  return led(await workspace.api('POST', url, { body: { content: textIn(fields, 'content') } }), {
    do: 'note',
    done: 'noteSaved',
  })
}

/** Acts that need the callback of the screen, and those that need its person; others work on every screen. */
export const OF_CALLBACK: ReadonlySet<string> = new Set(['take', 'release', 'outcome', 'undo'])
export const OF_PERSON: ReadonlySet<string> = new Set(['number', 'book', 'waiting', 'message', 'note'])

export const ACTS: Readonly<Record<string, Act>> = {
  ...{ person, number, begin, answer, return: goBack, take, release, outcome, undo },
  ...{ 'hang-up': hangUp, language: speak },
  ...{ book, move, 'take-back': takeBack, waiting, message, promise, note },
}
