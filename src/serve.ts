// Runs the service: demo data, HTTP, loops; stops in reverse order and lets requests under way finish.
import type { FastifyInstance } from 'fastify'
import { createServer, type Server } from 'node:http'
import { constants, setPriority } from 'node:os'
import type { AddressInfo } from 'node:net'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { whenAvailable } from './db/open.ts'
import { AppError } from './errors.ts'
import { reportOf } from './error-report.ts'
import { keepDemoKey } from './demo/demo-key.ts'
import { operationsHandler } from './rest/edge.hook.ts'
import { startDispatch } from './dispatch/dispatch.loop.ts'
import { startSchedules } from './jobs/schedule.loop.ts'
import { startJobs } from './jobs/job.loop.ts'
import { queuesFor } from './jobs/queues.ts'
import { loadDemo } from './demo/demo.actions.ts'
import { DEMO_PEOPLE, demoPassword, keepDemoPeople } from './demo/demo-people.actions.ts'
import { startLinks } from './auth/first.actions.ts'
import type { Deps } from './deps.ts'

/** Listens at the public port, and at the operators' where they asked for one; a worker at neither. */
async function listen(app: FastifyInstance, { role, host, port, operationsPort }: Config): Promise<Server | null> {
  if (role === 'worker') return null
  await app.listen({ host, port })
  // The same application: what it answers there is decided by the way in.
  return operationsPort === undefined ? null : createServer(operationsHandler(app)).listen(operationsPort, host)
}

/** Starts what the role asks for and resolves once it answers; `began` (performance clock, ms) is for the start-up time. */
export async function serve(deps: Deps, config: Config, began: number): Promise<void> {
  // On a machine that they share, background work gives way to whoever waits for an answer.
  if (config.role === 'worker') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  // A server that goes away in the middle of a start is waited for, as at its beginning.
  const secret = config.demo ? await whenAvailable(() => demoPassword(deps, config.data)) : null
  const demo = config.demo ? await whenAvailable(() => loadDemo(deps)) : null
  if (demo && secret) await whenAvailable(() => keepDemoPeople(deps, config.data, demo.tenantId, secret))
  const { logLevel, trustProxy, operationsPort } = config
  const app = await buildApp(deps, { logLevel, trustProxy, hasOperationsPort: operationsPort !== undefined })
  // What somebody else's server answers (a calendar, a gateway) is no fault of ours: a warning, not an error.
  const failed = (what: string) => (error: unknown) =>
    app.log[error instanceof AppError && error.status < 500 ? 'warn' : 'error'](reportOf(error), `${what} failed`)
  const isWorking = config.role !== 'api'
  const sweeping = isWorking ? startSchedules(deps, failed('sweep')) : null
  const working = isWorking ? startJobs(deps, queuesFor(deps, config.mailConnections), failed('side work')) : null
  const dispatching = isWorking ? startDispatch(deps, failed('dispatch')) : null
  const say = (text: string): void => void process.stdout.write(`${text}\n`)

  let operations: Server | null = null
  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    say(`${signal}: finishing requests under way`)
    const late = setTimeout(() => process.exit(1), config.shutdownSeconds * 1000)
    // A connection whose last request ended after the stop is kept open by the client; it must not hold up the end.
    const closing = setInterval(() => app.server.closeIdleConnections(), 100)
    operations?.close()
    await app.close()
    clearInterval(closing)
    await sweeping?.stop()
    await working?.stop()
    await dispatching?.stop()
    for (const connector of Object.values(deps.connectors)) await connector.close()
    await deps.pubsub.close()
    await deps.db.close()
    clearTimeout(late)
    say('stopped')
    process.exit(0)
  }
  // Before the first word is printed: whoever waits for it may send a signal at once.
  process.on('SIGINT', () => void stop('SIGINT'))
  process.on('SIGTERM', () => void stop('SIGTERM'))

  operations = await listen(app, config)

  if (config.role !== 'worker') {
    const { port } = app.server.address() as AddressInfo
    const base = `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`
    if (deps.links.base === '') deps.links.base = base
    say(`Agenda answers at ${base}`)
    if (demo) say(`  Booking pages  ${base}/${demo.slug}`)
    const inside = operationsPort === undefined ? base : base.replace(/\d+$/, String(operationsPort))
    say(`  API reference  ${inside}/docs`)
    say(`  OpenAPI        ${inside}/openapi.json`)
    if (demo) {
      say(`  Demo tenant    ${demo.name} (${demo.slug})`)
      say(`  Demo API key   ${await whenAvailable(() => keepDemoKey(deps, config.data, demo.tenantId))}`)
      say(`  Workspace      ${base}/agenda  (sign in at ${base}/${demo.slug}/sign-in)`)
      for (const { email, role } of DEMO_PEOPLE) say(`  Demo sign-in   ${email}  ${secret!.password}  (${role})`)
    }
    for (const link of await whenAvailable(() => startLinks(deps)))
      say(`  Administrator  ${base}${link}  (opens once: the first administrator)`)
  } else say('Agenda works in the background')
  say(
    `  Database       ${deps.db.kind === 'embedded' ? `embedded, in ${config.data}` : 'PostgreSQL'}; ready after ${((performance.now() - began) / 1000).toFixed(1)} s`,
  )
}
