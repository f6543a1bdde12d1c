// PURE. A callback as the API shows it.
import type { TenantConfig } from '../availability/model.ts'
import { formatInstant } from '../time/zone.ts'
import type { Callback, CallbackDocument } from './callback.sql.ts'

export function presentCallback(c: Callback, config: TenantConfig): Record<string, unknown> {
  const campaign = config.campaigns.get(c.campaign_id)
  const zone = campaign?.timeZone ?? config.timeZone
  const { data, numbers, priority, reason, scriptRef, segment, source, cancellation } =
    c.document as unknown as CallbackDocument
  const link = c.channel === 'web' ? campaign?.joinLinkTemplate : undefined
  const instant = (at: Date): string => formatInstant(zone, at.getTime())
  return {
    id: c.id,
    code: c.code,
    campaignId: c.campaign_id,
    status: c.status,
    channel: c.channel,
    number: c.number,
    numbers,
    ...(link === undefined ? {} : { joinLink: link.replaceAll('{code}', encodeURIComponent(c.code)) }),
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
    ...(segment === undefined ? {} : { segment }),
    source,
    ...(c.external_id === null ? {} : { externalId: c.external_id }),
    ...(cancellation ? { cancellation } : {}),
    leaseId: c.lease_id,
    leaseUntil: c.lease_until?.toISOString() ?? null,
    finishedAt: c.finished_at?.toISOString() ?? null,
    version: c.version,
    createdAt: c.created_at.toISOString(),
    updatedAt: c.updated_at.toISOString(),
  }
}
