// All SQL for webhooks: subscriptions, and the log of notices sent to each.
import { sql, type Selectable } from 'kysely'
import type { WebhookDeliveryRow, WebhookRow } from '../../platform/database/message-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type Subscription = Selectable<WebhookRow>
export type WebhookDelivery = Selectable<WebhookDeliveryRow>

export async function insertWebhook(
  db: Db,
  w: {
    tenantId: string
    id: string
    url: string
    types: readonly string[]
    owner: string
    description: string | null
    now: Date
  },
): Promise<Subscription> {
  return db
    .insertInto('webhooks')
    .values({
      tenant_id: w.tenantId,
      id: w.id,
      url: w.url,
      types: [...w.types],
      owner: w.owner,
      description: w.description,
      created_at: w.now,
      updated_at: w.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findWebhook(db: Db, tenantId: string, id: string): Promise<Subscription | undefined> {
  return db.selectFrom('webhooks').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst()
}

export async function listWebhooks(db: Db, tenantId: string): Promise<Subscription[]> {
  return db.selectFrom('webhooks').selectAll().where('tenant_id', '=', tenantId).orderBy('id').execute()
}

export async function activeWebhooks(db: Db, tenantId: string): Promise<Subscription[]> {
  return db
    .selectFrom('webhooks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'active')
    .orderBy('id')
    .execute()
}

/** Changes a subscription; when `version` is given, only if it is the current version. */
export async function updateWebhook(
  db: Db,
  tenantId: string,
  id: string,
  change: Partial<
    Pick<Subscription, 'url' | 'types' | 'status' | 'owner' | 'description' | 'failing_since' | 'failure'>
  >,
  now: Date,
  version: number | null = null,
): Promise<Subscription | undefined> {
  let query = db
    .updateTable('webhooks')
    .set((eb) => ({ ...change, version: eb('version', '+', 1), updated_at: now }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
  if (version !== null) query = query.where('version', '=', version)
  return query.returningAll().executeTakeFirst()
}

/** Records that a subscription fails (since `now`, if it did not fail before) or works again; keeps its version. */
export async function noteHealth(
  db: Db,
  tenantId: string,
  id: string,
  failure: string | null,
  now: Date,
): Promise<void> {
  await (
    failure === null
      ? sql`update webhooks set failing_since = null, failure = null
           where tenant_id = ${tenantId} and id = ${id} and failing_since is not null`
      : sql`update webhooks set failing_since = coalesce(failing_since, ${now}::timestamptz), failure = ${failure}
           where tenant_id = ${tenantId} and id = ${id}`
  ).execute(db)
}

export async function dropWebhook(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  await tx.deleteFrom('webhook_deliveries').where('tenant_id', '=', tenantId).where('webhook_id', '=', id).execute()
  const { numDeletedRows } = await tx
    .deleteFrom('webhooks')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

type NewWebhookDelivery = {
  tenantId: string
  id: string
  webhookId: string
  eventId: string
  subjectId: string
  type: string
  body: string
  now: Date
}

export async function insertNotices(tx: Tx, notices: readonly NewWebhookDelivery[]): Promise<void> {
  await tx
    .insertInto('webhook_deliveries')
    .values(
      notices.map((n) => ({
        tenant_id: n.tenantId,
        id: n.id,
        webhook_id: n.webhookId,
        event_id: n.eventId,
        subject_id: n.subjectId,
        type: n.type,
        body: n.body,
        created_at: n.now,
      })),
    )
    .execute()
}

export async function findNotice(db: Db, tenantId: string, id: string): Promise<WebhookDelivery | undefined> {
  return db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function settleNotice(
  db: Db | Tx,
  tenantId: string,
  id: string,
  change: Partial<Omit<WebhookDelivery, 'tenant_id' | 'id'>>,
): Promise<void> {
  await db
    .updateTable('webhook_deliveries')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Lists notices of a subscription with ids below `before`, newest first. */
export async function listNotices(
  db: Db,
  tenantId: string,
  f: { webhookId: string; status?: WebhookDelivery['status'] | undefined; before: string | null; limit: number },
): Promise<WebhookDelivery[]> {
  let query = db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('webhook_id', '=', f.webhookId)
  if (f.status) query = query.where('status', '=', f.status)
  if (f.before !== null) query = query.where('id', '<', f.before)
  return query.orderBy('id', 'desc').limit(f.limit).execute()
}

/** Makes parked notices pending again, one by id or all of a subscription; returns them in the order of their events. */
export async function reviveNotices(
  tx: Tx,
  tenantId: string,
  webhookId: string,
  id: string | null,
  limit: number,
): Promise<Pick<WebhookDelivery, 'id' | 'subject_id'>[]> {
  let parked = tx
    .selectFrom('webhook_deliveries')
    .select(['id', 'subject_id'])
    .where('tenant_id', '=', tenantId)
    .where('webhook_id', '=', webhookId)
  // A notice given by id is sent again in any status except pending.
  parked =
    id === null ? parked.where('status', '=', 'parked') : parked.where('id', '=', id).where('status', '<>', 'pending')
  const rows = await parked.orderBy('id').limit(limit).forUpdate().execute()
  if (rows.length === 0) return []
  await tx
    .updateTable('webhook_deliveries')
    .set({ status: 'pending', attempts: 0, failure: null, settled_at: null })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val(rows.map((row) => row.id))}::uuid[])`)
    .execute()
  return rows
}

/** Deletes settled notices created before `before`; returns how many. */
export async function forgetNotices(db: Db, tenantId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    delete from webhook_deliveries d where d.tenant_id = ${tenantId} and d.id = any(array(
      select e.id from webhook_deliveries e
       where e.tenant_id = ${tenantId} and e.created_at < ${before} and e.status <> 'pending' limit ${limit}))
    returning d.id`.execute(db)
  return rows.length
}

/** Empties the stored bodies of deliveries about these subjects (appointments, callbacks). */
export async function eraseBodies(tx: Tx, tenantId: string, subjectIds: readonly string[]): Promise<void> {
  await sql`
    update webhook_deliveries set body = '{}'
     where tenant_id = ${tenantId} and subject_id = any(${sql.val(subjectIds)}::uuid[])`.execute(tx)
}
