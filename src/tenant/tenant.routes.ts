// Tenants: created and listed by the platform's operator; also read and changed with the tenant's own keys.
import type { Api } from '../rest/api.ts'
import { pathPart } from '../rest/fields.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { createKey, tokenOf } from '../auth/key.actions.ts'
import { SCOPES } from '../auth/scopes.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault } from '../errors.ts'
import { answerRow, earlierAnswer, idempotencyOf, type IdempotencyScope } from '../rest/idempotency.actions.ts'
import { rememberAnswer } from '../rest/idempotency.sql.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../rest/paging.ts'
import {
  checkVersion,
  etagOf,
  IdempotencyHeader,
  RequiredIfMatchHeader,
  problems,
  requiredVersion,
} from '../rest/headers.ts'
import { IdParams, mergePatch } from '../rest/schema.ts'
import { checkBody } from '../rest/validation.ts'
import { startReplan } from '../reminder/reminder.actions.ts'
import { settingsOf } from './settings.ts'
import { checkTheme } from './theme.ts'
import { TenantBody, TenantChange, TenantShown } from './tenant.schema.ts'
import {
  claimSlug,
  findTenant,
  insertTenant,
  listTenants,
  lockTenant,
  updateTenant,
  type Tenant,
} from './tenant.sql.ts'

function present(tenant: Tenant): Record<string, unknown> {
  return {
    id: tenant.id,
    slug: tenant.slug,
    name: tenant.name,
    ...settingsOf(tenant.document),
    version: tenant.version,
    createdAt: tenant.created_at.toISOString(),
    updatedAt: tenant.updated_at.toISOString(),
    archivedAt: tenant.archived_at?.toISOString() ?? null,
  }
}

/** First path segments of URLs that cannot be slugs of tenants. */
const RESERVED = new Set([
  ...['v1', 'docs', 'assets', 'healthz', 'readyz', 'metrics', 'openapi', 'examples', 'widget', 'embed'],
  ...['agenda', 'admin', 'login', 'logout', 'account', 'static', 'public', 'api', 'auth', 'oauth'],
])

export type NewTenant = { tenant: Record<string, unknown>; apiKey: string; id: string }

/**
 * Creates a tenant with its first key, which has all scopes. Throws `slug_taken`; a repeated request with the same
 * Idempotency-Key gets the earlier answer instead, and its key is derived again.
 */
export async function createTenant(
  deps: Deps,
  body: Record<string, unknown>,
  repeat: { scope: Omit<IdempotencyScope, 'tenantId'>; callerSecret: string } | null = null,
): Promise<NewTenant> {
  const { slug, name, ...document } = body as { slug: string; name: string }
  if (RESERVED.has(slug)) throw bodyFault('/slug', 'slug_taken', { slug })
  checkTheme(settingsOf(document).theme)
  const id = deps.newId()
  const derivation = repeat ? { callerSecret: repeat.callerSecret, idempotencyKey: repeat.scope.key } : undefined
  const owner = await claimSlug(deps.db.kysely, slug, id)
  if (owner !== id) {
    const earlier = repeat ? await earlierAnswer(deps, { ...repeat.scope, tenantId: owner }) : null
    if (!earlier) throw bodyFault('/slug', 'slug_taken', { slug })
    const { tenant, keyId } = earlier.body as { tenant: Record<string, unknown>; keyId: string }
    return { tenant, apiKey: tokenOf(deps, owner, keyId, derivation), id: owner }
  }
  return transaction(deps.db, async (tx) => {
    const tenant = present(await insertTenant(tx, { id, slug, name, document, now: new Date(deps.now()) }))
    const key = { tenantId: id, name: 'administration', scopes: [...SCOPES], expiresAt: null }
    const { token, row } = await createKey(deps, tx, key, derivation)
    if (repeat) {
      const answer = { status: 201, body: { tenant, keyId: row.id } }
      await tx.executeQuery(rememberAnswer(answerRow({ ...repeat.scope, tenantId: id }, answer, deps.now())))
    }
    return { tenant, apiKey: token, id }
  })
}

/** The tenant id in the URL; throws `not_found` for keys of other tenants, as if it did not exist. */
function ownTenantOnly(request: FastifyRequest): string {
  const id = pathPart(request, 'id')
  const principal = request.principal
  if (principal?.kind !== 'platform' && principal?.tenantId !== id) throw new AppError('not_found', { what: 'tenant' })
  return id
}

export function tenantRoutes(app: Api, deps: Deps): void {
  const docs = { tags: ['tenants'], security: [{ key: [] }] }

  app.post('/v1/tenants', {
    config: { access: { kind: 'platform' } },
    schema: {
      ...docs,
      operationId: 'createTenant',
      summary: 'Create a tenant; answers its first API key, shown once',
      body: TenantBody,
      headers: IdempotencyHeader,
      response: {
        201: Type.Object({ tenant: TenantShown, apiKey: Type.String({ description: 'Shown once' }) }),
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const scope = idempotencyOf(request, '')
      const repeat = scope ? { scope, callerSecret: request.principal!.secret } : null
      const { tenant, apiKey, id } = await createTenant(deps, request.body, repeat)
      return reply.code(201).header('location', `/v1/tenants/${id}`).send({ tenant, apiKey })
    },
  })

  app.get('/v1/tenants', {
    config: { access: { kind: 'platform' } },
    schema: {
      ...docs,
      operationId: 'listTenants',
      summary: 'List tenants',
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(TenantShown, 'TenantPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const page = pageOf(await listTenants(deps.db.kysely, decodeIdCursor(cursor), limit + 1), limit, (t) =>
        encodeCursor(t.id),
      )
      return { ...page, items: page.items.map(present) }
    },
  })

  app.get('/v1/tenants/:id', {
    config: { access: { kind: 'key', scope: 'tenant:read', platform: true } },
    schema: {
      ...docs,
      operationId: 'getTenant',
      summary: 'Read a tenant',
      params: IdParams,
      response: { 200: TenantShown, ...problems },
    },
    handler: async (request, reply) => {
      const tenant = await findTenant(deps.db.kysely, ownTenantOnly(request))
      if (!tenant) throw new AppError('not_found', { what: 'tenant' })
      return reply.header('etag', etagOf(tenant.version)).send(present(tenant))
    },
  })

  app.patch('/v1/tenants/:id', {
    config: { access: { kind: 'key', scope: 'tenant:write', platform: true } },
    schema: {
      ...docs,
      operationId: 'updateTenant',
      summary: 'Change a tenant',
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: TenantChange,
      response: { 200: TenantShown, ...problems },
    },
    handler: async (request, reply) => {
      const wanted = requiredVersion(request)
      const id = ownTenantOnly(request)
      const tenant = await transaction(deps.db, async (tx) => {
        const before = await lockTenant(tx, id)
        if (!before) throw new AppError('not_found', { what: 'tenant' })
        checkVersion(wanted, before.version)
        const { name = before.name, ...changes } = request.body
        const document = mergePatch(before.document, changes)
        // Validate the merged body: removing one field of a pair can leave an invalid combination.
        checkBody(TenantBody, { slug: before.slug, name, ...document })
        checkTheme(settingsOf(document).theme)
        // Plan the messages again by the new rules.
        if (changes.notifications !== undefined) await startReplan(deps, tx, id)
        return updateTenant(tx, { id, name, document, now: new Date(deps.now()) })
      })
      return reply.header('etag', etagOf(tenant.version)).send(present(tenant))
    },
  })
}
