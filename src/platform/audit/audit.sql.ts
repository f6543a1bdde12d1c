// All SQL of the audit log. Rows are only inserted, never changed.
import type { Selectable } from 'kysely'
import type { AuditRow } from '../database/people-tables.ts'
import type { Db } from '../database/tx.ts'

export type AuditEntry = Selectable<AuditRow>

export async function insertAudit(
  db: Db,
  entry: Omit<AuditRow, 'data'> & { data: Record<string, unknown> },
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
