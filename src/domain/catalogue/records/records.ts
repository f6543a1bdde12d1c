// Writes to configuration tables: create, merge patch, archive. Follow-up writes share the transaction.
import { transaction } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../../kernel/errors.ts'
import type { Body, Resource, WriteContext, Row } from './resource.ts'
import { archiveRow, insertRow, lockRow, updateRow } from './resource.sql.ts'
import { mergePatch } from '../../../platform/schema/schema.ts'
import { checkBody } from '../../../platform/schema/validation.ts'
import { checkVersion } from '../../../kernel/version.ts'
import { touchConfig } from '../../tenant/tenant.sql.ts'

/** The record as returned by the API. */
export function presentRow(resource: Resource, row: Row): Body {
  const shown: Body = { id: row.id }
  for (const name of Object.keys(resource.body.properties)) {
    const column = resource.columns[name]
    const value = column === undefined ? row.document[name] : row[column]
    if (value !== undefined && value !== null) shown[name] = value
  }
  return {
    ...shown,
    ...resource.present?.(row),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    archivedAt: row.archived_at?.toISOString() ?? null,
  }
}

/** Splits a body into columns and document. Absent fields become null in their column. */
function store(resource: Resource, body: Body): { columns: Record<string, unknown>; document: Body } {
  const columns: Record<string, unknown> = {}
  for (const [field, column] of Object.entries(resource.columns)) columns[column] = body[field] ?? null
  const document = Object.fromEntries(Object.entries(body).filter(([field]) => !(field in resource.columns)))
  return { columns, document }
}

/** Prepares a body, saves it with its follow-up writes, and invalidates caches. */
async function writeRecord(
  resource: Resource,
  context: WriteContext,
  body: Body,
  save: typeof insertRow,
): Promise<Row> {
  const { tx, tenantId, id } = context
  const extra = (await resource.prepare?.(context, body)) ?? {}
  const { columns, document } = store(resource, body)
  const now = new Date(context.now)
  const row = await save(tx, resource.table, { tenantId, id, columns: { ...columns, ...extra }, document, now })
  await resource.afterWrite?.(context, body)
  if (resource.isConfiguration) await touchConfig(tx, tenantId, now)
  return row
}

/** Creates a record inside a transaction; imports and demo data use it too. The body must have been validated by its schema. */
export function createRecord(resource: Resource, context: Omit<WriteContext, 'before'>, body: Body): Promise<Row> {
  return writeRecord(resource, { ...context, before: undefined }, body, insertRow)
}

/** Runs `createRecord` in its own transaction. */
export const createOne = (
  deps: Deps,
  resource: Resource,
  context: Omit<WriteContext, 'before' | 'tx' | 'deps'>,
  body: Body,
): Promise<Row> => transaction(deps.db, (tx) => createRecord(resource, { ...context, tx, deps }, body))

async function lockExisting(
  resource: Resource,
  context: Omit<WriteContext, 'before'>,
  wanted: number | null,
): Promise<Row> {
  const before = await lockRow(context.tx, resource.table, context.tenantId, context.id)
  if (!before) throw new AppError('not_found', { what: resource.name })
  checkVersion(wanted, before.version)
  return before
}

/**
 * Applies a merge patch inside a transaction. Throws `archived`, and `precondition_failed` if the version is not `wanted` (null
 * = any).
 */
export async function changeRecord(
  resource: Resource,
  context: Omit<WriteContext, 'before'>,
  patch: Body,
  wanted: number | null,
): Promise<Row> {
  const before = await lockExisting(resource, context, wanted)
  if (before.archived_at !== null) throw new AppError('archived')
  const current: Body = { ...before.document }
  for (const [field, column] of Object.entries(resource.columns))
    if (before[column] !== null) current[field] = before[column]
  for (const field of resource.replaced ?? []) if (field in patch) delete current[field]
  const body = mergePatch(current, patch)
  checkBody(resource.body, body)
  return writeRecord(resource, { ...context, before }, body, updateRow)
}

/**
 * Archives a record; no effect if it is archived already. Throws `precondition_failed` if the version is not `wanted` (null =
 * any).
 */
export async function archiveRecord(
  resource: Resource,
  context: Omit<WriteContext, 'before'>,
  wanted: number | null,
): Promise<Row> {
  const before = await lockExisting(resource, context, wanted)
  if (before.archived_at !== null) return before
  await resource.beforeArchive?.({ ...context, before })
  const row = await archiveRow(context.tx, resource.table, context.tenantId, context.id, new Date(context.now))
  if (resource.isConfiguration) await touchConfig(context.tx, context.tenantId, new Date(context.now))
  return row
}
