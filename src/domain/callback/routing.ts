// PURE. Routes a request by the segments of its campaign, and finds the time zones in which the person may be.
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import type { Campaign } from '../catalogue/campaign/campaign.ts'
import { zonesOf } from '../catalogue/campaign/calling-hours.ts'
import { segmentOf, type Attributes } from '../catalogue/campaign/segments.ts'
import { countryOf } from '../contact/phone.ts'

export type Routed = {
  campaign: Campaign
  priority: number
  scriptRef: string | undefined
  /** Of the segment; the campaign's is read when the conversation begins. */
  scriptId: string | undefined
  segment: string | undefined
}

/** Campaign, priority and script by the first matching segment; null when the target campaign is missing or archived. */
export function route(
  config: TenantConfig,
  asked: Campaign,
  request: { channel: string; reason?: string | undefined; priority?: number | undefined; data: Attributes },
  country: string | undefined,
): Routed | null {
  const attributes = { channel: request.channel, country, reason: request.reason, ...request.data }
  const segment = segmentOf(asked.segments, attributes)
  const target = segment?.campaignId === undefined ? asked : config.campaigns.get(segment.campaignId)
  if (!target || target.archived) return null
  return {
    campaign: target,
    priority: request.priority ?? segment?.priority ?? target.priority,
    scriptRef: segment?.scriptRef ?? target.scriptRef,
    scriptId: segment?.scriptId,
    segment: segment?.name,
  }
}

/** Time zones in which the person may be: the stated one, else all of the number's country, else the campaign's. */
export function zonesFor(stated: string | undefined, number: string | undefined, campaign: Campaign): string[] {
  if (stated !== undefined) return [stated]
  const country = number === undefined ? undefined : countryOf(number)
  const zones = country === undefined ? [] : zonesOf(country)
  return zones.length > 0 ? zones : [campaign.timeZone]
}
