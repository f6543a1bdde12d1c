// Loads what the pages offer: first free times, the times of a month, and alternatives.
import { memoizeByObject } from '../../kernel/memoize.ts'
import { LRUCache } from 'lru-cache'
import { findOwnTime } from '../../domain/availability/ledger.sql.ts'
import { findSlots } from '../../domain/availability/search.ts'
import { currentVersionsFor, firstSlots, prepareSearch, type SlotRequest } from '../../domain/availability/slots.ts'
import type { ReasonCode } from '../../domain/availability/explanation.ts'
import type { Location, Need, OfferedService, TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import { frequentServices } from '../../domain/appointment/appointment-figures.sql.ts'
import type { Deps } from '../../domain/deps.ts'
import { planVisit, type Channel, type Visit } from '../../domain/catalogue/visit.ts'
import { dayPartOf, type DayPart } from '../../kernel/time/day-part.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { dayOf, startOfDay } from '../../kernel/time/zone.ts'
import type { Site } from '../site.ts'
import { byDay, LIST_DAYS, whyClosed, whyNothing, type DayOffer } from './times-by-day.ts'
import type { Selection } from './draft.ts'
import { locationsOver, type Wish } from './selection.ts'

export type First = { channel: Channel; location: Location | null; start: number | null; zone: string }

/** The part of a site that offers depend on. */
type Catalogue = Pick<Site, 'tenantId' | 'config'>

const requestOf = (site: Catalogue, serviceIds: readonly string[], more: Partial<SlotRequest> = {}): SlotRequest => ({
  tenantId: site.tenantId,
  serviceIds,
  audience: 'public',
  places: 1,
  ...more,
})

type KnownFirsts = { fingerprint: string; until: number; firsts: Map<string, number | null> }
const MAX_KNOWN = 2_000
const knownTo = memoizeByObject((_db: Deps['db']) => new LRUCache<string, KnownFirsts>({ max: MAX_KNOWN }))

/** First free start by location, cached until something it depends on changes. */
async function firstByLocation(deps: Deps, request: SlotRequest): Promise<Map<string, number | null>> {
  const cache = knownTo(deps.db)
  const confirmed = await currentVersionsFor(deps, request)
  const key = JSON.stringify(request)
  const cached = cache.get(key)
  if (cached && cached.fingerprint === confirmed.fingerprint && deps.now() < cached.until) return cached.firsts
  const found = await firstSlots(deps, request, deps.now(), confirmed)
  const firsts = new Map(found.map((f) => [f.locationId, f.slot?.start ?? null]))
  const until = Math.min(...found.map((f) => f.validUntil), Infinity)
  cache.set(key, { fingerprint: confirmed.fingerprint, until, firsts })
  return firsts
}

const earliest = (starts: readonly (number | null)[]): number | null =>
  starts.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null)

/** What narrows the offer down. `day`: a local day; `part`: of the day. */
export type Filter = {
  channel?: Channel | undefined
  locationId?: string | undefined
  need?: Need | undefined
  part?: DayPart | undefined
  day?: number | undefined
}

/** Days searched for a morning or an afternoon. */
const PART_DAYS = 28

/** First free start by location on a day, or in a part of the days to come. */
async function firstByPart(
  deps: Deps,
  site: Catalogue,
  request: SlotRequest,
  { day, part }: Filter,
): Promise<Map<string, number | null>> {
  const zoneOf = (id: string): string => site.config.locations.get(id)?.timeZone ?? site.config.timeZone
  const first = day ?? dayOf(site.config.timeZone, deps.now())
  const last = day ?? first + PART_DAYS
  const [from, to] = [startOfDay(site.config.timeZone, first), startOfDay(site.config.timeZone, last + 1)]
  const search = await prepareSearch(deps, request, { from, to })
  const firsts = new Map<string, number | null>()
  for (const { start, locationId } of findSlots(search, request, from, to)) {
    if (firsts.has(locationId)) continue
    const zone = zoneOf(locationId)
    const isInPart = part === undefined || dayPartOf(zone, start) === part
    if (isInPart && (day === undefined || dayOf(zone, start) === day)) firsts.set(locationId, start)
  }
  return firsts
}

