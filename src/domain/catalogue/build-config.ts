// PURE. Turns configuration rows into the indexed model of the slot engine.
import { union, type Range } from '../../kernel/time/interval.ts'
import { parseDate } from '../../kernel/time/zone.ts'
import { CAMPAIGN_DEFAULTS, connectorOf, type Campaign } from './campaign/campaign.ts'
import { settingsOf } from '../tenant/settings.ts'
import { holidayCalendar, type HolidayDocument } from './holidays.ts'
import {
  ALL_LOCATIONS,
  type Agent,
  type Location,
  type OfferedService,
  type Opening,
  type Schedule,
  type ScheduleRule,
  type TenantConfig,
} from './tenant-config.ts'

type Row = {
  id: string
  name: string
  external_id: string | null
  document: Record<string, unknown>
  archived_at: Date | null
}
type Period = { from: Date; to: Date }
type ConfigSource = {
  tenant: { id: string; slug: string; name: string; config_version: number; document: Record<string, unknown> }
  locations: Row[]
  services: Row[]
  pools: Row[]
  holidays: Row[]
  campaigns: Row[]
  agents: (Row & { pool_id: string | null; desk: number | null })[]
  schedules: { id: string; owner_id: string; document: Record<string, unknown>; from: string; until: string | null }[]
  openings: (Period & { owner_id: string; document: Record<string, unknown> })[]
  absences: (Period & { agent_id: string })[]
  closures: (Period & { location_id: string | null })[]
}

const FOREVER = parseDate('2200-01-01')

function group<T, V>(rows: readonly T[], keyOf: (row: T) => string, valueOf: (row: T) => V): Map<string, V[]> {
  const groups = new Map<string, V[]>()
  for (const row of rows) {
    const list = groups.get(keyOf(row))
    if (list) list.push(valueOf(row))
    else groups.set(keyOf(row), [valueOf(row)])
  }
  return groups
}

const spansOf = (rows: Map<string, number[][]>): Map<string, number[]> =>
  new Map([...rows].map(([key, pairs]) => [key, union(pairs.flat())]))

function agentOf(row: ConfigSource['agents'][number], pools: Map<string, Row>): Agent {
  const pool = row.pool_id === null ? undefined : pools.get(row.pool_id)
  const source = (pool?.document ?? row.document) as { serviceIds?: string[]; locationIds?: string[]; weight?: number }
  return {
    id: row.id,
    name: row.name,
    serviceIds: new Set(source.serviceIds ?? []),
    locationIds: new Set(source.locationIds ?? []),
    weight: source.weight ?? 1,
    poolId: row.pool_id,
    desk: row.desk,
    archived: row.archived_at !== null || (pool !== undefined && pool.archived_at !== null),
  }
}

function locationOf(row: Row, timeZone: string): Location {
  const document = row.document as Partial<Location>
  return {
    id: row.id,
    name: row.name,
    externalId: row.external_id,
    kind: document.kind ?? 'office',
    address: document.address ?? null,
    phone: document.phone ?? null,
    email: document.email ?? null,
    directions: document.directions ?? null,
    features: document.features ?? [],
    arrivalCode: document.arrivalCode,
    arrivalRadius: document.arrivalRadius,
    translations: document.translations ?? [],
    timeZone: document.timeZone ?? timeZone,
    holidayCalendarId: document.holidayCalendarId ?? null,
    archived: row.archived_at !== null,
  }
}

/** The tenant's locations; without any in use, a placeholder for visits by telephone and video, with the tenant's own id. */
function locationsOf({ tenant, locations: rows }: ConfigSource, timeZone: string): Map<string, Location> {
  const locations = new Map(rows.map((row) => [row.id, locationOf(row, timeZone)]))
  if (![...locations.values()].some((location) => !location.archived)) {
    const { id, name } = tenant
    locations.set(id, {
      id,
      name,
      kind: 'call_room',
      timeZone,
      holidayCalendarId: null,
      archived: false,
      isRemote: true,
    })
  }
  return locations
}

function scheduleOf(row: ConfigSource['schedules'][number]): Schedule {
  const document = row.document as { timeZone: string; rules: ScheduleRule[] }
  return {
    id: row.id,
    timeZone: document.timeZone,
    fromDay: parseDate(row.from),
    untilDay: row.until === null ? FOREVER : parseDate(row.until),
    rules: document.rules,
  }
}

function openingOf(row: ConfigSource['openings'][number]): Opening {
  const document = row.document as { locationId?: string | null; audience?: 'public' | 'staff' }
  return {
    ...spanOf(row),
    locationId: document.locationId ?? null,
    audience: document.audience ?? 'public',
  }
}

const spanOf = (row: Period): Range => ({ from: row.from.getTime(), to: row.to.getTime() })
const pairOf = (row: Period): number[] => [row.from.getTime(), row.to.getTime()]

const serviceOf = (row: Row): OfferedService => ({
  ...(row.document as Omit<OfferedService, 'id' | 'name'>),
  id: row.id,
  name: row.name,
  externalId: row.external_id,
  archived: row.archived_at !== null,
})

function campaignOf(row: Row, timeZone: string): Campaign {
  const document = row.document as unknown as Campaign
  return {
    ...CAMPAIGN_DEFAULTS,
    ...document,
    connector: connectorOf(document.connector),
    id: row.id,
    name: row.name,
    externalId: row.external_id,
    timeZone: document.timeZone ?? timeZone,
    holidayCalendarId: document.holidayCalendarId ?? null,
    archived: row.archived_at !== null,
  }
}

/** Builds the model; the rows must be of one tenant. */
export function buildConfig(rows: ConfigSource): TenantConfig {
  const settings = settingsOf(rows.tenant.document)
  const { timeZone, locale } = settings
  const pools = new Map(rows.pools.map((row) => [row.id, row]))
  const byId = <T>(list: readonly Row[], make: (row: Row) => T): Map<string, T> =>
    new Map(list.map((row) => [row.id, make(row)]))
  const byOwner = (row: { owner_id: string }): string => row.owner_id
  return {
    tenantId: rows.tenant.id,
    slug: rows.tenant.slug,
    name: rows.tenant.name,
    version: rows.tenant.config_version,
    timeZone,
    settings,
    locations: locationsOf(rows, timeZone),
    services: byId(rows.services, serviceOf),
    agents: new Map(rows.agents.map((row) => [row.id, agentOf(row, pools)])),
    schedules: group(rows.schedules, byOwner, scheduleOf),
    openings: group(rows.openings, byOwner, openingOf),
    absences: spansOf(group(rows.absences, (row) => row.agent_id, pairOf)),
    closures: spansOf(group(rows.closures, (row) => row.location_id ?? ALL_LOCATIONS, pairOf)),
    campaigns: byId(rows.campaigns, (row) => campaignOf(row, timeZone)),
    holidays: byId(rows.holidays, (row) => holidayCalendar(row.document as unknown as HolidayDocument, locale)),
  }
}
