// All SQL of screen pops: calls that a telephone system announced.
import type { Selectable } from 'kysely'
import type { ContactScreenTables } from '../../platform/database/contact-screen-tables.ts'
import type { Db } from '../../platform/database/tx.ts'

export type ScreenPop = Selectable<ContactScreenTables['screen_pops']>

export async function insertPop(db: Db, pop: Omit<ScreenPop, 'document'> & { document: object }): Promise<void> {
  await db
    .insertInto('screen_pops')
    .values({ ...pop, document: JSON.stringify(pop.document) })
    .execute()
}

export async function findPop(db: Db, tenantId: string, id: string): Promise<ScreenPop | undefined> {
  return db
    .selectFrom('screen_pops')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Says who the caller is, once they are known. */
export async function namePop(db: Db, tenantId: string, id: string, contactId: string): Promise<void> {
  await db
    .updateTable('screen_pops')
    .set({ contact_id: contactId })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Changes what is stored with a call. */
export async function changePop(db: Db, tenantId: string, id: string, document: object): Promise<void> {
  await db
    .updateTable('screen_pops')
    .set({ document: JSON.stringify(document) })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Deletes pops from before `before`: the number of a caller is kept no longer than needed. */
export async function forgetPops(db: Db, tenantId: string, before: Date): Promise<void> {
  await db.deleteFrom('screen_pops').where('tenant_id', '=', tenantId).where('created_at', '<', before).execute()
}
