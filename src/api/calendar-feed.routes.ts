// Calendar feeds: created, listed and revoked with a key; anyone with the URL can read the feed itself.
import { LRUCache } from 'lru-cache'
import type { Api } from '../http/api.ts'
import { pathPart } from '../http/fields.ts'
import { documentedUnder, idOf, withScope, hasTag, tagOf } from '../http/route.ts'
import { memoizeByObject } from '../kernel/memoize.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { formatToken, hashSecret, parseToken } from '../kernel/crypto/token.ts'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { speakerOf } from '../application/messaging/compose.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { DateTime, defaulted, Id, IdParams, Nullable } from '../platform/schema/schema.ts'
import { DAY } from '../kernel/time/interval.ts'
import { secretOf } from '../platform/secrets/secrets.ts'
import { refuseSearchBy } from '../http/field-masking.hook.ts'
import { signatureOf, isSameText } from '../kernel/crypto/signature.ts'
import { feedObject } from '../application/calendars/feed.ts'
import {
  entriesOfFeed,
  findFeed,
  insertFeed,
  listFeeds,
  revokeFeed,
  stateOfFeed,
  type Feed,
} from '../application/calendars/feed.sql.ts'

const [BACK, AHEAD, MOST] = [30 * DAY, 365 * DAY, 5_000]
/** Most feeds per tenant, and most responses cached per process. */
const [MOST_FEEDS, MOST_CACHED] = [500, 100]

const bodiesOf = memoizeByObject(
  (_deps: Deps) => new LRUCache<string, { etag: string; body: string }>({ max: MOST_CACHED }),
)

const OwnerKind = Type.Union([Type.Literal('agent'), Type.Literal('location'), Type.Literal('pool')])
const shownFields = {
  id: Id,
  ownerKind: OwnerKind,
  ownerId: Id,
  showsNames: Type.Boolean({ description: 'true: who comes is in it, for calendars that only their owner sees' }),
  createdAt: DateTime,
  revokedAt: Nullable(DateTime),
}
const FeedShown = Type.Object(shownFields, { additionalProperties: false, title: 'CalendarFeed' })
const FeedCreated = Type.Object(
  { ...shownFields, url: Type.String({ description: 'Shown once; whoever has it reads the calendar' }) },
  { additionalProperties: false, title: 'CalendarFeedCreated' },
)

const presentFeed = (f: Feed): Record<string, unknown> => ({
  id: f.id,
  ownerKind: f.owner_kind,
  ownerId: f.owner_id,
  showsNames: f.shows_names,
  createdAt: f.created_at.toISOString(),
  revokedAt: f.revoked_at?.toISOString() ?? null,
})

/** Agents of the feed; null = all, undefined = the owner no longer exists. */
function agentsOf(config: TenantConfig, f: Pick<Feed, 'owner_kind' | 'owner_id'>): string[] | null | undefined {
  if (f.owner_kind === 'location') return config.locations.has(f.owner_id) ? null : undefined
  if (f.owner_kind === 'agent') return config.agents.has(f.owner_id) ? [f.owner_id] : undefined
  const desks = [...config.agents.values()].filter((agent) => agent.poolId === f.owner_id).map((agent) => agent.id)
  return desks.length > 0 ? desks : undefined
}

const nameOf = (config: TenantConfig, f: Feed): string => {
  const name = config.agents.get(f.owner_id)?.name ?? config.locations.get(f.owner_id)?.name
  return name === undefined ? config.name : `${name} – ${config.name}`
}

