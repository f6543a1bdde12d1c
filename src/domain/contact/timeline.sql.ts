// SQL of one contact's timeline (visits, callbacks, attempts, messages, notes, consents) and of duplicates.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'
import type { Row } from '../catalogue/records/resource.ts'

type TimelineKind = 'appointment' | 'callback' | 'attempt' | 'message' | 'note' | 'rating' | 'consent'
const END = Date.UTC(9999, 11, 31)
export type TimelineRow = { kind: TimelineKind; id: string; at: Date; data: Record<string, unknown> }

/** The timeline of a contact after the entry `after`, latest first. */
export async function timelineOf(
  db: Db,
  tenantId: string,
  contactId: string,
  after: { at: number; id: string } | null,
  limit: number,
): Promise<TimelineRow[]> {
  const { at, id } = after ?? { at: END, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }
  const { rows } = await sql<TimelineRow>`
    select t.kind, t.id, date_trunc('milliseconds', t.at) as at, t.data from (
      select 'appointment' as kind, a.id, a.starts_at as at,
             jsonb_build_object('status', a.status, 'code', a.code, 'serviceIds', to_jsonb(a.service_ids), 'agentId', a.agent_id,
               'locationId', a.location_id, 'channel', a.channel, 'timeZone', a.time_zone, 'notes', a.document->>'notes') as data
        from appointments a
       where a.tenant_id = ${tenantId} and a.contact_id = ${contactId} and a.status <> 'held'
      union all
      select 'rating', a.id, (a.document->'rating'->>'at')::timestamptz,
             (a.document->'rating') || jsonb_build_object('agentId', a.agent_id, 'locationId', a.location_id)
        from appointments a
       where a.tenant_id = ${tenantId} and a.contact_id = ${contactId} and jsonb_exists(a.document, 'rating')
      union all
      select 'callback', c.id, c.window_from,
             jsonb_build_object('status', c.status, 'code', c.code, 'campaignId', c.campaign_id, 'channel', c.channel,
               'agentId', c.owner_agent_id, 'number', c.number, 'attempts', c.attempts, 'outcome', c.outcome,
               'reason', c.document->>'reason')
        from callbacks c
       where c.tenant_id = ${tenantId} and c.contact_id = ${contactId}
      union all
      select 'attempt', e.id, e.at, e.data || jsonb_build_object('callbackId', e.subject_id, 'agentId', k.owner_agent_id)
        from callbacks k
        join events e on e.tenant_id = ${tenantId} and e.subject_id = k.id and e.type = 'callback.attempted'
       where k.tenant_id = ${tenantId} and k.contact_id = ${contactId}
      union all
      select 'message', m.id, m.created_at,
             jsonb_build_object('template', m.template, 'channel', m.channel, 'status', m.status,
               'subject', coalesce(m.document->>'subject', ''))
        from messages m
       where m.tenant_id = ${tenantId} and m.contact_id = ${contactId}
      union all
      select 'note', n.id, n.created_at, jsonb_build_object('author', n.author, 'content', n.content)
        from contact_notes n
       where n.tenant_id = ${tenantId} and n.contact_id = ${contactId}
      union all
      select 'consent', s.id, s.created_at,
             jsonb_build_object('purpose', s.purpose, 'isGiven', s.is_given, 'wording', s.wording, 'source', s.source)
        from consents s
       where s.tenant_id = ${tenantId} and s.contact_id = ${contactId}
    ) t
    where (date_trunc('milliseconds', t.at), t.id) < (${new Date(at)}::timestamptz, ${id}::uuid)
    order by 3 desc, 2 desc
    limit ${limit}`.execute(db)
  return rows
}

/** Live contacts whose names begin with the words, or whose phone, e-mail or external id equals the text; at most 30. */
export async function findPeople(db: Db, tenantId: string, text: string, phone: string | null): Promise<Row[]> {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 4)
    .map((word) => `${word.replace(/[\\%_]/g, '\\$&')}%`)
  const first = words[0] ?? ''
  const { rows } = await sql<Row>`
    select c.* from contacts c
     where c.tenant_id = ${tenantId} and c.archived_at is null
       and (lower(c.email) = ${text.toLowerCase()} or c.external_id = ${text} or c.phone = ${phone ?? text}
            or exists (select 1 from contacts m
                        where m.tenant_id = ${tenantId} and m.merged_into = c.id
                          and (lower(m.email) = ${text.toLowerCase()} or m.external_id = ${text} or m.phone = ${phone ?? text}))
            or ((lower(c.last_name) like ${first} or lower(c.first_name) like ${first})
                ${sql.join(
                  words
                    .slice(1)
                    .map(
                      (w) =>
                        sql`and (lower(c.last_name) like ${w} or lower(c.first_name) like ${w} or lower(c.last_name) like ${`% ${w}`})`,
                    ),
                  sql` `,
                )}))
     order by lower(c.last_name), lower(c.first_name), c.id
     limit 30`.execute(db)
  return rows
}

/** Live contacts that may be the same person: they share a phone, an e-mail address or the full name. */
export async function duplicatesOf(db: Db, tenantId: string, c: Row): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select d.* from contacts d
     where d.tenant_id = ${tenantId} and d.archived_at is null and d.id <> ${c.id}
       and ((d.phone is not null and d.phone = ${c.phone})
         or (d.email is not null and lower(d.email) = lower(${c.email}))
         or (lower(d.last_name) = lower(${c.last_name}) and lower(d.first_name) = lower(${c.first_name})))
     order by d.id
     limit 20`.execute(db)
  return rows
}

export async function insertNote(
  db: Db,
  note: { tenantId: string; id: string; contactId: string; author: string; content: string; now: Date },
): Promise<void> {
  await db
    .insertInto('contact_notes')
    .values({
      tenant_id: note.tenantId,
      id: note.id,
      contact_id: note.contactId,
      author: note.author,
      content: note.content,
      created_at: note.now,
    })
    .execute()
}
