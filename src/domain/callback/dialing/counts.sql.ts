// SQL for the figures of a campaign: its callbacks by current state, and its daily counters.
import { sql } from 'kysely'
import type { Db, Tx } from '../../../platform/database/tx.ts'
import type { Count } from '../callback.sql.ts'

/** Adds to the daily counters, in the order of their keys, so that two transactions cannot deadlock. */
export async function addCounts(tx: Tx, tenantId: string, counts: readonly Count[]): Promise<void> {
  const sums = new Map<string, Count>()
  for (const count of counts) {
    const key = `${count.campaignId} ${count.day} ${count.kind}`
    const sum = sums.get(key)
    if (sum) sums.set(key, { ...sum, n: sum.n + count.n, seconds: sum.seconds + count.seconds })
    else sums.set(key, count)
  }
  if (sums.size === 0) return
  const rows = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count)
  await sql`
    insert into callback_counts as c (tenant_id, campaign_id, day, kind, n, seconds)
    select ${tenantId}, u.* from unnest(
      ${rows.map((r) => r.campaignId)}::uuid[], ${rows.map((r) => r.day)}::date[], ${rows.map((r) => r.kind)}::text[],
      ${rows.map((r) => r.n)}::bigint[], ${rows.map((r) => r.seconds)}::bigint[]) as u
    on conflict (tenant_id, campaign_id, day, kind)
    do update set n = c.n + excluded.n, seconds = c.seconds + excluded.seconds`.execute(tx)
}

/** Sums of a campaign's counters over the days [from, to), by kind. */
export async function readCounts(
  db: Db,
  tenantId: string,
  campaignId: string,
  from: string,
  to: string,
): Promise<{ kind: string; n: number; seconds: number }[]> {
  const { rows } = await sql<{ kind: string; n: number; seconds: number }>`
    select c.kind, sum(c.n)::bigint as n, sum(c.seconds)::bigint as seconds from callback_counts c
     where c.tenant_id = ${tenantId} and c.campaign_id = ${campaignId} and c.day >= ${from} and c.day < ${to}
     group by c.kind`.execute(db)
  return rows.map((row) => ({ kind: row.kind, n: Number(row.n), seconds: Number(row.seconds) }))
}

type States = {
  scheduled: number
  due: number
  queued: number
  parked: number
  outstanding: number
  late: number
  escalated: number
  completed: number
  exhausted: number
  expired: number
  cancelled: number
}

/** Counts the callbacks of a campaign by their current state. */
export async function countByState(db: Db, tenantId: string, campaignId: string, now: Date): Promise<States> {
  const { rows } = await sql<States>`
    select count(*) filter (where c.status = 'scheduled')::int as scheduled,
           count(*) filter (where c.status = 'scheduled' and c.due_at <= ${now})::int as due,
           count(*) filter (where c.status = 'queued')::int as queued,
           (select count(*)::int from deliveries d
             where d.tenant_id = ${tenantId} and d.campaign_id = ${campaignId} and d.status = 'parked') as parked,
           count(*) filter (where c.status = 'in_progress')::int as outstanding,
           count(*) filter (where c.status in ('scheduled', 'queued', 'in_progress') and c.window_to <= ${now})::int as late,
           count(*) filter (where c.status in ('scheduled', 'queued', 'in_progress') and c.escalated_at is not null)::int as escalated,
           count(*) filter (where c.status = 'completed')::int as completed,
           count(*) filter (where c.status = 'exhausted')::int as exhausted,
           count(*) filter (where c.status = 'expired')::int as expired,
           count(*) filter (where c.status = 'cancelled')::int as cancelled
      from callbacks c where c.tenant_id = ${tenantId} and c.campaign_id = ${campaignId}`.execute(db)
  return rows[0]!
}
