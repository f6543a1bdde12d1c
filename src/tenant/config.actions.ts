// The configuration of a tenant, for whoever needs it to be there.
import type { TenantConfig } from '../availability/model.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'

/** The configuration as of now; throws `not_found` when there is no such tenant. */
export async function configOf(deps: Deps, tenantId: string): Promise<TenantConfig> {
  const config = await deps.snapshots.config(tenantId)
  if (!config) throw new AppError('not_found', { what: 'tenant' })
  return config
}
