// All SQL for calendar feeds: their addresses, and the appointments in them.
import { sql, type Selectable } from 'kysely'
import type { FeedRow } from '../../platform/database/tables.ts'
import type { Db } from '../../platform/database/tx.ts'

export type Feed = Selectable<FeedRow>

export async function insertFeed(db: Db, f: Omit<Feed, 'created_at' | 'revoked_at'> & { now: Date }): Promise<Feed> {
  const { now, ...columns } = f
  return db
    .insertInto('calendar_feeds')
    .values({ ...columns, created_at: now })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findFeed(db: Db, tenantId: string, id: string): Promise<Feed | undefined> {
  return db
    .selectFrom('calendar_feeds')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function listFeeds(db: Db, tenantId: string): Promise<Feed[]> {
  return db
    .selectFrom('calendar_feeds')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('id')
    .limit(1_000)
    .execute()
}

/** Revokes a feed: from now on its address answers as if it had never existed. */
export async function revokeFeed(db: Db, tenantId: string, id: string, now: Date): Promise<Feed | undefined> {
  return db
    .updateTable('calendar_feeds')
    .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(now)) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

type Range = { agentIds: readonly string[] | null; locationId: string | null; from: Date; to: Date }

const within = (tenantId: string, { agentIds, locationId, from, to }: Range) => sql`
  a.tenant_id = ${tenantId} and a.status in ('pending', 'confirmed', 'completed', 'no_show')
  and a.starts_at >= ${from} and a.starts_at < ${to}
  ${agentIds === null ? sql`` : sql`and a.agent_id = any(${sql.val(agentIds)}::uuid[])`}
  ${locationId === null ? sql`` : sql`and a.location_id = ${locationId}`}`

/** Identifies the state of a feed by the number and versions of its appointments. */
export async function stateOfFeed(db: Db, tenantId: string, range: Range): Promise<string> {
  const { rows } = await sql<{ n: number; versions: number; latest: Date | null }>`
    select count(*)::int as n, coalesce(sum(a.version), 0)::int as versions, max(a.updated_at) as latest
      from appointments a where ${within(tenantId, range)}`.execute(db)
  const { n, versions, latest } = rows[0]!
  return `${n}.${versions}.${latest?.getTime() ?? 0}`
}

export type FeedEntry = {
  id: string
  status: string
  service_ids: string[]
  location_id: string
  agent_id: string
  channel: string
  starts_at: Date
  ends_at: Date
  version: number
  updated_at: Date
  created_at: Date
  first_name: string | null
  last_name: string | null
  phone: string | null
}

/** The appointments of a feed ordered by start, with the names of the citizens. */
export async function entriesOfFeed(db: Db, tenantId: string, range: Range, limit: number): Promise<FeedEntry[]> {
  const { rows } = await sql<FeedEntry>`
    select a.id, a.status, a.service_ids, a.location_id, a.agent_id, a.channel, a.starts_at, a.ends_at, a.version,
           a.updated_at, a.created_at, c.first_name, c.last_name, c.phone
      from appointments a left join contacts c on c.tenant_id = ${tenantId} and c.id = a.contact_id
     where ${within(tenantId, range)} order by a.starts_at limit ${limit}`.execute(db)
  return rows
}
