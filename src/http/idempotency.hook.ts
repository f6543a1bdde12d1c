// Handles `Idempotency-Key` for every POST route that does not store its own answers: claims the key before the work, and
// stores the answer after it. Stored answers are encrypted with the caller's secret and key, so a copy of the database reveals
// none.
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { violationOf } from '../platform/database/tx.ts'
import { decrypt, encrypt } from '../platform/vault/cipher.ts'
import { tenantOf } from './access.ts'
import { answerRow, type IdempotencyScope } from '../platform/idempotency/idempotency.ts'
import { claimKey, findAnswer, forgetKey, keepAnswer } from '../platform/idempotency/idempotency.sql.ts'
import { IdempotencyHeader } from './headers.ts'
import { idempotencyOf } from './idempotency-key.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The key claimed by this request. */
    idempotency: IdempotencyScope | null
  }
  interface FastifyContextConfig {
    /** Whether this hook stores the route's answers; not needed if the route stores them in the transaction of the effect. */
    keepsAnswers?: boolean
  }
}

/** Status of a claim whose work is still running. */
const UNDER_WAY = 0
/** Age (ms) after which a claim belongs to a dead process. Its effect is unknown, and the request may be retried. */
const ABANDONED = 60_000
/** Larger answers are not stored (characters): they are lists that can be read again. */
const LARGEST = 256 * 1024
/** Response headers that are stored with the answer. */
const KEPT_HEADERS = ['location', 'etag', 'content-type']

const sealKey = (request: FastifyRequest, key: string): Buffer =>
  createHash('sha256')
    .update(`${request.principal?.secret ?? ''}\n${key}`)
    .digest()

const seal = (deps: Deps, request: FastifyRequest, key: string, text: string): string =>
  encrypt(sealKey(request, key), '', Buffer.from(text), deps.randomBytes(12))

/** Decrypts a stored answer; null if the caller's secret has changed. */
function open(request: FastifyRequest, key: string, text: string): string | null {
  try {
    return decrypt(sealKey(request, key), '', text).toString('utf8')
  } catch {
    return null
  }
}

/**
 * Claims the key or replays the stored answer. Throws `idempotency_key_reused`, and `conflict` while the first request is still
 * running.
 */
async function claimOrReplay(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const scope = idempotencyOf(request, tenantOf(request))
  if (!scope) return
  const db = deps.db.kysely
  const row = answerRow(scope, { status: UNDER_WAY, body: null }, deps.now())
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await claimKey(db, row)
      request.idempotency = scope
      return
    } catch (error) {
      if (violationOf(error)?.constraint !== 'idempotency_keys_once') throw error
    }
    const known = await findAnswer(db, scope.tenantId, scope.principal, scope.keyHash)
    if (!known) continue
    if (known.request_hash !== scope.requestHash) throw new AppError('idempotency_key_reused')
    const isAbandoned = known.status === UNDER_WAY && known.created_at.getTime() + ABANDONED < deps.now()
    if (!isAbandoned) return replay(request, reply, scope, known)
    await forgetKey(db, scope)
  }
  throw new AppError('conflict')
}

function replay(
  request: FastifyRequest,
  reply: FastifyReply,
  scope: IdempotencyScope,
  known: { status: number; body: string; headers: Record<string, string> },
): void {
  const text = known.status === UNDER_WAY ? null : open(request, scope.key, known.body)
  if (text === null) throw new AppError('conflict')
  reply.hijack()
  const headers = { ...known.headers, 'idempotent-replayed': 'true', 'content-length': Buffer.byteLength(text) }
  reply.raw.writeHead(known.status, headers).end(text)
}

/** Stores a successful answer. After a refusal, which had no effect, the key is released for a retry. */
async function remember(deps: Deps, request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
  const scope = request.idempotency
  if (!scope) return
  request.idempotency = null
  const isKept = reply.statusCode < 400 && (payload == null || typeof payload === 'string')
  const text = typeof payload === 'string' ? payload : ''
  if (!isKept || text.length > LARGEST) return forgetKey(deps.db.kysely, scope)
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name)
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
  await keepAnswer(deps.db.kysely, scope, reply.statusCode, seal(deps, request, scope.key, text), headers)
}

/** Adds the header to all POST routes of the API and to their descriptions. */
export function installIdempotency(app: FastifyInstance, deps: Deps): void {
  app.decorateRequest('idempotency', null)
  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    const isPost = route.method === 'POST' && route.url.startsWith('/v1/') && access?.kind === 'key'
    const schema = route.schema as { headers?: { properties?: Record<string, object> } } | undefined
    if (!isPost || !schema || schema.headers === IdempotencyHeader) return
    schema.headers = Type.Object({ ...(schema.headers?.properties as object), ...IdempotencyHeader.properties })
    route.config = { ...route.config, keepsAnswers: true }
  })
  app.addHook('preHandler', async (request, reply) => {
    const { keepsAnswers } = request.routeOptions.config
    if (keepsAnswers && request.headers['idempotency-key'] !== undefined && request.principal?.kind !== 'platform')
      await claimOrReplay(deps, request, reply)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    await remember(deps, request, reply, payload)
    return payload
  })
}
