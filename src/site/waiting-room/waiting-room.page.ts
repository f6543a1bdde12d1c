// The waiting room before the pages on which citizens look for times and take them: lets in whom the tenant's pace allows, gives the
// others a place in line or in a draw, and says where they stand. A booking that has begun is never stopped by it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { countUse } from '../../http/call-limit.ts'
import { formFields, queryFields } from '../../http/fields.ts'
import { isSignature } from '../../kernel/crypto/signature.ts'
import { widerNetworkOf } from '../../kernel/network.ts'
import { DAY, HOUR } from '../../kernel/time/interval.ts'
import { isUuid, timeOfUuid } from '../../kernel/uuid.ts'
import type { Deps } from '../../domain/deps.ts'
import { lastDrawSince, type Ticket } from '../../domain/waiting-room/line.ts'
import {
  aheadOf,
  standingOf,
  takeTicket,
  waitingRoomOf,
  type Standing,
  type WaitingRoom,
} from '../../domain/waiting-room/waiting-room.ts'
import { firstText, textOf } from '../../ui/form-input.ts'
import { formSeal, isSolvedForLine, lineCaptchaFor } from '../booking/proof-of-work.ts'
import { addPage, type Line, type View } from '../pages.ts'
import type { Site } from '../site.ts'
import { countTaken, giveTicket, giveTurn, hasTurn, ticketOf } from './ticket.ts'
import { joinPage, lookAgain, standingPage, standingText } from './waiting-room.view.ts'

const FORM = 'line'
/** What a network gets within ten minutes: turns without asking while there is no line, and places in line without work. */
const [FREE_TURNS, FREE_PLACES, LATELY] = [60, 20, 600_000]
/** In the address after a place was given: a browser that then has none keeps no cookies. */
const JOINED = 'joined'

const roomOf = (deps: Deps, { tenantId, settings }: Site): WaitingRoom => waitingRoomOf(deps, tenantId, settings)

/** Counts a use of something by a network; false beyond `most` in ten minutes. */
const isWithin = (
  deps: Deps,
  { site, request, what, most }: { site: Site; request: FastifyRequest; what: string; most: number },
): boolean => countUse(deps, `${what} ${site.tenantId} ${widerNetworkOf(request.ip)}`, LATELY) <= most

type Why = 'arrived' | 'crowded' | 'no_cookies'

async function joinView(deps: Deps, site: Site, to: string, why: Why = 'arrived'): Promise<View> {
  const ahead = await aheadOf(roomOf(deps, site))
  const id = deps.newId()
  const captcha = await lineCaptchaFor(site, id)
  return joinPage(site, { ahead, to, request: formSeal(site, FORM, id), captcha, why })
}

/** Keeps a ticket in the browser: a new one, the number of a drawn one, and any for another day before half of its day is over. */
function keepTicket(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { ticket, standing: found }: { ticket: Ticket; standing: Exclude<Standing, { kind: 'entered' }> },
): void {
  const { since } = ticket
  const now: Ticket = found.kind === 'waiting' ? { kind: 'number', number: found.number, since } : ticket
  const known = ticketOf(request, site)
  const isKept = JSON.stringify(known) === JSON.stringify(now)
  if (!isKept || site.now - since > DAY / 2) giveTicket(request, reply, site, now)
}

type Held = { ticket: Ticket; standing: Standing }

/** The ticket of this browser and where its owner stands; null without one that is worth a place. */
async function heldBy(deps: Deps, request: FastifyRequest, site: Site): Promise<Held | null> {
  const ticket = ticketOf(request, site)
  const found = ticket && (await standingOf(roomOf(deps, site), ticket))
  return found ? { ticket, standing: found } : null
}

/** Shows where the owner of the ticket stands, or lets them in (null). */
function stand(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { ticket, standing: found }: Held,
): View | null {
  if (found.kind === 'entered') {
    giveTurn(request, reply, site, found.number)
    return null
  }
  keepTicket(request, reply, site, { ticket, standing: found })
  return standingPage(site, found)
}

