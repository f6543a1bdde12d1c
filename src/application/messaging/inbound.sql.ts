// All SQL of messages that citizens send to the office.
import type { Selectable } from 'kysely'
import type { InboundMessageRow } from '../../platform/database/contact-screen-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type InboundMessage = Selectable<InboundMessageRow>
export type InboundDocument = { subject?: string; text: string }

type NewInbound = {
  tenantId: string
  id: string
  channel: string
  sender: string
  contactId: string | null
  replyTo: string | null
  ownerId: string | null
  dedupeKey: string | null
  document: InboundDocument
  now: Date
}

/** Writes a message that came in; false when it came before. */
export async function insertInbound(tx: Tx, m: NewInbound): Promise<boolean> {
  const row = await tx
    .insertInto('inbound_messages')
    .values({
      tenant_id: m.tenantId,
      id: m.id,
      channel: m.channel,
      sender: m.sender,
      contact_id: m.contactId,
      reply_to: m.replyTo,
      owner_id: m.ownerId,
      dedupe_key: m.dedupeKey,
      document: JSON.stringify(m.document),
      created_at: m.now,
      updated_at: m.now,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'dedupe_key']).where('dedupe_key', 'is not', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function findInbound(db: Db, tenantId: string, id: string): Promise<InboundMessage | undefined> {
  return db
    .selectFrom('inbound_messages')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

type InboundFilter = {
  before: string | null
  status?: InboundMessage['status'] | undefined
  /** Answered or closed. */
  finished?: boolean | undefined
  contactId?: string | undefined
  ownerId?: string | undefined
  limit: number
}

/** Messages with ids below `before`, newest first. */
export async function listInbound(db: Db, tenantId: string, f: InboundFilter): Promise<InboundMessage[]> {
  let query = db.selectFrom('inbound_messages').selectAll().where('tenant_id', '=', tenantId)
  if (f.status) query = query.where('status', '=', f.status)
  if (f.finished) query = query.where('status', '<>', 'open')
  if (f.ownerId) query = query.where('owner_id', '=', f.ownerId)
  if (f.contactId) query = query.where('contact_id', '=', f.contactId)
  if (f.before !== null) query = query.where('id', '<', f.before)
  return query.orderBy('id', 'desc').limit(f.limit).execute()
}

/** Changes state, owner or contact; undefined when there is no such message. */
export async function changeInbound(
  db: Db,
  tenantId: string,
  id: string,
  change: Partial<Pick<InboundMessage, 'status' | 'owner_id' | 'contact_id'>>,
  now: Date,
): Promise<InboundMessage | undefined> {
  return db
    .updateTable('inbound_messages')
    .set({ ...change, updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

/** All open messages of a contact count as answered. */
export async function answerOpen(tx: Tx, tenantId: string, contactId: string, now: Date): Promise<void> {
  await tx
    .updateTable('inbound_messages')
    .set({ status: 'answered', updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .where('status', '=', 'open')
    .execute()
}

/** Empties what a contact has written; when it came stays. */
export async function eraseInbound(tx: Tx, tenantId: string, contactId: string, now: Date): Promise<void> {
  await tx
    .updateTable('inbound_messages')
    .set({ sender: '', document: '{"text":""}', updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .execute()
}
