// Leases: due callbacks taken for dialling, kept longer, given back. Several are locked in the order of their ids.
import type { TenantConfig } from '../availability/model.ts'
import { rankOf } from '../campaign/retry.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { MINUTE } from '../time/interval.ts'
import { campaignOf } from './ask.actions.ts'
import {
  claimCallbacks,
  countOutstanding,
  insertEvents,
  lockCallback,
  lockCampaign,
  updateCallback,
  type Callback,
} from './callback.sql.ts'
import { become } from './work.actions.ts'

export type LeaseRequest = { max: number; seconds: number; agentId: string | null; actor: string }
export type Lease = { id: string; until: Date; callbacks: Callback[] }

/** Leases due callbacks of a campaign, best first. Nothing is leased outside the hours in which its number may be called. */
export async function lease(
  deps: Deps,
  config: TenantConfig,
  campaignId: string,
  request: LeaseRequest,
): Promise<Lease> {
  const campaign = campaignOf(config, campaignId)
  const { tenantId } = config
  const now = deps.now()
  const until = new Date(now + request.seconds * 1000)
  const id = deps.newId()
  const callbacks = await transaction(deps.db, async (tx) => {
    let limit = request.max
    if (campaign.maxOutstanding > 0) {
      await lockCampaign(tx, tenantId, campaignId)
      limit = Math.min(limit, campaign.maxOutstanding - (await countOutstanding(tx, tenantId, campaignId)))
    }
    if (limit < 1) return []
    const claimed = await claimCallbacks(tx, {
      tenantId,
      campaignId,
      leaseId: id,
      now: new Date(now),
      until,
      agentId: request.agentId,
      ownedBefore: new Date(now - campaign.ownerGraceMinutes * MINUTE),
      latestRank: new Date(rankOf(now, -100, campaign.minutesPerPriority)),
      limit,
    })
    if (claimed.length > 0) {
      const data = { before: 'scheduled', after: 'in_progress', leaseId: id }
      const subjects = claimed.map((c) => ({ subjectId: c.id, id: deps.newId(), data }))
      await tx.executeQuery(insertEvents(tenantId, subjects, 'callback.leased', new Date(now), request.actor))
    }
    return claimed
  })
  return { id, until, callbacks }
}

/** Lets a lease last until `seconds` from now, each callback at most until its hours end; returns how many it still holds. */
export async function extendLease(
  deps: Deps,
  tenantId: string,
  leaseId: string,
  ids: readonly string[],
  seconds: number,
): Promise<number> {
  let extended = 0
  for (const id of [...ids].sort()) {
    await transaction(deps.db, async (tx) => {
      const c = await lockCallback(tx, tenantId, id)
      if (!c || c.status !== 'in_progress' || c.lease_id !== leaseId) return
      const until = Math.min(deps.now() + seconds * 1000, c.hours_end.getTime())
      await updateCallback(tx, tenantId, id, { lease_until: new Date(until) }, new Date(deps.now()))
      extended += 1
    })
  }
  return extended
}

/** Gives leased callbacks back untried; they are due at once. */
export async function giveBack(
  deps: Deps,
  tenantId: string,
  leaseId: string,
  ids: readonly string[],
  actor: string,
): Promise<number> {
  let given = 0
  for (const id of [...ids].sort()) {
    await transaction(deps.db, async (tx) => {
      const c = await lockCallback(tx, tenantId, id)
      if (!c || c.status !== 'in_progress' || c.lease_id !== leaseId) return
      await become(deps, tx, c, 'scheduled', {}, { type: 'callback.given_back', actor, data: { leaseId } })
      given += 1
    })
  }
  return given
}
