// PURE. A campaign as the rest of the program reads it, in memory.
import type { HolidayCalendar } from '../availability/model.ts'
import { MINUTE } from '../time/interval.ts'
import type { CallingHours, HoursRule } from './hours.ts'
import { rankOf, type Outcome, type RetryRule, type RetryRules } from './retry.ts'
import type { Segment } from './segments.ts'

export type Capacity =
  { kind: 'fixed'; perBucket: number } | { kind: 'staffed'; serviceId: string; handlingMinutes: number; share: number }

/** How contacts leave: fetched by leases, sent to an address, published to a broker, or written to the log. */
export type Connector =
  | { kind: 'pull' }
  | { kind: 'http'; url: string; batchSize: number; timeoutSeconds: number }
  | { kind: 'amqp'; batchSize: number }
  | { kind: 'log' }

export type Campaign = {
  id: string
  name: string
  externalId?: string | null
  archived: boolean
  /** Whether citizens may ask for its callbacks on the pages. */
  isPublic?: boolean | undefined
  timeZone: string
  hours: readonly HoursRule[]
  citizenHours: readonly HoursRule[]
  holidayCalendarId: string | null
  bucketMinutes: number
  leadMinutes: number
  horizonDays: number
  capacity: Capacity
  graceMinutes: number
  maxAttempts: number
  retries: Partial<Record<Outcome, RetryRule>>
  nextDayFrom: number
  priority: number
  minutesPerPriority: number
  maxOpen: number
  maxPerNumberAndDay: number
  maxOutstanding: number
  ownerGraceMinutes: number
  personalMinutes: number
  /** Minutes after its window at which a callback that nobody has tried is the supervisor's; 0 = never. */
  escalateMinutes: number
  /** Hand-overs a second, leases included; 0 = as fast as they go. */
  pushesPerSecond: number
  channels: readonly ('phone' | 'web')[]
  /** Countries whose numbers are called; absent = the tenant's own. */
  countries?: readonly string[] | undefined
  connector: Connector
  scriptRef?: string | undefined
  joinLinkTemplate?: string | undefined
  segments: readonly Segment[]
}

/** Of campaigns that were stored before these fields were there. */
export const CAMPAIGN_DEFAULTS = { escalateMinutes: 15, pushesPerSecond: 0, channels: ['phone'] as const }

/** A connector with what its description leaves out. */
export function connectorOf(stored: Partial<Connector> | undefined): Connector {
  const { kind = 'pull' } = stored ?? {}
  if (kind === 'http') return { batchSize: 50, timeoutSeconds: 10, ...(stored as { kind: 'http'; url: string }) }
  if (kind === 'amqp') return { batchSize: 50, ...(stored as { kind: 'amqp' }) }
  return { kind }
}

export function callingHoursOf(campaign: Campaign, holidays: ReadonlyMap<string, HolidayCalendar>): CallingHours {
  const calendar = campaign.holidayCalendarId === null ? undefined : holidays.get(campaign.holidayCalendarId)
  return {
    timeZone: campaign.timeZone,
    hours: campaign.hours,
    citizenHours: campaign.citizenHours,
    isHoliday: (day) => calendar?.nameOf(day) !== undefined,
  }
}

export const retryRulesOf = (campaign: Campaign): RetryRules => ({
  maxAttempts: campaign.maxAttempts,
  rules: campaign.retries,
  nextDayFrom: campaign.nextDayFrom,
})

/** Campaigns that citizens may ask on the pages. */
export const publicCampaigns = (campaigns: ReadonlyMap<string, Campaign>): Campaign[] =>
  [...campaigns.values()].filter((campaign) => campaign.isPublic && !campaign.archived)

/** The columns that say when a callback may be tried: from the begin of an allowed span until its end, in the order of its rank. */
export const triedIn = (campaign: Campaign, span: { from: number; to: number }, priority: number) => ({
  due_at: new Date(span.from),
  hours_end: new Date(span.to),
  rank_at: new Date(rankOf(span.from, priority, campaign.minutesPerPriority)),
})

/** Until when a callback is its own agent's alone, tried from `from` on (epoch ms); null = it is nobody's own. */
export const ownersUntil = (campaign: Campaign, ownerAgentId: string | null, from: number): Date | null =>
  ownerAgentId === null ? null : new Date(from + campaign.ownerGraceMinutes * MINUTE)

/** When a callback with this end of its window is the supervisor's; null = never. */
export const escalateAt = (campaign: Campaign, windowTo: number): Date | null =>
  campaign.escalateMinutes === 0 ? null : new Date(windowTo + campaign.escalateMinutes * MINUTE)
