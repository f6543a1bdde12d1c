// Records one exchange for each operation of the API: reads from the demo municipality, changes from the sample tenant of the contract
// tests. `RECORD_EXAMPLES=1 npx vitest run test/contract/examples.test.ts` writes them to src/http/openapi/examples.json; without the
// variable that test checks them against the description.
import { writeFileSync } from 'node:fs'
import { loadDemo, newDemoKey } from '../../src/cli/demo/demo.ts'
import { makePerson, signedCaller } from '../helpers/people.ts'
import { caller, PLATFORM_KEY, startService, textType, type TestService, type TestTenant } from '../helpers/service.ts'
import { isStream, makeSamples, requestFor, routesOf, type Route } from '../contract/samples.ts'
import { bodies, byHand, preparations, writtenBefore, type Call, type Prepared } from './requests.ts'
import type { Example } from '../../src/http/openapi/examples.ts'
import { readable } from './readable.ts'

const TARGET = new URL('../../src/http/openapi/examples.json', import.meta.url)
const nameOf = (route: Route): string => `${route.method} ${route.url.replace(/:(\w+)/g, '{$1}')}`

/** A service whose tenant is another one. */
const over = (service: TestService, tenant: TestTenant): TestService => ({ ...service, tenant })

async function callerFor(service: TestService, route: Route, slug: string): Promise<{ call: Call; userId?: string }> {
  const { access } = route
  if (access.kind === 'person' || route.url.startsWith('/v1/me')) {
    people += 1
    const email = `anna${people}@comune.example`
    const { items } = (await service.tenant.call('GET', '/v1/agents')).body
    const who = { email, role: 'administrator', name: 'Anna Ferri', tenantId: service.tenant.id } as const
    const userId = await makePerson(service, { ...who, agentId: items[0].id })
    return { call: await signedCaller(service, email, slug), userId }
  }
  const key = access.kind === 'platform' ? PLATFORM_KEY : access.kind === 'anyone' ? null : service.tenant.key
  const call = caller(service.app, service.tenant.key)
  return { call: (method, url, body, headers = {}) => call(method, url, body, { key, headers }) }
}

/** The address of a read about the demo: ids of the first record of each collection. */
async function readOf(demo: TestTenant, slug: string, route: Route, samples: Record<string, string>): Promise<string> {
  if (route.url.startsWith('/v1/public/')) {
    const first = (await demo.call('GET', '/v1/services')).body.items[0].id
    const query = route.url.endsWith('/slots') ? `?service=${first}&from=2026-11-24&to=2026-11-25` : ''
    return route.url.replace(':tenant', slug) + query
  }
  return requestFor(samples, route).url
}

let people = 0
const faults: string[] = []
async function record(call: Call, route: Route, prepared: Prepared): Promise<Example | null> {
  const name = nameOf(route)
  const { url, body } = prepared
  const headers = { 'if-match': '*', ...prepared.headers }
  const sent = route.method === 'GET' || route.method === 'DELETE' ? undefined : body
  const answer = await call(route.method, url, sent, route.method === 'GET' ? {} : headers)
  if (answer.status >= 200 && answer.status < 400)
    return readable({
      url,
      request: sent,
      ...(typeof sent === 'string' ? { requestType: textType(sent) } : {}),
      status: answer.status,
      response: answer.body,
      type: String(answer.headers?.['content-type'] ?? ''),
    })
  faults.push(`${name}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 260)}`)
  return null
}

/** Records all operations whose name contains `only`, and writes the file when it is undefined; returns what could not be recorded. */
export async function recordExamples(only?: string): Promise<string[]> {
  const service = await startService()
  const routes = (await routesOf(service)).filter(
    (r) =>
      r.url.startsWith('/v1/') &&
      !r.url.includes('/by-external-id/:') &&
      !isStream(r) &&
      (only === undefined || nameOf(r).includes(only)),
  )
  const { tenantId, slug } = await loadDemo(service.deps)
  const key = await newDemoKey(service.deps, tenantId)
  const demo: TestTenant = { ...service.tenant, id: tenantId, key, call: caller(service.app, key) }
  demo.make = async (path, record) => (await demo.call('POST', `/v1/${path}`, record)).body
  const ofDemo = over(service, demo)
  await service.settle()
  const { ids } = await makeSamples(ofDemo)
  const recorded: Record<string, Example> = { ...byHand }
  let n = 0
  for (const route of routes) {
    const name = nameOf(route)
    const prepare = preparations[name] ?? (name.startsWith('GET /v1/by-external-id/') ? writtenBefore : undefined)
    let exchange: Example | null = byHand[name] ?? null
    if (exchange === null && route.method === 'GET' && !prepare) {
      const { call } = await callerFor(ofDemo, route, slug)
      exchange = await record(call, route, { url: await readOf(demo, slug, route, ids), body: undefined })
    } else if (exchange === null) {
      n += 1
      const own = `office-${n}`
      const now = service.clock.now
      const one = over(service, await service.newTenant(own))
      const samples = (await makeSamples(one)).ids
      const asked = requestFor(samples, route)
      const { call, userId = '' } = await callerFor(one, route, own)
      const more = (await prepare?.({ service: one, ids: samples, call, userId, slug: own }, asked.url)) ?? {}
      const body = bodies[name]?.(samples) ?? asked.body
      exchange = await record(call, route, { ...asked, body, ...more })
      service.clock.now = now
    }
    if (exchange) recorded[name] = exchange
  }
  await service.app.close()
  await service.database.drop()
  process.stdout.write(`${Object.keys(recorded).length} of ${routes.length} operations\n${faults.join('\n')}\n`)
  if (only !== undefined) process.stdout.write(`${JSON.stringify(recorded, null, 1)}\n`)
  else
    writeFileSync(
      TARGET,
      `${JSON.stringify(Object.fromEntries(Object.entries(recorded).sort(([a], [b]) => (a < b ? -1 : 1))), null, 1)}\n`,
    )
  return faults
}
