// PURE. Types of one tenant's configuration, indexed in memory for the slot engine.
import type { Campaign } from './campaign/campaign.ts'
import type { Service } from './visit.ts'
import type { TenantSettings } from '../tenant/settings.ts'
import type { Spans } from '../../kernel/time/interval.ts'
import type { HolidayCalendar } from '../../kernel/time/holiday-calendar.ts'

export type Window = { from: string; to: string }

export type ScheduleRule = {
  rrule: string
  start?: string | undefined
  exceptions?: readonly string[] | undefined
  windows: readonly Window[]
  breaks?: readonly Window[] | undefined
  /** Where the agent works in these windows; absent = at any location of the agent. */
  locationId?: string | null | undefined
  /** Who may book these windows: `staff` hides them from the public page. */
  audience?: 'public' | 'staff' | undefined
  /** Pools: number of staffed desks, and how many of them the public may book. */
  desks?: number | undefined
  publicDesks?: number | undefined
}

/** One version of recurring hours; valid on local days in [fromDay, untilDay). */
export type Schedule = {
  id: string
  timeZone: string
  fromDay: number
  untilDay: number
  rules: readonly ScheduleRule[]
}

export type Opening = { from: number; to: number; locationId: string | null; audience: 'public' | 'staff' }

type Address = {
  street?: string
  postalCode?: string
  city?: string
  province?: string
  country?: string
  latitude?: number
  longitude?: number
}

/** What people may need at a visit: at the office, or of the service. */
export const NEEDS = ['step_free', 'hearing_loop', 'interpreter', 'home_visit'] as const
export type Need = (typeof NEEDS)[number]

type LocationTranslation = { language: string; name?: string; directions?: string }
export type ServiceTranslation = {
  language: string
  name?: string
  description?: string
  whatToBring?: string
  cost?: string
  whoCanGo?: string
  category?: string
  keywords?: readonly string[]
  questions?: readonly { id: string; label?: string; options?: readonly string[] }[]
}

export type Location = {
  id: string
  name: string
  externalId?: string | null
  kind?: 'office' | 'call_room'
  address?: Address | null
  phone?: string | null
  email?: string | null
  directions?: string | null
  features?: readonly Need[]
  /** Code on the sign at the entrance, by which citizens say that they are there. */
  arrivalCode?: string | undefined
  /** Metres around the address within which a citizen's device may say that they are there. */
  arrivalRadius?: number | undefined
  translations?: readonly LocationTranslation[]
  timeZone: string
  holidayCalendarId: string | null
  archived: boolean
  /** Placeholder for a tenant without locations, for telephone and video only; its id is the tenant's. */
  isRemote?: true
}

export type Agent = {
  id: string
  name: string
  serviceIds: ReadonlySet<string>
  /** Empty = every location. */
  locationIds: ReadonlySet<string>
  weight: number
  poolId: string | null
  /** Number of the desk in its pool, from 0; null for a named agent. */
  desk: number | null
  archived: boolean
}

/** A service with its texts for citizens. */
export type OfferedService = Service & {
  externalId?: string | null
  description?: string | undefined
  whatToBring?: string | undefined
  cost?: string | undefined
  whoCanGo?: string | undefined
  keywords?: readonly string[] | undefined
  supports?: readonly Need[] | undefined
  translations?: readonly ServiceTranslation[] | undefined
  category?: string | undefined
  archived: boolean
}

export type TenantConfig = {
  tenantId: string
  slug: string
  name: string
  version: number
  timeZone: string
  settings: TenantSettings
  locations: ReadonlyMap<string, Location>
  services: ReadonlyMap<string, OfferedService>
  agents: ReadonlyMap<string, Agent>
  /** By owner: agent, pool or location. */
  schedules: ReadonlyMap<string, readonly Schedule[]>
  openings: ReadonlyMap<string, readonly Opening[]>
  absences: ReadonlyMap<string, Spans>
  /** By location; `ALL_LOCATIONS` closes the tenant. */
  closures: ReadonlyMap<string, Spans>
  holidays: ReadonlyMap<string, HolidayCalendar>
  campaigns: ReadonlyMap<string, Campaign>
}

export const ALL_LOCATIONS = '*'
