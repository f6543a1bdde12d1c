// Text message gateways: one HTTP request per message, as the tenant defines. Header values are secrets and never returned.
import type { Api } from '../http/api.ts'
import { pathPart } from '../http/fields.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { CountShown, DateTime, defaulted } from '../platform/schema/schema.ts'
import { gatewayFaults } from '../application/messaging/gateway.ts'
import { headerNamesOf, keepGateway, openGateway, shownGateway } from '../application/messaging/gateways.ts'
import { dropGateway, listGateways, type StoredGateway } from '../application/messaging/gateway.sql.ts'

const Params = Type.Object(
  { channel: Type.String({ pattern: '^(?!email$)[a-z]{2,20}$', description: 'sms, or another text channel' }) },
  { additionalProperties: false },
)
const Fields = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,59}$' }),
  Type.String({ maxLength: 500 }),
  {
    minProperties: 1,
    maxProperties: 20,
    additionalProperties: false,
    description: 'Fields of the request: Liquid templates over to, text, from, id',
  },
)
const common = {
  url: Type.String({ format: 'web-url', maxLength: 1000 }),
  format: Type.Union([Type.Literal('json'), Type.Literal('form')]),
  fields: Fields,
  from: Type.Optional(Type.String({ minLength: 1, maxLength: 20, description: 'Sender that people see' })),
  idPath: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_.]{1,100}$',
      description: 'Where the answer names the message: messages.0.id',
    }),
  ),
  perSecond: Type.Number({ minimum: 0.1, maximum: 1000, default: 5, description: 'Messages a second of one process' }),
}
const GatewayBody = Type.Object(
  {
    ...common,
    perSecond: defaulted(common.perSecond),
    headers: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z][A-Za-z0-9-]{0,59}$' }),
        Type.String({ minLength: 1, maxLength: 1000, pattern: '^[\\x20-\\x7e]*$' }),
        {
          maxProperties: 10,
          additionalProperties: false,
          description: 'Such as Authorization; never shown again. Absent: those saved stay',
        },
      ),
    ),
  },
  { additionalProperties: false, title: 'TextGatewayBody' },
)
const GatewayShown = Type.Object(
  { channel: Type.String(), ...common, headerNames: Type.Array(Type.String()), updatedAt: DateTime },
  { additionalProperties: false, title: 'TextGateway' },
)

const FORBIDDEN = new Set([
  'host',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
  'idempotency-key',
])

function presentGateway(row: StoredGateway): Record<string, unknown> {
  return {
    channel: row.channel,
    ...shownGateway(row),
    headerNames: headerNamesOf(row),
    updatedAt: row.updated_at.toISOString(),
  }
}

export function gatewayRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('messages')
  const reading = withScope('messages:read')
  // A gateway receives all texts, with numbers and personal links, so editing templates is not enough to change it.
  const writing = withScope('tenant:write')
  const channelOf = (request: FastifyRequest): string => pathPart(request, 'channel')

  app.get('/v1/text-gateways', {
    config: reading,
    schema: {
      ...docs('listTextGateways', 'Gateways for text messages'),
      response: { 200: Type.Object({ items: Type.Array(GatewayShown) }), ...problems },
    },
    handler: async (request) => ({
      items: (await listGateways(deps.db.kysely, tenantOf(request))).map(presentGateway),
    }),
  })

  app.put('/v1/text-gateways/:channel', {
    config: writing,
    schema: {
      ...docs('putTextGateway', 'Set up how messages of a text channel leave'),
      params: Params,
      body: GatewayBody,
      response: { 200: GatewayShown, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const channel = channelOf(request)
      const body = request.body
      const [fault] = gatewayFaults(body.fields)
      if (fault !== undefined) throw bodyFault('/fields', 'template_variable', { detail: fault.replace('!', '') })
      const bad = Object.keys(body.headers ?? {}).find((name) => FORBIDDEN.has(name.toLowerCase()))
      if (bad !== undefined) throw bodyFault(`/headers/${bad}`, 'address_not_allowed', { reason: bad })
      const before = await openGateway(deps, tenantId, channel)
      // Never send stored headers to a host they were not entered for.
      const isSameHost = before !== undefined && new URL(before.url).host === new URL(body.url).host
      const headers = body.headers ?? (isSameHost ? before.headers : {})
      return presentGateway(await keepGateway(deps, tenantId, channel, { ...body, headers }))
    },
  })

  app.delete('/v1/text-gateways/:channel', {
    config: writing,
    schema: {
      ...docs('deleteTextGateway', 'Messages of this channel leave no more'),
      params: Params,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const isGone = await dropGateway(deps.db.kysely, tenantOf(request), channelOf(request))
      if (!isGone) throw new AppError('not_found', { what: 'text gateway' })
      return { count: 1 }
    },
  })
}
