// Keeps one stranger from booking an office out. Whoever has confirmed nothing (no link in an e-mail opened) may hold only a share of a day's
// places; beyond it a booking is confirmed by e-mail, and a hold costs work, which grows with what the same network holds already. All of it is
// counted in the database, so that it holds over all processes.
import { openTimeFor, candidatesFor } from '../availability/search.ts'
import { visitOf } from '../availability/slots.actions.ts'
import type { TenantConfig } from '../availability/model.ts'
import type { Visit } from '../service/visit.ts'
import type { Deps } from '../deps.ts'
import { DAY, intersect, lengthOf, MINUTE, union } from '../time/interval.ts'
import { dayOf, startOfDay } from '../time/zone.ts'
import { networkOf } from '../web/network.ts'
import { signatureOf } from '../web/signature.ts'
import type { Site } from '../web/site.ts'
import { countOfNetwork, unprovenOf, type Unproven } from './crowd.sql.ts'
import type { Selection } from './draft.ts'
import { HARDEST } from './work.ts'

/** New bookings and holds of one network (a library has many) for each level of work. */
const A_LEVEL = 6
/** Levels of work of its forms from which on its holds cost work as well. */
const MANY = 2
/** Of a small office a fifth would be one booking a day: so many are free for everybody. */
const QUIET = 3
/** What unproven people may hold of a day at all, however much they work. */
const ALL = 0.8
/** From here on a hold beyond the share costs seconds. */
const SECONDS = 3

/** A keyed hash of the reader's network, as it is kept with what they hold. */
export const networkToken = (site: Pick<Site, 'secret'>, address: string): string =>
  signatureOf(site.secret, 'network', networkOf(address)).slice(0, 22)

/** Seats of a session that a booking takes, or all of an agent: 1. */
const partOf = (config: TenantConfig, serviceIds: readonly string[], seats: number): number =>
  seats / Math.max(1, config.services.get(serviceIds[0] ?? '')?.seats ?? 1)

const weightOf = (config: TenantConfig, u: Unproven): number =>
  ((u.ends_at.getTime() - u.starts_at.getTime()) / MINUTE) * Math.min(1, partOf(config, u.service_ids, u.seats))

export type Place = { start: number; locationId: string | undefined }
export type Day = {
  /** What unproven people would hold with this one, of all working time of those who could serve it: 0 to 1. */
  share: number
  /** Whether they hold so little that it is nobody's rush yet. */
  isQuiet: boolean
}

async function dayFor(
  deps: Deps,
  site: Site,
  visit: Visit,
  places: number,
  place: Place,
  except: string | null,
): Promise<Day> {
  const { config, tenantId } = site
  const locationIds = place.locationId === undefined ? undefined : [place.locationId]
  const candidates = candidatesFor(config, visit, { locationIds })
  const zone = candidates[0]?.location.timeZone ?? config.timeZone
  const day = dayOf(zone, place.start)
  const [from, to] = [startOfDay(zone, day), startOfDay(zone, day + 1)]
  const agents = [...Map.groupBy(candidates, (c) => c.agent.id)]
  const open = agents.map(([, list]) =>
    lengthOf(intersect(union(...list.map((c) => openTimeFor(config, c, 'public', from, to).layers.open)), [from, to])),
  )
  const capacity = open.reduce((sum, length) => sum + length, 0) / MINUTE
  const range = { from: new Date(from), to: new Date(to), now: new Date(deps.now()), except }
  const held = await unprovenOf(deps.db.kysely, tenantId, { agentIds: agents.map(([id]) => id), ...range })
  const used = held.reduce((sum, one) => sum + weightOf(config, one), 0)
  const own = (visit.duration / MINUTE) * Math.min(1, partOf(config, visit.serviceIds, places))
  // Buffers and the grid leave time that nobody can book: what a day has room for is less than what is open.
  return { share: (used + own) / Math.max(own, capacity), isQuiet: held.length < QUIET && places <= 1 }
}

const isOver = (site: Site, { share, isQuiet }: Day): boolean =>
  !isQuiet && share > site.settings.booking.unprovenPercent / 100

/** Whether a booking that nobody vouches for would take more than the share of its day. */
export async function needsProof(
  deps: Deps,
  site: Site,
  selection: Selection,
  place: Place,
  own: string,
): Promise<boolean> {
  const visit = visitOf(site.config, selection.serviceIds, selection.minutes)
  return isOver(site, await dayFor(deps, site, visit, selection.places, place, own))
}

/** Level of work that comes from what the network holds already. */
export async function networkLevel(deps: Deps, site: Site, token: string, except: string | null): Promise<number> {
  const now = deps.now()
  const by = { network: token, since: new Date(now - DAY), now: new Date(now), except }
  return Math.floor((await countOfNetwork(deps.db.kysely, site.tenantId, by)) / A_LEVEL)
}

/** What a hold asks of whoever wants it: a level of work (0 = none), or nothing helps (`full`). */
export async function pressureOf(
  deps: Deps,
  site: Site,
  selection: Selection,
  place: Place,
  token: string,
  own: string | null,
): Promise<number | 'full'> {
  const visit = visitOf(site.config, selection.serviceIds, selection.minutes)
  const day = await dayFor(deps, site, visit, selection.places, place, own)
  const level = await networkLevel(deps, site, token, own)
  // Whoever has no script is let through here: they confirm by e-mail in the end.
  if (!isOver(site, day)) return Math.max(0, Math.min(HARDEST, level) - MANY)
  return day.share > ALL ? 'full' : Math.min(HARDEST, Math.max(SECONDS, level))
}
