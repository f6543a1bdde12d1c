// SQL of the agenda: appointments with their contacts in one statement, waiting tasks, and the events that pages follow.
import { sql } from 'kysely'
import type { AppointmentStatus } from '../../platform/database/tables.ts'
import type { Db } from '../../platform/database/tx.ts'
import type { Reach } from '../../kernel/permissions/principal.ts'

export type AgendaRow = {
  id: string
  code: string
  status: AppointmentStatus
  starts_at: Date
  ends_at: Date
  time_zone: string
  agent_id: string
  location_id: string
  service_ids: string[]
  channel: string
  seats: number
  version: number
  contact_id: string | null
  arrived_at: string | null
  notes: string | null
  first_name: string | null
  last_name: string | null
  phone: string | null
}

type AgendaFilter = {
  agentIds?: readonly string[] | undefined
  locationId?: string | undefined
  contactId?: string | undefined
  from: Date
  to: Date
  within: Reach
  /** Includes cancelled ones. */
  cancelled?: boolean
  /** Only confirmed ones, for finding past appointments without an outcome. */
  open?: boolean
  limit: number
}

const list = (ids: Iterable<string>) => sql`any(${sql.val([...ids])}::uuid[])`

/** Appointments that start in [from, to), sorted by start. */
export async function agendaRows(db: Db, tenantId: string, f: AgendaFilter): Promise<AgendaRow[]> {
  const statuses = f.open
    ? ['confirmed']
    : ['pending', 'confirmed', 'completed', 'no_show', ...(f.cancelled ? ['cancelled'] : [])]
  const { rows } = await sql<AgendaRow>`
    select a.id, a.code, a.status, a.starts_at, a.ends_at, a.time_zone, a.agent_id, a.location_id, a.service_ids, a.channel, a.seats,
           a.version, a.contact_id, a.document->>'arrivedAt' as arrived_at, a.document->>'notes' as notes,
           c.first_name, c.last_name, c.phone
      from appointments a
      left join contacts c on c.tenant_id = ${tenantId} and c.id = a.contact_id
     where a.tenant_id = ${tenantId} and a.starts_at >= ${f.from} and a.starts_at < ${f.to}
       and a.status = any(${sql.val(statuses)}::text[]) and a.contact_id is not null
       ${f.agentIds === undefined ? sql`` : sql`and a.agent_id = ${list(f.agentIds)}`}
       ${f.locationId === undefined ? sql`` : sql`and a.location_id = ${f.locationId}`}
       ${f.contactId === undefined ? sql`` : sql`and a.contact_id = ${f.contactId}`}
       ${f.within === null ? sql`` : sql`and (a.agent_id = ${list(f.within.agentIds)} or a.location_id = ${list(f.within.locationIds)})`}
     order by a.starts_at, a.id
     limit ${f.limit}`.execute(db)
  return rows
}

export type AgendaEvent = { id: string; subjectId: string; type: string; at: Date; actor: string }

/**
 * Events of appointments and callbacks, changed states of agents, messages of citizens, and calls announced to a person, after an id,
 * oldest first. `userId` = null: no calls.
 */
export async function happenedSince(
  db: Db,
  tenantId: string,
  { after, userId, limit }: { after: string; userId: string | null; limit: number },
): Promise<AgendaEvent[]> {
  const { rows } = await sql<AgendaEvent>`
    (select e.id, e.subject_id as "subjectId", e.type, e.at, e.actor from events e
      where e.tenant_id = ${tenantId} and e.id > ${after} and (e.type like 'appointment.%' or e.type like 'callback.%')
      order by e.id limit ${limit})
    union all
    (select s.id, s.user_id, 'agent.state', s.started_at, 'user:' || s.user_id from agent_states s
      where s.tenant_id = ${tenantId} and s.id > ${after} order by s.id limit ${limit})
    union all
    (select m.id, m.id, 'message.received', m.created_at, 'citizen' from inbound_messages m
      where m.tenant_id = ${tenantId} and m.id > ${after} order by m.id limit ${limit})
    union all
    (select p.id, p.id, 'call.announced', p.created_at, 'key' from screen_pops p
      where p.tenant_id = ${tenantId} and p.id > ${after} and p.user_id = ${userId}::uuid order by p.id limit ${limit})
    order by id limit ${limit}`.execute(db)
  return rows
}
