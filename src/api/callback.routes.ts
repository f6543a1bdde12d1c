// Callbacks by REST: request, windows, read, change, postpone, cancel.
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { listEvents } from '../platform/events/event.sql.ts'
import type { FastifyRequest } from 'fastify'
import { actorNames } from '../application/identity/user.sql.ts'
import Type, { type Static } from 'typebox'
import { zonesOf } from '../domain/catalogue/campaign/calling-hours.ts'
import { toE164 } from '../domain/contact/phone.ts'
import { presentEvent } from '../platform/events/event-shape.ts'
import { HistoryShown } from '../platform/events/event.schema.ts'
import { amendCallback } from '../domain/callback/amend.ts'
import { expanded } from './expand.ts'
import type { Deps } from '../domain/deps.ts'
import { refuseSearchBy } from '../http/field-masking.hook.ts'
import { reachFor } from '../http/reach.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { decodeTimeCursor, encodeTimeCursor, PageOf, pageOf } from '../platform/schema/paging.ts'
import { answerRow, earlierAnswer, isRepeat, type Answer } from '../platform/idempotency/idempotency.ts'
import { rememberAnswer } from '../platform/idempotency/idempotency.sql.ts'
import { etagOf, IdempotencyHeader, problems, RequiredIfMatchHeader, requiredVersion } from '../http/headers.ts'
import { IdParams } from '../platform/schema/schema.ts'
import { requireKnown } from '../domain/callback/callback-references.ts'
import { DAY } from '../kernel/time/interval.ts'
import { formatInstant } from '../kernel/time/zone.ts'
import { ask } from '../domain/callback/promise/request-callback.ts'
import type { When } from '../domain/callback/promise/promise.ts'
import * as schema from '../domain/callback/callback.schema.ts'
import { findCallback, listCallbacks, type Callback, type CallbackFilter } from '../domain/callback/callback.sql.ts'
import { presentCallback } from '../domain/callback/callback-json.ts'
import { postpone } from '../domain/callback/promise/postpone.ts'
import { windowsOf } from '../domain/callback/promise/windows.ts'
import { cancelCallback } from '../domain/callback/cancel-callback.ts'
import { campaignOf } from '../domain/catalogue/campaign-of.ts'
import { idempotencyOf, sendAnswer } from '../http/idempotency-key.ts'

type WhenInput = Static<typeof schema.WhenBody>

function whenOf(when: WhenInput): When {
  if (when.kind === 'now') return when
  if (when.kind === 'at') return { kind: 'at', at: Date.parse(when.at) }
  const [from, to] = [Date.parse(when.from), Date.parse(when.to)]
  if (to <= from) throw bodyFault('/when/to', 'invalid_period')
  return { kind: 'window', from, to }
}

const docs = documentedUnder('callbacks')

const one = { 200: schema.CallbackShown, ...problems }

const show = async (deps: Deps, request: FastifyRequest, c: Callback) =>
  presentCallback(c, await configOf(deps, tenantOf(request)))

function askCallbackRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks', {
    config: withScope('callbacks:write', 'none'),
    schema: {
      ...docs('askCallback', 'Ask for a callback; a number that waits already gets its open request again'),
      body: schema.CallbackBody,
      headers: IdempotencyHeader,
      response: { 200: schema.AskedShown, 201: schema.AskedShown, ...problems },
    },
    handler: async (request, reply) => {
      const config = await configOf(deps, tenantOf(request))
      const body = request.body
      requireKnown(config, body)
      const { number, furtherNumbers = [], when, source = 'api', ...rest } = body
      const numbers = number === undefined ? [] : [number, ...furtherNumbers]
      const scope = idempotencyOf(request, config.tenantId)
      const earlier = await earlierAnswer(deps, scope)
      if (earlier) return sendAnswer(reply, earlier)
      const answerOf = (c: Callback, isNew: boolean, expectedWaitSeconds: number | null): Answer => ({
        status: isNew ? 201 : 200,
        body: { ...presentCallback(c, config), isNew, expectedWaitSeconds },
        headers: { location: `/v1/callbacks/${c.id}` },
      })
      const asked = await ask(deps, config, {
        ...rest,
        numbers,
        when: whenOf(when),
        source,
        actor: actorOf(request),
        also: async (tx, c, wait) => {
          if (scope) await tx.executeQuery(rememberAnswer(answerRow(scope, answerOf(c, true, wait), deps.now())))
        },
      }).catch(async (error: unknown) => {
        // A concurrent identical request came first: return its answer.
        const first = isRepeat(error) ? await earlierAnswer(deps, scope) : null
        if (!first) throw error
        return first
      })
      if (!('callback' in asked)) return sendAnswer(reply, asked)
      return sendAnswer(reply, answerOf(asked.callback, asked.isNew, asked.expectedWaitSeconds))
    },
  })
}

function listCallbackWindowsRoute(app: Api, deps: Deps): void {
  app.get('/v1/callback-windows', {
    config: withScope('callbacks:read', 'none'),
    schema: {
      ...docs('listCallbackWindows', 'What can be promised, over 31 days at most'),
      querystring: schema.WindowQuery,
      response: { 200: schema.WindowsShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const query = request.query
      const campaign = campaignOf(config, query.campaignId)
      const from = query.from === undefined ? deps.now() : Date.parse(query.from)
      const to = query.to === undefined ? from + 7 * DAY : Date.parse(query.to)
      if (to <= from || to - from > 31 * DAY)
        throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
      const ofCountry = query.country === undefined ? [] : zonesOf(query.country)
      const zones =
        query.timeZone !== undefined ? [query.timeZone] : ofCountry.length > 0 ? ofCountry : [campaign.timeZone]
      const windows = await windowsOf(deps, config, campaign, { zones, from, to })
      return {
        timeZone: campaign.timeZone,
        items: windows.map((w) => ({
          from: formatInstant(campaign.timeZone, w.from),
          to: formatInstant(campaign.timeZone, w.to),
          remaining: w.remaining,
        })),
      }
    },
  })
}

function listCallbacksRoute(app: Api, deps: Deps): void {
  app.get('/v1/callbacks', {
    config: withScope('callbacks:read', 'callbacks'),
    schema: {
      ...docs('listCallbacks', 'List callbacks by the start of their window'),
      querystring: schema.CallbackQuery,
      response: { 200: PageOf(schema.CallbackShown, 'CallbackPage'), ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const { limit, cursor, from, to, late, expand, ...rest } = request.query
      const after = decodeTimeCursor(cursor)
      const filter: CallbackFilter = {
        ...rest,
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
        late: late ? new Date(deps.now()) : undefined,
        after: after && { at: new Date(after.at), id: after.id },
        within: reachFor(request),
        limit: limit + 1,
      }
      const page = pageOf(await listCallbacks(deps.db.kysely, config.tenantId, filter), limit, (c) =>
        encodeTimeCursor(c.window_from, c.id),
      )
      const items = page.items.map((c) => presentCallback(c, config))
      return { ...page, items: await expanded(deps, request, items, expand) }
    },
  })
}

function searchCallbacksRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/search', {
    config: withScope('callbacks:read', 'callbacks'),
    schema: {
      ...docs('searchCallbacks', 'Callbacks of a number, the latest hundred; numbers stay out of addresses'),
      body: schema.SearchBody,
      response: { 200: Type.Object({ items: Type.Array(schema.CallbackShown) }), ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      await refuseSearchBy(deps, request, ['phone'])
      const body = request.body
      const number = toE164(body.number, body.country ?? config.settings.country)
      if (number === null) throw bodyFault('/number', 'invalid_phone', { phone: body.number })
      const found = await listCallbacks(deps.db.kysely, config.tenantId, {
        number,
        within: reachFor(request),
        after: null,
        limit: 100,
        latestFirst: true,
      })
      return { items: found.map((c) => presentCallback(c, config)) }
    },
  })
}

