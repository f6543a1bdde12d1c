// Work on callbacks by REST: accept a delivery, take, report the result of an attempt, take it back, say who is called.
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import { takeCallback, undoAttempt } from '../domain/callback/dialing/take.ts'
import type { Deps } from '../domain/deps.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { IdParams } from '../platform/schema/schema.ts'
import * as schema from '../domain/callback/callback.schema.ts'
import { findCallback, type Callback } from '../domain/callback/callback.sql.ts'
import { presentCallback } from '../domain/callback/callback-json.ts'
import { acceptDelivery } from '../domain/callback/dialing/accept.ts'
import { instantsOf } from '../domain/callback/dialing/attempt.ts'
import { takeResult } from '../domain/callback/dialing/results.ts'
import { endRun, saidIn } from '../domain/script/run.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import { identify } from '../domain/callback/identify.ts'
import { contactEnded, contactReopened, contactTaken } from '../application/presence/agent-state.ts'
import { whoIn } from './agent-state.routes.ts'

const docs = documentedUnder('callbacks')

const one = { 200: schema.CallbackShown, ...problems }

const show = async (deps: Deps, request: FastifyRequest, c: Callback) =>
  presentCallback(c, await configOf(deps, tenantOf(request)))

function acceptCallbackRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/:id/acceptance', {
    config: withScope('callbacks:work', 'callback'),
    schema: {
      ...docs('acceptCallback', 'A contact from the queue is being dialled: nobody else gets it until the lease ends'),
      params: IdParams,
      body: schema.AcceptBody,
      response: one,
    },
    handler: async (request) => {
      const { deliveryId, leaseSeconds } = request.body
      const tenantId = tenantOf(request)
      const after = await acceptDelivery(deps, {
        tenantId,
        id: idOf(request),
        deliveryId,
        seconds: leaseSeconds,
        actor: actorOf(request),
      })
      return show(deps, request, after)
    },
  })
}

function reportAttemptRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/:id/attempts', {
    config: withScope('callbacks:work', 'callback'),
    schema: {
      ...docs('reportAttempt', 'The result of an attempt; with the same lease it counts once'),
      params: IdParams,
      body: schema.AttemptBody,
      response: one,
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const body = request.body
      const { conversationId, ...reported } = body
      const said =
        conversationId === undefined ? {} : await saidIn(deps.db.kysely, config, conversationId, idOf(request))
      const result = { ...reported, ...said, ...instantsOf(body, deps.now()) }
      const after = await takeResult(deps, config, { id: idOf(request), result, actor: actorOf(request) })
      if (conversationId !== undefined) await endRun(deps, config.tenantId, conversationId)
      if (request.principal?.kind === 'user')
        await contactEnded(deps, whoIn(request), {
          subjectId: after.id,
          campaign: config.campaigns.get(after.campaign_id),
        })
      return presentCallback(after, config)
    },
  })
}

function undoAttemptRoute(app: Api, deps: Deps): void {
  app.delete('/v1/callbacks/:id/attempts', {
    config: withScope('callbacks:work', 'callback'),
    schema: {
      ...docs('undoAttempt', 'Take the latest result back, within ten minutes, of one that a person reported'),
      params: IdParams,
      response: one,
    },
    handler: async (request) => {
      const c = await undoAttempt(deps, tenantOf(request), idOf(request), actorOf(request))
      if (request.principal?.kind === 'user' && c.status === 'in_progress')
        await contactReopened(deps, whoIn(request), c.id, c.campaign_id)
      return show(deps, request, c)
    },
  })
}

function takeCallbackRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/:id/lease', {
    config: withScope('callbacks:work', 'callback'),
    schema: {
      ...docs('takeCallback', 'Take this one callback, due or not, for a time; nobody else gets it meanwhile'),
      params: IdParams,
      body: schema.TakeBody,
      response: one,
    },
    handler: async (request) => {
      const { leaseSeconds, agentId } = request.body
      const by = { actor: actorOf(request), agentId: agentId ?? null, seconds: leaseSeconds }
      const c = await takeCallback(deps, tenantOf(request), idOf(request), by)
      if (request.principal?.kind === 'user')
        await contactTaken(deps, whoIn(request), { subjectId: c.id, campaignId: c.campaign_id })
      return show(deps, request, c)
    },
  })
}

function identifyCallbackRoute(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/:id/contact', {
    config: withScope('callbacks:work', 'callback'),
    schema: {
      ...docs('identifyCallback', 'Say who is to be called'),
      params: IdParams,
      body: schema.IdentifyBody,
      response: one,
    },
    handler: async (request) => {
      const { contactId } = request.body
      const tenantId = tenantOf(request)
      if (!(await findCallback(deps.db.kysely, tenantId, idOf(request))))
        throw new AppError('not_found', { what: 'callback' })
      if (!(await findRow(deps.db.kysely, 'contacts', tenantId, contactId)))
        throw bodyFault('/contactId', 'invalid_reference', { what: 'contact', id: contactId })
      return show(
        deps,
        request,
        await identify(deps, tenantId, { id: idOf(request), contactId, actor: actorOf(request) }),
      )
    },
  })
}

export function callbackWorkRoutes(app: Api, deps: Deps): void {
  acceptCallbackRoute(app, deps)
  reportAttemptRoute(app, deps)
  undoAttemptRoute(app, deps)
  takeCallbackRoute(app, deps)
  identifyCallbackRoute(app, deps)
}
