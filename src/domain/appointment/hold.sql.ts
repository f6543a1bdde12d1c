// SQL about the end of holds.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'
import type { Appointment } from './appointment.sql.ts'

/** Held appointments of a tenant whose hold has expired, at most `limit`. */
export async function expiredHolds(
  db: Db,
  tenantId: string,
  now: Date,
  limit: number,
): Promise<Pick<Appointment, 'id' | 'agent_id'>[]> {
  return db
    .selectFrom('appointments')
    .select(['id', 'agent_id'])
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'held')
    .where('hold_expires_at', '<=', now)
    .orderBy('hold_expires_at')
    .limit(limit)
    .execute()
}

/** When the next hold ends, after `after`; null = there is none. */
export async function nextHoldEnd(db: Db, tenantId: string, after: Date): Promise<Date | null> {
  const row = await db
    .selectFrom('appointments')
    .select('hold_expires_at')
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'held')
    .where('hold_expires_at', '>', after)
    .orderBy('hold_expires_at')
    .limit(1)
    .executeTakeFirst()
  return row?.hold_expires_at ?? null
}

/** Deletes expired holds that never became appointments and ended before `before`; returns the number of rows. */
export async function forgetExpiredHolds(db: Db, tenantId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    delete from appointments a
     where a.tenant_id = ${tenantId} and a.id in (
       select o.id from appointments o
        where o.tenant_id = ${tenantId} and o.status = 'cancelled' and o.contact_id is null and o.cancelled_at < ${before}
        limit ${limit})
    returning a.id`.execute(db)
  return rows.length
}
