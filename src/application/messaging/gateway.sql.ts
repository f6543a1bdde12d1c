// All SQL for the gateways that send text messages.
import type { Selectable } from 'kysely'
import type { GatewayRow } from '../../platform/database/message-tables.ts'
import type { Db } from '../../platform/database/tx.ts'

export type StoredGateway = Selectable<GatewayRow>

/** Names of the text channels of a tenant, in the order in which they were set up. */
export async function channelsOf(db: Db, tenantId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('text_gateways')
    .select('channel')
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .execute()
  return rows.map((row) => row.channel)
}

export async function listGateways(db: Db, tenantId: string): Promise<StoredGateway[]> {
  return db.selectFrom('text_gateways').selectAll().where('tenant_id', '=', tenantId).orderBy('created_at').execute()
}

export async function findGateway(db: Db, tenantId: string, channel: string): Promise<StoredGateway | undefined> {
  return db
    .selectFrom('text_gateways')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('channel', '=', channel)
    .executeTakeFirst()
}

export async function writeGateway(
  db: Db,
  g: { tenantId: string; channel: string; document: Record<string, unknown>; now: Date },
): Promise<StoredGateway> {
  const document = JSON.stringify(g.document)
  return db
    .insertInto('text_gateways')
    .values({ tenant_id: g.tenantId, channel: g.channel, document, created_at: g.now, updated_at: g.now })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'channel'])
        .doUpdateSet((eb) => ({ document, updated_at: g.now, version: eb('text_gateways.version', '+', 1) })),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function dropGateway(db: Db, tenantId: string, channel: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('text_gateways')
    .where('tenant_id', '=', tenantId)
    .where('channel', '=', channel)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
