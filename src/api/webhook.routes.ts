// Webhooks by REST: subscriptions, their secret, the delivery log, test, sending again.
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { EVENT_TYPES, WANTED_TYPES } from '../platform/events/catalogue.ts'
import { literalAddress, isPublicAddress } from '../platform/http-client/address.ts'
import { rotateSecret, signingSecrets } from '../platform/secrets/signing.ts'
import { hiddenFor } from '../http/field-masking.hook.ts'
import { actorOf, scopesOf, tenantOf } from '../http/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { etagOf, RequiredIfMatchHeader, problems, requiredVersion } from '../http/headers.ts'
import { CountShown, DateTime, Id, IdParams, Nullable, oneOf } from '../platform/schema/schema.ts'
import { dropSubscription, readableTo, replay, sendTest } from '../application/webhooks/webhooks.ts'
import {
  findWebhook,
  insertWebhook,
  listNotices,
  listWebhooks,
  updateWebhook,
  type WebhookDelivery,
  type Subscription,
} from '../application/webhooks/webhook.sql.ts'
import { checkVersion } from '../kernel/version.ts'

/** Most subscriptions per tenant. */
const MOST = 50
const EventName = oneOf(WANTED_TYPES)
const fields = {
  url: Type.String({ format: 'web-url', maxLength: 1000 }),
  types: Type.Array(EventName, {
    minItems: 1,
    maxItems: 50,
    uniqueItems: true,
    description: 'Types, or groups of them',
  }),
  description: Type.Optional(Type.String({ maxLength: 200 })),
}
const WebhookBody = Type.Object(fields, { additionalProperties: false, title: 'WebhookBody' })
const WebhookChange = Type.Partial(
  Type.Object({ ...fields, status: Type.Union([Type.Literal('active'), Type.Literal('paused')]) }),
  { additionalProperties: false, minProperties: 1, title: 'WebhookChange' },
)
const shownFields = {
  id: Id,
  url: Type.String(),
  types: Type.Array(Type.String()),
  description: Nullable(Type.String()),
  status: Type.Union([Type.Literal('active'), Type.Literal('paused'), Type.Literal('disabled')]),
  failingSince: Nullable(DateTime),
  failure: Nullable(Type.String({ description: 'Short code of the last failure' })),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
}
export const WebhookShown = Type.Object(shownFields, { additionalProperties: false, title: 'Webhook' })
const NoticeStatus = oneOf(['pending', 'delivered', 'parked', 'dropped'])
export const NoticeShown = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'The webhook-id header of every attempt' }),
    eventId: Id,
    subjectId: Id,
    type: Type.String(),
    status: NoticeStatus,
    attempts: Type.Integer(),
    responseStatus: Nullable(Type.Integer()),
    failure: Nullable(Type.String()),
    milliseconds: Nullable(Type.Integer()),
    body: Type.String({ description: 'What was or will be sent' }),
    createdAt: DateTime,
    settledAt: Nullable(DateTime),
  },
  { additionalProperties: false, title: 'WebhookDelivery' },
)
const SecretShown = Type.Object({ secret: Type.String() }, { additionalProperties: false })

const presentWebhook = (w: Subscription): Record<string, unknown> => ({
  id: w.id,
  url: w.url,
  types: w.types,
  description: w.description,
  status: w.status,
  failingSince: w.failing_since?.toISOString() ?? null,
  failure: w.failure,
  version: w.version,
  createdAt: w.created_at.toISOString(),
  updatedAt: w.updated_at.toISOString(),
})
const presentNotice = (n: WebhookDelivery): Record<string, unknown> => ({
  id: n.id,
  eventId: n.event_id,
  subjectId: n.subject_id,
  type: n.type,
  status: n.status,
  attempts: n.attempts,
  responseStatus: n.response_status,
  failure: n.failure,
  milliseconds: n.milliseconds,
  body: n.body,
  createdAt: n.created_at.toISOString(),
  settledAt: n.settled_at?.toISOString() ?? null,
})