type FirstsWish = { visit: Visit; more?: Partial<SlotRequest>; filter?: Filter }

/** Whether an office, or one of the services wherever it is, meets a need. */
export const meets = (services: readonly OfferedService[], location: Location, need: Need | undefined): boolean =>
  need === undefined ||
  location.features?.includes(need) === true ||
  services.some((service) => service.supports?.includes(need))

/** The first free time of a visit for each channel, and for each office if in person. */
export async function firstTimes(
  deps: Deps,
  site: Catalogue,
  { visit, more = {}, filter = {} }: FirstsWish,
): Promise<First[]> {
  const request = requestOf(site, visit.serviceIds, more)
  const isByPart = filter.day !== undefined || filter.part !== undefined
  const firsts = await (isByPart ? firstByPart(deps, site, request, filter) : firstByLocation(deps, request))
  const { channel: wanted, locationId, need } = filter
  const services = visit.serviceIds.flatMap((id) => site.config.services.get(id) ?? [])
  return visit.channels.flatMap((channel): First[] => {
    if (wanted !== undefined && channel !== wanted) return []
    const locations = locationsOver(site.config, visit, channel).filter((l) => meets(services, l, need))
    if (channel === 'in_person')
      return locations
        .filter((location) => locationId === undefined || location.id === locationId)
        .map((location) => ({
          channel,
          location,
          start: firsts.get(location.id) ?? null,
          zone: location.timeZone,
        }))
    if (locationId !== undefined || locations.length === 0) return []
    const start = earliest(locations.map((location) => firsts.get(location.id) ?? null))
    const at = locations.find((location) => firsts.get(location.id) === start)
    return [{ channel, location: null, start, zone: at?.timeZone ?? site.config.timeZone }]
  })
}

export type ServiceOffer = { service: OfferedService; firsts: First[] }

/** The visit for a single service; null if its rules contradict one another. */
function visitFor(service: OfferedService): Visit | null {
  const visit = planVisit([service])
  return typeof visit === 'string' ? null : visit
}

/** Services with their first free times under a filter, in the given order. */
export async function offersOf(
  deps: Deps,
  site: Catalogue,
  services: readonly OfferedService[],
  filter: Filter,
): Promise<ServiceOffer[]> {
  // In parallel, so that one query checks the freshness of all caches.
  return Promise.all(
    services.map(async (service) => {
      const visit = visitFor(service)
      if (!visit || visit.nowhere) return { service, firsts: [] }
      return { service, firsts: await firstTimes(deps, site, { visit, filter }) }
    }),
  )
}

type Frequent = { at: number; ids: Promise<string[]> }
const frequent = new WeakMap<TenantConfig, Frequent>()
const FREQUENT_FOR = 10 * 60_000

/** Ids of the services booked most often, cached for ten minutes. */
export async function frequentIds(deps: Deps, site: Site): Promise<string[]> {
  const known = frequent.get(site.config)
  if (known && site.now - known.at < FREQUENT_FOR) return known.ids
  const range = [new Date(site.now - 30 * DAY), new Date(site.now + 30 * DAY)] as const
  const ids = frequentServices(deps.db.kysely, site.tenantId, ...range)
  frequent.set(site.config, { at: site.now, ids })
  ids.catch(() => frequent.delete(site.config))
  return ids
}

/** The days of a page of times, both included, and what is free on them. */
export type Times = {
  from: number
  to: number
  /** The first and last day that can be booked at all. */
  first: number
  last: number
  days: DayOffer[]
  /** Days without a free time, with the reason that helps most; only where it is worth telling. */
  closed: ReadonlyMap<number, ReasonCode>
  /** If no day has a time: the reason and the alternatives. */
  nothing: { reason: ReasonCode; next: First | null; elsewhere: First[] } | null
}

/** The reserved time of the appointment or hold to be moved; it counts as free. */
async function ownTime(deps: Deps, site: Site, id: string | undefined): Promise<SlotRequest['ignored']> {
  const a = id === undefined ? undefined : await findAppointment(deps.db.kysely, site.tenantId, id)
  return a && findOwnTime(deps.db.kysely, site.tenantId, a.reservation_id)
}

