// PURE. A campaign as the program uses it in memory, and values derived from it.
import { MINUTE } from '../../../kernel/time/interval.ts'
import type { CallingHours, HoursRule } from './calling-hours.ts'
import { rankOf, type Outcome, type RetryRule, type RetryRules } from './retry.ts'
import type { Segment } from './segments.ts'
import type { HolidayCalendar } from '../../../kernel/time/holiday-calendar.ts'

type Capacity =
  { kind: 'fixed'; perBucket: number } | { kind: 'staffed'; serviceId: string; handlingMinutes: number; share: number }

/** How contacts reach the contact center: fetched by leases, sent to an HTTP address, published to a broker, or logged. */
type Connector =
  | { kind: 'pull' }
  | { kind: 'http'; url: string; batchSize: number; timeoutSeconds: number }
  | { kind: 'amqp'; batchSize: number }
  | { kind: 'log' }

export type Campaign = {
  id: string
  name: string
  externalId?: string | null
  archived: boolean
  /** Whether citizens may request its callbacks on the public pages. */
  isPublic?: boolean | undefined
  /** The number that citizens see when they are called. */
  callerNumber?: string | undefined
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
  /** Minutes after its window at which an untried callback is escalated to the supervisor; 0 = never. */
  escalateMinutes: number
  /** Deliveries per second, leases included; 0 = no limit. */
  pushesPerSecond: number
  channels: readonly ('phone' | 'web')[]
  /** Countries whose numbers may be called; absent = only the tenant's own. */
  countries?: readonly string[] | undefined
  connector: Connector
  scriptRef?: string | undefined
  scriptId?: string | undefined
  /** Agents who are given its callbacks by “next”; absent or empty = everybody. */
  agentIds?: readonly string[] | undefined
  /** Seconds for notes after a contact; 0 = none. */
  wrapUpSeconds?: number | undefined
  joinLinkTemplate?: string | undefined
  segments: readonly Segment[]
}

/** For campaigns stored before these fields existed. */
export const CAMPAIGN_DEFAULTS = { escalateMinutes: 15, pushesPerSecond: 0, channels: ['phone'] as const }

/** A stored connector, completed with default values. */
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

/** Campaigns whose callbacks citizens may request on the public pages. */
export const publicCampaigns = (campaigns: ReadonlyMap<string, Campaign>): Campaign[] =>
  [...campaigns.values()].filter((campaign) => campaign.isPublic && !campaign.archived)

/** The columns that say when a callback may be tried (from the start of an allowed span to its end), and its rank. */
export const triedIn = (campaign: Campaign, span: { from: number; to: number }, priority: number) => ({
  due_at: new Date(span.from),
  hours_end: new Date(span.to),
  rank_at: new Date(rankOf(span.from, priority, campaign.minutesPerPriority)),
})

/** Until when only the owner agent may call; `from`: when the callback may first be tried (epoch ms). Null = it has no owner. */
export const ownersUntil = (campaign: Campaign, ownerAgentId: string | null, from: number): Date | null =>
  ownerAgentId === null ? null : new Date(from + campaign.ownerGraceMinutes * MINUTE)

/** When an untried callback is escalated to the supervisor; `windowTo`: end of its window, epoch ms. Null = never. */
export const escalateAt = (campaign: Campaign, windowTo: number): Date | null =>
  campaign.escalateMinutes === 0 ? null : new Date(windowTo + campaign.escalateMinutes * MINUTE)
