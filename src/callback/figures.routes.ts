// What a campaign's callbacks are at, how well its promises were kept, and every change as it happens.
import { documentedUnder, withScope } from '../rest/route.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { tenantOf } from '../rest/access.ts'
import { problems } from '../rest/resource.routes.ts'
import { Id, IdParams, LocalDate } from '../rest/schema.ts'
import { dayOf, formatDate, parseDate } from '../time/zone.ts'
import { campaignOf } from './ask.actions.ts'
import { configFor } from './callback.routes.ts'
import { CountersShown } from './callback.schema.ts'
import { countByState, readCounts } from './counts.sql.ts'
import { followChanges } from './stream.actions.ts'

const MOST_DAYS = 400

export function figureRoutes(app: FastifyInstance, deps: Deps): void {
  const docs = documentedUnder('campaigns')
  const reading = withScope('callbacks:read')

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
      const config = await configFor(deps, request)
      const campaign = campaignOf(config, (request.params as { id: string }).id)
      const query = request.query as { from?: string; to?: string }
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
      const { campaignId } = request.query as { campaignId?: string }
      if (campaignId !== undefined) campaignOf(await configFor(deps, request), campaignId)
      const since = request.headers['last-event-id']
      const gone = new AbortController()
      request.raw.socket.once('close', () => gone.abort())
      closing.add(gone)
      reply.hijack()
      // What hooks have set so far counts here too.
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
      try {
        await followChanges(
          deps,
          tenantId,
          { campaignId, since: typeof since === 'string' ? since : null },
          gone.signal,
          (text) => write(reply.raw, text, gone.signal),
        )
      } finally {
        closing.delete(gone)
        reply.raw.end()
      }
    },
  })

  const closing = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const one of closing) one.abort()
  })
}

/** Writes, and waits while the reader is slower than the changes. */
async function write(
  raw: NodeJS.WritableStream & { writableNeedDrain?: boolean },
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (raw.write(text)) return
  while (raw.writableNeedDrain && !signal.aborted) await sleep(20, undefined, { signal }).catch(() => undefined)
}
