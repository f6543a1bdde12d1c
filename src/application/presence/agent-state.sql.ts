// All SQL of the states of people who handle contacts: one row a period, the open one is the current state.
import { sql, type Selectable } from 'kysely'
import type { AgentStateRow } from '../../platform/database/contact-screen-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type AgentStatePeriod = Selectable<AgentStateRow>

export async function currentState(db: Db, tenantId: string, userId: string): Promise<AgentStatePeriod | undefined> {
  return db
    .selectFrom('agent_states')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
}

export async function lockCurrent(tx: Tx, tenantId: string, userId: string): Promise<AgentStatePeriod | undefined> {
  return tx
    .selectFrom('agent_states')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

export async function insertState(tx: Tx, period: AgentStatePeriod): Promise<void> {
  await tx.insertInto('agent_states').values(period).execute()
}

export async function changePeriod(
  tx: Tx,
  tenantId: string,
  id: string,
  change: Partial<Pick<AgentStatePeriod, 'ended_at' | 'seen_at' | 'reason' | 'subject_id' | 'campaign_id'>>,
): Promise<void> {
  await tx.updateTable('agent_states').set(change).where('tenant_id', '=', tenantId).where('id', '=', id).execute()
}

/** The person's browser was heard of. */
export async function seenNow(db: Db, tenantId: string, userId: string, now: Date): Promise<void> {
  await db
    .updateTable('agent_states')
    .set({ seen_at: now })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .execute()
}

/** Current states whose browser was last heard of before `lost`, or whose wrap-up is over; at most 500. */
export async function toEnd(db: Db, tenantId: string, lost: Date, now: Date): Promise<AgentStatePeriod[]> {
  return db
    .selectFrom('agent_states')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('ended_at', 'is', null)
    .where('state', '<>', 'away')
    .where((eb) => eb.or([eb('seen_at', '<', lost), eb('until_at', '<=', now)]))
    .limit(500)
    .execute()
}

/** All current states but `away`. */
export async function listCurrent(db: Db, tenantId: string): Promise<AgentStatePeriod[]> {
  return db
    .selectFrom('agent_states')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('ended_at', 'is', null)
    .where('state', '<>', 'away')
    .orderBy('started_at')
    .limit(2_000)
    .execute()
}

type StateTime = { userId: string; state: string; reason: string | null; times: number; seconds: number }

/** Time in each state in [from, to), by person, state and reason; an open period counts until `now`. */
export async function timesIn(
  db: Db,
  tenantId: string,
  { from, to, now }: { from: Date; to: Date; now: Date },
): Promise<StateTime[]> {
  const { rows } = await sql<StateTime>`
    select s.user_id as "userId", s.state, case when s.state = 'pause' then s.reason end as reason, count(*)::int as times,
           sum(extract(epoch from least(coalesce(s.ended_at, ${now}::timestamptz), ${to}::timestamptz)
                                - greatest(s.started_at, ${from}::timestamptz)))::float8 as seconds
      from agent_states s
     where s.tenant_id = ${tenantId} and s.started_at < ${to} and coalesce(s.ended_at, ${now}::timestamptz) > ${from}
       and s.started_at >= ${new Date(from.getTime() - 86_400_000)} and s.state <> 'away'
     group by 1, 2, 3 order by 1, 2, 3`.execute(db)
  return rows
}

/** Forgets finished periods from before `before`; returns how many. */
export async function forgetStates(db: Db, tenantId: string, before: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('agent_states')
    .where('tenant_id', '=', tenantId)
    .where('ended_at', '<', before)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
