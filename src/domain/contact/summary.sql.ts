// SQL of what stands at the top of a contact: last and next visits, no-shows, open callbacks, last rating, consents.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'

type Visit = {
  id: string
  start: string
  status: string
  serviceIds: string[]
  locationId: string
  agentId: string
  timeZone: string
}
type OpenCallback = {
  id: string
  windowFrom: string
  windowTo: string
  status: string
  campaignId: string
  agentId: string | null
}

type ContactFacts = {
  nextVisits: Visit[]
  lastVisit: Visit | null
  noShows: number
  visits: number
  openCallbacks: OpenCallback[]
  lastRating: { stars: number; comment?: string; at: string } | null
  consents: { purpose: string; isGiven: boolean; at: string }[]
  unanswered: number
}

/** The facts of a contact at `now`; at most three visits and five callbacks. */
export async function contactFacts(db: Db, tenantId: string, id: string, now: Date): Promise<ContactFacts> {
  const visit = sql`jsonb_build_object('id', a.id, 'start', a.starts_at, 'status', a.status, 'serviceIds', to_jsonb(a.service_ids),
    'locationId', a.location_id, 'agentId', a.agent_id, 'timeZone', a.time_zone)`
  const { rows } = await sql<ContactFacts>`
    select coalesce((select jsonb_agg(n.visit order by n.starts_at) from (
              select ${visit} as visit, a.starts_at from appointments a
               where a.tenant_id = ${tenantId} and a.contact_id = ${id} and a.status in ('pending', 'confirmed') and a.ends_at > ${now}
               order by a.starts_at limit 3) n), '[]') as "nextVisits",
           (select ${visit} from appointments a
             where a.tenant_id = ${tenantId} and a.contact_id = ${id} and a.status in ('confirmed', 'completed', 'no_show')
               and a.ends_at <= ${now}
             order by a.starts_at desc limit 1) as "lastVisit",
           (select count(*)::int from appointments a
             where a.tenant_id = ${tenantId} and a.contact_id = ${id} and a.status = 'no_show') as "noShows",
           (select count(*)::int from appointments a
             where a.tenant_id = ${tenantId} and a.contact_id = ${id} and a.status = 'completed') as visits,
           coalesce((select jsonb_agg(o.callback order by o.window_from) from (
              select jsonb_build_object('id', c.id, 'windowFrom', c.window_from, 'windowTo', c.window_to, 'status', c.status,
                       'campaignId', c.campaign_id, 'agentId', c.owner_agent_id) as callback, c.window_from
                from callbacks c
               where c.tenant_id = ${tenantId} and c.contact_id = ${id} and c.status in ('scheduled', 'queued', 'in_progress')
               order by c.window_from limit 5) o), '[]') as "openCallbacks",
           (select a.document->'rating' from appointments a
             where a.tenant_id = ${tenantId} and a.contact_id = ${id} and jsonb_exists(a.document, 'rating')
             order by a.document->'rating'->>'at' desc limit 1) as "lastRating",
           coalesce((
             select jsonb_agg(jsonb_build_object('purpose', s.purpose, 'isGiven', s.is_given, 'at', s.created_at)
                              order by s.purpose)
              from (select distinct on (k.purpose) k.purpose, k.is_given, k.created_at from consents k
                     where k.tenant_id = ${tenantId} and k.contact_id = ${id}
                     order by k.purpose, k.created_at desc) s), '[]') as consents,
           (select count(*)::int from inbound_messages i
             where i.tenant_id = ${tenantId} and i.contact_id = ${id} and i.status = 'open') as unanswered`.execute(db)
  return rows[0]!
}
