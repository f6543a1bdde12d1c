// SQL of consents, of the export of one person's data, and of anonymisation.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type Consent = {
  id: string
  purpose: string
  isGiven: boolean
  wording: string | null
  source: string
  at: Date
}

export async function insertConsent(db: Db, tenantId: string, contactId: string, c: Consent): Promise<void> {
  await db
    .insertInto('consents')
    .values({
      tenant_id: tenantId,
      id: c.id,
      contact_id: contactId,
      purpose: c.purpose,
      is_given: c.isGiven,
      wording: c.wording,
      source: c.source,
      created_at: c.at,
    })
    .execute()
}

export async function listConsents(db: Db, tenantId: string, contactId: string): Promise<Consent[]> {
  return db
    .selectFrom('consents')
    .select(['id', 'purpose', 'is_given as isGiven', 'wording', 'source', 'created_at as at'])
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .orderBy('id', 'desc')
    .execute()
}

/** All columns of a contact's rows in one table; at most 5,000 rows. */
const rowsOf = (
  db: Db,
  table: 'appointments' | 'callbacks' | 'messages' | 'waiting_entries' | 'contact_notes' | 'consents',
  tenantId: string,
  contactId: string,
) =>
  db
    .selectFrom(table as 'contact_notes')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .orderBy('id')
    .limit(5_000)
    .execute() as Promise<Record<string, unknown>[]>

export async function everythingOf(
  db: Db,
  tenantId: string,
  contactId: string,
): Promise<Record<string, Record<string, unknown>[]>> {
  const tables = ['appointments', 'callbacks', 'messages', 'waiting_entries', 'contact_notes', 'consents'] as const
  const found: Record<string, Record<string, unknown>[]> = {}
  for (const table of tables) found[table] = await rowsOf(db, table, tenantId, contactId)
  const subjects = [...found.appointments!, ...found.callbacks!].map((row) => row.id as string)
  found.events =
    subjects.length === 0
      ? []
      : await db
          .selectFrom('events')
          .select(['subject_id', 'type', 'at', 'data'])
          .where('tenant_id', '=', tenantId)
          .where('subject_id', 'in', subjects.slice(0, 5_000))
          .orderBy('id')
          .limit(20_000)
          .execute()
  return found
}

/** Whether the person has a future appointment or an open callback. */
export async function hasOpen(db: Db, tenantId: string, contactId: string, now: Date): Promise<boolean> {
  const { rows } = await sql<{ is_open: boolean }>`
    select exists (select 1 from appointments a where a.tenant_id = ${tenantId} and a.contact_id = ${contactId}
                     and a.status in ('pending', 'confirmed') and a.ends_at > ${now})
        or exists (select 1 from callbacks c where c.tenant_id = ${tenantId} and c.contact_id = ${contactId}
                     and c.status in ('scheduled', 'queued', 'in_progress')) as is_open`.execute(db)
  return rows[0]!.is_open
}

/** Ids of a contact's appointments and callbacks, to which histories and deliveries refer. */
const subjectsOf = (tenantId: string, contactId: string) => sql`
  select a.id from appointments a where a.tenant_id = ${tenantId} and a.contact_id = ${contactId}
  union all select c.id from callbacks c where c.tenant_id = ${tenantId} and c.contact_id = ${contactId}`

