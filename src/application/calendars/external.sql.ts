// All SQL for external calendars of agents, and the busy time read from them.
import { sql, type Selectable } from 'kysely'
import type { ExternalCalendarRow } from '../../platform/database/tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type External = Selectable<ExternalCalendarRow>
/** Access data of the calendar; the URL may be a secret too. */
export type ExternalAccess = { url: string; username?: string; password?: string }
/** `sealed`: the access data, encrypted by the vault. */
export type ExternalDocument = { host: string; sealed: string; isWritten?: boolean }

export async function insertExternal(
  tx: Tx,
  e: { tenantId: string; id: string; agentId: string; kind: External['kind']; document: ExternalDocument; now: Date },
): Promise<External> {
  return tx
    .insertInto('external_calendars')
    .values({
      tenant_id: e.tenantId,
      id: e.id,
      agent_id: e.agentId,
      kind: e.kind,
      document: JSON.stringify(e.document),
      created_at: e.now,
      updated_at: e.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findExternal(db: Db, tenantId: string, id: string): Promise<External | undefined> {
  return db
    .selectFrom('external_calendars')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Locks the calendar until the end of the transaction, so that it is not removed; false when it does not exist. */
export async function lockExternal(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const row = await tx
    .selectFrom('external_calendars')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

export async function listExternal(db: Db, tenantId: string, agentId: string | null): Promise<External[]> {
  let query = db.selectFrom('external_calendars').selectAll().where('tenant_id', '=', tenantId)
  if (agentId !== null) query = query.where('agent_id', '=', agentId)
  return query.orderBy('id').limit(1_000).execute()
}

export async function noteRead(
  db: Db | Tx,
  tenantId: string,
  id: string,
  change: Partial<
    Pick<External, 'etag' | 'last_modified' | 'updated_at' | 'read_at' | 'failing_since' | 'failure' | 'warned_at'>
  >,
): Promise<void> {
  await db
    .updateTable('external_calendars')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Replaces the busy time of a calendar if it differs; returns whether it did. `spans`: disjoint, epoch ms. */
export async function replaceBusy(tx: Tx, e: External, spans: readonly number[]): Promise<boolean> {
  const before = await tx
    .selectFrom('external_busy')
    .select(['starts_at', 'ends_at'])
    .where('tenant_id', '=', e.tenant_id)
    .where('calendar_id', '=', e.id)
    .orderBy('starts_at')
    .execute()
  const old = before.flatMap((row) => [row.starts_at.getTime(), row.ends_at.getTime()])
  if (old.length === spans.length && old.every((at, i) => at === spans[i])) return false
  await tx.deleteFrom('external_busy').where('tenant_id', '=', e.tenant_id).where('calendar_id', '=', e.id).execute()
  const starts = spans.filter((_, i) => i % 2 === 0).map((at) => new Date(at))
  const ends = spans.filter((_, i) => i % 2 === 1).map((at) => new Date(at))
  if (starts.length > 0)
    await sql`
      insert into external_busy (tenant_id, calendar_id, agent_id, starts_at, ends_at)
      select ${e.tenant_id}, ${e.id}, ${e.agent_id}, u.starts_at, u.ends_at
        from unnest(${starts}::timestamptz[], ${ends}::timestamptz[]) as u (starts_at, ends_at)`.execute(tx)
  return true
}

export async function dropExternal(tx: Tx, e: External): Promise<void> {
  await tx.deleteFrom('external_busy').where('tenant_id', '=', e.tenant_id).where('calendar_id', '=', e.id).execute()
  await tx.deleteFrom('external_calendars').where('tenant_id', '=', e.tenant_id).where('id', '=', e.id).execute()
}
