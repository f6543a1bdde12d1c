// The line before a tenant's booking pages: gives numbers, draws the order at an opening, says who may enter. People who ask a
// process at the same time share one statement, and those who only wait are answered from the line as it was a moment ago.
import { LRUCache } from 'lru-cache'
import { memoizeByObject } from '../../kernel/memoize.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Database } from '../../platform/database/open.ts'
import type { Deps } from '../deps.ts'
import type { TenantSettings } from '../tenant/settings.ts'
import type { WaitingRoomSettings } from '../tenant/waiting-room-settings.ts'
import {
  calledBy,
  drawAt,
  hasOpened,
  lastDrawSince,
  numberOf,
  waitOf,
  wasCalledBy,
  type Draw,
  type Line,
  type Ticket,
} from './line.ts'
import { draw, findLine, joinDraw, takeNumbers, useForms } from './line.sql.ts'

/** How long (ms) a line that was read answers those who wait, and how many lines are kept. */
const [FRESH, MOST_LINES] = [1_000, 10_000]
/** How old (ms) a ticket may be that this process does not know yet, because another one has just given it. */
const NEWS = 10_000

type Asking = {
  w: WaitingRoom
  at: number | null
  form: string | null
  give: (ticket: Ticket | null) => void
  refuse: (error: unknown) => void
}
type Room = {
  line: Line | null
  draws: readonly Draw[]
  readAt: number
  reading: Promise<void> | null
  drawing: Promise<void> | null
  asking: Asking[]
  isGiving: boolean
}

export type WaitingRoom = {
  db: Database
  tenantId: string
  settings: WaitingRoomSettings
  /** Of the tenant's openings. */
  timeZone: string
  /** Epoch ms. */
  now: number
  randomBytes: (length: number) => Uint8Array
}

/** The waiting room of a tenant as it is now. */
export const waitingRoomOf = (deps: Deps, tenantId: string, settings: TenantSettings): WaitingRoom => ({
  ...{ db: deps.db, randomBytes: deps.randomBytes, now: deps.now(), tenantId },
  ...{ settings: settings.waitingRoom, timeZone: settings.timeZone },
})

const roomsOf = memoizeByObject((_db: Database) => new LRUCache<string, Room>({ max: MOST_LINES }))

function roomFor({ db, tenantId }: WaitingRoom): Room {
  const rooms = roomsOf(db)
  let room = rooms.get(tenantId)
  if (!room) {
    room = { line: null, draws: [], readAt: -Infinity, reading: null, drawing: null, asking: [], isGiving: false }
    rooms.set(tenantId, room)
  }
  return room
}

/** An answer that was on its way while numbers were given is older than what is known. */
function keepLine(room: Room, line: Line | null): void {
  if (line && (room.line === null || line.issued >= room.line.issued)) room.line = line
}

async function read(w: WaitingRoom, room: Room): Promise<void> {
  const found = await findLine(w.db.kysely, w.tenantId, new Date(w.now - DAY))
  keepLine(room, found.line)
  room.draws = found.draws
  room.readAt = w.now
}

const readOnce = (w: WaitingRoom, room: Room): Promise<void> =>
  (room.reading ??= read(w, room).finally(() => (room.reading = null)))

async function drawDue(w: WaitingRoom, room: Room, at: number): Promise<void> {
  const seed = Buffer.from(w.randomBytes(16)).toString('base64url')
  await transaction(w.db, (tx) => draw(tx, { tenantId: w.tenantId, pace: w.settings.admitPerMinute, at, seed }))
  await read(w, room)
}

/** The line, at most a second old and not older than the last opening, whose draw has taken place. */
async function lineNow(w: WaitingRoom): Promise<Room> {
  const room = roomFor(w)
  const { openings, admitPerMinute } = w.settings
  if (Math.abs(w.now - room.readAt) >= FRESH || hasOpened(openings, w.timeZone, room.readAt, w.now))
    await readOnce(w, room)
  const due = room.draws.find(({ at, before }) => before === null && at <= w.now)
  if (due) await (room.drawing ??= drawDue(w, room, due.at).finally(() => (room.drawing = null)))
  if (room.line && room.line.pace !== admitPerMinute && admitPerMinute > 0)
    keepLine(room, await takeNumbers(w.db.kysely, { tenantId: w.tenantId, count: 0, pace: admitPerMinute, now: w.now }))
  return room
}

