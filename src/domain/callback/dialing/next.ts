// The blended queue: the next contact for an agent over all campaigns that they may work, best rank first.
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import type { Campaign } from '../../catalogue/campaign/campaign.ts'
import type { Deps } from '../../deps.ts'
import type { Callback } from '../callback.sql.ts'
import { leaseOrWait } from './lease.ts'
import { MINUTE } from '../../../kernel/time/interval.ts'
import { uuidAt } from '../../../kernel/uuid.ts'
import { givenBackBy, waitingIn, type Waiting } from './next.sql.ts'

/** For so long (ms) a contact that somebody gave back is left to colleagues. */
const LEFT_TO_OTHERS = 10 * MINUTE

/** Campaigns worked by people in the workspace that this agent may work. */
const campaignsFor = (config: TenantConfig, agentId: string | null): Campaign[] =>
  [...config.campaigns.values()].filter((campaign) => {
    const only = campaign.agentIds ?? []
    const mayWork = only.length === 0 || (agentId !== null && only.includes(agentId))
    return !campaign.archived && campaign.connector.kind === 'pull' && mayWork
  })

type Queue = {
  /** The campaign with the best rank first, those without anything last. */
  waiting: Waiting[]
  /** What the agent gave back, which is left to colleagues. */
  skip: string[]
}

/** What is due for an agent, by campaign. */
export async function queueFor(
  deps: Deps,
  config: TenantConfig,
  { agentId, actor }: Pick<NextWish, 'agentId' | 'actor'>,
): Promise<Queue> {
  const [db, now] = [deps.db.kysely, deps.now()]
  const campaignIds = campaignsFor(config, agentId).map((campaign) => campaign.id)
  const skip = await givenBackBy(db, config.tenantId, actor, uuidAt(now - LEFT_TO_OTHERS))
  const waiting = await waitingIn(db, config.tenantId, { campaignIds, agentId, skip, now: new Date(now) })
  return {
    waiting: waiting.sort((a, b) => (a.best?.getTime() ?? Infinity) - (b.best?.getTime() ?? Infinity)),
    skip,
  }
}

type NextWish = { agentId: string | null; actor: string; seconds: number }

/** Leases the best due callback to an agent; null when nothing is due, or what is due may not be called now. */
export async function takeNext(
  deps: Deps,
  config: TenantConfig,
  { agentId, actor, seconds }: NextWish,
): Promise<Callback | null> {
  const { waiting, skip } = await queueFor(deps, config, { agentId, actor })
  for (const { campaignId, due } of waiting) {
    if (due === 0) break
    const lease = await leaseOrWait(deps, {
      configNow: async () => config,
      campaignId,
      request: { max: 1, seconds, agentId, actor, skip },
      waitMs: 0,
      signal: AbortSignal.timeout(10_000),
    })
    if (lease.callbacks[0]) return lease.callbacks[0]
  }
  return null
}
