// All SQL of the audit log. Rows are only inserted; the one change is the number of the seal that an entry gets.
import { sql, type Selectable } from 'kysely'
import type { AuditRow, AuditSealRow } from '../database/people-tables.ts'
import type { Db, Tx } from '../database/tx.ts'

export type AuditEntry = Selectable<AuditRow>

export async function insertAudit(
  db: Db,
  entry: Omit<AuditRow, 'data' | 'seal'> & { data: Record<string, unknown> },
): Promise<void> {
  await db
    .insertInto('audit_entries')
    .values({ ...entry, data: JSON.stringify(entry.data) })
    .execute()
}

export type AuditFilter = {
  actor?: string | undefined
  action?: string | undefined
  subject?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
  before: string | null
  limit: number
}

/** Entries, newest first. */
export async function listAudit(db: Db, tenantId: string, f: AuditFilter): Promise<AuditEntry[]> {
  let query = db.selectFrom('audit_entries').selectAll().where('tenant_id', '=', tenantId)
  if (f.actor) query = query.where('actor', '=', f.actor)
  if (f.action) query = query.where('action', '=', f.action)
  if (f.subject) query = query.where('subject', '=', f.subject)
  if (f.from) query = query.where('at', '>=', f.from)
  if (f.to) query = query.where('at', '<', f.to)
  if (f.before !== null) query = query.where('id', '<', f.before)
  return query.orderBy('id', 'desc').limit(f.limit).execute()
}

export type AuditSeal = Selectable<AuditSealRow>

/** Seals with numbers above `after`, in their order. */
export async function listSeals(db: Db, tenantId: string, after: number, limit: number): Promise<AuditSeal[]> {
  return db
    .selectFrom('audit_seals')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute()
}

/** The latest seal of a tenant; undefined before the first. */
export async function lastSeal(db: Db, tenantId: string): Promise<AuditSeal | undefined> {
  return db
    .selectFrom('audit_seals')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function insertSeal(tx: Tx, seal: AuditSealRow): Promise<void> {
  await tx.insertInto('audit_seals').values(seal).execute()
}

/** Entries of one seal, or with null those that have none yet, by id. */
export async function entriesOfSeal(
  db: Db,
  tenantId: string,
  seal: number | null,
  limit: number,
): Promise<AuditEntry[]> {
  return db
    .selectFrom('audit_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('seal', seal === null ? 'is' : '=', seal)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Gives entries without a seal this one; returns how many there were. */
export async function setSeal(tx: Tx, tenantId: string, ids: readonly string[], seal: number): Promise<number> {
  const rows = await tx
    .updateTable('audit_entries')
    .set({ seal })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val(ids)}::uuid[])`)
    .where('seal', 'is', null)
    .returning('id')
    .execute()
  return rows.length
}
