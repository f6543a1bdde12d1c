// One rule for external ids: what is created under a known one is the same record, answered again, or a conflict that names it. Who keeps
// records of another system up to date writes them by that id, new or known.
import { isDeepStrictEqual } from 'node:util'
import { transaction, violationOf, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError, externalIdTaken } from '../errors.ts'
import type { Body, Resource, WriteContext } from './resource.ts'
import { changeRecord, createRecord } from './resource.actions.ts'
import { findRow, findRowByExternalId, type Row } from './resource.sql.ts'

type Context = Omit<WriteContext, 'before'>

/** Whether a record that was created has an external id; the others have none in their bodies. */
export const hasExternalId = (resource: Resource): boolean => 'externalId' in resource.columns

/** The record of the external id, or the one that it became part of. */
async function findKnown(resource: Resource, tx: Tx, tenantId: string, externalId: string): Promise<Row | undefined> {
  const row = await findRowByExternalId(tx, resource.table, tenantId, externalId)
  const joined = row?.merged_into as string | null | undefined
  return joined ? findRow(tx, resource.table, tenantId, joined) : row
}

/** Whether all that was sent is so already. The body must have been prepared. */
function isSame(resource: Resource, row: Row, body: Body): boolean {
  return Object.entries(body).every(([field, value]) => {
    if (field === 'externalId') return true
    const column = resource.columns[field]
    return isDeepStrictEqual(column === undefined ? row.document[field] : row[column], value)
  })
}

/** The body with what the service adds to it on writing, for comparing. */
async function prepared(resource: Resource, context: Context, row: Row, body: Body): Promise<Body> {
  const complete = structuredClone(body)
  await resource.prepare?.({ ...context, id: row.id, before: row }, complete)
  return complete
}

/**
 * Creates the record, unless its external id is known: the same one is answered as it is (`isNew` false), another one is refused with
 * `external_id_taken` and its id.
 */
export async function createOrKnown(
  resource: Resource,
  context: Context,
  body: Body,
): Promise<{ row: Row; isNew: boolean }> {
  const externalId = hasExternalId(resource) ? (body.externalId as string | undefined) : undefined
  const known = externalId && (await findKnown(resource, context.tx, context.tenantId, externalId))
  if (!known) return { row: await createRecord(resource, context, body), isNew: true }
  const isLive = known.archived_at === null
  if (isLive && isSame(resource, known, await prepared(resource, context, known, body)))
    return { row: known, isNew: false }
  throw externalIdTaken(known.id)
}

/**
 * Writes the record of an external id: new if nobody has it, else with the fields that were sent; what is not sent stays, and what is so
 * already makes no new version. Throws `archived`, and `precondition_failed` when its version is not `wanted` (null = any).
 */
async function writeByExternalId(
  resource: Resource,
  context: Context,
  externalId: string,
  body: Body,
  wanted: number | null,
): Promise<{ row: Row; isNew: boolean }> {
  if (body.externalId !== undefined && body.externalId !== externalId)
    throw new AppError(
      'invalid_request',
      { count: 1 },
      { fields: [{ in: 'body', pointer: '/externalId', code: 'not_allowed', params: { limit: externalId } }] },
    )
  const known = await findKnown(resource, context.tx, context.tenantId, externalId)
  if (!known) {
    if (wanted !== null) throw new AppError('precondition_failed', { version: '–' })
    return { row: await createRecord(resource, context, { ...structuredClone(body), externalId }), isNew: true }
  }
  const { externalId: _same, ...fields } = body
  const isUnchanged = known.archived_at === null && (wanted === null || wanted === known.version)
  if (isUnchanged && isSame(resource, known, await prepared(resource, context, known, fields)))
    return { row: known, isNew: false }
  return {
    row: await changeRecord(resource, { ...context, id: known.id }, structuredClone(fields), wanted),
    isNew: false,
  }
}

/** Somebody wrote the same external id in this very moment. */
const isExternalIdRace = (error: unknown): boolean => /_external_id$/.test(violationOf(error)?.constraint ?? '')

/** Tries once more after a race, when the record of the winner can be read. */
export const afterRace = <T>(work: () => Promise<T>): Promise<T> =>
  work().catch((error: unknown) => {
    if (isExternalIdRace(error)) return work()
    throw error
  })

/** `writeByExternalId` in a transaction of its own. */
export const putByExternalId = (
  deps: Deps,
  resource: Resource,
  asked: { tenantId: string; externalId: string; body: Body; wanted: number | null },
): Promise<{ row: Row; isNew: boolean }> =>
  afterRace(() =>
    transaction(deps.db, (tx) =>
      writeByExternalId(
        resource,
        { tx, tenantId: asked.tenantId, id: deps.newId(), now: deps.now(), deps },
        asked.externalId,
        asked.body,
        asked.wanted,
      ),
    ),
  )
