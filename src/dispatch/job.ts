// A campaign that pushes, together with what its contacts leave through.
import type { TenantConfig } from '../availability/model.ts'
import type { Campaign } from '../campaign/campaign.ts'
import type { Deps } from '../deps.ts'
import type { Connector } from './connector.ts'

export type Job = {
  deps: Deps
  connector: Connector
  config: TenantConfig
  campaign: Campaign
  /** For how long this process is the pusher, and a delivery is its to send, in ms: longer than the longest time-out. */
  lease: number
}

/** The campaign with its connector, or null when it does not push, or cannot. */
export async function jobFor(deps: Deps, tenantId: string, campaignId: string): Promise<Job | null> {
  const config = await deps.snapshots.config(tenantId)
  const campaign = config?.campaigns.get(campaignId)
  const kind = campaign?.connector.kind
  if (!config || !campaign || campaign.archived || kind === undefined || kind === 'pull') return null
  const connector = deps.connectors[kind]
  if (!connector) return null
  const seconds = campaign.connector.kind === 'http' ? campaign.connector.timeoutSeconds : 10
  return { deps, connector, config, campaign, lease: (seconds + 5) * 1000 }
}
