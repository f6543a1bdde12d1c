// What people do to a callback that waits: cancel it, or promise another window.
// Order of locks: callback, then buckets in the order of their start.
import type { TenantConfig } from '../availability/model.ts'
import { callingHoursOf, escalateAt } from '../campaign/campaign.ts'
import { nextAllowed } from '../campaign/hours.ts'
import { rankOf } from '../campaign/retry.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { MINUTE } from '../time/interval.ts'
import { campaignOf, type When } from './ask.actions.ts'
import { become, locked, requireCallbackTransition } from './become.actions.ts'
import { giveBucketBack, takeBucket } from './bucket.sql.ts'
import type { Callback } from './callback.sql.ts'
import { documentOf } from './decide.ts'
import { freeAgentTime } from './personal.actions.ts'
import { windowsOf } from './windows.actions.ts'

/** Cancels an open callback and gives its window back; cancelling a cancelled one again changes nothing. */
export async function cancelCallback(
  deps: Deps,
  tenantId: string,
  id: string,
  reason: string | undefined,
  actor: string,
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    if (c.status === 'cancelled') return c
    const status = requireCallbackTransition(c, 'cancel')
    if (c.bucket_start !== null && c.attempts === 0) await giveBucketBack(tx, tenantId, c.campaign_id, c.bucket_start)
    const cancellation = { by: actor, ...(reason === undefined ? {} : { reason }) }
    const change = { document: { ...documentOf(c), cancellation }, bucket_start: null }
    return become(deps, tx, c, status, change, { type: 'callback.cancelled', actor, data: reason ? { reason } : {} })
  })
}

/** Promises another window instead. Throws the refusal of the window, with the nearest ones. */
export async function postpone(
  deps: Deps,
  config: TenantConfig,
  id: string,
  when: Extract<When, { kind: 'at' | 'window' }>,
  actor: string,
): Promise<Callback> {
  const { tenantId } = config
  const seen = await transaction(deps.db, (tx) => locked(tx, tenantId, id))
  const campaign = campaignOf(config, seen.campaign_id)
  const { zones, priority } = documentOf(seen)
  const [from, to] = when.kind === 'at' ? [when.at, when.at + 1] : [when.from, when.to]
  const bucket = campaign.bucketMinutes * MINUTE
  const windows = await windowsOf(deps, config, campaign, zones, from - bucket, to + bucket)
  const wanted = windows.filter((w) => w.from < to && w.to > from)
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    const status = requireCallbackTransition(c, 'postpone')
    // The agent before any counter.
    await freeAgentTime(tx, c)
    const old = c.bucket_start
    for (const window of wanted) {
      const isSame = old?.getTime() === window.start
      // Counters in the order of their start: an earlier one is given back first. Should the later be full, all of it is undone.
      const isEarlier = old !== null && !isSame && old.getTime() < window.start
      if (isEarlier) await giveBucketBack(tx, tenantId, campaign.id, old)
      if (!isSame && !(await takeBucket(tx, tenantId, campaign.id, new Date(window.start), window.capacity))) {
        if (isEarlier) break
        continue
      }
      if (!isSame && old !== null && !isEarlier) await giveBucketBack(tx, tenantId, campaign.id, old)
      const begin = Math.max(from, window.from)
      const first = nextAllowed(callingHoursOf(campaign, config.holidays), zones, begin)
      if (!first || first.from >= Math.max(window.to, begin + 10 * MINUTE)) break
      const change = {
        window_from: new Date(begin),
        window_to: new Date(Math.max(window.to, begin + 10 * MINUTE)),
        due_at: new Date(first.from),
        hours_end: new Date(first.to),
        expires_at: new Date(window.to + campaign.graceMinutes * MINUTE),
        rank_at: new Date(rankOf(first.from, priority, campaign.minutesPerPriority)),
        owner_until: c.owner_agent_id === null ? null : new Date(first.from + campaign.ownerGraceMinutes * MINUTE),
        escalate_at: escalateAt(campaign, Math.max(window.to, begin + 10 * MINUTE)),
        escalated_at: null,
        bucket_start: new Date(window.start),
      }
      const data = { from: change.window_from.toISOString(), to: change.window_to.toISOString() }
      return become(deps, tx, c, status, change, { type: 'callback.postponed', actor, data })
    }
    throw new AppError(
      wanted.length > 0 ? 'window_full' : 'window_closed',
      {},
      { fields: [{ in: 'body', pointer: '/when', code: wanted.length > 0 ? 'window_full' : 'window_closed' }] },
    )
  })
}
