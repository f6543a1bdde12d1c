// Answers questions about free time: slots, and the first free slot at each location; prepares the search for explanations.
import { memoizeByObject } from '../../kernel/memoize.ts'
import { LRUCache } from 'lru-cache'
import type { SnapshotDeps } from './snapshots.ts'
import { AppError } from '../../kernel/errors.ts'
import { planVisit, type Audience, type Visit } from '../catalogue/visit.ts'
import { DAY, MINUTE, union, type Range } from '../../kernel/time/interval.ts'
import { parseDate, startOfDay } from '../../kernel/time/zone.ts'
import type { Ignored } from './agent-calendar.ts'
import { fullPeriods, limitMargin, type Counted } from './limits.ts'
import { loadCounted } from './limits.sql.ts'
import type { Agent, TenantConfig } from '../catalogue/tenant-config.ts'
import { renderSlots } from './slots-json.ts'
import {
  candidatesFor,
  findSlots,
  locationsFor,
  NOTHING_FULL,
  validUntil,
  type FullPeriods,
  type Search,
  type Slot,
} from './search.ts'
import type { CurrentVersions, Recent } from './snapshots.ts'

export type SlotRequest = {
  tenantId: string
  serviceIds: readonly string[]
  minutes?: number | undefined
  locationIds?: readonly string[] | undefined
  agentId?: string | undefined
  contactId?: string | undefined
  audience: Audience
  places: number
  /** The reserved time of the appointment that is being moved. */
  ignored?: Ignored
}

/** The visit made of the services. Throws `not_found` (unknown service), `service_unavailable` (archived) or the error of `planVisit`. */
export function visitOf(config: TenantConfig, serviceIds: readonly string[], minutes?: number): Visit {
  const services = serviceIds.map((id) => {
    const service = config.services.get(id)
    if (!service) throw new AppError('not_found', { what: 'service', id })
    if (service.archived) throw new AppError('service_unavailable', { service: service.name })
    return service
  })
  const visit = planVisit(services, minutes)
  if (typeof visit === 'string') throw new AppError(visit, { minutes })
  return visit
}

function checkSelection(config: TenantConfig, request: SlotRequest): void {
  for (const id of request.locationIds ?? [])
    if (!config.locations.has(id)) throw new AppError('not_found', { what: 'location', id })
  if (request.agentId !== undefined && !config.agents.has(request.agentId))
    throw new AppError('not_found', { what: 'agent', id: request.agentId })
}

/** The agents that match a request; throws `not_found` when a service, location or agent does not exist. */
export function agentsFor(config: TenantConfig, request: SlotRequest): Agent[] {
  checkSelection(config, request)
  const visit = visitOf(config, request.serviceIds, request.minutes)
  return [...new Set(candidatesFor(config, visit, request).map((candidate) => candidate.agent))]
}

/** Confirms configuration and versions for a request; throws `not_found` when tenant, service, location or agent does not exist. */
export async function currentVersionsFor(deps: SnapshotDeps, request: SlotRequest): Promise<CurrentVersions> {
  const confirmed = await deps.snapshots.confirm(request.tenantId, (config) => agentsFor(config, request))
  if (!confirmed) throw new AppError('not_found', { what: 'tenant', id: request.tenantId })
  return confirmed
}

/** Full days and weeks for starts in [from, to): one query, counted once per agent and zone. */
async function limitsFor(
  deps: SnapshotDeps,
  visit: Visit,
  request: SlotRequest,
  { from, to }: Range,
): Promise<Search['full']> {
  if (visit.limits.length === 0) return () => NOTHING_FULL
  const ids = [...new Set(visit.limits.map((limit) => limit.serviceId))]
  const margin = limitMargin(visit.limits)
  const range = [new Date(from - margin), new Date(to + margin)] as const
  const counted: Counted[] = await loadCounted(deps.db.kysely, request.tenantId, ids, ...range)
  const byAgent = Map.groupBy(counted, (c) => c.agentId)
  const common = visit.limits.filter((limit) => limit.scope !== 'agent')
  const own = visit.limits.filter((limit) => limit.scope === 'agent')
  const contactId = request.contactId ?? null
  const memo = new Map<string, FullPeriods>()
  const remember = (key: string, make: () => FullPeriods): FullPeriods => {
    let full = memo.get(key)
    if (!full) memo.set(key, (full = make()))
    return full
  }
  return (agentId, { timeZone }) => {
    const view = { zone: timeZone, subjects: { agentId, contactId }, audience: request.audience }
    const shared = remember(timeZone, () => fullPeriods(common, counted, view))
    if (own.length === 0) return shared
    return remember(`${agentId}|${timeZone}`, () => {
      const mine = fullPeriods(own, byAgent.get(agentId) ?? [], view)
      return { days: union(shared.days, mine.days), weeks: union(shared.weeks, mine.weeks) }
    })
  }
}

