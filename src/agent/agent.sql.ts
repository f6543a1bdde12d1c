// SQL of what belongs to agents beside their own record: calendars, and the desks of pools.
import { sql } from 'kysely'
import type { Db, Tx } from '../db/tx.ts'

/** Gives an agent the row that bookings lock. */
export async function insertCalendar(tx: Tx, tenantId: string, agentId: string): Promise<void> {
  await tx.insertInto('agent_calendars').values({ tenant_id: tenantId, agent_id: agentId }).execute()
}

export async function listDesks(db: Db, tenantId: string, poolId: string) {
  return db
    .selectFrom('agents')
    .select(['id', 'desk', 'archived_at'])
    .where('tenant_id', '=', tenantId)
    .where('pool_id', '=', poolId)
    .orderBy('desk')
    .execute()
}

export async function insertDesk(
  tx: Tx,
  desk: { tenantId: string; id: string; poolId: string; number: number; name: string; now: Date },
): Promise<void> {
  await tx
    .insertInto('agents')
    .values({
      tenant_id: desk.tenantId,
      id: desk.id,
      name: desk.name,
      pool_id: desk.poolId,
      desk: desk.number,
      document: '{}',
      created_at: desk.now,
      updated_at: desk.now,
    })
    .execute()
}

/** Names the desks after their pool, and keeps exactly the first `size` in use. */
export async function resizeDesks(
  tx: Tx,
  tenantId: string,
  poolId: string,
  name: string,
  size: number,
  now: Date,
): Promise<void> {
  const desks = await listDesks(tx, tenantId, poolId)
  for (const desk of desks) {
    const archivedAt = desk.desk! < size ? null : (desk.archived_at ?? now)
    await tx
      .updateTable('agents')
      .set({ name: `${name} ${desk.desk! + 1}`, archived_at: archivedAt, updated_at: now })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', desk.id)
      .execute()
  }
}

/** How many live appointments of the agents start at or after `from`. */
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
