// Promises another window for a waiting callback. Lock order: callback, then buckets in the order of their start, or the calendar of
// its agent.
import { lockAgent } from '../../availability/ledger.sql.ts'
import type { Agent, TenantConfig } from '../../catalogue/tenant-config.ts'
import { nextAllowed } from '../../catalogue/campaign/next-allowed.ts'
import { escalateAt, ownersUntil, triedIn, type Campaign } from '../../catalogue/campaign/campaign.ts'
import { transaction, violationOf, type Tx } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { AppError, bodyFault } from '../../../kernel/errors.ts'
import { MINUTE } from '../../../kernel/time/interval.ts'
import { refuseWindow } from './request-callback.ts'
import { transition, locked, requireCallbackTransition } from '../transition.ts'
import { giveBucketBack, takeBucket } from '../bucket.sql.ts'
import type { Callback } from '../callback.sql.ts'
import { personalStarts, takeAgentTime } from './personal.ts'
import { askedSpan, type When } from './promise.ts'
import { windowsOf, type Window } from './windows.ts'
import { documentOf } from '../callback-document.ts'
import { freeAgentTime } from '../free-agent-time.ts'
import { campaignOf } from '../../catalogue/campaign-of.ts'

/** Starts of an agent that are tried before the request is refused. */
const TRIES = 6

type Moment = Extract<When, { kind: 'at' | 'window' }>

/** Promises another time, of the pool or of the owner agent. Throws a refusal with the nearest windows, or `agent_not_free`. */
export async function postpone(
  deps: Deps,
  config: TenantConfig,
  { id, when, actor }: { id: string; when: Moment; actor: string },
): Promise<Callback> {
  const seen = await transaction(deps.db, (tx) => locked(tx, config.tenantId, id))
  const campaign = campaignOf(config, seen.campaign_id)
  requireCallbackTransition(seen, 'postpone')
  const [from, to] = askedSpan(when)
  const agent = seen.reservation_id === null ? undefined : config.agents.get(seen.owner_agent_id ?? '')
  if (agent) return postponePersonal(deps, config, campaign, { seen, agent, from, to, actor })
  const { zones } = documentOf(seen)
  const bucket = campaign.bucketMinutes * MINUTE
  const windows = await windowsOf(deps, config, campaign, { zones, from: from - bucket, to: to + bucket })
  const wanted = windows.filter((w) => w.from < to && w.to > from)
  const after = await transaction(deps.db, async (tx) => {
    const c = await locked(tx, config.tenantId, id)
    const status = requireCallbackTransition(c, 'postpone')
    const taken = await exchangeBucket(tx, campaign, c, wanted)
    const begin = taken && Math.max(from, taken.from)
    const windowTo = taken && Math.max(taken.to, begin! + 10 * MINUTE)
    const change = taken && timesOf(config, campaign, c, { begin: begin!, end: windowTo! })
    if (!change) throw new AppError('window_full')
    return transition(deps, tx, c, {
      status,
      change: { ...change, bucket_start: new Date(taken.start) },
      event: { type: 'callback.postponed', actor, data: promisedIn(change) },
    })
  }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'window_full') return null
    throw error
  })
  if (after) return after
  throw await refuseWindow(deps, config, campaign, {
    zones,
    at: from,
    code: wanted.length > 0 ? 'window_full' : 'window_closed',
  })
}

const promisedIn = (change: { window_from: Date; window_to: Date }): Record<string, unknown> => ({
  from: change.window_from.toISOString(),
  to: change.window_to.toISOString(),
})

/** The columns of a promise from `begin` to `end`; null when no call is allowed in it. */
function timesOf(
  config: TenantConfig,
  campaign: Campaign,
  c: Callback,
  { begin, end }: { begin: number; end: number },
) {
  const { zones, priority } = documentOf(c)
  const first = nextAllowed(config, campaign, { zones, at: begin })
  if (!first || first.from >= end) return null
  return {
    window_from: new Date(begin),
    window_to: new Date(end),
    ...triedIn(campaign, first, priority),
    expires_at: new Date(end + campaign.graceMinutes * MINUTE),
    owner_until: ownersUntil(campaign, c.owner_agent_id, first.from),
    escalate_at: escalateAt(campaign, end),
    escalated_at: null,
    document: { ...documentOf(c), released: undefined },
  }
}

/** Frees the old bucket and takes one of the wanted ones; null when none has capacity: the caller must roll back. */
async function exchangeBucket(
  tx: Tx,
  campaign: Campaign,
  c: Callback,
  wanted: readonly Window[],
): Promise<Window | null> {
  const { tenant_id: tenantId, bucket_start: old } = c
  for (const window of wanted) {
    if (old?.getTime() === window.start) return window
    // Buckets are locked in the order of their start: an earlier one is freed first.
    const isEarlier = old !== null && old.getTime() < window.start
    if (isEarlier) await giveBucketBack(tx, tenantId, campaign.id, old)
    if (await takeBucket(tx, tenantId, campaign.id, new Date(window.start), window.capacity)) {
      if (old !== null && !isEarlier) await giveBucketBack(tx, tenantId, campaign.id, old)
      return window
    }
    // The freed bucket may be full by now: give up and let the caller roll back.
    if (isEarlier) return null
  }
  return null
}

/** A callback that its agent postpones to a start in [from, to). */
type PersonalMove = { seen: Callback; agent: Agent; from: number; to: number; actor: string }

/** Moves the reservation of the same agent to another time, in the ledger that appointments use. */
async function postponePersonal(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  { seen, agent, from, to, actor }: PersonalMove,
): Promise<Callback> {
  const starts = await personalStarts(deps, config, campaign, { agent, zones: documentOf(seen).zones, from, to })
  for (const start of starts.slice(0, TRIES)) {
    try {
      return await transaction(deps.db, async (tx) => {
        const c = await locked(tx, config.tenantId, seen.id)
        const status = requireCallbackTransition(c, 'postpone')
        await tx.executeQuery(lockAgent(config.tenantId, agent.id))
        await freeAgentTime(tx, c)
        const reservationId = deps.newId()
        await takeAgentTime(tx, config, campaign, { agentId: agent.id, reservationId, start })
        const change = timesOf(config, campaign, c, { begin: start, end: start + campaign.personalMinutes * MINUTE })
        if (!change) throw new AppError('window_closed')
        const event = { type: 'callback.postponed', actor, data: promisedIn(change) }
        return transition(
          deps,
          tx,
          { ...c, reservation_id: null },
          { status, change: { ...change, reservation_id: reservationId }, event },
        )
      })
    } catch (error) {
      // Another booking took the time, or the configuration changed: try the next start.
      if (!/^(reservations_no_overlap|kind_not_null)$/.test(violationOf(error)?.constraint ?? '')) throw error
    }
  }
  throw bodyFault('/when', 'agent_not_free')
}
