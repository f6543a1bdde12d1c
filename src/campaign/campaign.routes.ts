// Campaigns as a REST collection, and a dry run of a campaign's segments.
import type { Api } from '../rest/api.ts'
import { withScope } from '../rest/route.ts'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault, missing } from '../errors.ts'
import { tenantOf } from '../rest/access.ts'
import { requireLive } from '../rest/references.ts'
import type { Resource } from '../rest/resource.ts'
import { problems } from '../rest/headers.ts'
import { registerResource } from '../rest/resource.routes.ts'
import { Id, IdParams, Nullable } from '../rest/schema.ts'
import { countOpenCallbacks } from '../callback/callback.sql.ts'
import { lookAtQueued } from '../callback/claim.sql.ts'
import { CampaignBody } from './campaign.schema.ts'
import { segmentOf, type Segment } from './segments.ts'

export const campaigns: Resource = {
  path: 'campaigns',
  name: 'campaign',
  table: 'campaigns',
  description: 'a queue of the contact center: hours, promises, retries, limits, routing',
  body: CampaignBody,
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: { read: 'configuration:read', write: 'configuration:write' },
  isConfiguration: true,
  replaced: ['connector', 'capacity'],
  async prepare(context, body) {
    const ids = (value: unknown): string[] => (value === undefined ? [] : [value as string])
    await requireLive(
      context,
      'holiday_calendars',
      'holiday-calendar',
      ids(body.holidayCalendarId),
      '/holidayCalendarId',
      false,
    )
    const channels = (body.channels ?? []) as string[]
    if (channels.includes('web') && body.joinLinkTemplate === undefined) throw missing('/joinLinkTemplate')
    const capacity = body.capacity as { kind: string; serviceId?: string }
    await requireLive(context, 'services', 'service', ids(capacity.serviceId), '/capacity/serviceId', false)
    for (const [i, segment] of (body.segments as Segment[]).entries()) {
      if (segment.campaignId === context.id) throw bodyFault(`/segments/${i}/campaignId`, 'conflict')
      await requireLive(context, 'campaigns', 'campaign', ids(segment.campaignId), `/segments/${i}/campaignId`, false)
    }
    return { connector: (body.connector as { kind: string }).kind }
  },
  async afterWrite(context) {
    // Check all queued callbacks again: the new hours or connector may affect them.
    if (context.before) await lookAtQueued(context.tx, context.tenantId, context.id, new Date(context.now))
  },
  async beforeArchive({ tx, tenantId, id }) {
    const open = await countOpenCallbacks(tx, tenantId, id)
    if (open > 0) throw new AppError('campaign_in_use', { open })
  },
}

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
      security: [{ key: [] }],
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
