// Tenants: created and listed by the platform's operator; also read and changed with the tenant's own keys.
import type { Api } from '../http/api.ts'
import { pathPart } from '../http/fields.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { transaction } from '../platform/database/tx.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { answerRow, earlierAnswer } from '../platform/idempotency/idempotency.ts'
import { rememberAnswer } from '../platform/idempotency/idempotency.sql.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { etagOf, IdempotencyHeader, RequiredIfMatchHeader, problems, requiredVersion } from '../http/headers.ts'
import { IdParams, mergePatch } from '../platform/schema/schema.ts'
import { checkBody } from '../platform/schema/validation.ts'
import { startReplan } from '../application/reminders/reminders.ts'
import { settingsOf } from '../domain/tenant/settings.ts'
import { checkTheme } from '../domain/tenant/theme.ts'
import { TenantBody, TenantChange, TenantShown } from '../domain/tenant/tenant.schema.ts'
import { findTenant, listTenants, lockTenant, updateTenant } from '../domain/tenant/tenant.sql.ts'
import { checkVersion } from '../kernel/version.ts'
import { createTenant, type CreatedTenant, type RepeatedCreation } from '../application/onboarding/create-tenant.ts'
import { tenantJson } from '../domain/tenant/tenant-json.ts'
import { idempotencyOf } from '../http/idempotency-key.ts'

/** How a repetition of the request is recognised, by its Idempotency-Key; null without one. */
function repeatOf(deps: Deps, request: FastifyRequest): RepeatedCreation | null {
  const scope = idempotencyOf(request, '')
  if (!scope) return null
  return {
    derivation: { callerSecret: request.principal!.secret, idempotencyKey: scope.key },
    earlier: async (owner) =>
      ((await earlierAnswer(deps, { ...scope, tenantId: owner }))?.body as CreatedTenant | undefined) ?? null,
    remember: async (tx, id, created) => {
      const row = answerRow({ ...scope, tenantId: id }, { status: 201, body: created }, deps.now())
      await tx.executeQuery(rememberAnswer(row))
    },
  }
}

/** The tenant id in the URL; throws `not_found` for keys of other tenants, as if it did not exist. */
function ownTenantOnly(request: FastifyRequest): string {
  const id = pathPart(request, 'id')
  const principal = request.principal
  if (principal?.kind !== 'platform' && principal?.tenantId !== id) throw new AppError('not_found', { what: 'tenant' })
  return id
}

const docs = { tags: ['tenants'] }

function createTenantRoute(app: Api, deps: Deps): void {
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
      const { tenant, apiKey, id } = await createTenant(deps, request.body, repeatOf(deps, request))
      return reply.code(201).header('location', `/v1/tenants/${id}`).send({ tenant, apiKey })
    },
  })
}

function listTenantsRoute(app: Api, deps: Deps): void {
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
      return { ...page, items: page.items.map(tenantJson) }
    },
  })
}

function getTenantRoute(app: Api, deps: Deps): void {
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
      return reply.header('etag', etagOf(tenant.version)).send(tenantJson(tenant))
    },
  })
}

function updateTenantRoute(app: Api, deps: Deps): void {
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
      return reply.header('etag', etagOf(tenant.version)).send(tenantJson(tenant))
    },
  })
}

export function tenantRoutes(app: Api, deps: Deps): void {
  createTenantRoute(app, deps)
  listTenantsRoute(app, deps)
  getTenantRoute(app, deps)
  updateTenantRoute(app, deps)
}
