// Prevents one stranger from booking up an office. Citizens without a confirmed e-mail address (unproven) may hold only a share
// of a day. Beyond it, a booking must be confirmed by e-mail, and a hold costs proof of work that grows with what the same
// network already holds. The database counts, so the limits hold across processes.
import { openTimeFor, candidatesFor } from '../../domain/availability/search.ts'
import { visitOf } from '../../domain/availability/slots.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Visit } from '../../domain/catalogue/visit.ts'
import type { Deps } from '../../domain/deps.ts'
import { DAY, intersect, lengthOf, MINUTE, union } from '../../kernel/time/interval.ts'
import { dayOf, startOfDay } from '../../kernel/time/zone.ts'
import { networkOf } from '../../kernel/network.ts'
import { signatureOf } from '../../kernel/crypto/signature.ts'
import type { Site } from '../site.ts'
import { countOfNetwork, unprovenOf, type Unproven } from './hold-limits.sql.ts'
import type { Selection } from './draft.ts'
import { HARDEST } from './proof-of-work.ts'

/** New bookings and holds of one network (a library has many) per level of work. */
const BOOKINGS_A_LEVEL = 6
/** A network's holds cost work above this level. */
const FREE_HOLDS = 2
/** A day with fewer unproven bookings than this is free for everyone: the share of a small office could be a single booking. */
const FREE_BOOKINGS_A_DAY = 3
/** The most that unproven citizens may hold of a day, whatever work they do (0 to 1). */
const MOST_UNPROVEN_SHARE = 0.8
/** Lowest level of work for a hold beyond the share: it takes seconds. */
const LEAST_LEVEL_BEYOND_SHARE = 3

/** Keyed hash of the caller's network, stored with holds and bookings. */
export const networkToken = (site: Pick<Site, 'secret'>, address: string): string =>
  signatureOf(site.secret, 'network', networkOf(address)).slice(0, 22)

/** The part of an agent's time that a booking uses: seats taken / seats of a group session, else 1. */
const partOf = (config: TenantConfig, serviceIds: readonly string[], seats: number): number =>
  seats / Math.max(1, config.services.get(serviceIds[0] ?? '')?.seats ?? 1)

const weightOf = (config: TenantConfig, u: Unproven): number =>
  ((u.ends_at.getTime() - u.starts_at.getTime()) / MINUTE) * Math.min(1, partOf(config, u.service_ids, u.seats))

type Place = { start: number; locationId: string | undefined }
type Day = {
  /** What unproven citizens would hold, this request included, of the working time of all agents who could serve it; from 0. */
  share: number
  /** Whether so few hold anything that no limit applies yet. */
  isQuiet: boolean
}

type DayQuestion = {
  visit: Visit
  places: number
  place: Place
  except: string | null
}

async function dayFor(deps: Deps, site: Site, { visit, places, place, except }: DayQuestion): Promise<Day> {
  const { config, tenantId } = site
  const locationIds = place.locationId === undefined ? undefined : [place.locationId]
  const candidates = candidatesFor(config, visit, { locationIds })
  const zone = candidates[0]?.location.timeZone ?? config.timeZone
  const day = dayOf(zone, place.start)
  const [from, to] = [startOfDay(zone, day), startOfDay(zone, day + 1)]
  const agents = [...Map.groupBy(candidates, (c) => c.agent.id)]
  const open = agents.map(([, list]) =>
    lengthOf(
      intersect(union(...list.map((c) => openTimeFor(config, c, 'public', { from, to }).layers.open)), [from, to]),
    ),
  )
  const capacity = open.reduce((sum, length) => sum + length, 0) / MINUTE
  const range = { from: new Date(from), to: new Date(to), now: new Date(deps.now()), except }
  const held = await unprovenOf(deps.db.kysely, tenantId, { agentIds: agents.map(([id]) => id), ...range })
  const used = held.reduce((sum, one) => sum + weightOf(config, one), 0)
  const own = (visit.duration / MINUTE) * Math.min(1, partOf(config, visit.serviceIds, places))
  // Buffers and the grid make part of the open time unusable, so the real capacity is lower.
  return { share: (used + own) / Math.max(own, capacity), isQuiet: held.length < FREE_BOOKINGS_A_DAY && places <= 1 }
}

const isOver = (site: Site, { share, isQuiet }: Day): boolean =>
  !isQuiet && share > site.settings.booking.unprovenPercent / 100

/** Whether an unproven booking would exceed the share of its day. */
export async function needsProof(
  deps: Deps,
  site: Site,
  { selection, place, own }: { selection: Selection; place: Place; own: string },
): Promise<boolean> {
  const visit = visitOf(site.config, selection.serviceIds, selection.minutes)
  return isOver(site, await dayFor(deps, site, { visit, places: selection.places, place, except: own }))
}

/** The level of work that follows from what the network already holds. */
export async function networkLevel(deps: Deps, site: Site, token: string, except: string | null): Promise<number> {
  const now = deps.now()
  const by = { network: token, since: new Date(now - DAY), now: new Date(now), except }
  return Math.floor((await countOfNetwork(deps.db.kysely, site.tenantId, by)) / BOOKINGS_A_LEVEL)
}

type WantedHold = {
  selection: Selection
  place: Place
  token: string
  own: string | null
}

/** The level of work that a hold costs (0 = none), or `full` if no work is enough. */
export async function pressureOf(
  deps: Deps,
  site: Site,
  { selection, place, token, own }: WantedHold,
): Promise<number | 'full'> {
  const visit = visitOf(site.config, selection.serviceIds, selection.minutes)
  const day = await dayFor(deps, site, { visit, places: selection.places, place, except: own })
  const level = await networkLevel(deps, site, token, own)
  // Below the share, only busy networks work. Citizens without scripts pass here and confirm by e-mail at the end.
  if (!isOver(site, day)) return Math.max(0, Math.min(HARDEST, level) - FREE_HOLDS)
  return day.share > MOST_UNPROVEN_SHARE ? 'full' : Math.min(HARDEST, Math.max(LEAST_LEVEL_BEYOND_SHARE, level))
}
