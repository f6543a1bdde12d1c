// Checks that ids in a body refer to live records of the same tenant; the error points to the id that does not.
import { bodyFault } from '../../../kernel/errors.ts'
import type { ResourceTable, WriteContext } from './resource.ts'
import { liveIds } from './resource.sql.ts'

type Referred = { table: ResourceTable; what: string; pointer: string }

async function missingAmong(context: WriteContext, { table }: Referred, ids: readonly string[]): Promise<number> {
  const live = await liveIds(context.tx, table, context.tenantId, ids)
  return ids.findIndex((id) => !live.has(id))
}

/** Throws `invalid_reference` at `pointer` with the index of the first id that is unknown, archived or of another tenant. */
export async function requireAllLive(context: WriteContext, of: Referred & { ids: readonly string[] }): Promise<void> {
  if (of.ids.length === 0) return
  const missing = await missingAmong(context, of, of.ids)
  if (missing >= 0)
    throw bodyFault(`${of.pointer}/${missing}`, 'invalid_reference', { what: of.what, id: of.ids[missing] })
}

/** Throws `invalid_reference` at `pointer` if the id is unknown, archived or of another tenant; without an id, nothing is checked. */
export async function requireLive(context: WriteContext, of: Referred & { id: string | undefined }): Promise<void> {
  const { id } = of
  if (id === undefined) return
  if ((await missingAmong(context, of, [id])) >= 0)
    throw bodyFault(of.pointer, 'invalid_reference', { what: of.what, id })
}
