// Loads a tenant's configuration as one value, and the versions that tell whether a cached copy is still current.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'

const period = [sql<Date>`lower(period)`.as('from'), sql<Date>`upper(period)`.as('to')] as const

function named(
  db: Db,
  table: 'locations' | 'services' | 'pools' | 'holiday_calendars' | 'campaigns',
  tenantId: string,
) {
  return db
    .selectFrom(table as 'locations')
    .select(['id', 'name', 'external_id', 'document', 'archived_at'])
    .where('tenant_id', '=', tenantId)
    .execute()
}

function dated<T extends 'openings' | 'absences' | 'closures'>(db: Db, table: T, tenantId: string) {
  return db
    .selectFrom(table as 'openings')
    .select(period)
    .where('tenant_id', '=', tenantId)
    .where('archived_at', 'is', null)
}

/**
 * All live configuration of a tenant, or null when there is no such tenant. The version is read before the rest:
 * a change in between is stored under the older version number, so the next version check reloads it.
 */
export async function loadConfigRows(db: Db, tenantId: string) {
  const tenant = await db
    .selectFrom('tenants')
    .select(['id', 'slug', 'name', 'config_version', 'document'])
    .where('id', '=', tenantId)
    .executeTakeFirst()
  if (!tenant) return null
  const [locations, services, pools, holidays, campaigns, agents, schedules, openings, absences, closures, elsewhere] =
    await Promise.all([
      named(db, 'locations', tenantId),
      named(db, 'services', tenantId),
      named(db, 'pools', tenantId),
      named(db, 'holiday_calendars', tenantId),
      named(db, 'campaigns', tenantId),
      db
        .selectFrom('agents')
        .select(['id', 'name', 'external_id', 'document', 'archived_at', 'pool_id', 'desk'])
        .where('tenant_id', '=', tenantId)
        .execute(),
      db
        .selectFrom('schedules')
        .select(['id', 'owner_id', 'document'])
        .select([sql<string>`lower(validity)`.as('from'), sql<string | null>`upper(validity)`.as('until')])
        .where('tenant_id', '=', tenantId)
        .where('archived_at', 'is', null)
        .execute(),
      dated(db, 'openings', tenantId).select(['owner_id', 'document']).execute(),
      dated(db, 'absences', tenantId)
        .select(sql<string>`agent_id`.as('agent_id'))
        .execute(),
      dated(db, 'closures', tenantId)
        .select(sql<string | null>`location_id`.as('location_id'))
        .execute(),
      db
        .selectFrom('external_busy')
        .select(['agent_id', 'starts_at as from', 'ends_at as to'])
        .where('tenant_id', '=', tenantId)
        .execute(),
    ])
  const sources = { locations, services, pools, holidays, campaigns, agents, schedules, openings, closures }
  // Events in an agent's external calendars block time like absences.
  return { tenant, ...sources, absences: [...absences, ...elsewhere] }
}

/** The tenant's configuration version and the calendar versions of the given agents, in one round trip. */
export async function readVersions(db: Db, tenantId: string, agentIds: readonly string[]) {
  const { rows } = await sql<{ config: number; agent_id: string | null; version: number | null }>`
    select t.config_version as config, c.agent_id, c.version
      from tenants t
      left join agent_calendars c on c.tenant_id = ${tenantId} and c.agent_id = any(${sql.val(agentIds)}::uuid[])
     where t.id = ${tenantId}`.execute(db)
  return rows
}
