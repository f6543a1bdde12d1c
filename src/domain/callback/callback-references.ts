// PURE. Checks that the ids of a request name records of the tenant.
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import { bodyFault } from '../../kernel/errors.ts'

/** Throws `invalid_reference` with a pointer when the campaign or the owner is unknown or archived. */
export function requireKnown(config: TenantConfig, body: { campaignId: string; ownerAgentId?: string }): void {
  const campaign = config.campaigns.get(body.campaignId)
  if (!campaign || campaign.archived)
    throw bodyFault('/campaignId', 'invalid_reference', { what: 'campaign', id: body.campaignId })
  if (body.ownerAgentId === undefined) return
  const agent = config.agents.get(body.ownerAgentId)
  if (!agent || agent.archived)
    throw bodyFault('/ownerAgentId', 'invalid_reference', { what: 'agent', id: body.ownerAgentId })
}
