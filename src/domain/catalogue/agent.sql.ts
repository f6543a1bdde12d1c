// SQL of agents beyond the common collection: calendars, and the desks of pools.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/database/tx.ts'

export async function listDesks(db: Db, tenantId: string, poolId: string) {
  return db
    .selectFrom('agents')
    .select(['id', 'desk', 'archived_at'])
    .where('tenant_id', '=', tenantId)
    .where('pool_id', '=', poolId)
    .orderBy('desk')
    .execute()
}

type NewDesk = { id: string; number: number; name: string }

/** Adds desks to a pool in one statement, so that a pool of hundreds does not keep other requests waiting. */
export async function insertDesks(
  tx: Tx,
  { tenantId, poolId, now }: { tenantId: string; poolId: string; now: Date },
  desks: readonly NewDesk[],
): Promise<void> {
  await tx
    .insertInto('agents')
    .values(
      desks.map((desk) => ({
        ...{ tenant_id: tenantId, id: desk.id, name: desk.name, pool_id: poolId, desk: desk.number },
        ...{ document: '{}', created_at: now, updated_at: now },
      })),
    )
    .execute()
}

/** Renames the desks after their pool; activates the first `size` desks and archives the others. */
export async function resizeDesks(
  tx: Tx,
  { tenantId, poolId, now }: { tenantId: string; poolId: string; now: Date },
  { name, size }: { name: string; size: number },
): Promise<void> {
  await tx
    .updateTable('agents')
    .set({
      name: sql<string>`${name}::text || ' ' || (desk + 1)`,
      archived_at: sql<Date | null>`case when desk < ${size}::integer then null else coalesce(archived_at, ${now}::timestamptz) end`,
      updated_at: now,
    })
    .where('tenant_id', '=', tenantId)
    .where('pool_id', '=', poolId)
    .execute()
}

/** Number of the agents' live appointments that start at or after `from`. */
export async function countUpcoming(
  db: Db,
  tenantId: string,
  agentIds: readonly string[],
  from: Date,
): Promise<number> {
  const row = await db
    .selectFrom('appointments')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('agent_id', '=', sql<string>`any(${sql.val(agentIds)}::uuid[])`)
    .where('status', 'in', ['pending', 'confirmed'])
    .where('starts_at', '>=', from)
    .executeTakeFirstOrThrow()
  return row.count
}
