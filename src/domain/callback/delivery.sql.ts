// All SQL for deliveries: callbacks pushed to queues, and their withdrawals.
import { sql, type Selectable } from 'kysely'
import type { Callback } from './callback.sql.ts'
import type { DeliveryRow } from '../../platform/database/tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type Delivery = Selectable<DeliveryRow>

/** Inserts the deliveries of one message; from `until` on, another process may send them. */
export async function insertDeliveries(
  tx: Tx,
  tenantId: string,
  campaignId: string,
  batchId: string,
  items: readonly { id: string; callbackId: string }[],
  now: Date,
  until: Date,
): Promise<void> {
  await sql`
    insert into deliveries (tenant_id, campaign_id, batch_id, kind, attempts, due_at, document, created_at, id, callback_id)
    select ${tenantId}, ${campaignId}, ${batchId}, 'contact', 1, ${until}, '{}', ${now}, u.id, u.callback_id
      from unnest(${items.map((i) => i.id)}::uuid[], ${items.map((i) => i.callbackId)}::uuid[]) as u (id, callback_id)`.execute(
    tx,
  )
}

/** Withdraws a callback from its queue: drops an unsent delivery, and queues a withdrawal for the receiver. */
export async function withdraw(
  tx: Tx,
  c: Callback,
  { id, now, reason }: { id: string; now: Date; reason: string },
): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ status: 'dropped', settled_at: now })
    .where('tenant_id', '=', c.tenant_id)
    .where('id', '=', c.delivery_id)
    .where('status', 'in', ['pending', 'parked'])
    .execute()
  await tx
    .insertInto('deliveries')
    .values({
      tenant_id: c.tenant_id,
      id,
      campaign_id: c.campaign_id,
      callback_id: c.id,
      kind: 'withdrawal',
      batch_id: id,
      due_at: now,
      document: JSON.stringify({ deliveryId: c.delivery_id, code: c.code, reason }),
      created_at: now,
    })
    .execute()
}

/** Claims due deliveries of a campaign until `until`, oldest first. Their batch ids group them into the messages sent before. */
export async function claimDeliveries(
  db: Db,
  tenantId: string,
  campaignId: string,
  now: Date,
  until: Date,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await sql<Delivery>`
    update deliveries d set due_at = ${until}, attempts = d.attempts + 1
     where d.tenant_id = ${tenantId} and d.id = any(array(
       select e.id from deliveries e
        where e.tenant_id = ${tenantId} and e.campaign_id = ${campaignId} and e.status = 'pending' and e.due_at <= ${now}
        order by e.due_at, e.id limit ${limit} for update skip locked))
    returning d.*`.execute(db)
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Settles those of the deliveries that are still pending. */
export async function settleDeliveries(
  db: Db,
  tenantId: string,
  ids: readonly string[],
  change: { status: 'delivered' | 'parked' | 'dropped'; failure: string | null; at: Date },
): Promise<void> {
  if (ids.length === 0) return
  await db
    .updateTable('deliveries')
    .set({ status: change.status, failure: change.failure, settled_at: change.at })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val(ids)}::uuid[])`)
    .where('status', '=', 'pending')
    .execute()
}

/** Makes them due again at `due`; each in a message of its own when `isSplit`. `isTried` = false: this attempt does not count. */
export async function postponeDeliveries(
  db: Db,
  tenantId: string,
  ids: readonly string[],
  change: { due: Date; failure: string; isSplit: boolean; isTried: boolean },
): Promise<void> {
  if (ids.length === 0) return
  await db
    .updateTable('deliveries')
    .set((eb) => ({
      due_at: change.due,
      failure: change.failure,
      ...(change.isSplit ? { batch_id: eb.ref('id') } : {}),
      ...(change.isTried ? {} : { attempts: eb('attempts', '-', 1) }),
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val(ids)}::uuid[])`)
    .where('status', '=', 'pending')
    .execute()
}

/** Parks deliveries that were tried `most` times, under the code of their last failure. */
export async function parkTired(
  db: Db,
  tenantId: string,
  ids: readonly string[],
  most: number,
  now: Date,
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ status: 'parked', settled_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sql<string>`any(${sql.val(ids)}::uuid[])`)
    .where('status', '=', 'pending')
    .where('attempts', '>=', most)
    .execute()
}

/** The earliest due instant of the campaign's pending deliveries, epoch ms; null = none. */
export async function earliestDelivery(db: Db, tenantId: string, campaignId: string): Promise<number | null> {
  const row = await db
    .selectFrom('deliveries')
    .select('due_at')
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('status', '=', 'pending')
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  return row ? row.due_at.getTime() : null
}

type DeliveryFilter = {
  campaignId?: string | undefined
  callbackId?: string | undefined
  status?: Delivery['status'] | undefined
  before: string | null
  limit: number
}

/** Lists deliveries with ids below `before`, newest first. */
export async function listDeliveries(db: Db, tenantId: string, f: DeliveryFilter): Promise<Delivery[]> {
  let query = db.selectFrom('deliveries').selectAll().where('tenant_id', '=', tenantId)
  if (f.campaignId) query = query.where('campaign_id', '=', f.campaignId)
  if (f.callbackId) query = query.where('callback_id', '=', f.callbackId)
  if (f.status) query = query.where('status', '=', f.status)
  if (f.before !== null) query = query.where('id', '<', f.before)
  return query.orderBy('id', 'desc').limit(f.limit).execute()
}

/** Makes parked deliveries pending again: one, or all of a campaign. Returns how many. */
export async function replay(
  db: Db,
  tenantId: string,
  which: { id: string } | { campaignId: string },
  now: Date,
): Promise<number> {
  let query = db
    .updateTable('deliveries')
    .set({ status: 'pending', attempts: 0, due_at: now, failure: null, settled_at: null })
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'parked')
  query = 'id' in which ? query.where('id', '=', which.id) : query.where('campaign_id', '=', which.campaignId)
  return Number((await query.executeTakeFirstOrThrow()).numUpdatedRows)
}

/** The kind of the campaign's connector, read in this transaction. */
export async function connectorOf(tx: Tx, tenantId: string, campaignId: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('campaigns')
    .select('connector')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', campaignId)
    .executeTakeFirst()
  return row?.connector
}

export async function statusOf(tx: Tx, tenantId: string, id: string): Promise<Delivery['status'] | undefined> {
  const row = await tx
    .selectFrom('deliveries')
    .select('status')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.status
}

/** Pushing campaigns of all tenants, or of one: a hint where to look for work. */
export async function pushingCampaigns(
  db: Db,
  tenantId: string | null = null,
): Promise<{ tenantId: string; campaignId: string; connector: string; externalId: string | null }[]> {
  let query = db
    .selectFrom('campaigns')
    .select(['tenant_id', 'id', 'connector', 'external_id'])
    .where('connector', '<>', 'pull')
    .where('archived_at', 'is', null)
  if (tenantId !== null) query = query.where('tenant_id', '=', tenantId)
  const rows = await query.execute()
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    campaignId: row.id,
    connector: row.connector,
    externalId: row.external_id,
  }))
}
