// Counters of a campaign's callbacks, how well its promises are kept, and a stream of every change.
import type { Api } from '../http/api.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import Type from 'typebox'
import { shownEvent } from '../platform/events/event-shape.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { followChanges } from '../platform/events/follow-events.ts'
import { reachFor } from '../http/reach.ts'
import { hiddenFor } from '../http/field-masking.hook.ts'
import { problems } from '../http/headers.ts'
import { streamsOf } from '../http/event-stream.ts'
import { Id, IdParams, LocalDate } from '../platform/schema/schema.ts'
import { dayOf, formatDate, parseDate } from '../kernel/time/zone.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { CountersShown } from '../domain/callback/callback.schema.ts'
import { countByState, readCounts } from '../domain/callback/dialing/counts.sql.ts'
import { changesSince, type Change } from '../domain/callback/dialing/stream.sql.ts'
import { maskDeep } from '../domain/tenant/field-masking.ts'
import { campaignOf } from '../domain/catalogue/campaign-of.ts'

const MOST_DAYS = 400

const shown = (change: Change & { isReached: boolean; told: object }): string =>
  !change.isReached
    ? ''
    : `id: ${change.id}\nevent: ${change.type}\ndata: ${JSON.stringify({
        callbackId: change.callbackId,
        campaignId: change.campaignId,
        code: change.code,
        at: change.at.toISOString(),
        actor: change.actor,
        ...change.told,
      })}\n\n`

const docs = documentedUnder('campaigns')
const reading = withScope('callbacks:read', 'none')

export function callbackStatisticsRoutes(app: Api, deps: Deps): void {
  countersRoute(app, deps)
  streamRoute(app, deps)
}

function countersRoute(app: Api, deps: Deps): void {
  app.get('/v1/campaigns/:id/counters', {
    config: reading,
    schema: {
      ...docs('readCampaignCounters', 'Callbacks by state now; promises kept, delay and attempts over days'),
      params: IdParams,
      querystring: Type.Object(
        {
          from: Type.Optional({ ...LocalDate, description: 'First day of the figures; 30 days ago by default' }),
          to: Type.Optional({ ...LocalDate, description: 'The day after the last; tomorrow by default' }),
        },
        { additionalProperties: false },
      ),
      response: { 200: CountersShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const campaign = campaignOf(config, request.params.id)
      const query = request.query
      const today = dayOf(campaign.timeZone, deps.now())
      const from = query.from ?? formatDate(today - 30)
      const to = query.to ?? formatDate(today + 1)
      const days = parseDate(to) - parseDate(from)
      if (days < 1 || days > MOST_DAYS)
        throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
      const db = deps.db.kysely
      const states = await countByState(db, config.tenantId, campaign.id, new Date(deps.now()))
      const counts = await readCounts(db, config.tenantId, campaign.id, from, to)
      const of = (kind: string) => counts.find((count) => count.kind === kind) ?? { n: 0, seconds: 0 }
      const [kept, late, missed] = [of('kept'), of('late'), of('missed')]
      const tried = kept.n + late.n
      const promises = tried + missed.n
      return {
        ...states,
        from,
        to,
        promises: { kept: kept.n, late: late.n, missed: missed.n },
        keptPercent: promises === 0 ? null : Math.round((kept.n * 1000) / promises) / 10,
        averageDelaySeconds: tried === 0 ? null : Math.round((kept.seconds + late.seconds) / tried),
        attempts: Object.fromEntries(
          counts.filter((c) => c.kind.startsWith('attempt:')).map((c) => [c.kind.slice('attempt:'.length), c.n]),
        ),
      }
    },
  })
}

function streamRoute(app: Api, deps: Deps): void {
  const stream = streamsOf(app, deps)
  app.get('/v1/callbacks/stream', {
    config: reading,
    schema: {
      ...docs(
        'streamCallbacks',
        'Every change of callbacks as it happens, as server-sent events; goes on after Last-Event-ID',
      ),
      querystring: Type.Object({ campaignId: Type.Optional(Id) }, { additionalProperties: false }),
      headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 36 })) }),
      produces: ['text/event-stream'],
      response: { '4xx': problems['4xx'] },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      const { campaignId } = request.query
      if (campaignId !== undefined) campaignOf(await configOf(deps, tenantOf(request)), campaignId)
      const since = request.headers['last-event-id']
      await stream(request, reply, (signal, write) =>
        followChanges(
          deps,
          {
            since: typeof since === 'string' ? since : null,
            // Check hidden fields and reach at every read: both may have changed.
            read: async (after, limit) => {
              const hidden = await hiddenFor(deps, request)
              const by = { after, campaignId, limit }
              const changes = await changesSince(deps.db.kysely, tenantId, by)
              const within = reachFor(request)
              return changes.map((change) => ({
                ...change,
                isReached: within === null || change.ownerAgentId === null || within.agentIds.has(change.ownerAgentId),
                told: maskDeep(shownEvent(change.type, change.data), hidden) as object,
              }))
            },
            shown,
            hints: [['changed', tenantId]],
          },
          signal,
          write,
        ),
      )
    },
  })
}
