// The cookies of a person in line: the ticket, which keeps the place for a day, and the turn, with which they book.
import { LRUCache } from 'lru-cache'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { memoizeByObject } from '../../kernel/memoize.ts'
import { isSignature, signatureOf } from '../../kernel/crypto/signature.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import type { Deps } from '../../domain/deps.ts'
import type { Ticket } from '../../domain/waiting-room/line.ts'
import { setPageCookie, type Site } from '../site.ts'

const [TICKET, TURN] = ['agenda_line', 'agenda_turn']
/** How long a turn lasts after the last page seen, and how many times can be taken in it. */
const [TURN_LASTS, MOST_TIMES] = [30 * MINUTE, 12]

const seal = (site: Site, kind: string, ...parts: readonly (string | number)[]): string =>
  [...parts, signatureOf(site.secret, kind, ...parts.map(String))].join('.')

/** The whole numbers of a sealed text whose last one, the end, is in the future; null if it is not ours. */
function opened(site: Site, kind: string, text: string | undefined): number[] | null {
  const parts = (text ?? '').split('.')
  const signature = parts.pop() ?? ''
  const numbers = parts.map(Number)
  if (numbers.length === 0 || !numbers.every((one) => Number.isSafeInteger(one) && one >= 0)) return null
  if (!isSignature(signature, site.secret, kind, ...parts)) return null
  return numbers.at(-1)! > site.now ? numbers : null
}

export function ticketOf(request: FastifyRequest, site: Site): Ticket | null {
  const parts = opened(site, 'line', request.cookies[TICKET])
  if (parts?.length === 2) return { kind: 'number', number: parts[0]! }
  return parts?.length === 3 ? { kind: 'draw', at: parts[0]!, index: parts[1]! } : null
}

export function giveTicket(request: FastifyRequest, reply: FastifyReply, site: Site, ticket: Ticket): void {
  const parts = ticket.kind === 'number' ? [ticket.number] : [ticket.at, ticket.index]
  const value = seal(site, 'line', ...parts, site.now + DAY)
  setPageCookie(request, reply, site, { name: TICKET, value, maxAge: DAY / 1000 })
}

const timesTaken = memoizeByObject((_deps: Deps) => new LRUCache<string, number>({ max: 50_000 }))

/** Whether this browser may book now; each page seen makes the turn last longer. A turn is not for sale: it takes so many times only. */
export function hasTurn(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): boolean {
  const [number, until] = opened(site, 'turn', request.cookies[TURN]) ?? []
  if (number === undefined || until === undefined) return false
  const key = `${site.tenantId} ${number}`
  const taken = timesTaken(deps).get(key) ?? 0
  if (taken >= MOST_TIMES) return false
  if (request.method === 'POST') timesTaken(deps).set(key, taken + 1)
  if (until - site.now < TURN_LASTS / 2) giveTurn(request, reply, site, number)
  return true
}

/** Lets this browser book; its ticket is used up. */
export function giveTurn(request: FastifyRequest, reply: FastifyReply, site: Site, number: number): void {
  setPageCookie(request, reply, site, { name: TURN, value: seal(site, 'turn', number, site.now + TURN_LASTS) })
  if (request.cookies[TICKET] !== undefined) setPageCookie(request, reply, site, { name: TICKET, value: null })
}