async function lineOrTurn(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View | null> {
  const room = roomOf(deps, site)
  const held = await heldBy(deps, request, site)
  if (held) return stand(request, reply, site, held)
  const { isOpen } = await aheadOf(room)
  if (isOpen && isWithin(deps, { site, request, what: 'turns', most: FREE_TURNS })) {
    const ticket = await takeTicket(room, null)
    const found = ticket && (await standingOf(room, ticket))
    if (found) return stand(request, reply, site, { ticket, standing: found })
  }
  const hasJoined = !ticketOf(request, site) && firstText(queryFields(request), JOINED) === '1'
  return joinView(deps, site, site.here, hasJoined ? 'no_cookies' : 'arrived')
}

/** The line before the pages on which times are looked for and taken. */
export const lineBefore = (deps: Deps): Line => ({
  async before(request, reply, site) {
    if (site.settings.waitingRoom.admitPerMinute === 0 || hasTurn(deps, request, reply, site)) return null
    const view = await lineOrTurn(deps, request, reply, site)
    // A form is not sent again when its page is loaded again.
    return view && request.method === 'POST' ? { redirect: site.here } : view
  },
  isOvertaken: (site, since) =>
    lastDrawSince(site.settings.waitingRoom.openings, site.config.timeZone, since, site.now) !== null,
  took: (request, site) => countTaken(deps, request, site),
})

/** The page that was asked for; only pages of this tenant on which a booking begins or changes its time. */
function wantedIn(site: Site, text: string): string {
  const path = text.split('?')[0]!
  const isOurs =
    path.startsWith(`${site.base}/book`) &&
    /^(|\/time|\/[0-9a-f-]{36}\/(time|place))$/.test(path.slice(site.base.length + 5))
  return isOurs && /^[\x21-\x7e]+$/.test(text) ? text : site.base
}

async function join(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const fields = formFields(request)
  const to = wantedIn(site, textOf(fields, 'to', 2_000))
  const room = roomOf(deps, site)
  // While nobody waits, the page itself gives a turn, which does not keep.
  if (room.settings.admitPerMinute === 0 || (await aheadOf(room)).isOpen) return { redirect: to }
  // Pressed twice, or in two windows: one place.
  if (await heldBy(deps, request, site)) return { redirect: to }
  const [id = '', seal = ''] = textOf(fields, 'request', 100).split('.')
  const isOurs = isUuid(id) && isSignature(seal, site.secret, FORM, id) && site.now - timeOfUuid(id) < 2 * HOUR
  const isVouched =
    isOurs &&
    (site.settings.booking.captcha === 'none' || (await isSolvedForLine(site, id, textOf(fields, 'altcha', 3_000))))
  if (!isVouched && !isWithin(deps, { site, request, what: 'places', most: FREE_PLACES })) {
    reply.code(422)
    return joinView(deps, site, to, 'crowded')
  }
  const given = await takeTicket(room, isOurs ? id : deps.newId())
  // This form has had its place.
  if (!given) return joinView(deps, site, to)
  giveTicket(request, reply, site, given)
  return { redirect: to === site.base ? to : `${to}${to.includes('?') ? '&' : '?'}${JOINED}=1` }
}

/** Where this browser stands, for the script of the page. `turn`: load the page that was asked for. */
async function standing(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  // Opened as a page, after a refusal at this address.
  if (!/json/.test(request.headers.accept ?? '')) return { redirect: site.base }
  const held = await heldBy(deps, request, site)
  if (!held || held.standing.kind === 'entered' || site.settings.waitingRoom.admitPerMinute === 0)
    return { json: { isTurn: true } }
  const found = held.standing
  keepTicket(request, reply, site, { ticket: held.ticket, standing: found })
  const ahead = found.kind === 'waiting' ? found.ahead : null
  return { json: { isTurn: false, ahead, ...standingText(site, found), again: lookAgain(found) } }
}

export function waitingRoomPages(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/line',
    // Thousands behind one address of a mobile network look every few seconds, and an answer costs next to nothing.
    limit: deps.publicRate * 5_000,
    handler: (request, reply, site) => standing(deps, request, reply, site),
  })
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/line',
    limit: deps.publicRate * 500,
    handler: (request, reply, site) => join(deps, request, reply, site),
  })
}
