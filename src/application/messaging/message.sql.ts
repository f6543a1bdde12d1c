// All SQL for messages: written in the transaction that causes them, kept as a record.
import { sql, type Selectable } from 'kysely'
import type { MessageRow } from '../../platform/database/message-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { NewMessage } from './message.ts'

export type Message = Selectable<MessageRow>

/** Writes a message; false when one with the same dedupe key exists. */
export async function insertMessage(tx: Tx, m: NewMessage): Promise<boolean> {
  const row = await tx
    .insertInto('messages')
    .values({
      tenant_id: m.tenantId,
      id: m.id,
      channel: m.channel,
      template: m.template,
      language: m.language,
      subject_id: m.subjectId,
      contact_id: m.contactId,
      recipient: m.recipient,
      document: JSON.stringify(m.document),
      status: m.withheld?.status ?? 'queued',
      failure: m.withheld?.failure ?? null,
      due_at: new Date(m.due),
      expires_at: m.expires === null ? null : new Date(m.expires),
      dedupe_key: m.dedupeKey,
      created_at: new Date(m.now),
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'dedupe_key']).where('dedupe_key', 'is not', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Counts messages of a template (null = any) to the recipient since `since`. */
export async function countMessages(
  db: Db,
  tenantId: string,
  recipient: string,
  template: string | null,
  since: Date,
): Promise<number> {
  let query = db
    .selectFrom('messages')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('tenant_id', '=', tenantId)
    .where((eb) => eb(eb.fn<string>('lower', ['recipient']), '=', recipient.toLowerCase()))
    .where('created_at', '>=', since)
  if (template !== null) query = query.where('template', '=', template)
  return Number((await query.executeTakeFirstOrThrow()).n)
}

export async function findMessage(db: Db, tenantId: string, id: string): Promise<Message | undefined> {
  return db.selectFrom('messages').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst()
}

/** A message, with the reason for which its recipient is suppressed, if any. */
export async function findToSend(
  db: Db,
  tenantId: string,
  id: string,
): Promise<(Message & { reason: string | null }) | undefined> {
  const { rows } = await sql<Message & { reason: string | null }>`
    select m.*, (select s.reason from suppressions s
                  where s.tenant_id = ${tenantId} and s.channel = m.channel and s.address = lower(m.recipient)) as reason
      from messages m where m.tenant_id = ${tenantId} and m.id = ${id}`.execute(db)
  return rows[0]
}

/** Finds a message by the id that its provider gave it. */
export async function findByProviderId(db: Db, tenantId: string, providerId: string): Promise<Message | undefined> {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('provider_id', '=', providerId)
    .executeTakeFirst()
}

/** The last messages to a recipient over a channel since `since`, newest first. */
export async function lastTo(
  db: Db,
  tenantId: string,
  channel: string,
  recipient: string,
  since: Date,
): Promise<Message[]> {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('channel', '=', channel)
    .where((eb) => eb(eb.fn<string>('lower', ['recipient']), '=', recipient.toLowerCase()))
    .where('created_at', '>=', since)
    .orderBy('id', 'desc')
    .limit(20)
    .execute()
}

/** The latest version of an appointment that a message about a move states, if one was sent or waits to be; else undefined. */
export async function lastToldMove(db: Db, tenantId: string, appointmentId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(sql<number | null>`max((document->>'version')::float8)`.as('version'))
    .where('tenant_id', '=', tenantId)
    .where('subject_id', '=', appointmentId)
    .where('template', '=', 'moved')
    .where('status', 'in', ['queued', 'sent', 'delivered'])
    .executeTakeFirst()
  return row?.version ?? undefined
}

/** Changes a message whose status is one of `from`; false when it is not. */
export async function settleMessage(
  db: Db | Tx,
  tenantId: string,
  id: string,
  from: readonly Message['status'][],
  change: Partial<Pick<Message, 'status' | 'sent_at' | 'failure' | 'provider_id' | 'attempts'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('messages')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('status', 'in', from)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Drops the message with this dedupe key if it was not sent yet; returns whether there was one. */
export async function dropQueued(tx: Tx, tenantId: string, dedupeKey: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('messages')
    .set({ status: 'dropped', failure: 'withheld' })
    .where('tenant_id', '=', tenantId)
    .where('dedupe_key', '=', dedupeKey)
    .where('status', '=', 'queued')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

type MessageFilter = {
  before: string | null
  status?: Message['status'] | undefined
  subjectId?: string | undefined
  contactId?: string | undefined
  limit: number
}

/** Lists messages with ids below `before`, newest first. */
export async function listMessages(db: Db, tenantId: string, f: MessageFilter): Promise<Message[]> {
  let query = db.selectFrom('messages').selectAll().where('tenant_id', '=', tenantId)
  if (f.status) query = query.where('status', '=', f.status)
  if (f.subjectId) query = query.where('subject_id', '=', f.subjectId)
  if (f.contactId) query = query.where('contact_id', '=', f.contactId)
  if (f.before !== null) query = query.where('id', '<', f.before)
  return query.orderBy('id', 'desc').limit(f.limit).execute()
}

/** Erases content and recipient of old messages; the record of sending stays. Returns how many. */
export async function eraseOld(db: Db, tenantId: string, before: Date, now: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    update messages m set document = '{}', recipient = '', erased_at = ${now}
     where m.tenant_id = ${tenantId} and m.id = any(array(
       select d.id from messages d
        where d.tenant_id = ${tenantId} and d.created_at < ${before} and d.erased_at is null and d.status <> 'queued'
        order by d.created_at limit ${limit}))
    returning m.id`.execute(db)
  return rows.length
}

/** Empties all messages to a contact: address and text; what was sent when stays. */
export async function eraseMessagesTo(tx: Tx, tenantId: string, contactId: string, now: Date): Promise<void> {
  await tx
    .updateTable('messages')
    .set({ recipient: '', document: '{}', erased_at: now })
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .execute()
}
