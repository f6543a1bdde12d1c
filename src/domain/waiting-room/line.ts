// PURE. The arithmetic of a line of people: who may enter by now, who waits for how long, and the order of a draw.
import { createHmac } from 'node:crypto'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { instantOf, parseDate } from '../../kernel/time/zone.ts'
import type { Opening } from '../tenant/waiting-room-settings.ts'

/** A draw for the order of all who arrived before an opening. */
type Draw = {
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
  draw: Draw | null
}

/** What one person in line has: a number, or a place in a draw that decides on the number. */
export type Ticket = { kind: 'number'; number: number } | { kind: 'draw'; at: number; index: number }

/** Unused places are kept for ten seconds of arrivals: a small crowd passes without a line, a large one does not. */
export const burstOf = (perMinute: number): number => Math.max(1, Math.ceil(perMinute / 6))

/** Numbers up to this one may enter at `now` (epoch ms); `perMinute` people enter in a minute. */
export function calledBy(line: Line, perMinute: number, now: number): number {
  const since = Math.max(0, now - line.calledAt) / MINUTE
  return Math.min(line.called + perMinute * since, line.issued + burstOf(perMinute))
}

/** How many people are still before this number, and in how many ms it is called; zero and zero if it has been called. */
export function waitOf(line: Line, perMinute: number, number: number, now: number): { ahead: number; wait: number } {
  const called = calledBy(line, perMinute, now)
  if (number <= called) return { ahead: 0, wait: 0 }
  return { ahead: number - 1 - Math.floor(called), wait: Math.ceil(((number - called) / perMinute) * MINUTE) }
}

/** The number of a ticket; `undrawn` before its draw has taken place; null if it belongs to no line of ours. */
export function numberOf(line: Line | null, ticket: Ticket): number | 'undrawn' | null {
  if (ticket.kind === 'number') return line && ticket.number <= line.issued ? ticket.number : null
  const draw = line?.draw
  if (!draw || draw.at !== ticket.at || ticket.index > draw.count) return null
  if (draw.before === null || draw.seed === null) return 'undrawn'
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

const instantIn = (zone: string, { date, time }: Opening): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return instantOf(zone, parseDate(date) * DAY + (hours * 60 + minutes) * MINUTE)
}

/** The opening (epoch ms) whose draw people join at `now`; null if there is none. The first of several. */
export function drawAt(openings: readonly Opening[], zone: string, now: number): number | null {
  const open = openings
    .map((one) => ({ at: instantIn(zone, one), minutes: one.drawMinutes }))
    .filter(({ at, minutes }) => now >= at - minutes * MINUTE && now < at)
  return open.length === 0 ? null : Math.min(...open.map(({ at }) => at))
}
