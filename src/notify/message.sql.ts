// All SQL of messages: written in the transaction that causes them, claimed with a lease, kept as a receipt.
import { sql, type CompiledQuery, type Selectable } from 'kysely'
import type { MessageRow } from '../db/tables.ts'
import type { Db } from '../db/tx.ts'
import type { Mail, NewMessage } from './message.ts'

export type Message = Selectable<MessageRow>
export type MailDocument = Omit<Mail, 'to'> & { fromName: string }

export function insertMessage(db: Db, message: NewMessage): CompiledQuery {
  const { to, ...document } = message.mail
  return db
    .insertInto('messages')
    .values({
      tenant_id: message.tenantId,
      id: message.id,
      channel: 'email',
      template: message.template,
      language: message.language,
      subject_id: message.subjectId,
      recipient: to,
      document: JSON.stringify(document),
      due_at: new Date(message.now),
      created_at: new Date(message.now),
    })
    .compile()
}

/** How many messages of a template, or of any, were written to the recipient since `since`. */
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

/** Takes up to `limit` due messages of one tenant until `lease`; whoever else asks meanwhile gets others. */
export async function claimMessages(
  db: Db,
  tenantId: string,
  now: Date,
  lease: Date,
  limit: number,
): Promise<Message[]> {
  const { rows } = await sql<Message>`
    update messages m set due_at = ${lease}, attempts = m.attempts + 1
     where m.tenant_id = ${tenantId} and m.id = any(array(
       select d.id from messages d
        where d.tenant_id = ${tenantId} and d.status = 'queued' and d.due_at <= ${now}
        order by d.due_at limit ${limit} for update skip locked))
    returning m.*`.execute(db)
  return rows
}

export async function settleMessage(
  db: Db,
  tenantId: string,
  id: string,
  change: Partial<Pick<Message, 'status' | 'sent_at' | 'failure' | 'provider_id' | 'due_at'>>,
): Promise<void> {
  await db.updateTable('messages').set(change).where('tenant_id', '=', tenantId).where('id', '=', id).execute()
}

/** Messages before the id `before`, newest first. */
export async function listMessages(
  db: Db,
  tenantId: string,
  filter: { before: string | null; status: Message['status'] | undefined; limit: number },
): Promise<Message[]> {
  let query = db.selectFrom('messages').selectAll().where('tenant_id', '=', tenantId)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.before !== null) query = query.where('id', '<', filter.before)
  return query.orderBy('id', 'desc').limit(filter.limit).execute()
}
