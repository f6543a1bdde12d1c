// A pushing campaign together with its connector.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Campaign } from '../../domain/catalogue/campaign/campaign.ts'
import type { Deps } from '../../domain/deps.ts'
import type { Connector } from '../../domain/catalogue/campaign/connector.ts'

export type Job = {
  deps: Deps
  connector: Connector
  config: TenantConfig
  campaign: Campaign
  /** Lease of the pusher role and of a claimed delivery, in ms: longer than the longest timeout. */
  lease: number
}

/** The queue of a test tenant: it takes every contact, and nothing leaves the service. */
const QUIET: Connector = {
  canWithdraw: true,
  send: ({ items }) =>
    Promise.resolve({
      kind: 'answered',
      items: items.map(({ deliveryId }) => ({ deliveryId, status: 'delivered', code: null })),
    }),
  close: () => Promise.resolve(),
}

/** The campaign with its connector; null when it does not push, or its connector is not configured. */
export async function jobFor(deps: Deps, tenantId: string, campaignId: string): Promise<Job | null> {
  const config = await deps.snapshots.config(tenantId)
  const campaign = config?.campaigns.get(campaignId)
  const kind = campaign?.connector.kind
  if (!config || !campaign || campaign.archived || kind === undefined || kind === 'pull') return null
  const connector = deps.clocks.of(tenantId) ? QUIET : deps.connectors[kind]
  if (!connector) return null
  const seconds = campaign.connector.kind === 'http' ? campaign.connector.timeoutSeconds : 10
  return { deps, connector, config, campaign, lease: (seconds + 5) * 1000 }
}
