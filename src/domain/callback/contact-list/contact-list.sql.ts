// SQL for contact lists: the stored text, the progress of the import, and refused rows.
import { sql, type Selectable } from 'kysely'
import type { ContactLoadRow } from '../../../platform/database/tables.ts'
import type { Db, Tx } from '../../../platform/database/tx.ts'
import { rowOf, type NewCallback } from '../callback.sql.ts'

export type ContactList = Selectable<ContactLoadRow>
export type ContactListDocument = {
  format: 'csv' | 'ndjson'
  delimiter: string
  actor: string
  failure?: string
  failures?: number
}
export type ContactListRefusal = { line: number; code: string; content: string }

export async function insertContactList(
  db: Db,
  load: { tenantId: string; id: string; campaignId: string; content: string; document: ContactListDocument; now: Date },
): Promise<ContactList> {
  return db
    .insertInto('contact_loads')
    .values({
      tenant_id: load.tenantId,
      id: load.id,
      campaign_id: load.campaignId,
      status: 'waiting',
      content: load.content,
      document: JSON.stringify(load.document),
      size: load.content.length,
      due_at: load.now,
      created_at: load.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Number of contact lists of a tenant that are not imported to their end. */
export async function countWaitingLists(db: Db, tenantId: string): Promise<number> {
  const { count } = await db
    .selectFrom('contact_loads')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'waiting')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** A contact list without its text. */
export async function findContactList(
  db: Db,
  tenantId: string,
  id: string,
): Promise<Omit<ContactList, 'content'> | undefined> {
  return db
    .selectFrom('contact_loads')
    .select([
      ...(['tenant_id', 'id', 'campaign_id', 'status', 'document', 'position', 'size', 'rows_read'] as const),
      ...(['accepted', 'duplicates', 'refused', 'due_at', 'created_at', 'finished_at'] as const),
    ])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Claims a waiting contact list until `until`; after that, another process may continue it. */
export async function claimContactList(
  db: Db,
  tenantId: string,
  now: Date,
  until: Date,
): Promise<ContactList | undefined> {
  const { rows } = await sql<ContactList>`
    update contact_loads l set due_at = ${until}
     where l.tenant_id = ${tenantId} and l.id = any(array(
       select d.id from contact_loads d
        where d.tenant_id = ${tenantId} and d.status = 'waiting' and d.due_at <= ${now}
        order by d.due_at limit 1 for update skip locked))
    returning l.*`.execute(db)
  return rows[0]
}

/** Records the progress of one chunk; false when another process has recorded it, so nothing of the chunk may be written. */
export async function advanceContactList(
  tx: Tx,
  load: Pick<ContactList, 'tenant_id' | 'id'>,
  from: number,
  step: { rows: number; position: number; accepted: number; duplicates: number; refused: number; until: Date },
): Promise<boolean> {
  const result = await tx
    .updateTable('contact_loads')
    .set((eb) => ({
      rows_read: from + step.rows,
      position: step.position,
      accepted: eb('accepted', '+', step.accepted),
      duplicates: eb('duplicates', '+', step.duplicates),
      refused: eb('refused', '+', step.refused),
      due_at: step.until,
    }))
    .where('tenant_id', '=', load.tenant_id)
    .where('id', '=', load.id)
    .where('rows_read', '=', from)
    .where('status', '=', 'waiting')
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

/** Stores the number of failures with the contact list. */
export async function noteFailure(
  db: Db,
  load: Pick<ContactList, 'tenant_id' | 'id'>,
  document: ContactListDocument,
): Promise<void> {
  await db
    .updateTable('contact_loads')
    .set({ document: JSON.stringify(document) })
    .where('tenant_id', '=', load.tenant_id)
    .where('id', '=', load.id)
    .where('status', '=', 'waiting')
    .execute()
}

/** Ends an import and deletes its text. */
export async function finishContactList(
  db: Db,
  load: Pick<ContactList, 'tenant_id' | 'id'>,
  status: 'done' | 'failed',
  document: ContactListDocument,
  now: Date,
): Promise<void> {
  await db
    .updateTable('contact_loads')
    .set({ status, content: null, finished_at: now, document: JSON.stringify(document) })
    .where('tenant_id', '=', load.tenant_id)
    .where('id', '=', load.id)
    .where('status', '=', 'waiting')
    .execute()
}

/** Inserts callbacks and skips duplicates (same number or external id); returns the ids of those inserted. */
export async function insertFresh(tx: Tx, callbacks: readonly NewCallback[]): Promise<Set<string>> {
  if (callbacks.length === 0) return new Set()
  const rows = await tx
    .insertInto('callbacks')
    .values(callbacks.map(rowOf))
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  return new Set(rows.map((row) => row.id))
}

export async function insertRefusals(
  tx: Tx,
  load: Pick<ContactList, 'tenant_id' | 'id'>,
  refusals: readonly ContactListRefusal[],
): Promise<void> {
  if (refusals.length === 0) return
  await tx
    .insertInto('load_refusals')
    .values(refusals.map((r) => ({ tenant_id: load.tenant_id, load_id: load.id, ...r })))
    .execute()
}

export async function listRefusals(
  db: Db,
  tenantId: string,
  loadId: string,
  after: number,
  limit: number,
): Promise<ContactListRefusal[]> {
  return db
    .selectFrom('load_refusals')
    .select(['line', 'code', 'content'])
    .where('tenant_id', '=', tenantId)
    .where('load_id', '=', loadId)
    .where('line', '>', after)
    .orderBy('line')
    .limit(limit)
    .execute()
}
