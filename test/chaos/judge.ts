// PURE. Compares the clients' records with the database rows: what was lost, doubled or dialled twice, and for how long nobody answered.
// Reads and writes nothing.
import type { Change, Dial, Promised, Reported } from './ledger.ts'

export type AppointmentRow = {
  id: string
  version: number
  status: string
  start: number
  agentId: string
  key: string
}
export type CallbackRow = {
  id: string
  status: string
  attempts: number
  number: string
  externalId: string | null
  key: string
  campaignId: string
}
export type Finding = { what: string; id: string; why: string }

const CLOSED = new Set(['completed', 'exhausted', 'expired', 'cancelled'])

/** Why the row does not contain the acknowledged change, or null. A higher version is a later state and therefore fine. */
function faultOf(change: Change, row: AppointmentRow | undefined): string | null {
  if (!row) return 'is not there'
  if (row.version < change.version) return `has version ${row.version}, acknowledged was ${change.version}`
  if (change.kind === 'cancelled' && row.status !== 'cancelled') return `is ${row.status} after its cancellation`
  if (row.version > change.version) return null
  if (row.status !== change.status) return `is ${row.status}, acknowledged was ${change.status}`
  if (row.start !== change.start || row.agentId !== change.agentId) return 'has another time or agent'
  return null
}

/** Acknowledged bookings, moves and cancellations that the database does not contain, in that or a later state. */
export function lostChanges(changes: readonly Change[], rows: readonly AppointmentRow[]): Finding[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return changes.flatMap((change) => {
    const why = faultOf(change, byId.get(change.id))
    return why === null ? [] : [{ what: change.kind, id: change.id, why }]
  })
}

/** Acknowledged callbacks that are missing, and acknowledged results without an attempt. */
export function lostCallbacks(
  promises: readonly Promised[],
  results: readonly Reported[],
  rows: readonly CallbackRow[],
): Finding[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const lost: Finding[] = []
  for (const { id, key, number } of promises) {
    const row = byId.get(id)
    if (!row) lost.push({ what: 'callback', id, why: 'is not there' })
    else if (row.key !== key || row.number !== number) lost.push({ what: 'callback', id, why: 'is another one' })
  }
  for (const { callbackId: id, attempt, outcome } of results) {
    const row = byId.get(id)
    if (!row || row.attempts < attempt) lost.push({ what: 'result', id, why: `of attempt ${attempt} is not counted` })
    else if (outcome === 'answered' && !CLOSED.has(row.status))
      lost.push({ what: 'result', id, why: `was answered, the callback is ${row.status}` })
  }
  return lost
}

/** Values that occur more than once, except empty ones. */
export function twice(values: readonly (string | null)[]): string[] {
  const seen = new Set<string>()
  const doubled = new Set<string>()
  for (const value of values) {
    if (!value) continue
    if (seen.has(value)) doubled.add(value)
    seen.add(value)
  }
  return [...doubled]
}

export type Dials = { attempts: number; repeats: number; duplicates: Finding[] }

/** An attempt that came under two keys would be dialled twice. The same key again is a repeat, which the key makes harmless. */
export function judgeDials(dials: readonly Dial[]): Dials {
  const keys = new Map<string, Set<string>>()
  let repeats = 0
  for (const { callbackId, attempt, key } of dials) {
    const name = `${callbackId} ${attempt}`
    const known = keys.get(name) ?? new Set<string>()
    keys.set(name, known)
    if (known.has(key)) repeats += 1
    known.add(key)
  }
  const duplicates = [...keys]
    .filter(([, known]) => known.size > 1)
    .map(([name, known]) => ({ what: 'dial', id: name, why: `under ${[...known].join(' and ')}` }))
  return { attempts: keys.size, repeats, duplicates }
}

/** Callbacks with more counted attempts than dialled keys: a result was counted twice. */
export function countedTwice(dials: readonly Dial[], rows: readonly CallbackRow[]): Finding[] {
  const keys = Map.groupBy(dials, (dial) => dial.callbackId)
  return rows.flatMap(({ id, attempts }) => {
    const dialled = new Set((keys.get(id) ?? []).map((dial) => dial.key)).size
    return attempts > dialled ? [{ what: 'attempts', id, why: `${attempts} counted, ${dialled} dialled` }] : []
  })
}

/** What somebody outside took: under which id, what it says and to whom, and which appointment it is about. */
export type Taken = { id: string; content: string; about?: string | undefined }

/** The same content under two ids: its receiver cannot know that it is a repeat. The same id again is one. */
export function sentTwice(what: string, taken: readonly Taken[]): Finding[] {
  const ids = new Map<string, Set<string>>()
  for (const { id, content } of taken) ids.set(content, (ids.get(content) ?? new Set()).add(id))
  return [...ids]
    .filter(([, known]) => known.size > 1)
    .map(([content, known]) => ({ what, id: content, why: `came under ${[...known].join(' and ')}` }))
}

/** Acknowledged bookings of which no notice came. */
export function untold(changes: readonly Change[], notices: readonly Taken[]): Finding[] {
  const told = new Set(notices.map(({ about }) => about))
  return changes
    .filter(({ kind, id }) => kind === 'booked' && !told.has(id))
    .map(({ id }) => ({ what: 'booking', id, why: 'no webhook told of it' }))
}

/** Messages that the service says it has sent, which nobody took. */
export function unsent(sentIds: readonly string[], mails: readonly Taken[]): Finding[] {
  const got = new Set(mails.map(({ id }) => id.replace(/^<|@.*$/g, '')))
  return sentIds
    .filter((id) => !got.has(id))
    .map((id) => ({ what: 'e-mail', id, why: 'is marked as sent, nobody took it' }))
}

type Silence = { longest: number; total: number; times: number; at: number }

/** Periods of more than `least` ms without an answer between `from` and `to`; figures in seconds, `at` where the longest began. */
export function silence(answers: readonly number[], from: number, to: number, least = 1_000): Silence {
  const inside = answers.filter((at) => at > from && at < to).sort((a, b) => a - b)
  const result = { longest: 0, total: 0, times: 0, at: from }
  let last = from
  for (const at of [...inside, to]) {
    const gap = at - last
    if (gap > least) {
      result.total += gap / 1000
      result.times += 1
      if (gap / 1000 > result.longest) Object.assign(result, { longest: gap / 1000, at: last })
    }
    last = at
  }
  return result
}
