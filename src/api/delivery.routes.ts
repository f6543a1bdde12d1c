// Deliveries to queues by REST: the list, parked ones and their replay, the secret that signs pushes, and a campaign's queue.
import type { Api } from '../http/api.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { readState } from '../domain/callback/campaign-state.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { CountShown, DateTime, Id, IdParams, Nullable, oneOf } from '../platform/schema/schema.ts'
import { listDeliveries, replay, type Delivery } from '../domain/callback/delivery.sql.ts'
import { rotateSecret } from '../platform/secrets/signing.ts'
import { campaignOf } from '../domain/catalogue/campaign-of.ts'

const StatusName = oneOf(['pending', 'delivered', 'parked', 'dropped'])
export const DeliveryShown = Type.Object(
  {
    id: Id,
    campaignId: Id,
    callbackId: Id,
    kind: Type.Union([Type.Literal('contact'), Type.Literal('withdrawal')]),
    status: StatusName,
    attempts: Type.Integer(),
    dueAt: DateTime,
    failure: Nullable(Type.String({ description: 'Short code of the last failure' })),
    createdAt: DateTime,
    settledAt: Nullable(DateTime),
  },
  { title: 'Delivery', additionalProperties: false },
)
const QueueShown = Type.Object(
  {
    connector: Type.String(),
    isConfigured: Type.Boolean({ description: 'false: the operator has not set up what this connector needs' }),
    failures: Type.Integer({ description: 'In a row' }),
    failure: Nullable(Type.String()),
    openUntil: Nullable(Type.String({ description: 'Nothing is sent before; then one message decides' })),
  },
  { title: 'CampaignQueue', additionalProperties: false },
)

const shown = (d: Delivery): Record<string, unknown> => ({
  id: d.id,
  campaignId: d.campaign_id,
  callbackId: d.callback_id,
  kind: d.kind,
  status: d.status,
  attempts: d.attempts,
  dueAt: d.due_at.toISOString(),
  failure: d.failure,
  createdAt: d.created_at.toISOString(),
  settledAt: d.settled_at?.toISOString() ?? null,
})

const docs = documentedUnder('deliveries')

const requireCampaign = async (deps: Deps, request: FastifyRequest) =>
  campaignOf(await configOf(deps, tenantOf(request)), idOf(request))

function listDeliveriesRoute(app: Api, deps: Deps): void {
  app.get('/v1/deliveries', {
    config: withScope('callbacks:read'),
    schema: {
      ...docs('listDeliveries', 'What was handed over to queues, newest first'),
      querystring: Type.Object(
        {
          ...PageQuery,
          campaignId: Type.Optional(Id),
          callbackId: Type.Optional(Id),
          status: Type.Optional(StatusName),
        },
        { additionalProperties: false },
      ),
      response: { 200: PageOf(DeliveryShown, 'DeliveryPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor, ...rest } = request.query
      const before = decodeIdCursor(cursor)
      const rows = await listDeliveries(deps.db.kysely, tenantOf(request), { ...rest, before, limit: limit + 1 })
      const page = pageOf(rows, limit, (row) => encodeCursor(row.id))
      return { ...page, items: page.items.map(shown) }
    },
  })
}

function replayDeliveryRoute(app: Api, deps: Deps): void {
  app.post('/v1/deliveries/:id/replay', {
    config: withScope('callbacks:work'),
    schema: {
      ...docs('replayDelivery', 'Send a parked delivery again'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const count = await replay(deps.db.kysely, tenantId, { id: idOf(request) }, new Date(deps.now()))
      if (count === 0) throw new AppError('not_found', { what: 'parked delivery' })
      return { count }
    },
  })
}

function replayDeliveriesRoute(app: Api, deps: Deps): void {
  app.post('/v1/campaigns/:id/deliveries/replay', {
    config: withScope('callbacks:work'),
    schema: {
      ...docs('replayDeliveries', 'Send all parked deliveries of a campaign again'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const campaign = await requireCampaign(deps, request)
      const tenantId = tenantOf(request)
      const count = await replay(deps.db.kysely, tenantId, { campaignId: campaign.id }, new Date(deps.now()))
      if (count > 0) deps.due.tell(tenantId, campaign.id, deps.now())
      return { count }
    },
  })
}

function readCampaignQueueRoute(app: Api, deps: Deps): void {
  app.get('/v1/campaigns/:id/queue', {
    config: withScope('callbacks:read'),
    schema: {
      ...docs(
        'readCampaignQueue',
        'Whether the campaign’s queue takes contacts: failures in a row, and the pause they cause',
      ),
      params: IdParams,
      response: { 200: QueueShown, ...problems },
    },
    handler: async (request) => {
      const campaign = await requireCampaign(deps, request)
      const state = await readState(deps.db.kysely, tenantOf(request), campaign.id)
      const { kind } = campaign.connector
      return {
        connector: kind,
        isConfigured: kind === 'pull' || deps.connectors[kind] !== undefined,
        failures: state?.failures ?? 0,
        failure: state?.failure ?? null,
        openUntil: state?.open_until?.toISOString() ?? null,
      }
    },
  })
}

function rotatePushSecretRoute(app: Api, deps: Deps): void {
  app.post('/v1/campaigns/:id/push-secret', {
    config: withScope('configuration:write'),
    schema: {
      ...docs('rotatePushSecret', 'A new secret for signed pushes, shown once; the old one signs too for 24 hours'),
      params: IdParams,
      response: { 200: Type.Object({ secret: Type.String() }, { additionalProperties: false }), ...problems },
    },
    handler: async (request, reply) => {
      const campaign = await requireCampaign(deps, request)
      reply.header('cache-control', 'no-store')
      return { secret: await rotateSecret(deps, tenantOf(request), { kind: 'push', id: campaign.id }) }
    },
  })
}

export function dispatchRoutes(app: Api, deps: Deps): void {
  listDeliveriesRoute(app, deps)
  replayDeliveryRoute(app, deps)
  replayDeliveriesRoute(app, deps)
  readCampaignQueueRoute(app, deps)
  rotatePushSecretRoute(app, deps)
}
