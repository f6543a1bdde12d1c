// Campaigns as a REST collection, and a dry run of a campaign's segments.
import type { Api } from '../http/api.ts'
import { withScope } from '../http/route.ts'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { registerResource } from '../http/resource.routes.ts'
import { Id, IdParams, Nullable } from '../platform/schema/schema.ts'
import { segmentOf } from '../domain/catalogue/campaign/segments.ts'
import { campaigns } from '../domain/callback/dialing/campaign.resource.ts'

const DryRun = Type.Object(
  {
    requests: Type.Array(
      Type.Record(
        Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$' }),
        Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
        { maxProperties: 50 },
      ),
      { minItems: 1, maxItems: 1000, description: 'Attributes of each request' },
    ),
  },
  { additionalProperties: false },
)
const Routed = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        segment: Nullable(Type.String()),
        campaignId: Id,
        priority: Type.Integer(),
        scriptRef: Nullable(Type.String()),
      }),
    ),
  },
  { title: 'RoutedRequests' },
)

export function campaignRoutes(app: Api, deps: Deps): void {
  registerResource(app, deps, campaigns)
  app.post('/v1/campaigns/:id/segments/dry-run', {
    config: withScope('configuration:read', 'none'),
    schema: {
      tags: ['campaigns'],
      operationId: 'dryRunSegments',
      summary: 'Where each request would go; changes nothing',
      params: IdParams,
      body: DryRun,
      response: { 200: Routed, ...problems },
    },
    handler: async (request) => {
      const config = await deps.snapshots.config(tenantOf(request))
      const campaign = config?.campaigns.get(request.params.id)
      if (!campaign) throw new AppError('not_found', { what: 'campaign' })
      const { requests } = request.body
      return {
        items: requests.map((attributes) => {
          const segment = segmentOf(campaign.segments, attributes)
          return {
            segment: segment?.name ?? null,
            campaignId: segment?.campaignId ?? campaign.id,
            priority: segment?.priority ?? campaign.priority,
            scriptRef: segment?.scriptRef ?? campaign.scriptRef ?? null,
          }
        }),
      }
    },
  })
}
