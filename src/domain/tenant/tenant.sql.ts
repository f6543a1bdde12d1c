// All SQL of tenants and their short names (slugs). A slug is unique across tenants, so it has its own table, which is written
// first: a slug without a tenant is harmless, but a tenant without a slug could not be found.
import type { TenantRow } from '../../platform/database/tables.ts'
import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type Tenant = Selectable<TenantRow>

export async function findTenant(db: Db, id: string): Promise<Tenant | undefined> {
  return db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function lockTenant(tx: Tx, id: string): Promise<Tenant | undefined> {
  return tx.selectFrom('tenants').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/** Tenants after the id `after`, oldest first; for the operator. */
export async function listTenants(db: Db, after: string | null, limit: number): Promise<Tenant[]> {
  let query = db.selectFrom('tenants').selectAll().orderBy('id').limit(limit)
  if (after !== null) query = query.where('id', '>', after)
  return query.execute()
}

/** Claims a slug for a tenant; returns the id of the tenant that owns it, which differs when the slug was taken. */
export async function claimSlug(db: Db, slug: string, tenantId: string): Promise<string> {
  await db
    .insertInto('tenant_slugs')
    .values({ slug, tenant_id: tenantId })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .execute()
  return (await findTenantIdBySlug(db, slug))!
}

export async function findTenantIdBySlug(db: Db, slug: string): Promise<string | undefined> {
  return (await db.selectFrom('tenant_slugs').select('tenant_id').where('slug', '=', slug).executeTakeFirst())
    ?.tenant_id
}

/** A new test tenant: how far its clock is ahead (ms), when it is deleted, and the tenant whose key created it. */
export type NewTest = { ahead: number; until: Date; of: string | null }

export async function insertTenant(
  tx: Tx,
  tenant: { id: string; slug: string; name: string; document: unknown; now: Date; test?: NewTest | undefined },
): Promise<Tenant> {
  const { id, slug, name, document, now, test } = tenant
  return tx
    .insertInto('tenants')
    .values({
      ...{ id, slug, name, document: JSON.stringify(document), created_at: now, updated_at: now },
      ...(test ? { test_ahead: test.ahead, test_until: test.until, test_of: test.of } : {}),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateTenant(
  tx: Tx,
  tenant: { id: string; name: string; document: unknown; now: Date },
): Promise<Tenant> {
  return tx
    .updateTable('tenants')
    .set((eb) => ({
      name: tenant.name,
      document: JSON.stringify(tenant.document),
      version: eb('version', '+', 1),
      config_version: eb('config_version', '+', 1),
      updated_at: tenant.now,
    }))
    .where('id', '=', tenant.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Ids of all unarchived tenants, for background work that runs tenant by tenant. */
export async function allTenantIds(db: Db): Promise<string[]> {
  return (await db.selectFrom('tenants').select('id').where('archived_at', 'is', null).execute()).map((row) => row.id)
}

/** Increments the tenant's configuration version; part of every transaction that changes the configuration. */
export async function touchConfig(db: Db, tenantId: string, now: Date): Promise<void> {
  await db
    .updateTable('tenants')
    .set((eb) => ({ config_version: eb('config_version', '+', 1), updated_at: now }))
    .where('id', '=', tenantId)
    .execute()
}
