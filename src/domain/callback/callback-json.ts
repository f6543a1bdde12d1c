// PURE. A callback as the API shows it.
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import type { Campaign } from '../catalogue/campaign/campaign.ts'
import { formatInstant } from '../../kernel/time/zone.ts'
import { documentOf } from './callback-document.ts'
import type { Callback } from './callback.sql.ts'

function frameOf(c: Callback, config: TenantConfig) {
  const campaign = config.campaigns.get(c.campaign_id)
  const zone = campaign?.timeZone ?? config.timeZone
  return { campaign, zone, instant: (at: Date): string => formatInstant(zone, at.getTime()) }
}

/** The link to the web meeting of a web callback. */
export function joinLinkOf(
  c: Pick<Callback, 'channel' | 'code'>,
  campaign: Campaign | undefined,
): { joinLink?: string } {
  const link = c.channel === 'web' ? campaign?.joinLinkTemplate : undefined
  return link === undefined ? {} : { joinLink: link.replaceAll('{code}', encodeURIComponent(c.code)) }
}

export function presentCallback(c: Callback, config: TenantConfig): Record<string, unknown> {
  const { campaign, instant } = frameOf(c, config)
  const { data, numbers, priority, reason, scriptRef, scriptId, segment, source, cancellation, metadata } =
    documentOf(c)
  return {
    id: c.id,
    code: c.code,
    campaignId: c.campaign_id,
    status: c.status,
    channel: c.channel,
    number: c.number,
    numbers,
    ...joinLinkOf(c, campaign),
    contactId: c.contact_id,
    ownerAgentId: c.owner_agent_id,
    windowFrom: instant(c.window_from),
    windowTo: instant(c.window_to),
    dueAt: instant(c.due_at),
    expiresAt: instant(c.expires_at),
    priority,
    attempts: c.attempts,
    outcome: c.outcome,
    ...(reason === undefined ? {} : { reason }),
    data,
    ...(scriptRef === undefined ? {} : { scriptRef }),
    ...(scriptId === undefined ? {} : { scriptId }),
    ...(segment === undefined ? {} : { segment }),
    source,
    ...(c.external_id === null ? {} : { externalId: c.external_id }),
    ...(cancellation ? { cancellation } : {}),
    ...(metadata ? { metadata } : {}),
    deliveryId: c.delivery_id,
    escalatedAt: c.escalated_at?.toISOString() ?? null,
    leaseId: c.lease_id,
    leaseUntil: c.lease_until?.toISOString() ?? null,
    finishedAt: c.finished_at?.toISOString() ?? null,
    version: c.version,
    createdAt: c.created_at.toISOString(),
    updatedAt: c.updated_at.toISOString(),
  }
}

/** A callback in the form for diallers: whom to call, how, until when, and with which script. */
export function contactOf(c: Callback, config: TenantConfig): Record<string, unknown> {
  const { campaign, zone, instant } = frameOf(c, config)
  const { data, numbers, priority, reason, scriptRef } = documentOf(c)
  return {
    callbackId: c.id,
    code: c.code,
    campaignId: c.campaign_id,
    channel: c.channel,
    number: c.number,
    numbers,
    ...joinLinkOf(c, campaign),
    windowFrom: instant(c.window_from),
    windowTo: instant(c.window_to),
    timeZone: zone,
    notAfter: instant(c.hours_end < c.expires_at ? c.hours_end : c.expires_at),
    attempt: c.attempts + 1,
    priority,
    contactId: c.contact_id,
    externalId: c.external_id,
    ownerAgentId: c.owner_agent_id,
    ...(reason === undefined ? {} : { reason }),
    data,
    ...(scriptRef === undefined ? {} : { scriptRef }),
  }
}
