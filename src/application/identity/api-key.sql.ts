// All SQL of API keys.
import { sql } from 'kysely'
import type { ApiKeyRow } from '../../platform/database/tables.ts'
import type { Db } from '../../platform/database/tx.ts'

export async function insertKey(db: Db, row: ApiKeyRow): Promise<void> {
  await db
    .insertInto('api_keys')
    .values({ ...row, scopes: sql`${sql.val(row.scopes)}::text[]` })
    .execute()
}

export async function findKey(db: Db, tenantId: string, id: string): Promise<ApiKeyRow | undefined> {
  return db.selectFrom('api_keys').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst()
}

/** Keys of the tenant after the id `after`, oldest first. */
export async function listKeys(db: Db, tenantId: string, after: string | null, limit: number): Promise<ApiKeyRow[]> {
  let query = db.selectFrom('api_keys').selectAll().where('tenant_id', '=', tenantId).orderBy('id').limit(limit)
  if (after !== null) query = query.where('id', '>', after)
  return query.execute()
}

/** Revokes a key and returns it; a repeated call keeps the first time. Undefined if there is no such key. */
export async function revokeKey(db: Db, tenantId: string, id: string, at: Date): Promise<ApiKeyRow | undefined> {
  await db
    .updateTable('api_keys')
    .set({ revoked_at: at })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  return findKey(db, tenantId, id)
}
