// SQL of the work on many callbacks at once: claims, results, what the clock must look at.
import { sql } from 'kysely'
import type { Db, Tx } from '../db/tx.ts'
import type { Callback } from './callback.sql.ts'

export type Claim = {
  tenantId: string
  campaignId: string
  now: Date
  /** Whose personal callbacks come too; null = nobody's before their time alone is over. */
  agentId: string | null
  /** Nothing that is due now ranks after this. */
  latestRank: Date
  /** Whether more are due than fit in a claim, as far as the caller knows. */
  isBacklog: boolean
  limit: number
}

/**
 * Ids of due callbacks, in the order of their rank, as an array for `any`. Not `in`: a subquery that the planner runs once for
 * each row would lock and take more than the limit (seen). Two ways, each slow where the other is fast: with a backlog the walk
 * along the rank ends after `limit` rows, while sorting all that is due would cost 100 ms for each claim out of 100,000; with few
 * due and millions in the near future the walk along the rank would pass all that wait within the worth of a priority, so what
 * is due is found by its time and sorted. The sum with zero keeps the planner from taking the one for the other.
 */
const dueIds = (c: Claim) => sql`array(
  select d.id from callbacks d
   where d.tenant_id = ${c.tenantId} and d.campaign_id = ${c.campaignId} and d.status = 'scheduled'
     and d.due_at <= ${c.now} and d.hours_end > ${c.now} and d.expires_at > ${c.now}
     and not exists (select 1 from do_not_call n where n.tenant_id = ${c.tenantId} and n.number = d.number)
     and (d.owner_agent_id is null or d.owner_agent_id = ${c.agentId}::uuid or d.owner_until <= ${c.now})
   ${c.isBacklog ? sql`and d.rank_at <= ${c.latestRank} order by d.rank_at, d.id` : sql`order by d.rank_at + interval '0 seconds', d.id`}
   limit ${c.limit} for update skip locked)`

const byRank = (rows: Callback[]): Callback[] =>
  rows.sort((a, b) => a.rank_at.getTime() - b.rank_at.getTime() || (a.id < b.id ? -1 : 1))

/** Leases due callbacks, best first. A lease never reaches past the allowed hours. Rivals skip what is locked. */
export async function claimForLease(tx: Tx, c: Claim, lease: { id: string; until: Date }): Promise<Callback[]> {
  const { rows } = await sql<Callback>`
    update callbacks c
       set status = 'in_progress', lease_id = ${lease.id}, lease_until = least(${lease.until}::timestamptz, c.hours_end),
           look_at = least(${lease.until}::timestamptz, c.hours_end), leased_at = ${c.now}, version = c.version + 1,
           updated_at = ${c.now}
     where c.tenant_id = ${c.tenantId} and c.id = any(${dueIds(c)})
    returning c.*`.execute(tx)
  return byRank(rows)
}

/** Locks due callbacks for a queue, best first; the caller writes what becomes of them. */
export async function claimForQueue(tx: Tx, c: Claim): Promise<Callback[]> {
  const { rows } = await sql<Callback>`
    select c.* from callbacks c where c.tenant_id = ${c.tenantId} and c.id = any(${dueIds(c)})`.execute(tx)
  return byRank(rows)
}

/** Hands claimed callbacks to the queue: each under the delivery with the same place in the list. */
export async function queueAll(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
  deliveryIds: readonly string[],
  now: Date,
): Promise<void> {
  await sql`
    update callbacks c
       set status = 'queued', queued_at = ${now}, delivery_id = u.delivery_id,
           look_at = least(c.hours_end, c.expires_at, coalesce(c.escalate_at, c.hours_end)), version = c.version + 1, updated_at = ${now}
      from unnest(${sql.val(ids)}::uuid[], ${sql.val(deliveryIds)}::uuid[]) as u (id, delivery_id)
     where c.tenant_id = ${tenantId} and c.id = u.id`.execute(tx)
}

/**
 * Ends many callbacks alike after an attempt; returns the ids of those that are still as they were read. Without locking them
 * first: the version says whether somebody was quicker, and a lock would write each row twice (a tenth of the drain's rate).
 */
