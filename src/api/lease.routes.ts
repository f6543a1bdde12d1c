// Leases of a campaign by REST: a contact center takes due callbacks, extends or returns them, and reports results.
import type { Api } from '../http/api.ts'
import { pathPart } from '../http/fields.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { Id, IdParams } from '../platform/schema/schema.ts'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import { AppError } from '../kernel/errors.ts'
import { configOf } from '../domain/availability/current-config.ts'
import * as schema from '../domain/callback/callback.schema.ts'
import { presentCallback } from '../domain/callback/callback-json.ts'
import { extendLease, returnLeased, leaseOrWait } from '../domain/callback/dialing/lease.ts'
import { takeResults } from '../domain/callback/dialing/results.ts'
import { contactEnded } from '../application/presence/agent-state.ts'
import { whoIn } from './agent-state.routes.ts'
import { instantsOf } from '../domain/callback/dialing/attempt.ts'

const LeaseParams = Type.Object({ id: Id, leaseId: Id }, { additionalProperties: false })

/** Throws `not_found`. Accepts archived campaigns, so that callbacks leased before can be reported. */
function requireCampaign(config: TenantConfig, id: string): void {
  if (!config.campaigns.has(id)) throw new AppError('not_found', { what: 'campaign', id })
}

const closing = new Set<() => void>()

const docs = documentedUnder('campaigns')

const working = withScope('callbacks:work', 'callbacks')

const leaseOf = (request: FastifyRequest): string => pathPart(request, 'leaseId')

function leaseCallbacksRoute(app: Api, deps: Deps): void {
  app.post('/v1/campaigns/:id/leases', {
    config: working,
    schema: {
      ...docs('leaseCallbacks', 'Take due callbacks, best first, for a time; nobody else gets them meanwhile'),
      params: IdParams,
      body: schema.LeaseBody,
      response: { 200: schema.LeaseShown, ...problems },
    },
    handler: async (request) => {
      const body = request.body
      let config = await configOf(deps, tenantOf(request))
      const wanted = {
        max: body.max,
        seconds: body.leaseSeconds,
        agentId: body.agentId ?? null,
        actor: actorOf(request),
      }
      // Stop waiting when the caller disconnects or the service stops.
      const gone = new AbortController()
      const leave = (): void => gone.abort()
      request.raw.socket.once('close', leave)
      closing.add(leave)
      const taken = await leaseOrWait(deps, {
        configNow: async () => (config = await configOf(deps, tenantOf(request))),
        campaignId: idOf(request),
        request: wanted,
        waitMs: body.waitSeconds * 1000,
        signal: gone.signal,
      }).finally(() => {
        request.raw.socket.off('close', leave)
        closing.delete(leave)
      })
      return {
        leaseId: taken.id,
        until: taken.until.toISOString(),
        items: taken.callbacks.map((c) => presentCallback(c, config)),
      }
    },
  })
}

function extendLeaseRoute(app: Api, deps: Deps): void {
  app.post('/v1/campaigns/:id/leases/:leaseId/extension', {
    config: working,
    schema: {
      ...docs('extendLease', 'Keep leased callbacks longer, until their allowed hours end at most'),
      params: LeaseParams,
      body: schema.ExtensionBody,
      response: { 200: schema.HeldCallbacks, ...problems },
    },
    handler: async (request) => {
      requireCampaign(await configOf(deps, tenantOf(request)), idOf(request))
      const { callbackIds, leaseSeconds } = request.body
      const lease = { tenantId: tenantOf(request), leaseId: leaseOf(request) }
      const kept = await extendLease(deps, { ...lease, ids: callbackIds, seconds: leaseSeconds })
      return { count: kept.length, callbackIds: kept.sort() }
    },
  })
}

function returnCallbacksRoute(app: Api, deps: Deps): void {
  app.post('/v1/campaigns/:id/leases/:leaseId/return', {
    config: working,
    schema: {
      ...docs('returnCallbacks', 'Give leased callbacks back untried'),
      params: LeaseParams,
      body: schema.ReturnBody,
      response: { 200: schema.HeldCallbacks, ...problems },
    },
    handler: async (request) => {
      requireCampaign(await configOf(deps, tenantOf(request)), idOf(request))
      const { callbackIds } = request.body
      const given = await returnLeased(deps, {
        tenantId: tenantOf(request),
        leaseId: leaseOf(request),
        ids: callbackIds,
        actor: actorOf(request),
      })
      if (request.principal?.kind === 'user')
        for (const subjectId of callbackIds)
          await contactEnded(deps, whoIn(request), { subjectId, campaign: undefined })
      return { count: given.length, callbackIds: given }
    },
  })
}

function reportResultsRoute(app: Api, deps: Deps): void {
  app.post('/v1/campaigns/:id/leases/:leaseId/results', {
    config: working,
    schema: {
      ...docs('reportResults', 'Results of a lease; each counts once, and one that fails does not stop the others'),
      params: LeaseParams,
      body: schema.ResultsBody,
      response: { 200: schema.ResultsShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      requireCampaign(config, idOf(request))
      const { results } = request.body
      const leaseId = leaseOf(request)
      const reported = results.map((result) => ({ ...result, leaseId, ...instantsOf(result, deps.now()) }))
      return { items: await takeResults(deps, config, reported, actorOf(request)) }
    },
  })
}

export function leaseRoutes(app: Api, deps: Deps): void {
  app.addHook('preClose', async () => {
    for (const leave of closing) leave()
  })
  leaseCallbacksRoute(app, deps)
  extendLeaseRoute(app, deps)
  returnCallbacksRoute(app, deps)
  reportResultsRoute(app, deps)
}
