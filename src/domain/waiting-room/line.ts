// PURE. The arithmetic of a line of people: who may enter by now, who waits for how long, and the order of a draw.
import { createHmac } from 'node:crypto'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { instantOf, parseDate } from '../../kernel/time/zone.ts'
import type { Opening } from '../tenant/waiting-room-settings.ts'

/** A draw for the order of all who arrived before an opening. */
export type Draw = {
  /** The opening, epoch ms. */
  at: number
  /** How many take part. */
  count: number
  /** The last number given before the draw; null until it has taken place. */
  before: number | null
  /** What the order follows from; null until the draw has taken place, so that nobody can know it earlier. */
  seed: string | null
}

/** A tenant's line as stored. People get the numbers 1, 2, 3 … */
export type Line = {
  /** The last number given. */
  issued: number
  /** Numbers up to this one could enter at `calledAt` (epoch ms); not whole between two people. */
  called: number
  calledAt: number
  /** How many people enter in a minute; above zero. */
  pace: number
}

/** What one person in line has: a number, or a place in a draw that decides on the number. `since`: when it was given, epoch ms. */
export type Ticket = { since: number } & (
  { kind: 'number'; number: number } | { kind: 'draw'; at: number; index: number }
)

/** Unused places are kept for ten seconds of arrivals: a small crowd passes without a line, a large one does not. */
export const burstOf = (pace: number): number => Math.max(1, Math.ceil(pace / 6))

/** Numbers up to this one may enter at `now` (epoch ms). */
export function calledBy(line: Line, now: number): number {
  const since = Math.max(0, now - line.calledAt) / MINUTE
  return Math.min(line.called + line.pace * since, line.issued + burstOf(line.pace))
}

/** How many people are still before this number, and in how many ms it is called; zero and zero if it has been called. */
export function waitOf(line: Line, number: number, now: number): { ahead: number; wait: number } {
  const called = calledBy(line, now)
  if (number <= called) return { ahead: 0, wait: 0 }
  return { ahead: number - 1 - Math.floor(called), wait: Math.ceil(((number - called) / line.pace) * MINUTE) }
}

/** The number of a ticket; its draw, before that has taken place; null if no such ticket was given as far as is known here. */
export function numberOf(line: Line | null, draws: readonly Draw[], ticket: Ticket): number | Draw | null {
  if (ticket.kind === 'number') return line && ticket.number <= line.issued ? ticket.number : null
  const draw = draws.find(({ at }) => at === ticket.at)
  if (!draw || ticket.index > draw.count) return null
  if (draw.before === null || draw.seed === null) return draw
  return draw.before + 1 + shuffled(draw.seed, draw.count, ticket.index - 1)
}

const ROUNDS = 4

/**
 * Where the draw puts `index` among `count`, both from 0: a permutation that follows from the seed alone, so that neither a list is
 * stored nor an order is known before the seed. A Feistel network with HMAC-SHA-256 over the next power of four, repeated until the
 * value is in range (cycle walking; Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002).
 */
export function shuffled(seed: string, count: number, index: number): number {
  const half = Math.max(1, Math.ceil(Math.log2(Math.max(2, count)) / 2))
  const mask = 2 ** half - 1
  let value = index
  do {
    let [left, right] = [Math.floor(value / (mask + 1)), value % (mask + 1)]
    for (let round = 0; round < ROUNDS; round += 1) {
      const mixed = createHmac('sha256', seed).update(`${round} ${right}`).digest().readUInt32BE(0) & mask
      ;[left, right] = [right, left ^ mixed]
    }
    value = left * (mask + 1) + right
  } while (value >= count)
  return value
}

/** The openings as instants: `from` = when people begin to join the draw, `at` = when it takes place; epoch ms. */
const momentsOf = (openings: readonly Opening[], zone: string): { from: number; at: number }[] =>
  openings.map(({ date, time, drawMinutes }) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    const at = instantOf(zone, parseDate(date) * DAY + (hours * 60 + minutes) * MINUTE)
    return { from: at - drawMinutes * MINUTE, at }
  })

/** The opening (epoch ms) whose draw people join at `now`; null if there is none. The first of several. */
export function drawAt(openings: readonly Opening[], zone: string, now: number): number | null {
  const open = momentsOf(openings, zone).filter(({ from, at }) => now >= from && now < at)
  return open.length === 0 ? null : Math.min(...open.map(({ at }) => at))
}

/** Whether an opening lies in (since, now]. */
export const hasOpened = (openings: readonly Opening[], zone: string, since: number, now: number): boolean =>
  momentsOf(openings, zone).some(({ at }) => since < at && at <= now)

/** When (epoch ms) the latest draw since `since` began; null if none has. Whoever kept a turn from before it would pass everybody by. */
export function lastDrawSince(openings: readonly Opening[], zone: string, since: number, now: number): number | null {
  const begun = momentsOf(openings, zone).filter(({ from }) => since < from && from <= now)
  return begun.length === 0 ? null : Math.max(...begun.map(({ from }) => from))
}

/** Whether a number had been called by `when` (epoch ms), which may be before the line was last written. */
export function wasCalledBy(line: Line, number: number, when: number): boolean {
  if (when >= line.calledAt) return number <= calledBy(line, when)
  return number <= line.called - (line.pace * (line.calledAt - when)) / MINUTE
}
