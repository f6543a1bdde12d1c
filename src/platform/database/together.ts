// Writes transactions of one tenant that arrive while another is being written as one transaction: one message, one commit, and one
// statement for each table. A transaction that loses its deciding row to somebody else is then tried alone, as it would have been.
import { CompiledQuery } from 'kysely'
import type { Database } from './open.ts'
import type { Rows } from './pipeline.ts'
import { isUnavailable } from './unavailable.ts'

/**
 * Condition of a statement for many rows `u`: their transaction has won. The deciding statement sets `agenda.won` to the ids of the
 * rows that it wrote. Alternative tried: a join with the table of those rows; the plan made while the table is small reads all of it
 * once it is large.
 */
export const HAS_WON = "u.needs = any(current_setting('agenda.won')::uuid[])"

/** The statement for many rows: `$1` is the tenant, `$2` the rows as JSON, each with `needs`, the id of its transaction's deciding row. */
type Together = { text: string; row: Record<string, unknown> }

const forms = new WeakMap<CompiledQuery, Together>()

/** Tells how to write this statement's row together with rows of other transactions. Returns the statement. */
export function together(statement: CompiledQuery, text: string, row: Together['row']): CompiledQuery {
  forms.set(statement, { text, row })
  return statement
}

export type Group = {
  tenantId: string
  /** Id of the row that decides: it is in the array that the statement `decidedBy` returns if the transaction wins. */
  needs: string
  decidedBy: CompiledQuery
  /** Told if the transaction has lost and is going to be tried alone. */
  lost: (rows: Rows) => void
  /** What only one transaction of a group may touch, so that none waits for another of the same group. */
  apart: string
}
type Member = Group & {
  statements: readonly CompiledQuery[]
  done: (rows: Rows) => void
  failed: (error: unknown) => void
}
type Lane = { waiting: Member[]; flights: number; isWoken: boolean }
type Write = (statements: readonly CompiledQuery[]) => Promise<Rows>

/** Transactions written at once, and groups of a tenant under way at once (two were slower: smaller groups). */
const [MOST, FLIGHTS] = [32, 1]

/** After how long (ms) a group no longer counts as under way, and how many transactions may wait; beyond, each is written alone. */
const [SLOW, MOST_WAITING] = [250, 1_000]
/** A group that waits for somebody's lock is given up, and its members are tried alone: only one of them needs that lock. */
const PATIENT = CompiledQuery.raw("set local lock_timeout = '500ms'")

const lanes = new WeakMap<Database, Map<string, Lane>>()

/** Whether every statement can be written together with others. */
export const canGroup = (statements: readonly CompiledQuery[]): boolean => statements.every((one) => forms.has(one))

function laneOf(db: Database, tenantId: string): Lane {
  let ofDb = lanes.get(db)
  if (!ofDb) lanes.set(db, (ofDb = new Map<string, Lane>()))
  let lane = ofDb.get(tenantId)
  if (!lane) ofDb.set(tenantId, (lane = { waiting: [], flights: 0, isWoken: false }))
  return lane
}

/** Takes the next members, of which no two touch the same thing. */
function take(lane: Lane): Member[] {
  const taken = new Map<string, Member>()
  const left: Member[] = []
  for (const one of lane.waiting) {
    if (taken.size < MOST && !taken.has(one.apart)) taken.set(one.apart, one)
    else left.push(one)
  }
  lane.waiting = left
  return [...taken.values()]
}

/** The kinds of row in an order that keeps the order within each transaction; each kind at its first place. */
function orderOf(members: readonly Member[]): string[] {
  const order: string[] = []
  for (const { statements } of members) {
    const own = [...new Set(statements.map((one) => forms.get(one)!.text))]
    let at = order.length
    for (const text of own.toReversed()) {
      const known = order.indexOf(text)
      if (known < 0) order.splice(at, 0, text)
      else at = known
    }
  }
  return order
}

/** One statement for each kind of row. */
function merged(members: readonly Member[]): Map<string, CompiledQuery> {
  const rows = new Map<string, Record<string, unknown>[]>(orderOf(members).map((text) => [text, []]))
  for (const { statements, needs } of members) {
    for (const statement of statements) {
      const { text, row } = forms.get(statement)!
      rows.get(text)!.push({ ...row, needs })
    }
  }
  const [{ tenantId }] = members as [Member]
  return new Map([...rows].map(([text, list]) => [text, CompiledQuery.raw(text, [tenantId, JSON.stringify(list)])]))
}

const alone = (member: Member, write: Write): void => void write(member.statements).then(member.done, member.failed)

/**
 * Whether the server itself refused a statement, so that nothing was committed. After any other error, such as a lost connection,
 * nobody knows.
 */
function wasRefused(error: unknown): boolean {
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown }
  return severity === 'ERROR' && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !isUnavailable(error)
}

/** Ends once all members are answered or are being tried alone. */
async function fly(members: readonly Member[], write: Write): Promise<void> {
  if (members.length === 1) return void (await write(members[0]!.statements).then(members[0]!.done, members[0]!.failed))
  const statements = merged(members)
  let answered: Rows
  try {
    answered = await write([PATIENT, ...statements.values()])
  } catch (error) {
    for (const member of members) {
      if (wasRefused(error)) alone(member, write)
      else member.failed(error)
    }
    return
  }
  const rowsFor = (statement: CompiledQuery) => answered.get(statements.get(forms.get(statement)!.text)!) ?? []
  const won = rowsFor(members[0]!.decidedBy)[0]?.[0] ?? ''
  for (const member of members) {
    const rows: Rows = new Map(member.statements.map((one) => [one, rowsFor(one)]))
    if (won.includes(member.needs)) member.done(rows)
    else {
      member.lost(rows)
      alone(member, write)
    }
  }
}

function pump(lane: Lane, write: Write, ended: () => void): void {
  while (lane.flights < FLIGHTS && lane.waiting.length > 0) {
    lane.flights += 1
    let isCounted = true
    const landed = (): void => {
      if (!isCounted) return
      isCounted = false
      lane.flights -= 1
      pump(lane, write, ended)
    }
    // One that waits for a lock or for the network must not hold up the others.
    const late = setTimeout(landed, SLOW)
    const members = take(lane)
    void fly(members, write)
      .catch((error: unknown) => {
        for (const { failed } of members) failed(error)
      })
      .finally(() => {
        clearTimeout(late)
        landed()
      })
  }
  if (lane.flights === 0) ended()
}

/** Writes the transaction with others of its tenant. Resolves with the rows that its statements, alone or merged, returned. */
export function writeTogether(
  db: Database,
  statements: readonly CompiledQuery[],
  group: Group,
  write: Write,
): Promise<Rows> {
  const lane = laneOf(db, group.tenantId)
  if (lane.waiting.length >= MOST_WAITING) return write(statements)
  return new Promise((done, failed) => {
    lane.waiting.push({ ...group, statements, done, failed })
    if (lane.isWoken) return
    lane.isWoken = true
    // What arrived in the same turn of the event loop goes together.
    setImmediate(() => {
      lane.isWoken = false
      pump(lane, write, () => lane.waiting.length === 0 && lanes.get(db)?.delete(group.tenantId))
    })
  })
}
