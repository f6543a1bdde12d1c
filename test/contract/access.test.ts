// Walks the route table: every route refuses strangers, keys without its scope, and keys of another tenant. A new route without a sample
// request fails here, so it cannot be forgotten.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isStream, makeSamples, requestFor as sampleFor, routesOf, type Route } from './samples.ts'
import { newCitizen } from '../helpers/citizen.ts'
import { caller, PERSON, PLATFORM_KEY, startService, type TestService, type TestTenant } from '../helpers/service.ts'
import { SCOPES } from '../../src/kernel/permissions/scopes.ts'

let service: TestService
let other: TestTenant
let routes: Route[] = []
let ids: Record<string, string> = {}

let manageToken = ''

beforeAll(async () => {
  service = await startService()
  routes = await routesOf(service)
  other = await service.newTenant('altro')
  ;({ ids, manageToken } = await makeSamples(service))
})
afterAll(() => service.close())

const requestFor = (route: Route) => sampleFor(ids, route)

const open = [
  ...['/healthz', '/readyz', '/metrics', '/openapi.json', '/schemas/script.json', '/docs', '/docs/*'],
  ...['/assets/:version/*', '/widget.js', '/:tenant/theme.css', '/:tenant/logo'],
  ...['/:tenant', '/:tenant/book', '/:tenant/book/time', '/:tenant/find', '/:tenant/find/links'],
  ...['/:tenant/mine', '/:tenant/mine/code', '/:tenant/mine/enter', '/:tenant/mine/end'],
  ...['/:tenant/mine/with/:provider', '/:tenant/mine/with/:provider/return', '/:tenant/mine/jwks.json'],
  ...['/:tenant/.well-known/openid-federation', '/:tenant/federation/resolve'],
  ...['/:tenant/waiting', '/:tenant/here', '/:tenant/line'],
  ...['/v1/public/:tenant', '/v1/public/:tenant/services', '/v1/public/:tenant/slots'],
  ...['/', '/robots.txt', '/favicon.ico', '/:tenant/sitemap.xml', '/:tenant/manifest.webmanifest'],
  ...['/:tenant/examples', '/:tenant/cookies'],
  '/:tenant/callback',
  '/:tenant/callback/asked',
  ...['/v1/public/:tenant/$bulk-publish', '/v1/public/:tenant/bulk/locations.ndjson'],
  ...['/v1/public/:tenant/bulk/schedules.ndjson', '/v1/public/:tenant/bulk/slots.ndjson'],
  // The secret is in the URL; see calendars.test.ts, waiting.test.ts and messages.test.ts.
  ...['/feeds/:token', '/:tenant/offers/:token', '/:tenant/unsubscribe/:token'],
  '/:tenant/c/:token',
  // The secret is in the URL; pages.test.ts tests what it opens.
  ...['/:tenant/m/:token', '/:tenant/activate/:token'],
  // The ways to sign in; see people.test.ts.
  ...[
    '/:tenant/sign-in',
    '/:tenant/sign-in/code',
    '/:tenant/sign-in/passkey',
    '/:tenant/password',
    '/:tenant/welcome/:token',
    '/:tenant/first/:token',
  ],
  ...['/:tenant/sign-in/with/:provider', '/:tenant/sign-in/with/:provider/return'],
  ...['/agenda/sign-in', '/agenda/set-up/:token', '/agenda/frame/:token'],
]

const isOfApi = (r: Route): boolean => r.url.startsWith('/v1/')

test('every route states who may call it, and only the known ones are open to anyone', () => {
  expect(routes.length).toBeGreaterThan(60)
  const anyone = routes.filter((r) => r.access.kind === 'anyone').map((r) => r.url)
  expect([...new Set(anyone)].sort()).toEqual([...open].sort())
})

test('strangers are refused everywhere', async () => {
  for (const route of routes.filter((r) => isOfApi(r) && !['anyone', 'browser'].includes(r.access.kind))) {
    const { url, body } = requestFor(route)
    for (const key of [null, 'nonsense', `${service.tenant.key}x`, service.tenant.key.replace('agd', 'agm')]) {
      const { status, headers } = await service.tenant.call(route.method, url, body, { key })
      expect(status, `${route.method} ${route.url} with ${key === null ? 'no key' : 'a wrong key'}`).toBe(401)
      expect(headers['www-authenticate']).toContain('Bearer')
    }
  }
})

test('a key without the scope of the route is refused', async () => {
  for (const route of routes) {
    if (!isOfApi(route) || route.access.kind === 'anyone' || route.access.kind === 'browser') continue
    // Every key may ask who it is.
    if (route.access.kind === 'person' && route.access.orKey) continue
    const needed = route.access.kind === 'key' ? route.access.scope : null
    const { token } = await service.tenant.make('api-keys', {
      name: 'parziale',
      scopes: SCOPES.filter((s) => s !== needed && !(needed === 'hours:write' && s === 'configuration:write')),
    })
    const { url, body } = requestFor(route)
    const { status, body: problem } = await service.tenant.call(route.method, url, body, {
      key: token,
      headers: { 'if-match': '*' },
    })
    expect({ route: `${route.method} ${route.url}`, status, code: problem.code }).toEqual({
      route: `${route.method} ${route.url}`,
      status: 403,
      code: 'forbidden',
    })
  }
})

