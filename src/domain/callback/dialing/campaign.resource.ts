// Campaigns as records: what a write checks, and what becomes of waiting callbacks.
import { AppError, bodyFault, missing } from '../../../kernel/errors.ts'
import { requireAllLive, requireLive } from '../../catalogue/records/references.ts'
import type { Resource, WriteContext } from '../../catalogue/records/resource.ts'
import { countOpenCallbacks } from '../callback.sql.ts'
import { lookAtQueued } from './claim.sql.ts'
import { CampaignBody } from '../../catalogue/campaign/campaign.schema.ts'
import type { Segment } from '../../catalogue/campaign/segments.ts'

const requireScript = (context: WriteContext, id: string | undefined, pointer: string): Promise<void> =>
  requireLive(context, { table: 'scripts', what: 'script', id, pointer })

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
    await requireLive(context, {
      table: 'holiday_calendars',
      what: 'holiday-calendar',
      id: body.holidayCalendarId as string | undefined,
      pointer: '/holidayCalendarId',
    })
    const channels = (body.channels ?? []) as string[]
    if (channels.includes('web') && body.joinLinkTemplate === undefined) throw missing('/joinLinkTemplate')
    const capacity = body.capacity as { kind: string; serviceId?: string }
    await requireLive(context, {
      table: 'services',
      what: 'service',
      id: capacity.serviceId,
      pointer: '/capacity/serviceId',
    })
    await requireScript(context, body.scriptId as string | undefined, '/scriptId')
    await requireAllLive(context, {
      table: 'agents',
      what: 'agent',
      ids: (body.agentIds ?? []) as string[],
      pointer: '/agentIds',
    })
    for (const [i, segment] of (body.segments as Segment[]).entries()) {
      if (segment.campaignId === context.id) throw bodyFault(`/segments/${i}/campaignId`, 'conflict')
      await requireLive(context, {
        table: 'campaigns',
        what: 'campaign',
        id: segment.campaignId,
        pointer: `/segments/${i}/campaignId`,
      })
      await requireScript(context, segment.scriptId, `/segments/${i}/scriptId`)
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
