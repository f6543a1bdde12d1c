// Windows that a campaign can promise: buckets in allowed hours with remaining capacity, fixed or computed from the staff on duty.
import type { Deps } from '../../deps.ts'
import { busySpans, EMPTY_CALENDAR } from '../../availability/agent-calendar.ts'
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import { candidatesFor, openTimeFor } from '../../availability/search.ts'
import { prepareSearch } from '../../availability/slots.ts'
import { callingHoursOf, type Campaign } from '../../catalogue/campaign/campaign.ts'
import { DAY, intersect, MINUTE, subtract, union, type Spans } from '../../../kernel/time/interval.ts'
import { loadBuckets } from '../bucket.sql.ts'
import { bucketsIn, type Bucket } from './buckets.ts'

export type Window = Bucket & { capacity: number; remaining: number }

/** Open, unbooked staff time in [from, to), one set of spans per agent; appointments and holds count as booked. */
async function freeStaff(
  deps: Deps,
  config: TenantConfig,
  { serviceId, from, to }: { serviceId: string; from: number; to: number },
): Promise<Spans[]> {
  const service = config.services.get(serviceId)
  if (!service || service.archived) return []
  const request = { tenantId: config.tenantId, serviceIds: [serviceId], audience: 'staff' as const, places: 1 }
  const search = await prepareSearch(deps, request, { from, to })
  const byAgent = Map.groupBy(candidatesFor(search.config, search.visit, {}), (candidate) => candidate.agent)
  return [...byAgent].map(([agent, candidates]) => {
    const open = union(
      ...candidates.map((candidate) => openTimeFor(search.config, candidate, 'staff', { from, to }).layers.open),
    )
    const calendar = search.calendars.get(agent.id) ?? EMPTY_CALENDAR
    const busy = busySpans(agent.id, calendar, { now: search.now, audience: 'staff', ignored: undefined })
    return intersect(subtract(open, busy), [from, to])
  })
}

const lengthOf = (spans: Spans): number => {
  let sum = 0
  for (let i = 0; i < spans.length; i += 2) sum += spans[i + 1]! - spans[i]!
  return sum
}

/** Buckets of a campaign in [from, to) with remaining capacity, for a person who may be in any of `zones`. */
export async function windowsOf(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  { zones, from, to }: { zones: readonly string[]; from: number; to: number },
): Promise<Window[]> {
  const now = deps.now()
  const earliest = Math.max(from, now + campaign.leadMinutes * MINUTE)
  const latest = Math.min(to, now + (campaign.horizonDays + 1) * DAY)
  if (earliest >= latest) return []
  const calling = callingHoursOf(campaign, config.holidays)
  const buckets = bucketsIn(calling, { zones, minutes: campaign.bucketMinutes, from: earliest, to: latest })
  if (buckets.length === 0) return []
  const [first, last] = [buckets[0]!.start, buckets.at(-1)!.to]
  const used = await loadBuckets(deps.db.kysely, config.tenantId, campaign.id, new Date(first), new Date(last))
  const { capacity } = campaign
  const staff =
    capacity.kind === 'staffed'
      ? await freeStaff(deps, config, { serviceId: capacity.serviceId, from: first, to: last })
      : []
  return buckets.map((bucket) => {
    const room =
      capacity.kind === 'fixed'
        ? capacity.perBucket
        : Math.floor(
            (staff.reduce((sum, free) => sum + lengthOf(intersect(free, [bucket.from, bucket.to])), 0) *
              capacity.share) /
              (capacity.handlingMinutes * MINUTE) +
              1e-9,
          )
    return { ...bucket, capacity: room, remaining: Math.max(0, room - (used.get(bucket.start) ?? 0)) }
  })
}
