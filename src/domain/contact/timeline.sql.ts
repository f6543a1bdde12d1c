// SQL of one contact's timeline (visits, callbacks, attempts, messages, notes, consents) and of duplicates.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'
import type { Row } from '../catalogue/records/resource.ts'

export const TIMELINE_KINDS = [
  ...(['appointment', 'callback', 'attempt', 'message', 'inbound'] as const),
  ...(['note', 'rating', 'consent', 'conversation'] as const),
] as const
type TimelineKind = (typeof TIMELINE_KINDS)[number]
const END = Date.UTC(9999, 11, 31)
export type TimelineRow = { kind: TimelineKind; id: string; at: Date; data: Record<string, unknown> }

/** The timeline of a contact after the entry `after`, latest first. */
export async function timelineOf(
  db: Db,
  tenantId: string,
  contactId: string,
  after: { at: number; id: string } | null,
  limit: number,
  kinds: readonly TimelineKind[] = TIMELINE_KINDS,
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
      select 'attempt', e.id, e.at, e.data || jsonb_build_object('callbackId', e.subject_id, 'agentId', k.owner_agent_id,
               'isUndone', (select x.type from events x
                             where x.tenant_id = ${tenantId} and x.subject_id = k.id and x.id > e.id
                               and x.type in ('callback.attempted', 'callback.attempt_undone')
                             order by x.id limit 1) is not distinct from 'callback.attempt_undone')
        from callbacks k
        join events e on e.tenant_id = ${tenantId} and e.subject_id = k.id and e.type = 'callback.attempted'
       where k.tenant_id = ${tenantId} and k.contact_id = ${contactId}
      union all
      select 'message', m.id, m.created_at,
             jsonb_build_object('template', m.template, 'channel', m.channel, 'status', m.status,
               'subject', coalesce(m.document->>'subject', ''),
               'content', case when m.template = 'personal' then m.document->>'text' end)
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
      union all
      select 'inbound', i.id, i.created_at,
             jsonb_build_object('channel', i.channel, 'status', i.status, 'subject', coalesce(i.document->>'subject', ''),
               'content', i.document->>'text')
        from inbound_messages i
       where i.tenant_id = ${tenantId} and i.contact_id = ${contactId}
      union all
      select 'conversation', r.id, r.started_at,
             jsonb_build_object('scriptId', r.script_id, 'version', r.script_version, 'author', r.actor, 'agentId', r.agent_id,
               'appointmentId', r.appointment_id, 'isOpen', r.ended_at is null,
               'answers', (select jsonb_object_agg(s.step_id, s.answer) from script_run_steps s
                            where s.tenant_id = ${tenantId} and s.run_id = r.id and s.answer is not null))
        from script_runs r
       where r.tenant_id = ${tenantId} and r.contact_id = ${contactId} and r.callback_id is null
    ) t
    where t.kind = any(${sql.val([...kinds])}::text[])
      and (date_trunc('milliseconds', t.at), t.id) < (${new Date(at)}::timestamptz, ${id}::uuid)
    order by 3 desc, 2 desc
    limit ${limit}`.execute(db)
  return rows
}

/** Live contacts whose names begin with the words, at most 30; for numbers and addresses see `searchContacts`. */
export async function findByName(db: Db, tenantId: string, text: string): Promise<Row[]> {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 4)
    .map((word) => `${word.replace(/[\\%_]/g, '\\$&')}%`)
  const first = words[0] ?? ''
  const others = words
    .slice(1)
    .map(
      (w) =>
        sql`and (lower(c.last_name) like ${w} or lower(c.first_name) like ${w} or lower(c.last_name) like ${`% ${w}`})`,
    )
  // Two look-ups, one an index, each at most 200 rows: a common beginning would otherwise sort a tenth of all contacts.
  const like = (column: 'last_name' | 'first_name') =>
    sql`(select c.* from contacts c
          where c.tenant_id = ${tenantId} and c.archived_at is null
            and lower(c.${sql.raw(column)}) like ${first} ${sql.join(others, sql` `)}
          limit 200)`
  const { rows } = await sql<Row>`
    select distinct on (lower(f.last_name), lower(f.first_name), f.id) f.*
      from (${like('last_name')} union all ${like('first_name')}) f
     where f.tenant_id = ${tenantId}
     order by lower(f.last_name), lower(f.first_name), f.id
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
