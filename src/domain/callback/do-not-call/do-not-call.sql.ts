// All SQL for the do-not-call list.
import { sql } from 'kysely'
import type { Db } from '../../../platform/database/tx.ts'

export async function isOnDoNotCallList(db: Db, tenantId: string, number: string): Promise<boolean> {
  const row = await db
    .selectFrom('do_not_call')
    .select('number')
    .where('tenant_id', '=', tenantId)
    .where('number', '=', number)
    .executeTakeFirst()
  return row !== undefined
}

export async function insertDoNotCall(db: Db, tenantId: string, number: string, reason: string | null, now: Date) {
  await db
    .insertInto('do_not_call')
    .values({ tenant_id: tenantId, number, reason, created_at: now })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'number']).doUpdateSet({ reason }))
    .execute()
}

export async function deleteDoNotCall(db: Db, tenantId: string, number: string): Promise<boolean> {
  const rows = await db
    .deleteFrom('do_not_call')
    .where('tenant_id', '=', tenantId)
    .where('number', '=', number)
    .returning('number')
    .execute()
  return rows.length > 0
}

/** Numbers greater than `after`, in ascending order. */
export async function listDoNotCall(db: Db, tenantId: string, after: string | null, limit: number) {
  let query = db
    .selectFrom('do_not_call')
    .select(['number', 'reason', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .orderBy('number')
    .limit(limit)
  if (after !== null) query = query.where('number', '>', after)
  return query.execute()
}

/** Returns those of the numbers that are on the do-not-call list. */
export async function doNotCallAmong(db: Db, tenantId: string, numbers: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('do_not_call')
    .select('number')
    .where('tenant_id', '=', tenantId)
    .where('number', '=', sql<string>`any(${sql.val(numbers)}::text[])`)
    .execute()
  return new Set(rows.map((row) => row.number))
}

/** Deletes the reason of a number's entry; the wish not to be called stays. */
export async function eraseReason(db: Db, tenantId: string, number: string): Promise<void> {
  await db
    .updateTable('do_not_call')
    .set({ reason: null })
    .where('tenant_id', '=', tenantId)
    .where('number', '=', number)
    .execute()
}
