// SQL of the reports: counts by local day and by properties of appointments, ratings and callbacks.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'
import type { Reach } from '../../kernel/permissions/principal.ts'

export type ReportFilter = {
  from: Date
  to: Date
  zone: string
  locationId?: string | undefined
  serviceId?: string | undefined
  agentId?: string | undefined
  within: Reach
}

const list = (ids: Iterable<string>) => sql`any(${sql.val([...ids])}::uuid[])`

const matching = (tenantId: string, f: ReportFilter) => sql`
  a.tenant_id = ${tenantId} and a.starts_at >= ${f.from} and a.starts_at < ${f.to} and a.contact_id is not null and a.status <> 'held'
  ${f.locationId === undefined ? sql`` : sql`and a.location_id = ${f.locationId}`}
  ${f.agentId === undefined ? sql`` : sql`and a.agent_id = ${f.agentId}`}
  ${f.serviceId === undefined ? sql`` : sql`and a.service_ids @> array[${f.serviceId}::uuid]`}
  ${f.within === null ? sql`` : sql`and (a.agent_id = ${list(f.within.agentIds)} or a.location_id = ${list(f.within.locationIds)})`}`

export type DayCount = {
  day: string
  location_id: string
  agent_id: string
  service_id: string
  channel: string
  status: string
  n: number
  minutes: number
}

/** Counts appointments by local day of their start, location, agent, first service, channel and status. */
export async function countAppointments(db: Db, tenantId: string, f: ReportFilter): Promise<DayCount[]> {
  const { rows } = await sql<DayCount>`
    select to_char(a.starts_at at time zone ${f.zone}, 'YYYY-MM-DD') as day, a.location_id, a.agent_id, a.service_ids[1] as service_id,
           a.channel, a.status, count(*)::int as n, (sum(extract(epoch from a.ends_at - a.starts_at)) / 60)::int as minutes
      from appointments a
     where ${matching(tenantId, f)}
     group by 1, 2, 3, 4, 5, 6`.execute(db)
  return rows
}

/** Counts appointments by how many whole days ahead they were booked; 0 = the same local day. */
export async function countNotice(db: Db, tenantId: string, f: ReportFilter): Promise<{ days: number; n: number }[]> {
  const { rows } = await sql<{ days: number; n: number }>`
    select greatest(0, (a.starts_at at time zone ${f.zone})::date - (a.created_at at time zone ${f.zone})::date)::int as days,
           count(*)::int as n
      from appointments a
     where ${matching(tenantId, f)} and a.status <> 'cancelled'
     group by 1 order by 1`.execute(db)
  return rows
}

export type RatedCount = {
  day: string
  location_id: string
  agent_id: string
  service_id: string
  n: number
  stars: number
  promoters: number
  detractors: number
  recommended: number
}

/** Counts ratings by local day of the visit; promoters answer 9 or 10, detractors 6 or less (Reichheld's Net Promoter Score). */
export async function countRatings(db: Db, tenantId: string, f: ReportFilter): Promise<RatedCount[]> {
  const { rows } = await sql<RatedCount>`
    select to_char(a.starts_at at time zone ${f.zone}, 'YYYY-MM-DD') as day, a.location_id, a.agent_id, a.service_ids[1] as service_id,
           count(*)::int as n, sum((a.document->'rating'->>'stars')::int)::int as stars,
           (count(*) filter (where (a.document->'rating'->>'recommendation')::int >= 9))::int as promoters,
           (count(*) filter (where (a.document->'rating'->>'recommendation')::int <= 6))::int as detractors,
           (count(*) filter (where jsonb_exists(a.document->'rating', 'recommendation')))::int as recommended
      from appointments a
     where ${matching(tenantId, f)} and jsonb_exists(a.document, 'rating')
     group by 1, 2, 3, 4`.execute(db)
  return rows
}

export type CallbackCount = { campaign_id: string; day: string; kind: string; n: number; seconds: number }

/** Callback counters of local days in [fromDay, toDay). */
export async function countCallbacks(
  db: Db,
  tenantId: string,
  fromDay: string,
  toDay: string,
  campaignId: string | undefined,
): Promise<CallbackCount[]> {
  const { rows } = await sql<CallbackCount>`
    select c.campaign_id, c.day::text as day, c.kind, sum(c.n)::int as n, sum(c.seconds)::float8 as seconds
      from callback_counts c
     where c.tenant_id = ${tenantId} and c.day >= ${fromDay}::date and c.day < ${toDay}::date
       ${campaignId === undefined ? sql`` : sql`and c.campaign_id = ${campaignId}`}
     group by 1, 2, 3`.execute(db)
  return rows
}

type HourCount = { day: string; hour: number; n: number; minutes: number }

/** Counts appointments that were not cancelled, by local day and hour of their start. */
export async function countHours(db: Db, tenantId: string, f: ReportFilter): Promise<HourCount[]> {
  const { rows } = await sql<HourCount>`
    select to_char(a.starts_at at time zone ${f.zone}, 'YYYY-MM-DD') as day,
           extract(hour from a.starts_at at time zone ${f.zone})::int as hour,
           count(*)::int as n, (sum(extract(epoch from a.ends_at - a.starts_at)) / 60)::int as minutes
      from appointments a
     where ${matching(tenantId, f)} and a.status <> 'cancelled'
     group by 1, 2`.execute(db)
  return rows
}