/** Most days that can be looked through, whatever the horizon of the service. */
const MOST_DAYS = 430

/** The last day within the service's horizon; business days are counted generously. */
function lastDay(visit: Visit, today: number): number {
  const days = Math.min(...visit.horizons.map((h) => (h.unit === 'days' ? h.days : Math.ceil(h.days * 1.6) + 10)))
  return today + Math.min(MOST_DAYS, days)
}

/** `asked`: the first and last day wanted; without it, the list begins with the first day that has a time. */
type TimesWish = {
  visit: Wish['visit']
  selection: Selection
  asked: { from: number; to: number } | null
  /** An appointment or hold whose own time counts as free. */
  movingId?: string | undefined
}

/** The free times of some days. Days without any have a reason and alternatives. */
export async function timesOf(
  deps: Deps,
  site: Site,
  { visit, selection, asked, movingId }: TimesWish,
): Promise<Times> {
  const { config } = site
  const open = locationsOver(config, visit, selection.channel)
  const locationIds = selection.locationId === undefined ? open.map((l) => l.id) : [selection.locationId]
  const zoneOf = (id: string): string => config.locations.get(id)?.timeZone ?? config.timeZone
  const zone = zoneOf(locationIds[0] ?? '')
  const request = requestOf(site, selection.serviceIds, {
    minutes: selection.minutes,
    places: selection.places,
    agentId: selection.agentId,
    locationIds,
    ignored: await ownTime(deps, site, movingId),
  })
  const confirmed = await currentVersionsFor(deps, request)
  const first = dayOf(zone, site.now)
  const last = Math.max(first, lastDay(visit, first))
  const load = async (fromDay: number, toDay: number) => {
    const [from, to] = [startOfDay(zone, fromDay), startOfDay(zone, toDay + 1)]
    const search = await prepareSearch(deps, request, { from, to }, confirmed)
    const slots = findSlots(search, request, from, to)
    const isPerOffice = selection.locationId === undefined && selection.channel === 'in_person'
    return { search, from, to, fromDay, toDay, days: byDay(slots, zoneOf, isPerOffice) }
  }
  const isAsked = asked !== null && asked.to >= first && asked.from <= last
  let loaded = isAsked
    ? await load(Math.max(first, asked.from), Math.max(first, asked.to))
    : await load(first, first + LIST_DAYS - 1)
  const common = { first, last }
  const found = ({ search, days, fromDay, toDay }: typeof loaded): Times => ({
    ...common,
    ...{ from: fromDay, to: toDay, days, nothing: null },
    closed: whyClosed(search, request, { from: fromDay, to: Math.min(toDay, last), except: days }),
  })
  if (loaded.days.length > 0) return found(loaded)
  const own = await firstByLocation(deps, { ...request, ignored: undefined })
  const [at, next] = [...own].reduce<[string, number | null]>(
    (best, [id, s]) => (s !== null && (best[1] === null || s < best[1]) ? [id, s] : best),
    ['', null],
  )
  if (!isAsked && next !== null) {
    // Begin with the first day that has a time, so that nobody has to page through empty weeks.
    const day = dayOf(zoneOf(at), next)
    loaded = await load(day, day + LIST_DAYS - 1)
    if (loaded.days.length > 0) return found(loaded)
  }
  const firsts = await firstTimes(deps, site, { visit, more: { minutes: selection.minutes, places: selection.places } })
  const isSame = (f: First): boolean =>
    f.channel === selection.channel && (f.location === null || f.location.id === selection.locationId)
  const { search, from, to, fromDay, toDay } = loaded
  return {
    ...common,
    ...{ from: fromDay, to: toDay, days: [], closed: new Map() },
    nothing: {
      reason: locationIds.length === 0 ? 'outside_schedule' : whyNothing(search, request, Math.max(from, site.now), to),
      next:
        next === null
          ? null
          : { channel: selection.channel, location: config.locations.get(at) ?? null, start: next, zone: zoneOf(at) },
      elsewhere: firsts.filter((f) => f.start !== null && !isSame(f)),
    },
  }
}