/** Gives tickets to those who have asked for the same, all with one statement. */
async function give(room: Room): Promise<void> {
  const at = room.asking[0]!.at
  const [now, later] = [room.asking.filter((one) => one.at === at), room.asking.filter((one) => one.at !== at)]
  const { w } = now.at(-1)!
  room.asking = later
  const { kysely } = w.db
  try {
    const forms = now.flatMap(({ form }) => form ?? [])
    const unused = forms.length === 0 ? new Set<string>() : await useForms(kysely, w.tenantId, [...new Set(forms)])
    // Of two with the same form the first one gets the place.
    const isServed = now.map(({ form }) => form === null || unused.delete(form))
    const count = isServed.filter(Boolean).length
    const joined = at === null || count === 0 ? null : await joinDraw(kysely, w.tenantId, count, at)
    const line =
      joined || count === 0
        ? null
        : await takeNumbers(kysely, { tenantId: w.tenantId, count, pace: w.settings.admitPerMinute, now: w.now })
    keepLine(room, line)
    if (joined) room.draws = [...room.draws.filter((one) => one.at !== joined.at), joined]
    let next = (joined?.count ?? line?.issued ?? 0) - count
    for (const [i, { give: hand }] of now.entries()) {
      if (!isServed[i]) hand(null)
      else if (joined) hand({ kind: 'draw', at: joined.at, index: (next += 1), since: w.now })
      else hand({ kind: 'number', number: (next += 1), since: w.now })
    }
  } catch (error) {
    for (const { refuse } of now) refuse(error)
  }
}

async function giveAll(room: Room): Promise<void> {
  room.isGiving = true
  while (room.asking.length > 0) await give(room)
  room.isGiving = false
}

/**
 * A new ticket: a place in the draw while one is open, else the next number. Several can be asked for at once. `form`: id of the form that
 * asks, which is worth one place; null if it has had it.
 */
export async function takeTicket(w: WaitingRoom, form: string | null): Promise<Ticket | null> {
  // A draw that is due comes first: who arrives now stands behind its people.
  const room = await lineNow(w)
  return new Promise((hand, refuse) => {
    room.asking.push({ w, at: drawAt(w.settings.openings, w.timeZone, w.now), form, give: hand, refuse })
    // What arrives in the same turn of the event loop goes together.
    if (!room.isGiving && room.asking.length === 1) setImmediate(() => void giveAll(room))
  })
}

/** Where somebody stands. `number`: the one that the ticket has by now. */
export type Standing =
  | { kind: 'entered'; number: number }
  | { kind: 'waiting'; number: number; ahead: number; wait: number }
  /** Takes part in a draw as the `index`th of `count`; `wait` ms until it takes place. */
  | { kind: 'drawing'; index: number; count: number; at: number; wait: number }

/** Where the owner of a ticket stands; null if it is not worth a place (any more). */
export async function standingOf(w: WaitingRoom, ticket: Ticket): Promise<Standing | null> {
  const { openings } = w.settings
  const room = await lineNow(w)
  let number = numberOf(room.line, room.draws, ticket)
  if (number === null && w.now - ticket.since < NEWS) {
    // Another process has just given it.
    await readOnce(w, room)
    number = numberOf(room.line, room.draws, ticket)
  }
  if (number === null) return null
  if (typeof number === 'object') {
    const { at, count } = number
    return { kind: 'drawing', index: (ticket as { index: number }).index, count, at, wait: Math.max(0, at - w.now) }
  }
  // A place that was called before a draw and kept is void; one that still waits stays before the people of the draw.
  const begun = lastDrawSince(openings, w.timeZone, ticket.since, w.now)
  if (begun !== null && wasCalledBy(room.line!, number, begun)) return null
  const { ahead, wait } = waitOf(room.line!, number, w.now)
  // Nobody is called while people gather for a draw.
  const open = drawAt(openings, w.timeZone, w.now)
  if (open !== null && wait < open - w.now) return { kind: 'waiting', number, ahead, wait: open - w.now }
  return wait === 0 ? { kind: 'entered', number } : { kind: 'waiting', number, ahead, wait }
}

/** What somebody without a ticket meets: nothing (`isOpen`), a draw, or so many people before them. */
export type Ahead = { isOpen: boolean; drawAt: number | null; ahead: number; wait: number }

export async function aheadOf(w: WaitingRoom): Promise<Ahead> {
  const at = drawAt(w.settings.openings, w.timeZone, w.now)
  if (at !== null) return { isOpen: false, drawAt: at, ahead: 0, wait: at - w.now }
  const { line } = await lineNow(w)
  const { ahead, wait } = line ? waitOf(line, line.issued + 1, w.now) : { ahead: 0, wait: 0 }
  return { isOpen: wait === 0, drawAt: null, ahead, wait }
}

/** How many wait, and who takes part in a draw. */
export async function lineFigures(w: WaitingRoom): Promise<{
  issued: number
  waiting: number
  wait: number
  drawAt: number | null
  inDraw: number
}> {
  const { line, draws } = await lineNow(w)
  const open = drawAt(w.settings.openings, w.timeZone, w.now)
  const inDraw = draws.find(({ at }) => at === open)?.count ?? 0
  if (!line || w.settings.admitPerMinute === 0)
    return { issued: line?.issued ?? 0, waiting: 0, wait: 0, drawAt: open, inDraw }
  const waiting = Math.max(0, line.issued - Math.floor(calledBy(line, w.now)))
  const { wait } = waiting === 0 ? { wait: 0 } : waitOf(line, line.issued, w.now)
  return { issued: line.issued, waiting, wait, drawAt: open, inDraw }
}
