// Loads what the pages offer: first free times, the times of a month, and alternatives.
import { memoizeByObject } from '../../kernel/memoize.ts'
import { LRUCache } from 'lru-cache'
import { findOwnTime } from '../../domain/availability/ledger.sql.ts'
import { findSlots } from '../../domain/availability/search.ts'
import { currentVersionsFor, firstSlots, prepareSearch, type SlotRequest } from '../../domain/availability/slots.ts'
import type { ReasonCode } from '../../domain/availability/explanation.ts'
import type { Location, OfferedService, TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { findAppointment, frequentServices } from '../../domain/appointment/appointment.sql.ts'
import type { Deps } from '../../domain/deps.ts'
import { planVisit, type Channel, type Visit } from '../../domain/catalogue/visit.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { parseDate, startOfDay } from '../../kernel/time/zone.ts'
import type { Site } from '../site.ts'
import { addMonths, monthOf } from '../../locales/dates.ts'
import { byDay, whyNothing, type DayOffer } from './times-by-day.ts'
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

/** The first free time of a visit for each channel, and for each office if in person. */
export async function firstTimes(
  deps: Deps,
  site: Catalogue,
  {
    visit,
    more = {},
    channels = visit.channels,
  }: { visit: Visit; more?: Partial<SlotRequest>; channels?: readonly Channel[] },
): Promise<First[]> {
  const firsts = await firstByLocation(deps, requestOf(site, visit.serviceIds, more))
  return channels.flatMap((channel): First[] => {
    const locations = locationsOver(site.config, visit, channel)
    if (channel === 'in_person')
      return locations.map((location) => ({
        channel,
        location,
        start: firsts.get(location.id) ?? null,
        zone: location.timeZone,
      }))
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

/** Services with their first free times, in the given order; only for `channel`, if given. */
export async function offersOf(
  deps: Deps,
  site: Catalogue,
  services: readonly OfferedService[],
  channel: Channel | undefined,
): Promise<ServiceOffer[]> {
  // In parallel, so that one query checks the freshness of all caches.
  return Promise.all(
    services.map(async (service) => {
      const visit = visitFor(service)
      if (!visit || visit.nowhere) return { service, firsts: [] }
      const channels = visit.channels.filter((c) => channel === undefined || c === channel)
      return { service, firsts: await firstTimes(deps, site, { visit, more: {}, channels }) }
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

export type Times = {
  month: string
  months: string[]
  days: DayOffer[]
  /** If the month is empty: the reason and the alternatives. */
  nothing: { reason: ReasonCode; next: First | null; elsewhere: First[] } | null
}

/** The reserved time of the appointment or hold to be moved; it counts as free. */
async function ownTime(deps: Deps, site: Site, id: string | undefined): Promise<SlotRequest['ignored']> {
  const a = id === undefined ? undefined : await findAppointment(deps.db.kysely, site.tenantId, id)
  return a && findOwnTime(deps.db.kysely, site.tenantId, a.reservation_id)
}

/** The last month within the service's horizon. */
function lastMonth(visit: Visit, now: number): string {
  const days = Math.min(...visit.horizons.map((h) => (h.unit === 'days' ? h.days : Math.ceil(h.days * 1.6) + 10)))
  return new Date(now + days * DAY).toISOString().slice(0, 7)
}

/** `asked`: the month; `movingId`: an appointment or hold whose own time counts as free. */
type TimesWish = {
  visit: Wish['visit']
  selection: Selection
  asked: string | undefined
  movingId?: string | undefined
}

/**
 * The free times of a month (`2026-11`); without `asked`, of the first month that has any. An empty month has a reason and
 * alternatives.
 */
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
  const present = monthOf(zone, site.now)
  const end = lastMonth(visit, site.now)
  const months = monthsBetween(present, end > present ? end : present)
  const start = asked !== undefined && months.includes(asked) ? asked : undefined
  const load = async (month: string) => {
    const [from, to] = rangeOf(zone, month)
    const search = await prepareSearch(deps, request, { from, to }, confirmed)
    const slots = findSlots(search, request, from, to)
    return {
      search,
      from,
      to,
      days: byDay(slots, zoneOf, selection.locationId === undefined && selection.channel === 'in_person'),
    }
  }
  let month = start ?? months[0]!
  let loaded = await load(month)
  // Skip empty months, so that nobody has to page through them.
  for (let i = 1; start === undefined && loaded.days.length === 0 && i < Math.min(months.length, 4); i += 1) {
    const later = await load(months[i]!)
    if (later.days.length === 0) continue
    month = months[i]!
    loaded = later
  }
  if (loaded.days.length > 0) return { month, months, days: loaded.days, nothing: null }
  const { search, from, to } = loaded
  const firsts = await firstTimes(deps, site, { visit, more: { minutes: selection.minutes, places: selection.places } })
  const isSame = (f: First): boolean =>
    f.channel === selection.channel && (f.location === null || f.location.id === selection.locationId)
  const own = await firstByLocation(deps, { ...request, ignored: undefined })
  const [at, next] = [...own].reduce<[string, number | null]>(
    (best, [id, s]) => (s !== null && (best[1] === null || s < best[1]) ? [id, s] : best),
    ['', null],
  )
  const nextTime: First | null =
    next === null
      ? null
      : { channel: selection.channel, location: config.locations.get(at) ?? null, start: next, zone: zoneOf(at) }
  return {
    month,
    months,
    days: [],
    nothing: {
      reason: locationIds.length === 0 ? 'outside_schedule' : whyNothing(search, request, Math.max(from, site.now), to),
      next: nextTime,
      elsewhere: firsts.filter((f) => f.start !== null && !isSame(f)),
    },
  }
}

function monthsBetween(first: string, last: string): string[] {
  const months: string[] = []
  for (let month = first; month <= last && months.length < 14; month = addMonths(month, 1)) months.push(month)
  return months
}

function rangeOf(zone: string, month: string): [from: number, to: number] {
  return [startOfDay(zone, parseDate(`${month}-01`)), startOfDay(zone, parseDate(`${addMonths(month, 1)}-01`))]
}
