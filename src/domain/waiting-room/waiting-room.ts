// The line before a tenant's booking pages: gives numbers, draws the order at an opening, says who may enter. People who ask a
// process at the same time share one statement, and those who only wait are answered from the line as it was a moment ago.
import { LRUCache } from 'lru-cache'
import { memoizeByObject } from '../../kernel/memoize.ts'
import type { Db } from '../../platform/database/tx.ts'
import type { WaitingRoomSettings } from '../tenant/waiting-room-settings.ts'
import { calledBy, drawAt, numberOf, waitOf, type Line, type Ticket } from './line.ts'
import { draw, findLine, joinDraw, takeNumbers } from './line.sql.ts'

/** How long (ms) a line that was read answers those who wait, and how many lines are kept. */
const [FRESH, MOST_LINES] = [1_000, 10_000]

type Asking = { w: WaitingRoom; at: number | null; give: (ticket: Ticket) => void; refuse: (error: unknown) => void }
type Room = { line: Line | null; readAt: number; reading: Promise<void> | null; asking: Asking[]; isGiving: boolean }

export type WaitingRoom = {
  db: Db
  tenantId: string
  settings: WaitingRoomSettings
  /** Of the tenant's openings. */
  timeZone: string
  /** Epoch ms. */
  now: number
  randomBytes: (length: number) => Uint8Array
}

const roomsOf = memoizeByObject((_db: Db) => new LRUCache<string, Room>({ max: MOST_LINES }))

function roomFor({ db, tenantId }: WaitingRoom): Room {
  const rooms = roomsOf(db)
  let room = rooms.get(tenantId)
  if (!room) rooms.set(tenantId, (room = { line: null, readAt: -Infinity, reading: null, asking: [], isGiving: false }))
  return room
}

function keep(room: Room, line: Line | null, now: number): void {
  room.line = line
  room.readAt = now
}

/** The line, at most a second old; its draw has taken place if its opening is over. */
async function lineNow(w: WaitingRoom): Promise<Line | null> {
  const room = roomFor(w)
  const isFresh = (): boolean => Math.abs(w.now - room.readAt) < FRESH
  if (!isFresh()) {
    room.reading ??= findLine(w.db, w.tenantId)
      .then((line) => keep(room, line, w.now))
      .finally(() => (room.reading = null))
    await room.reading
  }
  const due = room.line?.draw
  if (due && due.before === null && w.now >= due.at) {
    const seed = Buffer.from(w.randomBytes(16)).toString('base64url')
    // As at the opening, however late somebody asks.
    const pace = { tenantId: w.tenantId, perMinute: w.settings.admitPerMinute, now: due.at }
    // Null: another process has drawn.
    keep(room, (await draw(w.db, pace, { at: due.at, seed })) ?? (await findLine(w.db, w.tenantId)), w.now)
  }
  return room.line
}

/** Gives tickets to those who have asked, all with one statement. */
async function give(room: Room): Promise<void> {
  const at = room.asking[0]!.at
  const [now, later] = [room.asking.filter((one) => one.at === at), room.asking.filter((one) => one.at !== at)]
  const { w } = now.at(-1)!
  room.asking = later
  const taking = { tenantId: w.tenantId, count: now.length, perMinute: w.settings.admitPerMinute, now: w.now }
  try {
    const joined = at === null ? null : await joinDraw(w.db, taking, at)
    const line = joined ?? (await takeNumbers(w.db, taking))
    keep(room, line, w.now)
    for (const [i, { give: hand }] of now.entries()) {
      const back = now.length - 1 - i
      hand(
        joined
          ? { kind: 'draw', at: at!, index: joined.draw!.count - back }
          : { kind: 'number', number: line.issued - back },
      )
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

/** A new ticket: a place in the draw while one is open, else the next number. Several can be asked for at once. */
export async function takeTicket(w: WaitingRoom): Promise<Ticket> {
  // A draw that is due comes first: who arrives now stands behind its people.
  await lineNow(w)
  const room = roomFor(w)
  return new Promise((hand, refuse) => {
    room.asking.push({ w, at: drawAt(w.settings.openings, w.timeZone, w.now), give: hand, refuse })
    // What arrives in the same turn of the event loop goes together.
    if (!room.isGiving && room.asking.length === 1) setImmediate(() => void giveAll(room))
  })
}

/** Where somebody stands. `number`: the one that the ticket has by now. */
export type Standing =
  | { kind: 'entered'; number: number }
  | { kind: 'waiting'; number: number; ahead: number; wait: number }
  /** Takes part in a draw; `wait` ms until it takes place. */
  | { kind: 'drawing'; count: number; at: number; wait: number }

/** Where the owner of a ticket stands; null if the ticket belongs to no line of this tenant. */
export async function standingOf(w: WaitingRoom, ticket: Ticket): Promise<Standing | null> {
  const line = await lineNow(w)
  const number = numberOf(line, ticket)
  if (!line || number === null) return null
  if (number === 'undrawn') {
    const { at, count } = line.draw!
    return { kind: 'drawing', count, at, wait: Math.max(0, at - w.now) }
  }
  const { ahead, wait } = waitOf(line, w.settings.admitPerMinute, number, w.now)
  return wait === 0 ? { kind: 'entered', number } : { kind: 'waiting', number, ahead, wait }
}

/** What somebody without a ticket meets: nothing (`isOpen`), a draw, or so many people before them. */
export type Ahead = { isOpen: true } | { isOpen: false; drawAt: number | null; ahead: number; wait: number }

export async function aheadOf(w: WaitingRoom): Promise<Ahead> {
  const line = await lineNow(w)
  const at = drawAt(w.settings.openings, w.timeZone, w.now)
  if (at !== null) return { isOpen: false, drawAt: at, ahead: 0, wait: at - w.now }
  if (!line) return { isOpen: true }
  const { ahead, wait } = waitOf(line, w.settings.admitPerMinute, line.issued + 1, w.now)
  return wait === 0 ? { isOpen: true } : { isOpen: false, drawAt: null, ahead, wait }
}

/** How many wait, and who takes part in a draw. */
export async function lineFigures(w: WaitingRoom): Promise<{
  issued: number
  waiting: number
  wait: number
  drawAt: number | null
  inDraw: number
}> {
  const line = await lineNow(w)
  const open = drawAt(w.settings.openings, w.timeZone, w.now)
  if (!line) return { issued: 0, waiting: 0, wait: 0, drawAt: open, inDraw: 0 }
  const { admitPerMinute } = w.settings
  const waiting = Math.max(0, line.issued - Math.floor(calledBy(line, admitPerMinute, w.now)))
  const { wait } = waiting === 0 ? { wait: 0 } : waitOf(line, admitPerMinute, line.issued, w.now)
  const inDraw = line.draw && line.draw.at === open ? line.draw.count : 0
  return { issued: line.issued, waiting, wait, drawAt: open, inDraw }
}