/** Anonymises a person in all tables. Counts in reports stay; the contact remains, with an empty name. */
export async function anonymise(
  tx: Tx,
  tenantId: string,
  contactId: string,
  phone: string | null,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('contacts')
    .set((eb) => ({
      first_name: '–',
      last_name: '–',
      email: null,
      phone: null,
      external_id: null,
      identity: null,
      document: '{}',
      erased_at: now,
      archived_at: eb.fn.coalesce('archived_at', eb.val(now)),
      updated_at: now,
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', tenantId)
    // Contacts merged into this one are the same person.
    .where((eb) => eb.or([eb('id', '=', contactId), eb('merged_into', '=', contactId)]))
    .execute()
  await sql`
    update appointments set document = document - 'answers' - 'notes' - 'locale'
             || case when jsonb_exists(document, 'rating') then jsonb_build_object('rating', (document->'rating') - 'comment') else '{}'::jsonb end
             || case when jsonb_exists(document, 'outcome') then jsonb_build_object('outcome', (document->'outcome') - 'note') else '{}'::jsonb end
             || case when jsonb_exists(document, 'cancellation')
                  then jsonb_build_object('cancellation', (document->'cancellation') - 'reason') else '{}'::jsonb end,
           external_id = null, manage_hash = null, updated_at = ${now}, version = version + 1
     where tenant_id = ${tenantId} and contact_id = ${contactId}`.execute(tx)
  await sql`
    update callbacks set number = '', external_id = null, updated_at = ${now}, version = version + 1,
           document = document - 'reason' - 'numbers' - 'data' - 'cancellation' || '{"data": {}, "numbers": []}'::jsonb
     where tenant_id = ${tenantId} and contact_id = ${contactId}
       and status not in ('scheduled', 'queued', 'in_progress')`.execute(tx)
  // Copies of personal data: bodies sent to other systems, answers stored for retries, reasons on the do-not-call list.
  await sql`
    update webhook_deliveries w set body = '{}'
     where w.tenant_id = ${tenantId} and w.subject_id in (${subjectsOf(tenantId, contactId)})`.execute(tx)
  await sql`
    delete from idempotency_keys k where k.tenant_id = ${tenantId} and position(${contactId} in k.body) > 0`.execute(tx)
  if (phone !== null)
    await tx
      .updateTable('do_not_call')
      .set({ reason: null })
      .where('tenant_id', '=', tenantId)
      .where('number', '=', phone)
      .execute()
  // Histories keep event and time, but lose free text.
  await sql`
    update events e set data = e.data - 'reason' - 'note' - 'number' - 'numbers' - 'comment' - 'summary' - 'notes' - 'answers' - 'data' - 'contact'
     where e.tenant_id = ${tenantId} and e.subject_id in (${subjectsOf(tenantId, contactId)})`.execute(tx)
  await tx
    .updateTable('messages')
    .set({ recipient: '', document: '{}', erased_at: now })
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .execute()
  for (const table of ['waiting_entries', 'contact_notes'] as const)
    await tx
      .deleteFrom(table as 'contact_notes')
      .where('tenant_id', '=', tenantId)
      .where('contact_id', '=', contactId)
      .execute()
}

/** Contacts not erased yet and without any activity since `since`; at most `limit`. */
export async function forgottenContacts(db: Db, tenantId: string, since: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select c.id from contacts c
     where c.tenant_id = ${tenantId} and c.erased_at is null and c.updated_at < ${since}
       and not exists (select 1 from appointments a where a.tenant_id = ${tenantId} and a.contact_id = c.id and a.ends_at >= ${since})
       and not exists (select 1 from callbacks k where k.tenant_id = ${tenantId} and k.contact_id = c.id
                        and (k.updated_at >= ${since} or k.status in ('scheduled', 'queued', 'in_progress')))
       and not exists (select 1 from contact_notes n where n.tenant_id = ${tenantId} and n.contact_id = c.id and n.created_at >= ${since})
     order by c.updated_at
     limit ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** Erases answers and notes of appointments that ended before `before`, at most `limit`; returns the number. */
export async function eraseAnswers(db: Db, tenantId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    update appointments a set document = a.document - 'answers' - 'notes', version = a.version + 1
     where a.tenant_id = ${tenantId} and a.id in (
       select o.id from appointments o
        where o.tenant_id = ${tenantId} and o.ends_at < ${before}
          and (jsonb_exists(o.document, 'notes') or (jsonb_exists(o.document, 'answers') and o.document->'answers' <> '{}'::jsonb))
        limit ${limit})
    returning a.id`.execute(db)
  return rows.length
}