const docs = documentedUnder('webhooks')

const config = withScope('webhooks:write')

const db = (deps: Deps) => deps.db.kysely

const required = async (deps: Deps, request: FastifyRequest): Promise<Subscription> => {
  const hook = await findWebhook(db(deps), tenantOf(request), idOf(request))
  if (!hook) throw new AppError('not_found', { what: 'webhook' })
  return hook
}

/** Refuses private addresses on writing; host names are resolved and checked on every delivery. */
const checkAddress = (deps: Deps, text: string | undefined): void => {
  if (text === undefined || deps.mayUsePrivate) return
  const url = new URL(text)
  const literal = literalAddress(url)
  if (url.protocol !== 'https:') throw bodyFault('/url', 'address_not_allowed', { reason: 'https' })
  if ((literal !== null && !isPublicAddress(literal)) || /(^|\.)localhost$/i.test(url.hostname))
    throw bodyFault('/url', 'address_not_allowed', { reason: 'private' })
}

function listWebhooksRoute(app: Api, deps: Deps): void {
  app.get('/v1/webhooks', {
    config,
    schema: {
      ...docs('listWebhooks', 'Subscriptions to events'),
      response: { 200: Type.Object({ items: Type.Array(WebhookShown) }), ...problems },
    },
    handler: async (request) => ({ items: (await listWebhooks(db(deps), tenantOf(request))).map(presentWebhook) }),
  })
}