/** Loads the data of a search over [from, to) and builds the search. */
export async function prepareSearch(
  deps: SnapshotDeps,
  request: SlotRequest,
  range: Range,
  known?: CurrentVersions,
): Promise<Search> {
  const confirmed = known ?? (await currentVersionsFor(deps, request))
  const snapshot = await deps.snapshots.withCalendars(confirmed, range)
  return searchOver(deps, request, snapshot, range)
}

/** Builds a search from a given configuration and calendars; checks limits for starts in [from, to). */
export async function searchOver(
  deps: SnapshotDeps,
  request: SlotRequest,
  snapshot: Recent,
  range: Range,
): Promise<Search> {
  const { config, calendars } = snapshot
  const visit = visitOf(config, request.serviceIds, request.minutes)
  const full = await limitsFor(deps, visit, request, range)
  const { audience, places, ignored } = request
  return { config, visit, calendars, audience, now: deps.now(), places, ignored, full }
}

type Cached = { fingerprint: string; until: number; body: string }
/** Maximum characters of all cached answers together; an answer for a month and twenty agents has about 63,000. */
const MOST_REMEMBERED = 16_000_000
const answersOf = memoizeByObject(
  (_db: SnapshotDeps['db']) =>
    new LRUCache<string, Cached>({ maxSize: MOST_REMEMBERED, sizeCalculation: ({ body }) => body.length }),
)

/**
 * The JSON text of all slots whose local date lies in [from, to], both included, in `timeZone` or the tenant's zone.
 * A cached answer is served only after its versions were confirmed, and only until the instant at which time alone would change it.
 */
export async function slotsText(
  deps: SnapshotDeps,
  request: SlotRequest,
  timeZone: string | undefined,
  dates: { from: string; to: string },
): Promise<string> {
  const confirmed = await currentVersionsFor(deps, request)
  const cacheable = request.contactId === undefined && request.ignored === undefined
  const cache = answersOf(deps.db)
  const key = cacheable ? JSON.stringify([request, timeZone, dates]) : ''
  const cached = cache.get(key)
  if (cached && cached.fingerprint === confirmed.fingerprint && deps.now() < cached.until) return cached.body
  const zone = timeZone ?? confirmed.config.timeZone
  const from = startOfDay(zone, parseDate(dates.from))
  const to = startOfDay(zone, parseDate(dates.to) + 1)
  const search = await prepareSearch(deps, request, { from, to }, confirmed)
  const slots = findSlots(search, request, from, to)
  const { serviceIds, agentId = null } = request
  const list = { timeZone: zone, ...dates, serviceIds, durationMinutes: search.visit.duration / MINUTE, agentId }
  const body = renderSlots(list, slots)
  if (cacheable) cache.set(key, { fingerprint: confirmed.fingerprint, until: validUntil(search, request, slots), body })
  return body
}

type FirstSlot = {
  locationId: string
  timeZone: string
  slot: Slot | null
  durationMs: number
  /** Instant until which the answer stays valid if nobody writes. */
  validUntil: number
}

/** The first free slot at each requested location from `from` on; searches in growing steps, 406 days in total. */
export async function firstSlots(
  deps: SnapshotDeps,
  request: SlotRequest,
  from: number,
  known?: CurrentVersions,
): Promise<FirstSlot[]> {
  const steps = [7, 31, 92, 92, 92, 92].map((days) => days * DAY)
  const found = new Map<string, Slot>()
  let low = from
  let last: Search | undefined
  let until = Infinity
  for (const step of steps) {
    const search = await prepareSearch(deps, request, { from: low, to: low + step }, known)
    last = search
    const open = locationsFor(search.config, search.visit, request).filter((location) => !found.has(location.id))
    if (open.length === 0) break
    const slots = findSlots(search, { ...request, locationIds: open.map((l) => l.id) }, low, low + step)
    until = Math.min(until, validUntil(search, request, slots))
    for (const slot of slots) {
      if (!found.has(slot.locationId)) found.set(slot.locationId, slot)
    }
    low += step
  }
  const { config, visit } = last!
  return locationsFor(config, visit, request).map((location) => ({
    locationId: location.id,
    timeZone: location.timeZone,
    slot: found.get(location.id) ?? null,
    durationMs: visit.duration,
    validUntil: until,
  }))
}
