// SQL of figures that pages show: services booked often, and the visits that ended last.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'

/** Ids of the 20 services most often booked for starts in [from, to), most frequent first. */
export async function frequentServices(db: Db, tenantId: string, from: Date, to: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select u.id from appointments a cross join lateral unnest(a.service_ids) as u (id)
     where a.tenant_id = ${tenantId} and a.starts_at >= ${from} and a.starts_at < ${to} and a.status <> 'cancelled'
     group by u.id order by count(*) desc, u.id limit 20`.execute(db)
  return rows.map((row) => row.id)
}

/** The visits of a location that ended last, since an instant. */
export async function lastCompleted(
  db: Db,
  tenantId: string,
  { locationId, since, limit }: { locationId: string; since: Date; limit: number },
): Promise<{ ends_at: Date; outcome_at: Date | null }[]> {
  return db
    .selectFrom('appointments')
    .select(['ends_at', 'outcome_at'])
    .where('tenant_id', '=', tenantId)
    .where('location_id', '=', locationId)
    .where('status', '=', 'completed')
    .where('starts_at', '>', since)
    .where('outcome_at', '>', since)
    .orderBy('outcome_at', 'desc')
    .limit(limit)
    .execute()
}
