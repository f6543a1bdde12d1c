// All SQL for the counters of promised callbacks per time bucket.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/database/tx.ts'

/** Counts one more promise in a bucket; false when it is full. */
export async function takeBucket(
  tx: Tx,
  tenantId: string,
  campaignId: string,
  start: Date,
  capacity: number,
): Promise<boolean> {
  if (capacity < 1) return false
  const { rows } = await sql<{ used: number }>`
    insert into callback_buckets (tenant_id, campaign_id, starts_at, used, capacity)
    values (${tenantId}, ${campaignId}, ${start}, 1, ${capacity})
    on conflict (tenant_id, campaign_id, starts_at)
    do update set used = callback_buckets.used + 1, capacity = excluded.capacity
     where callback_buckets.used < excluded.capacity
    returning used`.execute(tx)
  return rows.length > 0
}

export async function giveBucketBack(tx: Tx, tenantId: string, campaignId: string, start: Date): Promise<void> {
  await tx
    .updateTable('callback_buckets')
    .set((eb) => ({ used: eb('used', '-', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('starts_at', '=', start)
    .where('used', '>', 0)
    .execute()
}

/** Promised callbacks of the buckets that start in [from, to), keyed by start in epoch ms. */
export async function loadBuckets(
  db: Db,
  tenantId: string,
  campaignId: string,
  from: Date,
  to: Date,
): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('callback_buckets')
    .select(['starts_at', 'used'])
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('starts_at', '>=', from)
    .where('starts_at', '<', to)
    .execute()
  return new Map(rows.map((row) => [row.starts_at.getTime(), row.used]))
}
