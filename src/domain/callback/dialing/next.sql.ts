// SQL of the blended queue: what is due in several campaigns.
import { sql } from 'kysely'
import { isDue } from './claim.sql.ts'
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
    select u.campaign_id as "campaignId", w.due, w.best
      from unnest(${sql.val([...campaignIds])}::uuid[]) as u (campaign_id)
     cross join lateral (
       select count(*)::int as due, min(q.rank_at) as best from (
         select d.rank_at from callbacks d
          where d.tenant_id = ${tenantId} and d.campaign_id = u.campaign_id and ${isDue({ tenantId, agentId, now, skip })}
          order by d.due_at limit ${MOST}) q) w`.execute(db)
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
