// Runs the service: demo data, HTTP, loops; stops in reverse order, after running requests have finished.
import type { FastifyInstance } from 'fastify'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { constants, setPriority } from 'node:os'
import type { AddressInfo } from 'node:net'
import { buildApp } from './app.ts'
import type { Config } from './platform/config.ts'
import { whenAvailable } from './platform/database/open.ts'
import { startMonths } from './platform/database/partition.ts'
import { isUnavailable } from './platform/database/unavailable.ts'
import { AppError } from './kernel/errors.ts'
import { reportOf } from './platform/error-report.ts'
import { keepDemoKey } from './cli/demo/demo-key.ts'
import { operationsHandler } from './http/edge.hook.ts'
import { startDispatch } from './application/dispatch/dispatch.loop.ts'
import { startSchedules } from './schedule-loop.ts'
import { learnClocks, startTestTenants } from './application/test-mode/test-tenants.ts'
import { startJobs } from './platform/jobs/job.loop.ts'
import { queuesFor } from './queues.ts'
import { loadDemo } from './cli/demo/demo.ts'
import { DEMO_PEOPLE, demoPassword, keepDemoPeople } from './cli/demo/demo-people.ts'
import { startLinks } from './application/onboarding/first-administrator.ts'
import type { Deps } from './domain/deps.ts'

/** Listens on the public port and, if configured, on the operations port; a worker on the latter only. */
async function listen(app: FastifyInstance, { role, host, port, operationsPort }: Config): Promise<Server | null> {
  if (role === 'worker') await app.ready()
  else await app.listen({ host, port })
  // Both ports serve the same application; the port decides which routes answer.
  if (operationsPort === undefined) return null
  const operations = createServer(operationsHandler(app)).listen(operationsPort, host)
  await once(operations, 'listening')
  return operations
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Goes on serving for a while, so that a load balancer learns from `/readyz` to send nothing new. */
async function drain(deps: Deps, { drainSeconds, role }: Config, signal: string): Promise<void> {
  deps.isStopping = true
  if (drainSeconds === 0 || role === 'worker') return
  say(`${signal}: serving for ${drainSeconds} s more, /readyz refuses`)
  await sleep(drainSeconds * 1000)
}

/** Lines with the links for first administrators; a database that cannot read all tenants now does not stop the start. */
async function administratorLines(deps: Deps, base: string): Promise<string[]> {
  try {
    const links = await startLinks(deps)
    return links.map((link) => `  Administrator  ${base}${link}  (opens once: the first administrator)`)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return ['  Administrator  the tenants cannot all be read now; later: agenda administrator TENANT']
  }
}

type Announced = {
  deps: Deps
  config: Config
  app: FastifyInstance
  demo: Awaited<ReturnType<typeof loadDemo>> | null
  password: string
}

/** Prints where the service answers, and the sign-ins of the demo. */
async function announce({ deps, config, app, demo, password }: Announced): Promise<void> {
  const { operationsPort, host, data } = config
  const { port } = app.server.address() as AddressInfo
  const base = `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`
  if (deps.links.base === '') deps.links.base = base
  say(`Agenda answers at ${base}`)
  if (demo) say(`  Booking pages  ${base}/${demo.slug}`)
  const inside = operationsPort === undefined ? base : base.replace(/\d+$/, String(operationsPort))
  say(`  API reference  ${inside}/docs`)
  say(`  OpenAPI        ${inside}/openapi.json`)
  if (demo) {
    say(`  Demo tenant    ${demo.name} (${demo.slug})`)
    say(`  Demo API key   ${await whenAvailable(() => keepDemoKey(deps, data, demo.tenantId))}`)
    // Under this name browsers offer passkeys, under an address they do not.
    const named = base.replace('//127.0.0.1', '//localhost')
    say(`  Workspace      ${named}/agenda  (sign in at ${named}/${demo.slug}/sign-in)`)
    for (const { email, role } of DEMO_PEOPLE) say(`  Demo sign-in   ${email}  ${password}  (${role})`)
  }
  for (const line of await administratorLines(deps, base)) say(line)
}

/** Starts the parts of the role and resolves once the service answers; `began` (performance clock, ms) serves the start-up time. */
export async function serve(
  deps: Deps,
  config: Config,
  began: number,
  stopTracing: () => Promise<void>,
): Promise<void> {
  // On a shared machine, background work must not slow down requests.
  if (config.role === 'worker') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  // Wait also for a database that becomes unavailable during the start.
  const secret = config.demo ? await whenAvailable(() => demoPassword(deps, config.data)) : null
  const demo = config.demo ? await whenAvailable(() => loadDemo(deps)) : null
  if (demo && secret) await whenAvailable(() => keepDemoPeople(deps, config.data, demo.tenantId, secret))
  if (demo && deps.mail === null) deps.demoTenantId = demo.tenantId
  const { logLevel, trustProxy, operationsPort } = config
  const app = await buildApp(deps, {
    logLevel,
    trustProxy,
    hasOperationsPort: operationsPort !== undefined,
    isTraced: config.otlpUrl !== undefined,
  })
  // Answers of external servers (a calendar, a gateway) are not our errors: log them as warnings.
  const failed = (what: string) => (error: unknown) =>
    app.log[error instanceof AppError && error.status < 500 ? 'warn' : 'error'](reportOf(error), `${what} failed`)
  const isWorking = config.role !== 'api'
  // Reads across all tenants fail while a node of a distributed database is down. The loop reads the clocks again.
  await learnClocks(deps).catch(failed('test mode'))
  const testing = startTestTenants(deps, isWorking, failed('test mode'))
  // The embedded database and a distributed one have no partitions by month.
  const hasMonths = isWorking && deps.db.kind === 'postgresql' && !deps.db.isDistributed
  const months = hasMonths ? startMonths(deps.db.pool, deps.clocks.real, failed('months')) : null
  const sweeping = isWorking ? startSchedules(deps, failed('sweep')) : null
  const working = isWorking ? startJobs(deps, queuesFor(config.mailConnections), failed('side work')) : null
  const dispatching = isWorking ? startDispatch(deps, failed('dispatch')) : null
  let operations: Server | null = null
  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    const late = setTimeout(() => process.exit(1), (config.drainSeconds + config.shutdownSeconds) * 1000)
    await drain(deps, config, signal)
    say(`${signal}: finishing requests under way`)
    // A client may keep its connection open after its last request: close idle connections, so that they do not delay the stop.
    const closing = setInterval(() => app.server.closeIdleConnections(), 100)
    operations?.close()
    await app.close()
    clearInterval(closing)
    await testing.stop()
    await months?.stop()
    await sweeping?.stop()
    await working?.stop()
    await dispatching?.stop()
    for (const connector of Object.values(deps.connectors)) await connector.close()
    await deps.pubsub.close()
    await deps.db.close()
    await stopTracing()
    clearTimeout(late)
    say('stopped')
    process.exit(0)
  }
  // Install the handlers before any output: a parent process may send a signal as soon as it reads output.
  process.on('SIGINT', () => void stop('SIGINT'))
  process.on('SIGTERM', () => void stop('SIGTERM'))

  operations = await listen(app, config)

  if (config.role === 'worker') say('Agenda works in the background')
  else await announce({ deps, config, app, demo, password: secret?.password ?? '' })
  say(
    `  Database       ${deps.db.kind === 'embedded' ? `embedded, in ${config.data}` : 'PostgreSQL'}; ready after ${(
      (performance.now() - began) /
      1000
    ).toFixed(1)} s`,
  )
}
