// SQL shared by all configuration tables: key columns, one document, a version. The caller names the table.
import { sql, type Selectable } from 'kysely'
import type { ResourceTable, Row } from './resource.ts'
import type { Db, Tx } from '../../../platform/database/tx.ts'

// All configuration tables share the columns used here, so the type of one stands for all.
const as = (table: ResourceTable): 'locations' => table as 'locations'

type ListFilter = { column: string; value: string }

export async function listRows(
  db: Db,
  table: ResourceTable,
  tenantId: string,
  options: { after: string | null; limit: number; archived: boolean; filters: readonly ListFilter[] },
): Promise<Row[]> {
  let query = db.selectFrom(as(table)).selectAll().where('tenant_id', '=', tenantId).orderBy('id').limit(options.limit)
  if (!options.archived) query = query.where('archived_at', 'is', null)
  if (options.after !== null) query = query.where('id', '>', options.after)
  for (const { column, value } of options.filters) query = query.where(sql.ref(column), '=', value as never)
  return (await query.execute()) as Selectable<never>[] as Row[]
}

export async function findRow(db: Db, table: ResourceTable, tenantId: string, id: string): Promise<Row | undefined> {
  return await db
    .selectFrom(as(table))
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function findRows(db: Db, table: ResourceTable, tenantId: string, ids: readonly string[]): Promise<Row[]> {
  const query = db
    .selectFrom(as(table))
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val([...ids])}::uuid[])`)
  return (await query.execute()) as Selectable<never>[] as Row[]
}

/** The row with this external id, archived or not; only for tables with that column. */
export async function findRowByExternalId(
  db: Db,
  table: ResourceTable,
  tenantId: string,
  externalId: string,
): Promise<Row | undefined> {
  return await db
    .selectFrom(as(table))
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('external_id', '=', externalId)
    .executeTakeFirst()
}

export async function lockRow(tx: Tx, table: ResourceTable, tenantId: string, id: string): Promise<Row | undefined> {
  return await tx
    .selectFrom(as(table))
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

type NewRow = {
  tenantId: string
  id: string
  columns: Record<string, unknown>
  document: Record<string, unknown>
  now: Date
}

export async function insertRow(tx: Tx, table: ResourceTable, row: NewRow): Promise<Row> {
  const values = {
    tenant_id: row.tenantId,
    id: row.id,
    document: JSON.stringify(row.document),
    created_at: row.now,
    updated_at: row.now,
    ...row.columns,
  }
  return await tx
    .insertInto(as(table))
    .values(values as never)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateRow(tx: Tx, table: ResourceTable, row: NewRow): Promise<Row> {
  return await tx
    .updateTable(as(table))
    .set((eb) => ({
      document: JSON.stringify(row.document),
      updated_at: row.now,
      version: eb('version', '+', 1),
      ...row.columns,
    }))
    .where('tenant_id', '=', row.tenantId)
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function archiveRow(tx: Tx, table: ResourceTable, tenantId: string, id: string, now: Date): Promise<Row> {
  return await tx
    .updateTable(as(table))
    .set((eb) => ({ archived_at: now, updated_at: now, version: eb('version', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Returns those of the given ids that exist and are not archived. */
export async function liveIds(
  db: Db,
  table: ResourceTable,
  tenantId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .selectFrom(as(table))
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val(ids)}::uuid[])`)
    .where('archived_at', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.id))
}
