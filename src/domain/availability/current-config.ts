// Reads the configuration of a tenant that must exist.
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import type { SnapshotDeps } from './snapshots.ts'
import { AppError } from '../../kernel/errors.ts'

/** The current configuration; throws `not_found` when there is no such tenant. */
export async function configOf(deps: SnapshotDeps, tenantId: string): Promise<TenantConfig> {
  const config = await deps.snapshots.config(tenantId)
  if (!config) throw new AppError('not_found', { what: 'tenant' })
  return config
}
