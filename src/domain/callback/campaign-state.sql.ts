// SQL for campaign state that processes share: rate limit, circuit breaker, and which process pushes.
import { sql, type Selectable } from 'kysely'
import type { CampaignStateRow } from '../../platform/database/tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type CampaignState = Selectable<CampaignStateRow>

/** Locks the row, and creates it first when missing: callers run one at a time. */
export async function lockState(tx: Tx, tenantId: string, campaignId: string): Promise<CampaignState> {
  const read = () =>
    tx
      .selectFrom('campaign_states')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('campaign_id', '=', campaignId)
      .forUpdate()
      .executeTakeFirst()
  const found = await read()
  if (found) return found
  await tx
    .insertInto('campaign_states')
    .values({ tenant_id: tenantId, campaign_id: campaignId })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'campaign_id']).doNothing())
    .execute()
  return (await read())!
}

export async function readState(db: Db, tenantId: string, campaignId: string): Promise<CampaignState | undefined> {
  return db
    .selectFrom('campaign_states')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .executeTakeFirst()
}

export async function changeState(
  db: Db,
  tenantId: string,
  campaignId: string,
  change: Partial<Omit<CampaignState, 'tenant_id' | 'campaign_id'>>,
): Promise<void> {
  await db
    .updateTable('campaign_states')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .execute()
}

/** Releases the role of the pushing process, if `pusher` has it. */
export async function leavePusher(db: Db, tenantId: string, campaignId: string, pusher: string): Promise<void> {
  await db
    .updateTable('campaign_states')
    .set({ pusher: null, pusher_until: null })
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('pusher', '=', pusher)
    .execute()
}

/** Takes or renews the role of the one process that pushes for a campaign; false while another process has it. */
export async function becomePusher(
  db: Db,
  tenantId: string,
  campaignId: string,
  pusher: string,
  now: Date,
  until: Date,
): Promise<boolean> {
  const { rows } = await sql<{ pusher: string }>`
    insert into campaign_states as s (tenant_id, campaign_id, pusher, pusher_until)
    values (${tenantId}, ${campaignId}, ${pusher}, ${until})
    on conflict (tenant_id, campaign_id)
    do update set pusher = excluded.pusher, pusher_until = excluded.pusher_until
     where s.pusher is null or s.pusher = excluded.pusher or s.pusher_until <= ${now}
    returning s.pusher`.execute(db)
  return rows.length > 0
}
