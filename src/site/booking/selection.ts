// PURE. Reads services, channel, place and agent from a URL. Accepts our ids or external ids, so that a municipality's service
// pages can link here without knowing ours.
import { isQualified, locationsFor } from '../../domain/availability/search.ts'
import type { Agent, Location, OfferedService, TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { planVisit, type Channel, type Visit } from '../../domain/catalogue/visit.ts'
import type { Selection } from './draft.ts'

export const CHANNELS: readonly Channel[] = ['in_person', 'phone', 'video']

export type Wish = {
  services: OfferedService[]
  visit: Visit
  channel: Channel | undefined
  location: Location | undefined
  agent: Agent | undefined
  places: number
  minutes: number | undefined
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>

const listOf = (value: Query[string]): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value
const first = (value: Query[string]): string | undefined => listOf(value)[0]

/** Finds an item that is not archived, by its id or external id. */
export function findNamed<T extends { id: string; externalId?: string | null; archived: boolean }>(
  items: ReadonlyMap<string, T>,
  name: string | undefined,
): T | undefined {
  if (name === undefined) return undefined
  const byId = items.get(name)
  if (byId) return byId.archived ? undefined : byId
  return [...items.values()].find((item) => item.externalId === name && !item.archived)
}

/** The known services of the query; at most ten. */
export function servicesOf(config: TenantConfig, query: Query): OfferedService[] {
  return listOf(query.service)
    .slice(0, 10)
    .flatMap((name) => findNamed(config.services, name) ?? [])
}

/** Reads the wish from a query; null if it names no service, or services that cannot be combined. Ignores other unknown values. */
export function wishOf(config: TenantConfig, query: Query): Wish | null {
  const services = servicesOf(config, query)
  if (services.length === 0) return null
  const asked = Number(first(query.duration))
  const offered = services.length === 1 && services[0]!.durationOptions.includes(asked)
  const minutes = offered ? asked : undefined
  const visit = planVisit(services, minutes)
  if (typeof visit === 'string') return null
  const channel = visit.channels.find((c) => c === first(query.channel))
  const location = findNamed(config.locations, first(query.location))
  const agent = config.agents.get(first(query.agent) ?? '')
  const places = Number(first(query.places))
  return {
    services,
    visit,
    channel: channel ?? (visit.channels.length === 1 ? visit.channels[0] : undefined),
    location: location && locationsFor(config, visit, {}).includes(location) ? location : undefined,
    agent: agent && !agent.archived && agent.poolId === null && isQualified(agent, visit) ? agent : undefined,
    places: Number.isInteger(places) && places > 1 && places <= visit.seats ? places : 1,
    minutes,
  }
}

/** Locations where a visit is possible over a channel. Call rooms are for phone and video only, offices for all channels. */
export function locationsOver(config: TenantConfig, visit: Visit, channel: Channel, agent?: Agent): Location[] {
  return locationsFor(config, visit, {}).filter(
    (location) =>
      (channel !== 'in_person' || location.kind !== 'call_room') &&
      (!agent || agent.locationIds.size === 0 || agent.locationIds.has(location.id)),
  )
}

export function selectionOf(wish: Wish, channel: Channel): Selection {
  return {
    serviceIds: wish.services.map((s) => s.id),
    channel,
    places: wish.places,
    ...(wish.minutes === undefined ? {} : { minutes: wish.minutes }),
    ...(wish.location && channel === 'in_person' ? { locationId: wish.location.id } : {}),
    ...(wish.agent ? { agentId: wish.agent.id } : {}),
  }
}