function getCallbackRoute(app: Api, deps: Deps): void {
  app.get('/v1/callbacks/:id', {
    config: withScope('callbacks:read', 'callback'),
    schema: {
      ...docs('getCallback', 'Read a callback'),
      params: IdParams,
      querystring: schema.GetQuery,
      response: one,
    },
    handler: async (request, reply) => {
      const c = await findCallback(deps.db.kysely, tenantOf(request), idOf(request))
      if (!c) throw new AppError('not_found', { what: 'callback' })
      const { expand } = request.query
      const shown = await expanded(deps, request, [await show(deps, request, c)], expand)
      if (expand === undefined) reply.header('etag', etagOf(c.version))
      return reply.send(shown[0]!)
    },
  })
}

function updateCallbackRoute(app: Api, deps: Deps): void {
  app.patch('/v1/callbacks/:id', {
    config: withScope('callbacks:write', 'callback'),
    schema: {
      ...docs('updateCallback', 'Change the metadata'),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: schema.AmendBody,
      response: one,
    },
    handler: async (request, reply) => {
      const { metadata } = request.body
      const wanted = { id: idOf(request), actor: actorOf(request), wantedVersion: requiredVersion(request), metadata }
      const c = await amendCallback(deps, tenantOf(request), wanted)
      return reply.header('etag', etagOf(c.version)).send(await show(deps, request, c))
    },
  })
}

function listCallbackHistoryRoute(app: Api, deps: Deps): void {
  app.get('/v1/callbacks/:id/history', {
    config: withScope('callbacks:read', 'callback'),
    schema: {
      ...docs('listCallbackHistory', 'Who changed what and when, with the state before and after'),
      params: IdParams,
      response: { 200: HistoryShown, ...problems },
    },
    handler: async (request) => {
      const c = await findCallback(deps.db.kysely, tenantOf(request), idOf(request))
      if (!c) throw new AppError('not_found', { what: 'callback' })
      const events = await listEvents(deps.db.kysely, c.tenant_id, c.id)
      const names = await actorNames(deps.db.kysely, c.tenant_id, events)
      return { items: events.map((e) => ({ ...presentEvent(e), ...names(e.actor) })) }
    },
  })
}

function cancelCallbackRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/:id/cancellation', {
    config: withScope('callbacks:write', 'callback'),
    schema: {
      ...docs('cancelCallback', 'Cancel; its window is free for others again'),
      params: IdParams,
      body: schema.CancelBody,
      response: one,
    },
    handler: async (request) => {
      const { reason } = request.body
      return show(
        deps,
        request,
        await cancelCallback(deps, { tenantId: tenantOf(request), id: idOf(request), reason, actor: actorOf(request) }),
      )
    },
  })
}

function postponeCallbackRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/:id/postponement', {
    config: withScope('callbacks:write', 'callback'),
    schema: {
      ...docs('postponeCallback', 'Promise another window instead'),
      params: IdParams,
      body: schema.PostponeBody,
      response: one,
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const when = whenOf(request.body.when)
      if (when.kind === 'now') throw bodyFault('/when/kind', 'invalid_request', { count: 1 })
      return presentCallback(await postpone(deps, config, { id: idOf(request), when, actor: actorOf(request) }), config)
    },
  })
}
export function callbackRoutes(app: Api, deps: Deps): void {
  askCallbackRoute(app, deps)
  listCallbackWindowsRoute(app, deps)
  listCallbacksRoute(app, deps)
  searchCallbacksRoute(app, deps)
  getCallbackRoute(app, deps)
  updateCallbackRoute(app, deps)
  listCallbackHistoryRoute(app, deps)
  cancelCallbackRoute(app, deps)
  postponeCallbackRoute(app, deps)
}