function createWebhookRoute(app: Api, deps: Deps): void {
  app.post('/v1/webhooks', {
    config,
    schema: {
      ...docs(
        'createWebhook',
        'Subscribe; answers the secret that signs its messages (Standard Webhooks 1.0). It is told what ' +
          'its writer may read: without `appointments:read` or `callbacks:read` the ids only, and nothing ' +
          'once the key is revoked or the person blocked',
      ),
      body: WebhookBody,
      response: {
        201: Type.Object(
          { ...shownFields, secret: Type.String() },
          { additionalProperties: false, title: 'WebhookWithSecret' },
        ),
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const body = request.body
      checkAddress(deps, body.url)
      const tenantId = tenantOf(request)
      if ((await listWebhooks(db(deps), tenantId)).length >= MOST) throw new AppError('limit_reached', { max: MOST })
      const id = deps.newId()
      const now = new Date(deps.now())
      const hook = await insertWebhook(db(deps), {
        ...{ tenantId, id, ...body, description: body.description ?? null, now },
        owner: actorOf(request),
      })
      const [secret] = await signingSecrets(deps, tenantId, { kind: 'webhook', id })
      reply.code(201).header('location', `/v1/webhooks/${id}`).header('cache-control', 'no-store')
      return { ...presentWebhook(hook), secret }
    },
  })
}

function getWebhookRoute(app: Api, deps: Deps): void {
  app.get('/v1/webhooks/:id', {
    config,
    schema: {
      ...docs('getWebhook', 'One subscription and how it is'),
      params: IdParams,
      response: { 200: WebhookShown, ...problems },
    },
    handler: async (request, reply) => {
      const hook = await required(deps, request)
      return reply.header('etag', etagOf(hook.version)).send(presentWebhook(hook))
    },
  })
}

function updateWebhookRoute(app: Api, deps: Deps): void {
  app.patch('/v1/webhooks/:id', {
    config,
    schema: {
      ...docs('updateWebhook', 'Change a subscription, pause it, or switch it on again'),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: WebhookChange,
      response: { 200: WebhookShown, ...problems },
    },
    handler: async (request, reply) => {
      const wanted = requiredVersion(request)
      const hook = await required(deps, request)
      checkVersion(wanted, hook.version)
      const change = request.body
      checkAddress(deps, change.url)
      const healed = change.status === 'active' ? { failing_since: null, failure: null } : {}
      const now = new Date(deps.now())
      const after = await updateWebhook(
        ...([db(deps), hook.tenant_id, hook.id] as const),
        // The last editor becomes the owner, whose rights limit what is sent.
        { ...change, ...healed, owner: actorOf(request) },
        ...([now, hook.version] as const),
      )
      if (!after) throw new AppError('precondition_failed', { version: '?' })
      return reply.header('etag', etagOf(after.version)).send(presentWebhook(after))
    },
  })
}

function deleteWebhookRoute(app: Api, deps: Deps): void {
  app.delete('/v1/webhooks/:id', {
    config,
    schema: {
      ...docs('deleteWebhook', 'End a subscription; its log goes too'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const hook = await required(deps, request)
      await dropSubscription(deps, hook)
      return { count: 1 }
    },
  })
}

function rotateWebhookSecretRoute(app: Api, deps: Deps): void {
  app.post('/v1/webhooks/:id/secret', {
    config,
    schema: {
      ...docs('rotateWebhookSecret', 'A new secret, shown once; the old one signs too for 24 hours'),
      params: IdParams,
      response: { 200: SecretShown, ...problems },
    },
    handler: async (request, reply) => {
      const hook = await required(deps, request)
      reply.header('cache-control', 'no-store')
      return { secret: await rotateSecret(deps, hook.tenant_id, { kind: 'webhook', id: hook.id }) }
    },
  })
}

function testWebhookRoute(app: Api, deps: Deps): void {
  app.post('/v1/webhooks/:id/test', {
    config,
    schema: {
      ...docs('testWebhook', 'Send an example of a type, or of webhook.test; its fate is in the log'),
      params: IdParams,
      body: Type.Object({ type: Type.Optional(oneOf(EVENT_TYPES)) }, { additionalProperties: false }),
      response: { 200: Type.Object({ eventId: Id }, { additionalProperties: false }), ...problems },
    },
    handler: async (request) => ({
      eventId: await sendTest(deps, await required(deps, request), request.body.type ?? null),
    }),
  })
}

function listWebhookDeliveriesRoute(app: Api, deps: Deps): void {
  app.get('/v1/webhooks/:id/deliveries', {
    config,
    schema: {
      ...docs('listWebhookDeliveries', 'What was told to a subscription, newest first; kept for 30 days'),
      params: IdParams,
      querystring: Type.Object({ ...PageQuery, status: Type.Optional(NoticeStatus) }, { additionalProperties: false }),
      response: { 200: PageOf(NoticeShown, 'WebhookDeliveryPage'), ...problems },
    },
    handler: async (request) => {
      const hook = await required(deps, request)
      const { limit, cursor, status } = request.query
      const filter = { webhookId: hook.id, status, before: decodeIdCursor(cursor), limit: limit + 1 }
      const page = pageOf(await listNotices(db(deps), hook.tenant_id, filter), limit, (n) => encodeCursor(n.id))
      const rights = { scopes: scopesOf(request), hidden: await hiddenFor(deps, request) }
      return { ...page, items: page.items.map((n) => presentNotice(readableTo(rights, n))) }
    },
  })
}

function replayWebhookDeliveriesRoute(app: Api, deps: Deps): void {
  app.post('/v1/webhooks/:id/deliveries/replay', {
    config,
    schema: {
      ...docs('replayWebhookDeliveries', 'Send parked deliveries again, oldest first, or one by its id'),
      params: IdParams,
      body: Type.Object({ deliveryId: Type.Optional(Id) }, { additionalProperties: false }),
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const hook = await required(deps, request)
      const { deliveryId = null } = request.body
      return { count: await replay(deps, hook, deliveryId) }
    },
  })
}

export function webhookRoutes(app: Api, deps: Deps): void {
  listWebhooksRoute(app, deps)
  createWebhookRoute(app, deps)
  getWebhookRoute(app, deps)
  updateWebhookRoute(app, deps)
  deleteWebhookRoute(app, deps)
  rotateWebhookSecretRoute(app, deps)
  testWebhookRoute(app, deps)
  listWebhookDeliveriesRoute(app, deps)
  replayWebhookDeliveriesRoute(app, deps)
}
