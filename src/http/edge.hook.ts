// Rules for all responses: security headers (helmet), no caching of personal data, a single Host header, and operator routes
// only on the operations port.
import helmet from '@fastify/helmet'
import fastify, { type FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../kernel/errors.ts'
import { hasTag } from './route.ts'

/** One year: browsers then use only TLS (RFC 6797). */
const HSTS = 'max-age=31536000'
const OF_OPERATORS = /^\/(metrics|docs|openapi\.json)(\/|$)/
const OF_BOTH = /^\/(healthz|readyz)$/

const fromOperators = new WeakSet<IncomingMessage>()
/** Request handler of the operations port: the same application, which notes that the request came through that port. */
export const operationsHandler =
  (app: FastifyInstance) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    fromOperators.add(request)
    app.routing(request, response)
  }

/**
 * The headers that helmet sets, asked of it once: on every request its plug-in costs a fifth of the throughput of slots
 * (docs/benchmarks.md). Pages set their own content security policy and frame rules; HSTS depends on the request.
 */
async function securityHeaders(): Promise<Record<string, string>> {
  const probe = fastify()
  await probe.register(helmet, {
    contentSecurityPolicy: false,
    frameguard: false,
    hsts: false,
    referrerPolicy: { policy: 'same-origin' },
  })
  probe.get('/', async () => '')
  const { headers } = await probe.inject('/')
  await probe.close()
  const isTheirs = (name: string): boolean => /^(x-|cross-origin-|origin-agent-cluster|referrer-policy)/.test(name)
  return Object.fromEntries(Object.entries(headers).flatMap(([name, v]) => (isTheirs(name) ? [[name, String(v)]] : [])))
}

function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.toLowerCase() === 'host') count += 1
  return count > 1
}

/** `hasOperationsPort`: metrics and documentation are served only on that port. */
export async function installEdge(app: FastifyInstance, hasOperationsPort: boolean): Promise<void> {
  const headers = await securityHeaders()
  // Synchronous: these hooks run on every request.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    reply.header('x-request-id', request.id)
    // RFC 9112 §3.2: a proxy and this service could each obey another one of two hosts.
    if (hasTwoHosts(request.raw.rawHeaders)) return done(new AppError('invalid_request', { count: 1 }))
    if (request.protocol === 'https') reply.header('strict-transport-security', HSTS)
    if (!hasOperationsPort) return done()
    const path = request.url.split('?')[0]!
    const isInside = fromOperators.has(request.raw)
    if (OF_BOTH.test(path) || OF_OPERATORS.test(path) === isInside) return done()
    done(new AppError('not_found', { what: 'page' }))
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const isPersonal = request.url.startsWith('/v1/') && !request.url.startsWith('/v1/public/')
    if (isPersonal && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    const tag = reply.getHeader('etag')
    const isKnown =
      request.headers['if-none-match'] !== undefined && request.method === 'GET' && reply.statusCode === 200
    if (isKnown && typeof tag === 'string' && hasTag(request, tag)) {
      reply.code(304).removeHeader('content-type')
      return done(null, '')
    }
    done(null, payload)
  })
}
