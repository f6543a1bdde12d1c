// Rules for external ids. Creating a record under a known external id returns the same record, or a conflict that names it.
// Systems that synchronise records write them by external id, whether or not they exist.
import { isDeepStrictEqual } from 'node:util'
import { transaction, violationOf, type Db, type Tx } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { AppError, externalIdTaken } from '../../../kernel/errors.ts'
import type { Body, Resource, WriteContext, Row } from './resource.ts'
import { changeRecord, createRecord } from './records.ts'
import { findRow, findRowByExternalId } from './resource.sql.ts'

type Context = Omit<WriteContext, 'before'>

/** Whether records of this kind can have an external id. */
export const hasExternalId = (resource: Resource): boolean => 'externalId' in resource.columns

/** The record with the external id, archived or not, or the one it was merged into. */
export async function findKnown(
  resource: Resource,
  tx: Db | Tx,
  tenantId: string,
  externalId: string,
): Promise<Row | undefined> {
  const row = await findRowByExternalId(tx, resource.table, tenantId, externalId)
  const joined = row?.merged_into as string | null | undefined
  return joined ? findRow(tx, resource.table, tenantId, joined) : row
}

/** Whether the record already has all the values of a prepared body. */
function isSame(resource: Resource, row: Row, body: Body): boolean {
  return Object.entries(body).every(([field, value]) => {
    if (field === 'externalId') return true
    const column = resource.columns[field]
    return isDeepStrictEqual(column === undefined ? row.document[field] : row[column], value)
  })
}

/** A copy of the body, completed by the resource as on writing, for comparison. */
async function prepared(resource: Resource, context: Context, row: Row, body: Body): Promise<Body> {
  const complete = structuredClone(body)
  await resource.prepare?.({ ...context, id: row.id, before: row }, complete)
  return complete
}

/**
 * Creates a record. If its external id is known, returns the existing record if it is identical (`isNew` false); otherwise
 * throws `external_id_taken` with its id.
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

type NamedWrite = {
  context: Context
  externalId: string
  body: Body
  wanted: number | null
}

/**
 * Creates the record of an external id, or updates the fields that were sent and keeps the others. A write without any change
 * makes no new version. Throws `archived`, and `precondition_failed` if the version is not `wanted` (null = any).
 */
export async function writeByExternalId(
  resource: Resource,
  { context, externalId, body, wanted }: NamedWrite,
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

/** Whether another request inserted the same external id at the same moment. */
const isExternalIdRace = (error: unknown): boolean => /_external_id$/.test(violationOf(error)?.constraint ?? '')

/** Repeats the work once after a race: the winner's record is then visible. */
export const afterRace = <T>(work: () => Promise<T>): Promise<T> =>
  work().catch((error: unknown) => {
    if (isExternalIdRace(error)) return work()
    throw error
  })

/** Runs `writeByExternalId` in its own transaction. */
export const putByExternalId = (
  deps: Deps,
  resource: Resource,
  asked: { tenantId: string; externalId: string; body: Body; wanted: number | null },
): Promise<{ row: Row; isNew: boolean }> =>
  afterRace(() =>
    transaction(deps.db, (tx) =>
      writeByExternalId(resource, {
        context: { tx, tenantId: asked.tenantId, id: deps.newId(), now: deps.now(), deps },
        externalId: asked.externalId,
        body: asked.body,
        wanted: asked.wanted,
      }),
    ),
  )
