// Checks that ids in a body refer to live records of the same tenant; the error points to the id that does not.
import { bodyFault } from '../../../kernel/errors.ts'
import type { ResourceTable, WriteContext } from './resource.ts'
import { liveIds } from './resource.sql.ts'

type LiveReference = {
  table: ResourceTable
  what: string
  ids: readonly string[]
  pointer: string
  isList?: boolean
}

/** Throws `invalid_reference` at `pointer` (with the index for lists) if an id is unknown, archived or of another tenant. */
export async function requireLive(
  context: WriteContext,
  { table, what, ids, pointer, isList = true }: LiveReference,
): Promise<void> {
  if (ids.length === 0) return
  const live = await liveIds(context.tx, table, context.tenantId, ids)
  const missing = ids.findIndex((id) => !live.has(id))
  if (missing >= 0)
    throw bodyFault(isList ? `${pointer}/${missing}` : pointer, 'invalid_reference', { what, id: ids[missing] })
}
