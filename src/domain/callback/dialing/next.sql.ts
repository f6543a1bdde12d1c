// SQL of the blended queue: what is due in several campaigns.
import { sql } from 'kysely'
import type { Db } from '../../../platform/database/tx.ts'

/** Due callbacks are counted up to this number per campaign. */
const MOST = 500

/** \`skip\`: callbacks that are left to others. */
type Wish = { campaignIds: readonly string[]; agentId: string | null; skip: readonly string[]; now: Date }

export type Waiting = { campaignId: string; due: number; best: Date | null }

/**
 * How many callbacks of each campaign are due for an agent (at most 500 are counted), and the best rank among them. By due time, not by
 * rank: the scan by rank would pass the whole future of a campaign in which little is due.
 */
export async function waitingIn(
  db: Db,
  tenantId: string,
  { campaignIds, agentId, skip, now }: Wish,
): Promise<Waiting[]> {
  if (campaignIds.length === 0) return []
  const { rows } = await sql<Waiting>`
    select u.campaign_id as "campaignId", q.due, q.best
      from unnest(${sql.val([...campaignIds])}::uuid[]) as u (campaign_id)
     cross join lateral (
       select count(*)::int as due, min(d.rank_at) as best from (
         select c.rank_at from callbacks c
          where c.tenant_id = ${tenantId} and c.campaign_id = u.campaign_id and c.status = 'scheduled'
            and c.due_at <= ${now} and c.hours_end > ${now} and c.expires_at > ${now}
            and not exists (select 1 from do_not_call n where n.tenant_id = ${tenantId} and n.number = c.number)
            and c.id <> all(${sql.val([...skip])}::uuid[])
            and (c.owner_agent_id is null or c.owner_agent_id = ${agentId}::uuid or c.owner_until <= ${now})
          order by c.due_at limit ${MOST}) d) q`.execute(db)
  return rows
}

/** Callbacks that somebody gave back untried after the event \`since\`. */
export async function givenBackBy(db: Db, tenantId: string, actor: string, since: string): Promise<string[]> {
  const rows = await db
    .selectFrom('events')
    .select('subject_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '>', since)
    .where('type', '=', 'callback.given_back')
    .where('actor', '=', actor)
    .execute()
  return rows.map((row) => row.subject_id)
}
