// All SQL of the access of citizens: codes asked for, and what they opened. Rows are deleted soon after they end.
import type { Selectable } from 'kysely'
import type { CitizenAccessRow } from '../../platform/database/tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type Access = Selectable<CitizenAccessRow>

export async function insertAccess(
  tx: Tx,
  a: { tenantId: string; id: string; means: string; now: Date; expiresAt: Date; person?: object },
): Promise<void> {
  // Somebody for whom a service vouches needs no code.
  const opened = a.person === undefined ? {} : { person: JSON.stringify(a.person), opened_at: a.now }
  await tx
    .insertInto('citizen_access')
    .values({ tenant_id: a.tenantId, id: a.id, means: a.means, created_at: a.now, expires_at: a.expiresAt, ...opened })
    .execute()
}

export async function findAccess(db: Db, tenantId: string, id: string, now: Date): Promise<Access | undefined> {
  return db
    .selectFrom('citizen_access')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** Counts one try of a code, if tries are left; returns the row, or undefined when it is over, used up or open already. */
export async function countTry(
  db: Db,
  tenantId: string,
  id: string,
  { most, now }: { most: number; now: Date },
): Promise<Access | undefined> {
  return db
    .updateTable('citizen_access')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('opened_at', 'is', null)
    .where('expires_at', '>', now)
    .where('tries', '<', most)
    .returningAll()
    .executeTakeFirst()
}

export async function openAccess(
  db: Db,
  tenantId: string,
  id: string,
  { now, expiresAt }: { now: Date; expiresAt: Date },
): Promise<void> {
  await db
    .updateTable('citizen_access')
    .set({ opened_at: now, expires_at: expiresAt })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Codes asked for an address or number since an instant. */
export async function countAsked(db: Db, tenantId: string, means: string, since: Date): Promise<number> {
  const { n } = await db
    .selectFrom('citizen_access')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('tenant_id', '=', tenantId)
    .where('means', '=', means)
    .where('created_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(n)
}

export async function endAccess(db: Db, tenantId: string, id: string): Promise<void> {
  await db.deleteFrom('citizen_access').where('tenant_id', '=', tenantId).where('id', '=', id).execute()
}

/** Deletes what ended before an instant. */
export async function forgetAccess(db: Db, tenantId: string, before: Date): Promise<void> {
  await db.deleteFrom('citizen_access').where('tenant_id', '=', tenantId).where('expires_at', '<=', before).execute()
}
