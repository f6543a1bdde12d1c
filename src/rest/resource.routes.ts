// Create, read, list, change with If-Match, archive: the same five routes for every configuration table.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { touchConfig } from '../availability/config.sql.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { tenantOf } from './access.ts'
import { withScope } from './route.ts'
import { answerOnce, idempotencyOf, sendAnswer } from './idempotency.actions.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from './paging.ts'
import type { Body, Resource, WriteContext } from './resource.ts'
import { archiveRow, findRow, insertRow, listRows, lockRow, updateRow, type Row } from './resource.sql.ts'
import { Envelope, IdParams, mergePatch, patchOf } from './schema.ts'
import { checkBody } from './validation.ts'

export const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'Makes a retry safe: same key and request, same answer.' }),
  ),
})
export const IfMatchHeader = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag last read.' })),
})
/** Of routes that answer 428 without it; the description says so (`x-required`), while the refusal stays a problem of its own. */
export const RequiredIfMatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'The ETag last read, or `*` for any; 428 without it.', 'x-required': true }),
  ),
})
/** By reference: written out in every route the API description would have a megabyte. */
const Problem = Type.Unsafe<object>({ $ref: 'Problem#' })
export const problems = { '4xx': Problem, '5xx': Problem }

export const etagOf = (version: number): string => `"${version}"`

/** The version in If-Match; throws `precondition_required` without the header. `*` matches any version. */
export function requiredVersion(request: FastifyRequest): number | null {
  const header = request.headers['if-match']
  if (header === undefined) throw new AppError('precondition_required')
  if (header === '*') return null
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header)
  if (!match)
    throw new AppError(
      'precondition_failed',
      { version: '?' },
      { fields: [{ in: 'header', pointer: 'If-Match', code: 'wrong_format', params: { limit: '"<version>"' } }] },
    )
  return Number(match[1])
}

export function checkVersion(wanted: number | null, version: number): void {
  if (wanted !== null && wanted !== version) throw new AppError('precondition_failed', { version })
}

/** The record as the API shows it. */
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

/** Checks a body, saves it with what follows from it, and tells caches of it. */
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

/** Creates a record inside a transaction; also the way for imports and demo data. The body must be valid by its schema. */
export function createRecord(resource: Resource, context: Omit<WriteContext, 'before'>, body: Body): Promise<Row> {
  return writeRecord(resource, { ...context, before: undefined }, body, insertRow)
}

/** The same in a transaction of its own. */
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

/** Applies a merge patch to a record inside a transaction; throws `precondition_failed` when its version is another. */
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

async function archiveRecord(
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

type IdRequest = FastifyRequest<{ Params: { id: string } }>

/** Registers the routes of a resource under /v1. */
export function registerResource(app: FastifyInstance, deps: Deps, resource: Resource): void {
  const url = `/v1/${resource.path}`
  const shown = Type.Object(
    { ...Envelope, ...optional(resource), ...resource.presented },
    { title: title(resource.name), additionalProperties: false },
  )
  const read = withScope(resource.scopes.read, 'none')
  const write = withScope(resource.scopes.write, resource.reach)
  const docs = (verb: string, summary: string) => ({
    tags: [resource.path],
    operationId: `${verb}${title(resource.name)}`,
    summary,
    security: [{ key: [] }],
  })
  const contextOf = (request: FastifyRequest, tx: WriteContext['tx'], id: string) => ({
    tx,
    tenantId: tenantOf(request),
    id,
    now: deps.now(),
    deps,
  })
  const sendRow = (reply: FastifyReply, row: Row): FastifyReply =>
    reply.header('etag', etagOf(row.version)).send(presentRow(resource, row))

  app.post(url, {
    config: write,
    schema: {
      ...docs('create', `Create: ${resource.description}`),
      body: resource.body,
      headers: IdempotencyHeader,
      response: { 201: shown, ...problems },
    },
    handler: async (request, reply) => {
      const answer = await answerOnce(deps, idempotencyOf(request, tenantOf(request)), async (tx) => {
        const row = await createRecord(
          resource,
          contextOf(request, tx, deps.newId()),
          structuredClone(request.body) as Body,
        )
        return {
          status: 201,
          body: presentRow(resource, row),
          headers: { location: `${url}/${row.id}`, etag: etagOf(row.version) },
        }
      })
      return sendAnswer(reply, answer)
    },
  })

  const filterProperties = Object.fromEntries(
    Object.keys(resource.filters).map((name) => [name, Type.Optional(resource.body.properties[name]!)]),
  )
  app.get(url, {
    config: read,
    schema: {
      ...docs('list', `List: ${resource.description}`),
      querystring: Type.Object(
        { ...PageQuery, ...filterProperties, archived: Type.Optional(Type.Boolean({ default: false })) },
        { additionalProperties: false },
      ),
      response: { 200: PageOf(shown, `${title(resource.name)}Page`), ...problems },
    },
    handler: async (request) => {
      const query = request.query as { limit: number; cursor?: string; archived: boolean } & Record<string, unknown>
      const filters = Object.entries(resource.filters).flatMap(([name, column]) =>
        query[name] === undefined ? [] : [{ column, value: query[name] as string }],
      )
      const after = decodeIdCursor(query.cursor)
      const rows = await listRows(deps.db.kysely, resource.table, tenantOf(request), {
        after,
        limit: query.limit + 1,
        archived: query.archived,
        filters,
      })
      const page = pageOf(rows, query.limit, (row) => encodeCursor(row.id))
      return { ...page, items: page.items.map((row) => presentRow(resource, row)) }
    },
  })

  app.get(`${url}/:id`, {
    config: read,
    schema: {
      ...docs('get', `Read: ${resource.description}`),
      params: IdParams,
      response: { 200: shown, ...problems },
    },
    handler: async (request: IdRequest, reply) => {
      const row = await findRow(deps.db.kysely, resource.table, tenantOf(request), request.params.id)
      if (!row) throw new AppError('not_found', { what: resource.name })
      return sendRow(reply, row)
    },
  })

  app.patch(`${url}/:id`, {
    config: write,
    schema: {
      ...docs('update', `Change (JSON Merge Patch, RFC 7396): ${resource.description}`),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: patchOf(resource.body),
      response: { 200: shown, ...problems },
    },
    handler: async (request: IdRequest, reply) => {
      const wanted = requiredVersion(request)
      const row = await transaction(deps.db, (tx) =>
        changeRecord(resource, contextOf(request, tx, request.params.id), request.body as Body, wanted),
      )
      return sendRow(reply, row)
    },
  })

  app.delete(`${url}/:id`, {
    config: write,
    schema: {
      ...docs('archive', `Archive (kept for history, no longer in use): ${resource.description}`),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      response: { 200: shown, ...problems },
    },
    handler: async (request: IdRequest, reply) => {
      const wanted = requiredVersion(request)
      const row = await transaction(deps.db, (tx) =>
        archiveRecord(resource, contextOf(request, tx, request.params.id), wanted),
      )
      return sendRow(reply, row)
    },
  })
}

function title(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
}

/** The body's fields as an answer shows them: absent when not set. */
function optional(resource: Resource): Resource['body']['properties'] {
  return Object.fromEntries(
    Object.entries(resource.body.properties).map(([name, schema]) => [name, Type.Optional(schema)]),
  )
}
