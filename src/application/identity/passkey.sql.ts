// All SQL of passkeys.
import type { Selectable } from 'kysely'
import type { PasskeyRow } from '../../platform/database/people-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type Passkey = Selectable<PasskeyRow>

export async function insertPasskey(tx: Tx, row: PasskeyRow): Promise<void> {
  await tx.insertInto('passkeys').values(row).execute()
}

export async function listPasskeys(db: Db, tenantId: string, userId: string): Promise<Passkey[]> {
  return db
    .selectFrom('passkeys')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .orderBy('id')
    .execute()
}

export async function findPasskey(db: Db, tenantId: string, credentialId: string): Promise<Passkey | undefined> {
  return db
    .selectFrom('passkeys')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
}

/** Records a use; false if the passkey was removed, or was used since `asked`: each challenge may be answered once. */
export async function usePasskey(
  tx: Tx,
  tenantId: string,
  id: string,
  { counter, asked, now }: { counter: number; asked: Date; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('passkeys')
    .set({ counter, used_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where((on) => on.or([on('used_at', 'is', null), on('used_at', '<', asked)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Removes one passkey of a person, or all of them; returns the number removed. */
export async function deletePasskeys(tx: Tx, tenantId: string, userId: string, id?: string): Promise<number> {
  let query = tx.deleteFrom('passkeys').where('tenant_id', '=', tenantId).where('user_id', '=', userId)
  if (id !== undefined) query = query.where('id', '=', id)
  return Number((await query.executeTakeFirst()).numDeletedRows)
}
