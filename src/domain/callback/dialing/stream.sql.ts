// SQL for the live stream: the history of callbacks in the order of event ids.
import type { Db } from '../../../platform/database/tx.ts'

export type Change = {
  id: string
  callbackId: string
  campaignId: string
  code: string
  ownerAgentId: string | null
  type: string
  at: Date
  actor: string
  data: unknown
}

/** Changes of callbacks with an event id greater than `after`, oldest first. */
export async function changesSince(
  db: Db,
  tenantId: string,
  { after, campaignId, limit }: { after: string; campaignId: string | undefined; limit: number },
): Promise<Change[]> {
  let query = db
    .selectFrom('events as e')
    .innerJoin('callbacks as c', (join) =>
      join.onRef('c.tenant_id', '=', 'e.tenant_id').onRef('c.id', '=', 'e.subject_id'),
    )
    .select([
      'e.id',
      'e.subject_id as callbackId',
      'c.campaign_id as campaignId',
      'c.code',
      'c.owner_agent_id as ownerAgentId',
      'e.type',
      'e.at',
      'e.actor',
      'e.data',
    ])
    .where('e.tenant_id', '=', tenantId)
    .where('c.tenant_id', '=', tenantId)
    .where('e.id', '>', after)
  if (campaignId !== undefined) query = query.where('c.campaign_id', '=', campaignId)
  return query.orderBy('e.id').limit(limit).execute()
}
