// SQL for bulk work on callbacks: claims, results, extensions, and what the sweep must check.
import { sql } from 'kysely'
import type { Db, Tx } from '../../../platform/database/tx.ts'
import type { Callback } from '../callback.sql.ts'

export type Claim = {
  tenantId: string
  campaignId: string
  now: Date
  /** Agent whose personal callbacks are included; null = none before the exclusive time of their owner is over. */
  agentId: string | null
  /** Nothing that is due now ranks after this instant. */
  latestRank: Date
  /** Whether more callbacks are due than fit in one claim, as far as the caller knows. */
  isBacklog: boolean
  limit: number
  /** Callbacks that are left to others. */
  skip?: readonly string[] | undefined
}

/** Whether a callback `d` may be called now by this agent. */
export const isDue = (c: Pick<Claim, 'tenantId' | 'agentId' | 'now' | 'skip'>) => sql`d.status = 'scheduled'
     and d.due_at <= ${c.now} and d.hours_end > ${c.now} and d.expires_at > ${c.now}
     and not exists (select 1 from do_not_call n where n.tenant_id = ${c.tenantId} and n.number = d.number)
     and (d.owner_agent_id is null or d.owner_agent_id = ${c.agentId}::uuid or d.owner_until <= ${c.now})
     ${(c.skip ?? []).length > 0 ? sql`and d.id <> all(${sql.val([...c.skip!])}::uuid[])` : sql``}`

/**
 * Ids of due callbacks in the order of their rank, as an array for `any`. Not `in`: the planner may run such a subquery once per
 * row and then lock and take more than the limit (seen). There are two plans, each slow where the other is fast. With a backlog,
 * the index scan by rank ends after `limit` rows, while sorting all due rows costs 100 ms per claim at 100,000 rows. With few due
 * rows and millions in the near future, the scan by rank would pass all rows within the worth of a priority, so due rows are found
 * by due time and sorted. Adding a zero interval keeps the planner from using the rank index there.
 */
const dueIds = (c: Claim) => sql`array(
  select d.id from callbacks d
   where d.tenant_id = ${c.tenantId} and d.campaign_id = ${c.campaignId} and ${isDue(c)}
   ${c.isBacklog ? sql`and d.rank_at <= ${c.latestRank} order by d.rank_at, d.id` : sql`order by d.rank_at + interval '0 seconds', d.id`}
   limit ${c.limit} for update skip locked)`

const byRank = (rows: Callback[]): Callback[] =>
  rows.sort((a, b) => a.rank_at.getTime() - b.rank_at.getTime() || (a.id < b.id ? -1 : 1))

/** Leases due callbacks, best rank first. A lease never exceeds the allowed hours. Concurrent claims skip locked rows. */
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

/** Locks due callbacks for a queue, best rank first; the caller writes their new state. */
export async function claimForQueue(tx: Tx, c: Claim): Promise<Callback[]> {
  const { rows } = await sql<Callback>`
    select c.* from callbacks c where c.tenant_id = ${c.tenantId} and c.id = any(${dueIds(c)})`.execute(tx)
  return byRank(rows)
}

/** Marks claimed callbacks as queued; `deliveryIds` has one delivery per callback, in the same order. */
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
 * Ends many callbacks in the same way after an attempt; returns the ids of those that are unchanged since they were read. Takes no
 * locks first: the version detects concurrent changes, and a lock would write each row twice (a tenth of the drain's rate).
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

/** Makes the sweep check all queued callbacks of a campaign. */
export async function lookAtQueued(tx: Tx, tenantId: string, campaignId: string, now: Date): Promise<void> {
  await tx
    .updateTable('callbacks')
    .set({ look_at: now })
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('status', '=', 'queued')
    .execute()
}

/** Extends a lease; returns how many callbacks it still holds. */
export async function extendAll(
  tx: Tx,
  tenantId: string,
  leaseId: string,
  ids: readonly string[],
  until: Date,
): Promise<string[]> {
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
  return rows.map(({ id }) => id)
}

/** Waiting consumers query again within this time (ms). */
const NEAR = 15_000

/**
 * The earliest due instant after `since` of a campaign's waiting callbacks, epoch ms; null = none. Callbacks that were due before
 * and still wait cannot be claimed (do-not-call list, another agent's own, expired): waking for them would mean polling.
 */
export async function earliestDue(db: Db, tenantId: string, campaignId: string, since: number): Promise<number | null> {
  // The end of a lease may leave something to claim. Only near ends: a longer scan would pass all scheduled callbacks.
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

/** Counts the callbacks of a campaign that are queued or being dialled. */
export async function countOutstanding(db: Db, tenantId: string, campaignId: string): Promise<number> {
  // A parked delivery does not count: nobody works on it until it is replayed.
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from callbacks c
     where c.tenant_id = ${tenantId} and c.campaign_id = ${campaignId} and c.status in ('queued', 'in_progress')
       and not exists (select 1 from deliveries d
                        where d.tenant_id = ${tenantId} and d.id = c.delivery_id and d.status = 'parked')`.execute(db)
  return rows[0]!.n
}

/** Ids of open callbacks of one tenant that the sweep must check; with `leasedFrom`, only ended leases of that campaign. */
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

/** When the sweep has something to do next, after `after`; null = never. */
export async function nextLook(db: Db, tenantId: string, after: Date): Promise<Date | null> {
  const row = await db
    .selectFrom('callbacks')
    .select('look_at')
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', ['scheduled', 'queued', 'in_progress'])
    .where('look_at', '>', after)
    .orderBy('look_at')
    .limit(1)
    .executeTakeFirst()
  return row?.look_at ?? null
}
