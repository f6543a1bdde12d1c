// Health, readiness, metrics and the API description, for operators and tools.
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { countJobs } from '../platform/jobs/job.sql.ts'
import type { PoolCounts } from '../platform/database/open.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'

const registries = new WeakMap<object, Registry>()

/** Counts requests and their duration by route pattern, never by URL, because URLs contain ids. */
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

/** Metrics of jobs: waiting ones of all processes, and finished ones of this process. */
function installJobMetrics(registry: Registry, deps: Deps): void {
  const gauge = (name: string, help: string, labelNames: string[]): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry], collect: () => refresh() })
  const due = gauge('agenda_jobs_due', 'Jobs whose time has come', ['queue'])
  const parked = gauge('agenda_jobs_parked', 'Jobs that failed for good', ['queue'])
  const oldest = gauge('agenda_jobs_oldest_seconds', 'For how long the oldest due job has waited', ['queue'])
  const done = gauge('agenda_jobs_finished', 'Jobs finished by this process', ['queue', 'result'])
  async function read(): Promise<void> {
    // If the database does not answer, report the other metrics.
    const counts = await countJobs(deps.db.kysely, new Date(deps.now())).catch(() => [])
    for (const metric of [due, parked, oldest]) metric.reset()
    for (const one of counts) {
      due.set({ queue: one.queue }, one.due)
      parked.set({ queue: one.queue }, one.parked)
      oldest.set({ queue: one.queue }, one.oldest)
    }
    for (const [name, count] of deps.tally) {
      const [queue = '', result = ''] = name.split(' ')
      done.set({ queue, result }, count)
    }
  }
  // One query serves all four gauges of a scrape.
  let reading: Promise<void> | null = null
  const refresh = (): Promise<void> => (reading ??= read().finally(() => (reading = null)))
}

/** How many connections of the pool there are, and how many requests wait for one; PostgreSQL only. */
function installPoolMetrics(registry: Registry, deps: Deps): void {
  const gauge = (name: string, help: string, read: (pool: PoolCounts) => number): Gauge =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        const counts = deps.db?.counts?.()
        if (counts) this.set(read(counts))
      },
    })
  gauge('agenda_database_connections', 'Open connections of the pool', ({ open }) => open)
  gauge('agenda_database_idle', 'Connections of the pool that nobody uses', ({ idle }) => idle)
  new Gauge({
    ...{
      name: 'agenda_database_reads',
      help: 'Reads that may run on a replica, by where they ran',
      registers: [registry],
    },
    labelNames: ['where'],
    collect() {
      for (const where of ['replica', 'primary'] as const) this.set({ where }, deps.db?.reads[where] ?? 0)
    },
  })
  gauge('agenda_database_waiting', 'Requests that wait for a connection of the pool', ({ waiting }) => waiting)
}

export function operationRoutes(app: FastifyInstance, deps: Deps): void {
  const registry = registries.get(app.server)!
  installJobMetrics(registry, deps)
  installPoolMetrics(registry, deps)
  const config = { access: { kind: 'anyone' as const } }
  app.get('/healthz', { config, schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config, schema: { hide: true } }, async () => {
    if (deps.isStopping) throw new AppError('stopping')
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
    return reply.type(registry.contentType).send(await registry.metrics())
  })
  app.get('/openapi.json', { config, schema: { hide: true } }, async () => app.swagger())
}
