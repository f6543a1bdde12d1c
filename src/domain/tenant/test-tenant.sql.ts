// All SQL of test tenants: their clocks, and their deletion.
import { sql } from 'kysely'
import { TABLES } from '../../platform/database/all-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

type TestClockRow = { tenantId: string; slug: string; ahead: number }

const clocks = (db: Db) =>
  db
    .selectFrom('tenants')
    .select(['id', 'slug', 'test_ahead'])
    .where('test_until', 'is not', null)
    .where('test_ahead', 'is not', null)
const clockOf = (row: { id: string; slug: string; test_ahead: number | null }): TestClockRow => ({
  ...{ tenantId: row.id, slug: row.slug, ahead: row.test_ahead ?? 0 },
})

/** The clock of a test tenant; null for any other tenant. */
export async function readTestClock(db: Db, tenantId: string): Promise<TestClockRow | null> {
  const row = await clocks(db).where('id', '=', tenantId).executeTakeFirst()
  return row ? clockOf(row) : null
}

/** The clocks of all test tenants. */
export async function allTestClocks(db: Db): Promise<TestClockRow[]> {
  return (await clocks(db).execute()).map(clockOf)
}

/** Stores how far the clock is ahead (ms); a clock never goes back. */
export async function moveTestClock(db: Db, tenantId: string, ahead: number): Promise<void> {
  await db
    .updateTable('tenants')
    .set({ test_ahead: sql<number>`greatest(test_ahead, ${ahead})` })
    .where('id', '=', tenantId)
    .where('test_until', 'is not', null)
    .execute()
}

/** Test tenants created with keys of this tenant. */
export async function countTestTenants(db: Db, parentId: string): Promise<number> {
  const { count } = await db
    .selectFrom('tenants')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('test_of', '=', parentId)
    .where('test_until', 'is not', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Test tenants whose last day is over at `now`. */
export async function endedTestTenants(db: Db, now: Date): Promise<string[]> {
  const rows = await db.selectFrom('tenants').select('id').where('test_until', '<=', now).execute()
  return rows.map(({ id }) => id)
}

/** Deletes a test tenant with all its rows; false if there is no such test tenant. */
export async function deleteTestTenant(tx: Tx, tenantId: string): Promise<boolean> {
  const found = await tx
    .selectFrom('tenants')
    .select('id')
    .where('id', '=', tenantId)
    .where('test_until', 'is not', null)
    .forUpdate()
    .executeTakeFirst()
  if (!found) return false
  // Children before parents, so that no foreign key is violated.
  for (const table of TABLES.toReversed()) {
    const column = table === 'tenants' ? 'id' : 'tenant_id'
    await sql`delete from ${sql.table(table)} where ${sql.ref(column)} = ${tenantId}`.execute(tx)
  }
  return true
}

/** Test tenants that keys of `parentId` created (null = all) after the id `after`, oldest first. */
export async function listTestTenants(db: Db, parentId: string | null, after: string | null, limit: number) {
  let query = db
    .selectFrom('tenants')
    .select(['id', 'slug', 'name', 'created_at as createdAt', 'test_until as endsAt', 'test_ahead as ahead'])
    .where('test_until', 'is not', null)
  if (parentId !== null) query = query.where('test_of', '=', parentId)
  if (after !== null) query = query.where('id', '>', after)
  const rows = await query.orderBy('id').limit(limit).execute()
  return rows.map((row) => ({ ...row, endsAt: row.endsAt!, ahead: row.ahead! }))
}
