// PURE. Finds a campaign in a tenant's configuration.
import type { TenantConfig } from './tenant-config.ts'
import type { Campaign } from './campaign/campaign.ts'
import { AppError } from '../../kernel/errors.ts'

/** The campaign; throws `not_found` when it is missing or archived. */
export function campaignOf(config: TenantConfig, id: string): Campaign {
  const campaign = config.campaigns.get(id)
  if (!campaign || campaign.archived) throw new AppError('not_found', { what: 'campaign', id })
  return campaign
}
