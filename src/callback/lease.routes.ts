// The pull side of a campaign: a contact center leases what is due, keeps or gives back, reports results; and its counters.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Outcome } from '../campaign/retry.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { actorOf, tenantOf } from '../rest/access.ts'
import { problems } from '../rest/resource.routes.ts'
import { Id, IdParams } from '../rest/schema.ts'
import { campaignOf } from './ask.actions.ts'
import { configFor } from './callback.routes.ts'
import * as schema from './callback.schema.ts'
import { countByState } from './callback.sql.ts'
import { presentCallback } from './present.ts'
import { extendLease, giveBack, lease } from './lease.actions.ts'
import { settle } from './work.actions.ts'

const LeaseParams = Type.Object({ id: Id, leaseId: Id }, { additionalProperties: false })
/** How often a waiting consumer looks again. */
const LOOK_EVERY = 250

type Result = {
  callbackId: string
  outcome: Outcome
  at?: string
  note?: string
  callAgainAt?: string
  doNotCall?: boolean
}

export function leaseRoutes(app: FastifyInstance, deps: Deps): void {
  const docs = (operationId: string, summary: string) => ({
    tags: ['campaigns'],
    operationId,
    summary,
    security: [{ key: [] }],
  })
  const working = { access: { kind: 'key' as const, scope: 'callbacks:work' as const } }
  const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id
  const leaseOf = (request: FastifyRequest): string => (request.params as { leaseId: string }).leaseId

  app.post('/v1/campaigns/:id/leases', {
    config: working,
    schema: {
      ...docs('leaseCallbacks', 'Take due callbacks, best first, for a time; nobody else gets them meanwhile'),
      params: IdParams,
      body: schema.LeaseBody,
      response: { 200: schema.LeaseShown, ...problems },
    },
    handler: async (request) => {
      const body = request.body as { max: number; leaseSeconds: number; waitSeconds: number; agentId?: string }
      const config = await configFor(deps, request)
      const wanted = {
        max: body.max,
        seconds: body.leaseSeconds,
        agentId: body.agentId ?? null,
        actor: actorOf(request),
      }
      const end = performance.now() + body.waitSeconds * 1000
      let taken = await lease(deps, config, idOf(request), wanted)
      while (taken.callbacks.length === 0 && performance.now() + LOOK_EVERY <= end && !request.raw.socket.destroyed) {
        await sleep(LOOK_EVERY)
        taken = await lease(deps, config, idOf(request), wanted)
      }
      return {
        leaseId: taken.id,
        until: taken.until.toISOString(),
        items: taken.callbacks.map((c) => presentCallback(c, config)),
      }
    },
  })

  app.post('/v1/campaigns/:id/leases/:leaseId/extension', {
    config: working,
    schema: {
      ...docs('extendLease', 'Keep leased callbacks longer, until their allowed hours end at most'),
      params: LeaseParams,
      body: schema.ExtensionBody,
      response: { 200: schema.CountShown, ...problems },
    },
    handler: async (request) => {
      campaignOf(await configFor(deps, request), idOf(request))
      const { callbackIds, leaseSeconds } = request.body as { callbackIds: string[]; leaseSeconds: number }
      return { count: await extendLease(deps, tenantOf(request), leaseOf(request), callbackIds, leaseSeconds) }
    },
  })

  app.post('/v1/campaigns/:id/leases/:leaseId/return', {
    config: working,
    schema: {
      ...docs('returnCallbacks', 'Give leased callbacks back untried'),
      params: LeaseParams,
      body: schema.ReturnBody,
      response: { 200: schema.CountShown, ...problems },
    },
    handler: async (request) => {
      campaignOf(await configFor(deps, request), idOf(request))
      const { callbackIds } = request.body as { callbackIds: string[] }
      return { count: await giveBack(deps, tenantOf(request), leaseOf(request), callbackIds, actorOf(request)) }
    },
  })

  app.post('/v1/campaigns/:id/leases/:leaseId/results', {
    config: working,
    schema: {
      ...docs('reportResults', 'Results of a lease; each counts once, and one that fails does not stop the others'),
      params: LeaseParams,
      body: schema.ResultsBody,
      response: { 200: schema.ResultsShown, ...problems },
    },
    handler: async (request) => {
      const config = await configFor(deps, request)
      campaignOf(config, idOf(request))
      const { results } = request.body as { results: Result[] }
      const items: { callbackId: string; status: string | null; code: string | null }[] = []
      for (const { callbackId, at, callAgainAt, ...rest } of results) {
        const result = {
          ...rest,
          leaseId: leaseOf(request),
          at: at === undefined ? deps.now() : Date.parse(at),
          callAgainAt: callAgainAt === undefined ? undefined : Date.parse(callAgainAt),
        }
        try {
          const after = await settle(deps, config, callbackId, result, actorOf(request))
          items.push({ callbackId, status: after.status, code: null })
        } catch (error) {
          if (!(error instanceof AppError) || error.status >= 500) throw error
          items.push({ callbackId, status: null, code: error.code })
        }
      }
      return { items }
    },
  })

  app.get('/v1/campaigns/:id/counters', {
    config: { access: { kind: 'key', scope: 'callbacks:read' } },
    schema: {
      ...docs('readCampaignCounters', 'How many callbacks are in which state'),
      params: IdParams,
      response: { 200: schema.CountersShown, ...problems },
    },
    handler: async (request) => {
      const config = await configFor(deps, request)
      const campaign = campaignOf(config, idOf(request))
      return countByState(deps.db.kysely, config.tenantId, campaign.id, new Date(deps.now()))
    },
  })
}
