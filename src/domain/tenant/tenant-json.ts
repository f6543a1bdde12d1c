// PURE. A tenant as the API answers it.
import { settingsOf } from './settings.ts'
import type { Tenant } from './tenant.sql.ts'

export function tenantJson(tenant: Tenant): Record<string, unknown> {
  return {
    id: tenant.id,
    slug: tenant.slug,
    name: tenant.name,
    ...settingsOf(tenant.document),
    version: tenant.version,
    createdAt: tenant.created_at.toISOString(),
    updatedAt: tenant.updated_at.toISOString(),
    archivedAt: tenant.archived_at?.toISOString() ?? null,
  }
}
