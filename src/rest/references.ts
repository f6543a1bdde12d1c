// Checks that the ids in a body name live records of the same tenant, with a pointer to the one that does not.
import { bodyFault } from '../errors.ts'
import type { ResourceTable, WriteContext } from './resource.ts'
import { liveIds } from './resource.sql.ts'

/** Throws `invalid_reference` at `pointer` (with the index for lists) when an id is unknown, archived or another tenant's. */
export async function requireLive(
  context: WriteContext,
  table: ResourceTable,
  what: string,
  ids: readonly string[],
  pointer: string,
  isList = true,
): Promise<void> {
  if (ids.length === 0) return
  const live = await liveIds(context.tx, table, context.tenantId, ids)
  const missing = ids.findIndex((id) => !live.has(id))
  if (missing >= 0)
    throw bodyFault(isList ? `${pointer}/${missing}` : pointer, 'invalid_reference', { what, id: ids[missing] })
}
