// Health, readiness, metrics and the API description: what operators and tools ask for.
import type { FastifyInstance } from 'fastify'
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'

const registries = new WeakMap<object, Registry>()

/** Counts requests and their duration by route pattern, never by address: addresses carry ids. */
export function installMetrics(app: FastifyInstance): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const labelNames = ['method', 'route', 'status'] as const
  const requests = new Counter({
    name: 'agenda_http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'agenda_http_request_seconds',
    help: 'Time to answer',
    labelNames: ['route'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    requests.inc({ method: request.method, route, status: reply.statusCode })
    seconds.observe({ route }, reply.elapsedTime / 1000)
  })
  registries.set(app.server, registry)
}

export function operationRoutes(app: FastifyInstance, deps: Deps): void {
  const config = { access: { kind: 'anyone' as const } }
  app.get('/healthz', { config, schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config, schema: { hide: true } }, async () => {
    const client = await deps.db.pool.connect().catch((cause: unknown) => {
      throw new AppError('database_unavailable', {}, { cause })
    })
    try {
      await client.query('select 1')
    } finally {
      client.release()
    }
    return { status: 'ready', database: deps.db.kind }
  })
  app.get('/metrics', { config, schema: { hide: true } }, async (_request, reply) => {
    const registry = registries.get(app.server)!
    return reply.type(registry.contentType).send(await registry.metrics())
  })
  app.get('/openapi.json', { config, schema: { hide: true } }, async () => app.swagger())
}