test('a key of another tenant reaches nothing', async () => {
  const mine = new Set(Object.values(ids))
  const before = JSON.stringify(await snapshot())
  for (const route of routes.filter((r) => r.access.kind === 'key' && !isStream(r))) {
    const { url, body } = requestFor(route)
    const answer = await other.call(route.method, url, body, { headers: { 'if-match': '*' } })
    const name = `${route.method} ${route.url}`
    if (route.url.includes(':id')) expect({ name, status: answer.status }).toEqual({ name, status: 404 })
    else if (answer.status >= 300)
      // A tenant that is no test tenant has no clock to move.
      expect(
        [403, 404, 422, ...(route.url === '/v1/test-clock' ? [409] : [])],
        `${name} ${JSON.stringify(answer.body)}`,
      ).toContain(answer.status)
    else for (const id of mine) expect(JSON.stringify(answer.body), name).not.toContain(id)
  }
  expect(JSON.stringify(await snapshot())).toBe(before)
})

test('pages of a draft or an appointment open to the browser only that was let in', async () => {
  const { url } = await newCitizen(service.app).get(`/prova/m/${manageToken}`)
  expect(url).toBe(`/prova/appointments/${ids.appointments}`)
  const before = JSON.stringify(await snapshot())
  const pages = routes.filter((r) => r.access.kind === 'browser')
  expect(pages.length).toBeGreaterThan(12)
  for (const route of pages) {
    for (const slug of ['prova', 'altro']) {
      // A cookie with a wrong signature, such as one of another tenant or of an older link.
      const stranger = newCitizen(service.app)
      stranger.jar.set('agenda_appointments', `${ids.appointments}.AAAAAAAAAAAAAAAAAAAAAA`)
      stranger.jar.set('agenda_callbacks', `${ids.callbacks}.AAAAAAAAAAAAAAAAAAAAAA`)
      stranger.jar.set('agenda_drafts', `${ids.appointments}.AAAAAAAAAAAAAAAAAAAAAA`)
      const at = route.url
        .replace(':tenant', slug)
        .replace(/:(id|draft)/, ids.appointments!)
        .replace(':callback', ids.callbacks!)
      const answer = await (route.method === 'GET' ? stranger.get(at) : stranger.post(at, [['stars', '1']]))
      expect(answer.status, `${route.method} ${at}`).toBe(404)
      expect(answer.html).not.toContain(PERSON.lastName)
    }
  }
  expect(JSON.stringify(await snapshot())).toBe(before)
})

test('the operator reaches tenants and nothing inside them', async () => {
  const platform = caller(service.app, PLATFORM_KEY)
  expect((await platform('GET', '/v1/tenants')).body.items.length).toBeGreaterThanOrEqual(2)
  expect((await platform('GET', `/v1/tenants/${service.tenant.id}`)).status).toBe(200)
  for (const url of ['/v1/appointments', '/v1/contacts', '/v1/locations', '/v1/api-keys'])
    expect((await platform('GET', url)).status, url).toBe(403)
  const created = await platform('POST', '/v1/tenants', { slug: 'terzo', name: 'Terzo' })
  expect(created.status).toBe(201)
  expect((await platform('POST', '/v1/tenants', { slug: 'terzo', name: 'Terzo' })).body.code).toBe('slug_taken')
  expect((await caller(service.app, created.body.apiKey)('GET', '/v1/locations')).body.items).toEqual([])
})

test('creating a tenant again under the same Idempotency-Key gives the same tenant and key', async () => {
  const platform = caller(service.app, PLATFORM_KEY)
  const headers = { 'idempotency-key': 'nuovo-ente-quarto' }
  const first = await platform('POST', '/v1/tenants', { slug: 'quarto', name: 'Quarto' }, { headers })
  const again = await platform('POST', '/v1/tenants', { slug: 'quarto', name: 'Quarto' }, { headers })
  expect(first.status).toBe(201)
  expect(again.body).toEqual(first.body)
  expect((await caller(service.app, again.body.apiKey)('GET', '/v1/locations')).status).toBe(200)
  const other = await platform('POST', '/v1/tenants', { slug: 'quarto', name: 'Altro' }, { headers })
  expect(other.body.code).toBe('idempotency_key_reused')
})

test('a revoked or expired key ends at once, and a key hands on no more than it has', async () => {
  const { tenant } = service
  const made = await tenant.make('api-keys', { name: 'breve', scopes: ['slots:read', 'keys:write'] })
  const call = caller(service.app, made.token)
  expect((await call('GET', '/v1/api-keys')).status).toBe(200)
  expect((await call('POST', '/v1/api-keys', { name: 'più', scopes: ['contacts:read'] })).body.errors[0].pointer).toBe(
    '/scopes/0',
  )
  await tenant.call('POST', `/v1/api-keys/${made.apiKey.id}/revocation`)
  expect((await call('GET', '/v1/api-keys')).status).toBe(401)
  const expiring = await tenant.make('api-keys', {
    name: 'scade',
    scopes: ['keys:write'],
    expiresAt: new Date(service.clock.now + 60_000).toISOString(),
  })
  expect((await tenant.call('GET', '/v1/api-keys', undefined, { key: expiring.token })).status).toBe(200)
  service.clock.now += 61_000
  expect((await tenant.call('GET', '/v1/api-keys', undefined, { key: expiring.token })).status).toBe(401)
})

/** Everything of the first tenant that could have been changed. */
async function snapshot(): Promise<unknown> {
  const collections = [
    'locations',
    'services',
    'agents',
    'pools',
    'schedules',
    'openings',
    'absences',
    'closures',
    'holiday-calendars',
    'contacts',
    'appointments',
    'campaigns',
    'callbacks',
    'do-not-call',
    'deliveries',
  ]
  return Promise.all(collections.map(async (path) => (await service.tenant.call('GET', `/v1/${path}`)).body))
}
