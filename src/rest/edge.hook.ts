// The edges of every surface: headers that browsers heed (helmet), nothing personal kept by caches, one Host, and what is for operators only
// answered where they asked for it.
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../errors.ts'

/** A year: browsers then come by TLS alone (RFC 6797). */
const HSTS = 'max-age=31536000'
const OF_OPERATORS = /^\/(metrics|docs|openapi\.json)(\/|$)/
const OF_BOTH = /^\/(healthz|readyz)$/

const fromOperators = new WeakSet<IncomingMessage>()
/** What answers at the port of the operators: the application, which knows from it that they came in there. */
export const operationsHandler =
  (app: FastifyInstance) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    fromOperators.add(request)
    app.routing(request, response)
  }

/** `hasOperationsPort`: metrics and documentation are answered there, and nowhere else. */
export async function installEdge(app: FastifyInstance, hasOperationsPort: boolean): Promise<void> {
  // Pages say themselves what they load and who may frame them; TLS is told by the request.
  await app.register(helmet, {
    contentSecurityPolicy: false,
    frameguard: false,
    hsts: false,
    referrerPolicy: { policy: 'same-origin' },
  })
  app.addHook('onRequest', async (request, reply) => {
    // RFC 9112 §3.2: of two hosts a proxy and we might heed different ones.
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