export async function finishAll(
  tx: Tx,
  tenantId: string,
  read: readonly Pick<Callback, 'id' | 'version'>[],
  how: { status: 'completed' | 'exhausted'; outcome: string; leaseId: string; now: Date },
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    update callbacks c
       set status = ${how.status}, outcome = ${how.outcome}, attempts = c.attempts + 1, finished_at = ${how.now},
           lease_id = null, lease_until = null, leased_at = null, queued_at = null, delivery_id = null,
           settled = array_append(c.settled, ${how.leaseId}::uuid), version = c.version + 1, updated_at = ${how.now}
      from unnest(${read.map((c) => c.id)}::uuid[], ${read.map((c) => c.version)}::int[]) as u (id, version)
     where c.tenant_id = ${tenantId} and c.id = u.id and c.version = u.version
    returning c.id`.execute(tx)
  return new Set(rows.map((row) => row.id))
}

/** Makes the sweep look at what a campaign's queue has. */
export async function lookAtQueued(tx: Tx, tenantId: string, campaignId: string, now: Date): Promise<void> {
  await tx
    .updateTable('callbacks')
    .set({ look_at: now })
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('status', '=', 'queued')
    .execute()
}

/** Lets a lease last longer; returns how many callbacks it still holds. */
export async function extendAll(
  tx: Tx,
  tenantId: string,
  leaseId: string,
  ids: readonly string[],
  until: Date,
): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    update callbacks c
       set lease_until = least(${until}::timestamptz, c.hours_end), look_at = least(${until}::timestamptz, c.hours_end),
           version = c.version + 1
     where c.tenant_id = ${tenantId} and c.id = any(array(
       select d.id from callbacks d
        where d.tenant_id = ${tenantId} and d.id = any(${sql.val(ids)}::uuid[]) and d.status = 'in_progress'
          and d.lease_id = ${leaseId}
        order by d.id for update))
    returning c.id`.execute(tx)
  return rows.length
}

/** Who waits looks again before so long (ms) has passed. */
const NEAR = 15_000

/**
 * The earliest due instant after `since` of what waits in a campaign, epoch ms; null = nothing does. What was due before and is
 * still there cannot be claimed (on the do-not-call list, somebody's own, expired): who waits for it would never sleep.
 */
export async function earliestDue(db: Db, tenantId: string, campaignId: string, since: number): Promise<number | null> {
  // A lease that ends may leave something to take. Only the near ones: beyond, the walk would pass all that is scheduled.
  const lease = await db
    .selectFrom('callbacks')
    .select('look_at')
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('status', '=', 'in_progress')
    .where('look_at', '>', new Date(since))
    .where('look_at', '<=', new Date(since + NEAR))
    .orderBy('look_at')
    .limit(1)
    .executeTakeFirst()
  const row = await db
    .selectFrom('callbacks')
    .select('due_at')
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('status', '=', 'scheduled')
    .where('due_at', '>', new Date(since))
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  const due = Math.min(row?.due_at.getTime() ?? Infinity, lease?.look_at.getTime() ?? Infinity)
  return due === Infinity ? null : due
}

/** How many callbacks of a campaign are out for dialling. */
export async function countOutstanding(db: Db, tenantId: string, campaignId: string): Promise<number> {
  // What its queue has refused is nobody's work until it is replayed.
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from callbacks c
     where c.tenant_id = ${tenantId} and c.campaign_id = ${campaignId} and c.status in ('queued', 'in_progress')
       and not exists (select 1 from deliveries d
                        where d.tenant_id = ${tenantId} and d.id = c.delivery_id and d.status = 'parked')`.execute(db)
  return rows[0]!.n
}

/** Ids of one tenant's open callbacks that the clock must look at; with `leasedFrom` only that campaign's leases that have ended. */
export async function dueForSweep(
  db: Db,
  tenantId: string,
  now: Date,
  limit: number,
  leasedFrom?: string,
): Promise<string[]> {
  let query = db.selectFrom('callbacks').select('id').where('tenant_id', '=', tenantId).where('look_at', '<=', now)
  query =
    leasedFrom === undefined
      ? query.where('status', 'in', ['scheduled', 'queued', 'in_progress'])
      : query.where('campaign_id', '=', leasedFrom).where('status', '=', 'in_progress')
  const rows = await query.orderBy('look_at').limit(limit).execute()
  return rows.map((row) => row.id)
}