async function sendFeed(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const gone = new AppError('not_found', { what: 'calendar feed' })
  const [, text = ''] = /^(.+)\.ics$/.exec(pathPart(request, 'token')) ?? []
  const token = parseToken(text)
  const f = token?.kind === 'agf' ? await findFeed(deps.db.kysely, token.tenantId, token.rowId) : undefined
  if (!token || !f || f.revoked_at !== null || !isSameText(f.secret_hash, hashSecret(token.secret))) throw gone
  const config = await deps.snapshots.config(f.tenant_id)
  const agentIds = config ? agentsOf(config, f) : undefined
  if (!config || agentIds === undefined) throw gone
  const day = Math.floor(deps.now() / DAY) * DAY
  const locationId = f.owner_kind === 'location' ? f.owner_id : null
  const range = { agentIds, locationId, from: new Date(day - BACK), to: new Date(day + AHEAD) }
  const state = await deps.db.reading((db) => stateOfFeed(db, f.tenant_id, range))
  const etag = tagOf(`${state} ${config.version} ${day} ${f.id}`)
  reply.headers({ etag, 'cache-control': 'private, max-age=300', 'x-robots-tag': 'noindex' })
  if (hasTag(request, etag)) return reply.code(304).send()
  const cache = bodiesOf(deps)
  const cached = cache.get(f.id)
  if (cached?.etag === etag) return reply.type('text/calendar; charset=utf-8').send(cached.body)
  const entries = await deps.db.reading((db) => entriesOfFeed(db, f.tenant_id, range, MOST))
  const speaker = speakerOf(config, config.settings.locale)
  const secret = await secretOf(deps, f.tenant_id, 'pages')
  const uidOf = (id: string): string => `${signatureOf(secret, 'feed', id)}@agenda`
  const body = await feedObject(speaker, entries, { name: nameOf(config, f), showsNames: f.shows_names, uidOf })
  cache.set(f.id, { etag, body })
  return reply.type('text/calendar; charset=utf-8').send(body)
}

export function feedRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('calendars')
  const config = withScope('configuration:write')

  app.get('/v1/calendar-feeds', {
    config: withScope('configuration:read', 'none'),
    schema: {
      ...docs('listCalendarFeeds', 'Addresses under which calendars are subscribed to, without their secrets'),
      response: { 200: Type.Object({ items: Type.Array(FeedShown) }), ...problems },
    },
    handler: async (request) => ({ items: (await listFeeds(deps.db.kysely, tenantOf(request))).map(presentFeed) }),
  })

  app.post('/v1/calendar-feeds', {
    config: withScope('hours:write', 'hours'),
    schema: {
      ...docs('createCalendarFeed', 'A secret address of the calendar of an agent, a location or a pool'),
      body: Type.Object(
        { ownerKind: OwnerKind, ownerId: Id, showsNames: defaulted(Type.Boolean({ default: false })) },
        { additionalProperties: false },
      ),
      response: { 201: FeedCreated, ...problems },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      const body = request.body
      const owner = { owner_kind: body.ownerKind, owner_id: body.ownerId }
      if (body.showsNames) await refuseSearchBy(deps, request, ['lastName'])
      if (agentsOf(await configOf(deps, tenantId), owner) === undefined)
        throw bodyFault('/ownerId', 'invalid_reference', { what: body.ownerKind, id: body.ownerId })
      if ((await listFeeds(deps.db.kysely, tenantId)).filter((f) => f.revoked_at === null).length >= MOST_FEEDS)
        throw new AppError('limit_reached', { max: MOST_FEEDS })
      const id = deps.newId()
      const secret = deps.randomBytes(32)
      const f = await insertFeed(deps.db.kysely, {
        ...{ tenant_id: tenantId, id, ...owner, shows_names: body.showsNames, now: new Date(deps.now()) },
        secret_hash: hashSecret(Buffer.from(secret).toString('base64url')),
      })
      reply.code(201).header('cache-control', 'no-store')
      return { ...presentFeed(f), url: `${deps.links.base}/feeds/${formatToken('agf', tenantId, id, secret)}.ics` }
    },
  })

  app.post('/v1/calendar-feeds/:id/revocation', {
    config,
    schema: {
      ...docs('revokeCalendarFeed', 'The address answers no more'),
      params: IdParams,
      response: { 200: FeedShown, ...problems },
    },
    handler: async (request) => {
      const id = idOf(request)
      const f = await revokeFeed(deps.db.kysely, tenantOf(request), id, new Date(deps.now()))
      if (!f) throw new AppError('not_found', { what: 'calendar feed' })
      return presentFeed(f)
    },
  })

  app.get('/feeds/:token', {
    config: { access: { kind: 'anyone' } },
    schema: { hide: true },
    handler: (request, reply) => sendFeed(deps, request, reply),
  })
}
