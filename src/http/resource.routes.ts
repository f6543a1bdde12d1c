// Create, read, list, change with If-Match, archive: the same five routes for every configuration table.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './api.ts'
import { bodyOf, queryFields } from './fields.ts'
import Type, { type TObject } from 'typebox'
import { transaction } from '../platform/database/tx.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from './access.ts'
import { withScope, wordsOf } from './route.ts'
import { answerOnce } from '../platform/idempotency/idempotency.ts'
import { etagOf, IdempotencyHeader, problems, requiredVersion, RequiredIfMatchHeader } from './headers.ts'
import { archiveRecord, changeRecord, presentRow } from '../domain/catalogue/records/records.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { afterRace, createOrKnown, hasExternalId } from '../domain/catalogue/records/external-id.ts'
import { registerByExternalId } from './external-id.routes.ts'
import type { Resource, WriteContext, Row } from '../domain/catalogue/records/resource.ts'
import { findRow, listRows } from '../domain/catalogue/records/resource.sql.ts'
import { defaulted, Envelope, IdParams, patchOf } from '../platform/schema/schema.ts'
import { firstText } from '../ui/form-input.ts'
import { idempotencyOf, sendAnswer } from './idempotency-key.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>

/** A resource as its five routes need it. */
type Collection = {
  deps: Deps
  resource: Resource
  url: string
  /** Schema of one record as it is shown. */
  shown: TObject
  read: ReturnType<typeof withScope>
  write: ReturnType<typeof withScope>
}

const docs = (resource: Resource, verb: string, summary: string, more = '') => ({
  tags: [resource.path],
  operationId: `${verb}${title(verb === 'list' ? resource.path : resource.name)}`,
  summary,
  description: `${resource.description.charAt(0).toUpperCase()}${resource.description.slice(1)}.${more}`,
})
const contextOf = (deps: Deps, request: FastifyRequest, tx: WriteContext['tx'], id: string) => ({
  tx,
  tenantId: tenantOf(request),
  id,
  now: deps.now(),
  deps,
})
const sendRow = (resource: Resource, reply: FastifyReply, row: Row): FastifyReply =>
  reply.header('etag', etagOf(row.version)).send(presentRow(resource, row))

function createRoute(app: Api, c: Collection): void {
  const { deps, resource } = c
  app.post(c.url, {
    config: c.write,
    schema: {
      ...docs(resource, 'create', `Create ${wordsOf(resource).one}`),
      body: resource.body,
      headers: IdempotencyHeader,
      response: { ...(hasExternalId(resource) ? { 200: c.shown } : {}), 201: c.shown, ...problems },
    },
    handler: async (request, reply) => {
      const create = () =>
        answerOnce(deps, idempotencyOf(request, tenantOf(request)), async (tx) => {
          const context = contextOf(deps, request, tx, deps.newId())
          const { row, isNew } = await createOrKnown(resource, context, structuredClone(bodyOf(request)))
          return {
            status: isNew ? 201 : 200,
            body: presentRow(resource, row),
            headers: { location: `${c.url}/${row.id}`, etag: etagOf(row.version) },
          }
        })
      return sendAnswer(reply, await afterRace(create))
    },
  })
}

function listRoute(app: Api, c: Collection): void {
  const { deps, resource } = c
  const filterProperties = Object.fromEntries(
    Object.keys(resource.filters).map((name) => [name, Type.Optional(resource.body.properties[name]!)]),
  )
  app.get(c.url, {
    config: c.read,
    schema: {
      ...docs(resource, 'list', `List ${wordsOf(resource).many}`),
      querystring: Type.Object(
        { ...filterProperties, ...PageQuery, archived: defaulted(Type.Boolean({ default: false })) },
        { additionalProperties: false },
      ),
      response: { 200: PageOf(c.shown, `${title(resource.name)}Page`), ...problems },
    },
    handler: async (request) => {
      const query = request.query
      const given = queryFields(request)
      const filters = Object.entries(resource.filters).flatMap(([name, column]) =>
        given[name] === undefined ? [] : [{ column, value: firstText(given, name) }],
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
}

function getRoute(app: Api, c: Collection): void {
  const { deps, resource } = c
  app.get(`${c.url}/:id`, {
    config: c.read,
    schema: {
      ...docs(resource, 'get', `Read ${wordsOf(resource).one}`),
      params: IdParams,
      response: { 200: c.shown, ...problems },
    },
    handler: async (request: IdRequest, reply) => {
      const row = await findRow(deps.db.kysely, resource.table, tenantOf(request), request.params.id)
      if (!row) throw new AppError('not_found', { what: resource.name })
      return sendRow(resource, reply, row)
    },
  })
}

function updateRoute(app: Api, c: Collection): void {
  const { deps, resource } = c
  app.patch(`${c.url}/:id`, {
    config: c.write,
    schema: {
      ...docs(
        resource,
        'update',
        `Change ${wordsOf(resource).one}`,
        ' JSON Merge Patch (RFC 7396): what is not sent stays, null removes.',
      ),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: patchOf(resource.body),
      response: { 200: c.shown, ...problems },
    },
    handler: async (request: IdRequest, reply) => {
      const wanted = requiredVersion(request)
      const row = await transaction(deps.db, (tx) =>
        changeRecord(resource, contextOf(deps, request, tx, request.params.id), bodyOf(request), wanted),
      )
      return sendRow(resource, reply, row)
    },
  })
}

function archiveRoute(app: Api, c: Collection): void {
  const { deps, resource } = c
  app.delete(`${c.url}/:id`, {
    config: c.write,
    schema: {
      ...docs(resource, 'archive', `Archive ${wordsOf(resource).one}`, ' Kept for history, no longer in use.'),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      response: { 200: c.shown, ...problems },
    },
    handler: async (request: IdRequest, reply) => {
      const wanted = requiredVersion(request)
      const row = await transaction(deps.db, (tx) =>
        archiveRecord(resource, contextOf(deps, request, tx, request.params.id), wanted),
      )
      return sendRow(resource, reply, row)
    },
  })
}

/** Registers the routes of a resource under /v1. */
export function registerResource(app: Api, deps: Deps, resource: Resource): void {
  const shown = Type.Object(
    { ...Envelope, ...optional(resource), ...resource.presented },
    { title: title(resource.name), additionalProperties: false },
  )
  const c: Collection = {
    deps,
    resource,
    url: `/v1/${resource.path}`,
    shown,
    read: withScope(resource.scopes.read, 'none'),
    write: withScope(resource.scopes.write, resource.reach),
  }
  createRoute(app, c)
  if (hasExternalId(resource)) registerByExternalId(app, deps, { resource, title: title(resource.name), shown })
  listRoute(app, c)
  getRoute(app, c)
  updateRoute(app, c)
  archiveRoute(app, c)
}

function title(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
}

/** The body's fields as optional: responses omit those that are not set. */
function optional(resource: Resource): Resource['body']['properties'] {
  return Object.fromEntries(
    Object.entries(resource.body.properties).map(([name, schema]) => [name, Type.Optional(schema)]),
  )
}
