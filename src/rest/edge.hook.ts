// Rules for all responses: security headers (helmet), no caching of personal data, a single Host header, and operator routes
// only on the operations port.
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../errors.ts'

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

/** `hasOperationsPort`: metrics and documentation are served only on that port. */
export async function installEdge(app: FastifyInstance, hasOperationsPort: boolean): Promise<void> {
  // Pages set their own CSP and frame rules; HSTS depends on the request.
  await app.register(helmet, {
    contentSecurityPolicy: false,
    frameguard: false,
    hsts: false,
    referrerPolicy: { policy: 'same-origin' },
  })
  app.addHook('onRequest', async (request, reply) => {
    // RFC 9112 §3.2: with two Host headers, a proxy and this service could use different ones.
    const hosts = request.raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length
    if (hosts > 1) throw new AppError('invalid_request', { count: 1 })
    if (request.protocol === 'https') reply.header('strict-transport-security', HSTS)
    if (!hasOperationsPort) return
    const path = request.url.split('?')[0]!
    const isInside = fromOperators.has(request.raw)
    if (OF_BOTH.test(path) || OF_OPERATORS.test(path) === isInside) return
    throw new AppError('not_found', { what: 'page' })
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const isOpen = /^\/v1\/public\//.test(request.url) || !request.url.startsWith('/v1/')
    if (!isOpen && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    return payload
  })
}
