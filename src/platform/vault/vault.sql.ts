// All SQL of data keys. Each tenant has its own, wrapped with the installation's key.
import type { Db } from '../database/tx.ts'

export type DataKey = { id: string; wrapped: string }

export async function insertDataKey(
  db: Db,
  key: { tenantId: string; id: string; wrapped: string; now: Date },
): Promise<void> {
  await db
    .insertInto('data_keys')
    .values({ tenant_id: key.tenantId, id: key.id, wrapped: key.wrapped, created_at: key.now })
    .execute()
}

/** The tenant's data keys, oldest first; the oldest one seals. */
export async function listDataKeys(db: Db, tenantId: string): Promise<DataKey[]> {
  return db.selectFrom('data_keys').select(['id', 'wrapped']).where('tenant_id', '=', tenantId).orderBy('id').execute()
}

export async function rewrapDataKey(db: Db, tenantId: string, id: string, wrapped: string): Promise<void> {
  await db.updateTable('data_keys').set({ wrapped }).where('tenant_id', '=', tenantId).where('id', '=', id).execute()
}
