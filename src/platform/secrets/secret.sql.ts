// All SQL of a tenant's secrets, in stored form: sealed if the installation has a key.
import type { Db } from '../database/tx.ts'

/** Secrets of a tenant by purpose, in stored form. */
export async function readSecrets(
  db: Db,
  tenantId: string,
  purposes: readonly string[],
): Promise<{ purpose: string; secret: string; created_at: Date }[]> {
  return db
    .selectFrom('tenant_secrets')
    .select(['purpose', 'secret', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('purpose', 'in', purposes)
    .execute()
}

export async function deleteSecret(db: Db, tenantId: string, purpose: string): Promise<void> {
  await db.deleteFrom('tenant_secrets').where('tenant_id', '=', tenantId).where('purpose', '=', purpose).execute()
}

/** Writes a secret; `isReplaced` = false keeps an existing one. */
export async function writeSecret(
  db: Db,
  tenantId: string,
  purpose: string,
  secret: string,
  now: Date,
  isReplaced: boolean,
): Promise<void> {
  await db
    .insertInto('tenant_secrets')
    .values({ tenant_id: tenantId, purpose, secret, created_at: now })
    .onConflict((conflict) => {
      const taken = conflict.columns(['tenant_id', 'purpose'])
      return isReplaced ? taken.doUpdateSet({ secret, created_at: now }) : taken.doNothing()
    })
    .execute()
}
