// SQL of merged contacts: their rows move to the one that stays, and back.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { Row } from '../catalogue/records/resource.ts'

/** Tables whose rows belong to a contact. */
const OF_CONTACTS = [
  ...(['appointments', 'callbacks', 'messages', 'waiting_entries', 'contact_notes', 'consents'] as const),
  ...(['script_runs', 'inbound_messages'] as const),
] as const satisfies readonly string[]

type Belongings = Partial<Record<(typeof OF_CONTACTS)[number], string[]>>

/** Moves all rows of one contact to another; returns the ids of the rows by table. */
export async function handOver(tx: Tx, tenantId: string, from: string, to: string): Promise<Belongings> {
  const moved: Belongings = {}
  for (const table of OF_CONTACTS) {
    const rows = await tx
      .updateTable(table as 'contact_notes')
      .set({ contact_id: to })
      .where('tenant_id', '=', tenantId)
      .where('contact_id', '=', from)
      .returning('id')
      .execute()
    if (rows.length > 0) moved[table] = rows.map((row) => row.id)
  }
  return moved
}

/** Moves the listed rows back, if they still belong to `from`. */
export async function moveRowsBack(
  tx: Tx,
  tenantId: string,
  moved: Belongings,
  from: string,
  to: string,
): Promise<void> {
  for (const table of OF_CONTACTS)
    await tx
      .updateTable(table as 'contact_notes')
      .set({ contact_id: to })
      .where('tenant_id', '=', tenantId)
      .where('contact_id', '=', from)
      .where('id', '=', sql<string>`any(${sql.val(moved[table] ?? [])}::uuid[])`)
      .execute()
}

/** Moves contacts merged into `from` to `to`; returns their ids. */
export async function repoint(tx: Tx, tenantId: string, from: string, to: string): Promise<string[]> {
  const rows = await tx
    .updateTable('contacts')
    .set({ merged_into: to })
    .where('tenant_id', '=', tenantId)
    .where('merged_into', '=', from)
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

/**
 * Archives a merged contact; its phone, e-mail, name and external id still lead to the kept contact. Values that the kept contact
 * takes over (`given`) are cleared here, because they must be unique.
 */
export async function endMerged(
  tx: Tx,
  tenantId: string,
  id: string,
  into: string,
  now: Date,
  given: { identity: boolean; externalId: boolean },
): Promise<void> {
  await tx
    .updateTable('contacts')
    .set((eb) => ({
      merged_into: into,
      archived_at: now,
      updated_at: now,
      ...(given.identity ? { identity: null } : {}),
      ...(given.externalId ? { external_id: null } : {}),
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Restores a merged contact and merges its former parts into it again. */
export async function revive(
  tx: Tx,
  tenantId: string,
  id: string,
  own: { identity: string | null; externalId: string | null },
  parts: readonly string[],
  now: Date,
): Promise<void> {
  await tx
    .updateTable('contacts')
    .set((eb) => ({
      merged_into: null,
      archived_at: null,
      updated_at: now,
      identity: own.identity,
      external_id: own.externalId,
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
  await tx
    .updateTable('contacts')
    .set({ merged_into: id })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val(parts)}::uuid[])`)
    .execute()
}

type Merge = {
  id: string
  kept_id: string
  other_id: string
  moved: Moved
  filled: string[]
  undone_at: Date | null
}

/** Ids of moved rows by table; `contacts`: contacts that were merged into the other one before. */
type Moved = Belongings & { contacts?: string[] }

export async function insertMerge(
  tx: Tx,
  tenantId: string,
  m: Pick<Merge, 'id' | 'kept_id' | 'other_id' | 'moved' | 'filled'> & { now: Date },
): Promise<void> {
  await tx
    .insertInto('contact_merges')
    .values({
      tenant_id: tenantId,
      id: m.id,
      kept_id: m.kept_id,
      other_id: m.other_id,
      moved: JSON.stringify(m.moved),
      filled: JSON.stringify(m.filled),
      created_at: m.now,
    })
    .execute()
}

/** Locks and returns the merge that archived a contact; undefined when there is none or it was undone. */
export async function lockMerge(tx: Tx, tenantId: string, otherId: string): Promise<Merge | undefined> {
  const row = await tx
    .selectFrom('contact_merges')
    .select(['id', 'kept_id', 'other_id', 'moved', 'filled', 'undone_at'])
    .where('tenant_id', '=', tenantId)
    .where('other_id', '=', otherId)
    .where('undone_at', 'is', null)
    .orderBy('id', 'desc')
    .forUpdate()
    .executeTakeFirst()
  return row
}

export async function endMerge(tx: Tx, tenantId: string, id: string, now: Date): Promise<void> {
  await tx
    .updateTable('contact_merges')
    .set({ undone_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Contacts merged into a contact (at most 50): their phones and addresses also belong to it. */
export async function partsOf(db: Db, tenantId: string, id: string): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select c.* from contacts c
     where c.tenant_id = ${tenantId} and c.merged_into = ${id} and c.erased_at is null order by c.id limit 50`.execute(
    db,
  )
  return rows
}
