// SQL of consents, of the export of one person's data, and of anonymisation.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'

type Consent = {
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

const TABLES = [
  ...(['appointments', 'callbacks', 'messages', 'waiting_entries', 'contact_notes', 'consents'] as const),
  ...(['script_runs', 'inbound_messages'] as const),
] as const

/** All columns of a contact's rows in one table; at most 5,000 rows. */
const rowsOf = (db: Db, table: (typeof TABLES)[number], tenantId: string, contactId: string) =>
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
  const found: Record<string, Record<string, unknown>[]> = {}
  for (const table of TABLES) found[table] = await rowsOf(db, table, tenantId, contactId)
  const runs = found.script_runs!.map((row) => row.id as string)
  found.script_run_steps =
    runs.length === 0
      ? []
      : await db
          .selectFrom('script_run_steps')
          .selectAll()
          .where('tenant_id', '=', tenantId)
          .where('run_id', 'in', runs)
          .orderBy('run_id')
          .orderBy('position')
          .limit(20_000)
          .execute()
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
export async function subjectsOf(db: Db, tenantId: string, contactId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select a.id from appointments a where a.tenant_id = ${tenantId} and a.contact_id = ${contactId}
    union all select c.id from callbacks c where c.tenant_id = ${tenantId} and c.contact_id = ${contactId}`.execute(db)
  return rows.map((row) => row.id)
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
