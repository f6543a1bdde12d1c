// API keys of a tenant: create (token shown once), list, revoke.
import type { Api } from '../http/api.ts'
import { withScope } from '../http/route.ts'
import Type from 'typebox'
import type { ApiKeyRow } from '../platform/database/tables.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { scopesOf, tenantOf } from '../http/access.ts'
import { answerOnce } from '../platform/idempotency/idempotency.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { IdempotencyHeader, problems } from '../http/headers.ts'
import { Id, IdParams, Instant, Name, Nullable, oneOf } from '../platform/schema/schema.ts'
import type { Authenticator } from '../http/authenticate.ts'
import { createKey, tokenOf } from '../application/identity/api-keys.ts'
import { findKey, listKeys, revokeKey } from '../application/identity/api-key.sql.ts'
import { SCOPES, type Scope } from '../kernel/permissions/scopes.ts'
import { idempotencyOf, sendAnswer } from '../http/idempotency-key.ts'

const ScopeName = oneOf(SCOPES)
export const KeyShown = Type.Object(
  {
    id: Id,
    name: Type.String(),
    scopes: Type.Array(Type.String()),
    createdAt: Type.String({ format: 'date-time' }),
    expiresAt: Nullable(Type.String({ format: 'date-time' })),
    revokedAt: Nullable(Type.String({ format: 'date-time' })),
  },
  { title: 'ApiKey', additionalProperties: false },
)
const KeyBody = Type.Object(
  {
    name: Name,
    scopes: Type.Array(ScopeName, { minItems: 1, maxItems: SCOPES.length, uniqueItems: true }),
    expiresAt: Type.Optional(Instant),
  },
  { additionalProperties: false },
)

function presentKey(row: ApiKeyRow): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}

const docs = { tags: ['api-keys'] }

const access = withScope('keys:write')

function createApiKeyRoute(app: Api, deps: Deps): void {
  app.post('/v1/api-keys', {
    config: access,
    schema: {
      ...docs,
      operationId: 'createApiKey',
      summary: 'Create an API key; the token is shown once. A key can hand on only scopes that it has itself',
      body: KeyBody,
      headers: IdempotencyHeader,
      response: { 201: Type.Object({ apiKey: KeyShown, token: Type.String() }), ...problems },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      const body = request.body
      const principal = request.principal
      const own = scopesOf(request)
      const beyond = body.scopes.findIndex((scope) => !own.has(scope))
      if (beyond >= 0) throw bodyFault(`/scopes/${beyond}`, 'forbidden', { scope: body.scopes[beyond] })
      const scope = idempotencyOf(request, tenantId)
      const derivation = scope ? { callerSecret: principal!.secret, idempotencyKey: scope.key } : undefined
      let token: string | undefined
      const answer = await answerOnce(deps, scope, async (tx) => {
        const created = await createKey(
          deps,
          tx,
          {
            tenantId,
            name: body.name,
            scopes: body.scopes,
            expiresAt: body.expiresAt ? new Date(body.expiresAt) : null,
          },
          derivation,
        )
        token = created.token
        // The answer stored for the Idempotency-Key contains no token: a repeated request derives it again.
        return { status: 201, body: { apiKey: presentKey(created.row) } }
      })
      const shown = answer.body as { apiKey: { id: string } }
      token ??= tokenOf(deps, tenantId, shown.apiKey.id, derivation)
      return sendAnswer(reply, { ...answer, body: { ...shown, token } })
    },
  })
}

function listApiKeysRoute(app: Api, deps: Deps): void {
  app.get('/v1/api-keys', {
    config: access,
    schema: {
      ...docs,
      operationId: 'listApiKeys',
      summary: 'List API keys',
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(KeyShown, 'ApiKeyPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const page = pageOf(
        await listKeys(deps.db.kysely, tenantOf(request), decodeIdCursor(cursor), limit + 1),
        limit,
        (row) => encodeCursor(row.id),
      )
      return { ...page, items: page.items.map(presentKey) }
    },
  })
}

function revokeApiKeyRoute(app: Api, deps: Deps, authenticator: Authenticator): void {
  app.post('/v1/api-keys/:id/revocation', {
    config: access,
    schema: {
      ...docs,
      operationId: 'revokeApiKey',
      summary: 'Revoke an API key; other processes follow within two seconds',
      params: IdParams,
      response: { 200: KeyShown, ...problems },
    },
    handler: async (request) => {
      const { id } = request.params
      const found = await findKey(deps.db.kysely, tenantOf(request), id)
      // Callers may revoke only keys whose scopes they have themselves.
      const own = scopesOf(request)
      if (found?.scopes.some((scope) => !own.has(scope as Scope)))
        throw new AppError('forbidden', { scope: 'keys:write' })
      const row = await revokeKey(deps.db.kysely, tenantOf(request), id, new Date(deps.now()))
      if (!row) throw new AppError('not_found', { what: 'api-key' })
      authenticator.forget()
      return presentKey(row)
    },
  })
}

export function keyRoutes(app: Api, deps: Deps, authenticator: Authenticator): void {
  createApiKeyRoute(app, deps)
  listApiKeysRoute(app, deps)
  revokeApiKeyRoute(app, deps, authenticator)
}
