// The cookies of a person in line: the ticket, which keeps the place for a day, and the turn, with which they book.
import { LRUCache } from 'lru-cache'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { memoizeByObject } from '../../kernel/memoize.ts'
import { isSignature, signatureOf } from '../../kernel/crypto/signature.ts'
import { DAY, HOUR, MINUTE } from '../../kernel/time/interval.ts'
import type { Deps } from '../../domain/deps.ts'
import { lastDrawSince, type Ticket } from '../../domain/waiting-room/line.ts'
import { setPageCookie, type Site } from '../site.ts'

const [TICKET, TURN] = ['agenda_line', 'agenda_turn']
/** How long a turn lasts after the last page seen and at most, and how many times can be taken in it. */
const [TURN_LASTS, LONGEST_TURN, MOST_TIMES] = [30 * MINUTE, HOUR, 12]

const seal = (site: Site, kind: string, ...parts: readonly (string | number)[]): string =>
  [...parts, signatureOf(site.secret, kind, ...parts.map(String))].join('.')

/** The whole numbers of a sealed text; null if it is not ours. */
function opened(site: Site, kind: string, text: string | undefined): number[] | null {
  const parts = (text ?? '').split('.')
  const signature = parts.pop() ?? ''
  const numbers = parts.map(Number)
  if (numbers.length === 0 || !numbers.every((one) => Number.isSafeInteger(one) && one >= 0)) return null
  return isSignature(signature, site.secret, kind, ...parts) ? numbers : null
}

export function ticketOf(request: FastifyRequest, site: Site): Ticket | null {
  const parts = opened(site, 'ticket', request.cookies[TICKET])
  const since = parts?.at(-1) ?? 0
  if (!parts || site.now - since >= 2 * DAY) return null
  if (parts.length === 2) return { kind: 'number', number: parts[0]!, since }
  return parts.length === 3 ? { kind: 'draw', at: parts[0]!, index: parts[1]!, since } : null
}

/** Keeps the ticket in the browser for a day from now. */
export function giveTicket(request: FastifyRequest, reply: FastifyReply, site: Site, ticket: Ticket): void {
  const parts = ticket.kind === 'number' ? [ticket.number] : [ticket.at, ticket.index]
  const value = seal(site, 'ticket', ...parts, ticket.since)
  setPageCookie(request, reply, site, { name: TICKET, value, maxAge: DAY / 1000 })
}

const timesTaken = memoizeByObject((_deps: Deps) => new LRUCache<string, number>({ max: 50_000 }))
const turnIn = (request: FastifyRequest, site: Site): number[] | null => {
  const turn = opened(site, 'turn', request.cookies[TURN])
  return turn?.length === 3 ? turn : null
}

/**
 * Whether this browser may book now; each page seen makes the turn last longer, up to an hour. It ends when a draw begins, and is worth
 * so many times only, so that it is not for sale.
 */
export function hasTurn(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): boolean {
  const [number, since, until] = turnIn(request, site) ?? []
  if (number === undefined || since === undefined || until === undefined || until <= site.now) return false
  if (lastDrawSince(site.settings.waitingRoom.openings, site.config.timeZone, since, site.now) !== null) return false
  if ((timesTaken(deps).get(`${site.tenantId} ${number}`) ?? 0) >= MOST_TIMES) return false
  if (until - site.now < TURN_LASTS / 2) keepTurn(request, reply, site, { number, since })
  return true
}

function keepTurn(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { number, since }: { number: number; since: number },
): void {
  const until = Math.min(site.now + TURN_LASTS, since + LONGEST_TURN)
  setPageCookie(request, reply, site, { name: TURN, value: seal(site, 'turn', number, since, until) })
}

/** Lets this browser book from now on; its ticket is used up. */
export function giveTurn(request: FastifyRequest, reply: FastifyReply, site: Site, number: number): void {
  keepTurn(request, reply, site, { number, since: site.now })
  if (request.cookies[TICKET] !== undefined) setPageCookie(request, reply, site, { name: TICKET, value: null })
}

/** Counts a time that was taken in a turn. */
export function countTaken(deps: Deps, request: FastifyRequest, site: Site): void {
  const [number] = turnIn(request, site) ?? []
  if (number === undefined) return
  const key = `${site.tenantId} ${number}`
  timesTaken(deps).set(key, (timesTaken(deps).get(key) ?? 0) + 1)
}
