// Walks the route table: every route refuses strangers, keys without its scope, and keys of another tenant. A new route
// without a sample request fails here, so it cannot be forgotten.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RouteOptions } from 'fastify'
import { SCOPES, type Access } from '../../src/auth/scopes.ts'
import { buildApp } from '../../src/app.ts'
import { newCitizen } from '../helpers/citizen.ts'
import {
  caller,
  makeOffice,
  PERSON,
  PLATFORM_KEY,
  startService,
  type TestService,
  type TestTenant,
} from '../helpers/service.ts'

let service: TestService
let other: TestTenant
type Route = { method: string; url: string; access: Access }
let routes: Route[] = []
const ids: Record<string, string> = {}

let manageToken = ''
const TEN = '2026-11-24T10:00:00+01:00'

beforeAll(async () => {
  service = await startService()
  const seen: RouteOptions[] = []
  const probe = await buildApp(service.deps, {
    logLevel: 'silent',
    trustProxy: false,
    observe: (app) => app.addHook('onRoute', (route: RouteOptions) => void seen.push(route)),
  })
  const all = seen.flatMap((r) =>
    [r.method].flat().map((method) => ({ method, url: r.url, access: r.config?.access as Access })),
  )
  routes = all.filter((r) => r.method !== 'HEAD')
  await probe.close()
  const { tenant } = service
  other = await service.newTenant('altro')
  const office = await makeOffice(tenant)
  ids.services = office.service.id
  ids.locations = office.location.id
  ids.agents = office.agent.id
  ids.schedules = office.schedule.id
  ids.tenants = tenant.id
  ids.pools = (await tenant.make('pools', { name: 'Sportelli', size: 1 })).id
  ids.openings = (
    await tenant.make('openings', {
      ownerKind: 'agent',
      ownerId: ids.agents,
      firstDay: '2026-12-05',
      lastDay: '2026-12-05',
    })
  ).id
  ids.absences = (
    await tenant.make('absences', { agentId: ids.agents, firstDay: '2026-12-01', lastDay: '2026-12-02' })
  ).id
  ids.closures = (
    await tenant.make('closures', { locationId: ids.locations, firstDay: '2026-12-03', lastDay: '2026-12-03' })
  ).id
  ids['holiday-calendars'] = (await tenant.make('holiday-calendars', { name: 'Italia', country: 'IT' })).id
  ids.contacts = (await tenant.make('contacts', PERSON)).id
  const booked = await tenant.make('appointments', {
    serviceIds: [ids.services],
    start: TEN,
    contactId: ids.contacts,
  })
  ids.appointments = booked.id
  manageToken = booked.manageToken
  ids.campaigns = (await tenant.make('campaigns', { name: 'Richiami' })).id
  ids.callbacks = (await tenant.make('callbacks', { campaignId: ids.campaigns, number: '+393205550101' })).id
  ids.deliveries = service.deps.newId()
  const at = new Date(service.clock.now)
  await service.deps.db.kysely
    .insertInto('deliveries')
    .values({
      tenant_id: tenant.id,
      id: ids.deliveries,
      campaign_id: ids.campaigns!,
      callback_id: ids.callbacks!,
      kind: 'contact',
      status: 'parked',
      batch_id: ids.deliveries,
      due_at: at,
      failure: 'http_400',
      document: '{}',
      created_at: at,
      settled_at: at,
    })
    .execute()
  const load = await service.app.inject({
    method: 'POST',
    url: `/v1/campaigns/${ids.campaigns}/loads`,
    headers: { authorization: `Bearer ${tenant.key}`, 'content-type': 'text/csv' },
    payload: 'number\n+393205550104\n',
  })
  ids.loads = load.json().id
  await service.settle()
  ids.messages = (await tenant.call('GET', '/v1/messages')).body.items[0].id
  ids.webhooks = (await tenant.make('webhooks', { url: 'https://x.example/', types: ['*'] })).id
  ids['calendar-feeds'] = (await tenant.make('calendar-feeds', { ownerKind: 'agent', ownerId: ids.agents })).id
  const elsewhere = { agentId: ids.agents, kind: 'ics', url: 'https://x.example/a.ics' }
  ids['external-calendars'] = (await tenant.make('external-calendars', elsewhere)).id
  ids['waiting-list'] = (await tenant.make('waiting-list', { appointmentId: ids.appointments })).id
  ids.jobs = service.deps.newId()
  await service.deps.db.kysely
    .insertInto('jobs')
    .values({
      ...{ tenant_id: tenant.id, id: ids.jobs, queue: 'mail', due_at: at, payload: '{}', created_at: at },
      ...{ parked_at: at, failure: 'x' },
    })
    .execute()
  ids['api-keys'] = (await tenant.make('api-keys', { name: 'letta', scopes: ['slots:read'] })).apiKey.id
})
afterAll(() => service.close())

const MAIL = 'From: x@x.example\r\n\r\nx'
const CALENDAR = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n'

const skills = () => ({ serviceIds: [ids.services] })
/** Bodies that name records of the first tenant; sent with the second tenant's key. */
const bodies: Record<string, () => object | string> = {
  'POST /v1/tenants': () => ({ slug: 'nuovo', name: 'Nuovo' }),
  'PATCH /v1/tenants/:id': () => ({ name: 'Preso' }),
  'POST /v1/api-keys': () => ({ name: 'k', scopes: ['slots:read'] }),
  'POST /v1/api-keys/:id/revocation': () => ({}),
  'POST /v1/locations': () => ({ name: 'Mia', holidayCalendarId: ids['holiday-calendars'] }),
  'PATCH /v1/locations/:id': () => ({ name: 'Presa' }),
  'POST /v1/holiday-calendars': () => ({ name: 'Mio', country: 'IT' }),
  'PATCH /v1/holiday-calendars/:id': () => ({ name: 'Preso' }),
  'POST /v1/services': () => ({ name: 'Mio', durationMinutes: 10, locationIds: [ids.locations] }),
  'PATCH /v1/services/:id': () => ({ name: 'Preso' }),
  'POST /v1/agents': () => ({ name: 'Mio', ...skills() }),
  'PATCH /v1/agents/:id': () => ({ name: 'Preso' }),
  'POST /v1/pools': () => ({ name: 'Mio', size: 2, ...skills() }),
  'PATCH /v1/pools/:id': () => ({ name: 'Preso' }),
  'POST /v1/schedules': () => ({ ownerKind: 'agent', ownerId: ids.agents, validFrom: '2027-01-01', rules: [] }),
  'PATCH /v1/schedules/:id': () => ({ rules: [] }),
  'POST /v1/openings': () => ({
    ownerKind: 'location',
    ownerId: ids.locations,
    firstDay: '2026-12-06',
    lastDay: '2026-12-06',
  }),
  'PATCH /v1/openings/:id': () => ({ note: 'presa' }),
  'POST /v1/absences': () => ({ agentId: ids.agents, firstDay: '2026-12-06', lastDay: '2026-12-06' }),
  'PATCH /v1/absences/:id': () => ({ reason: 'presa' }),
  'POST /v1/closures': () => ({ locationId: ids.locations, firstDay: '2026-12-06', lastDay: '2026-12-06' }),
  'PATCH /v1/closures/:id': () => ({ reason: 'presa' }),
  'POST /v1/contacts': () => ({ firstName: 'Mia', lastName: 'Mia' }),
  'PATCH /v1/contacts/:id': () => ({ firstName: 'Presa' }),
  'POST /v1/contacts/search': () => ({ email: PERSON.email }),
  'POST /v1/holds': () => ({ serviceIds: [ids.services], start: TEN }),
  'POST /v1/appointments': () => ({ serviceIds: [ids.services], start: TEN, contactId: ids.contacts }),
  'PATCH /v1/appointments/:id': () => ({ notes: 'presa' }),
  'POST /v1/appointments/:id/cancellation': () => ({}),
  'POST /v1/appointments/:id/rescheduling': () => ({ start: '2026-11-24T11:00:00+01:00' }),
  'POST /v1/appointments/:id/reassignment': () => ({}),
  'POST /v1/appointments/:id/approval': () => ({ decision: 'approve' }),
  'POST /v1/appointments/:id/outcome': () => ({ outcome: 'completed' }),
  'POST /v1/campaigns': () => ({
    name: 'Mia',
    capacity: { kind: 'staffed', serviceId: ids.services, handlingMinutes: 5, share: 1 },
  }),
  'PATCH /v1/campaigns/:id': () => ({ name: 'Presa' }),
  'POST /v1/campaigns/:id/segments/dry-run': () => ({ requests: [{}] }),
  'POST /v1/campaigns/:id/leases': () => ({}),
  'POST /v1/campaigns/:id/leases/:leaseId/extension': () => ({ callbackIds: [ids.callbacks], leaseSeconds: 60 }),
  'POST /v1/campaigns/:id/leases/:leaseId/return': () => ({ callbackIds: [ids.callbacks] }),
  'POST /v1/campaigns/:id/leases/:leaseId/results': () => ({
    results: [{ callbackId: ids.callbacks, outcome: 'answered' }],
  }),
  'POST /v1/callbacks': () => ({ campaignId: ids.campaigns, number: '+393205550102' }),
  'POST /v1/callbacks/search': () => ({ number: '+393205550101' }),
  'POST /v1/callbacks/quick': () => ({ campaign: ids.campaigns, number: '+393205550103' }),
  'POST /v1/campaigns/:id/loads': () => 'number\n+393205550105\n',
  'POST /v1/callbacks/:id/cancellation': () => ({}),
  'POST /v1/callbacks/:id/postponement': () => ({ when: { kind: 'at', at: '2026-11-24T11:00:00+01:00' } }),
  'POST /v1/callbacks/:id/attempts': () => ({ outcome: 'answered' }),
  'POST /v1/callbacks/:id/acceptance': () => ({ deliveryId: ids.deliveries }),
  'POST /v1/deliveries/:id/replay': () => ({}),
  'POST /v1/campaigns/:id/deliveries/replay': () => ({}),
  'POST /v1/campaigns/:id/push-secret': () => ({}),
  'POST /v1/suppressions/removal': () => ({ channel: 'email', address: PERSON.email }),
  'PUT /v1/message-templates/:kind/:language': () => ({ subject: 'Preso' }),
  'POST /v1/message-templates/:kind/:language/preview': () => ({}),
  'PUT /v1/text-gateways/:channel': () => ({ url: 'https://x.example/', format: 'json', fields: { to: '{{ to }}' } }),
  'POST /v1/inbound/mail': () => MAIL,
  'POST /v1/inbound/bounces': () => ({ messageId: ids.messages, kind: 'hard' }),
  'POST /v1/inbound/receipts': () => ({ providerId: ids.messages, status: 'delivered' }),
  'POST /v1/inbound/texts': () => ({ from: '+393205550101', text: 'C' }),
  'POST /v1/webhooks': () => ({ url: 'https://x.example/', types: ['*'] }),
  'PATCH /v1/webhooks/:id': () => ({ status: 'paused' }),
  'POST /v1/webhooks/:id/secret': () => ({}),
  'POST /v1/webhooks/:id/test': () => ({}),
  'POST /v1/webhooks/:id/deliveries/replay': () => ({}),
  'POST /v1/calendar-feeds': () => ({ ownerKind: 'agent', ownerId: ids.agents }),
  'POST /v1/calendar-feeds/:id/revocation': () => ({}),
  'POST /v1/external-calendars': () => ({ agentId: ids.agents, kind: 'ics', url: 'https://x.example/a.ics' }),
  'POST /v1/external-calendars/:id/refresh': () => ({}),
  'PUT /v1/agents/:id/availability': () => CALENDAR,
  'POST /v1/waiting-list': () => ({ appointmentId: ids.appointments }),
  'POST /v1/jobs/:id/replay': () => ({}),
  'POST /v1/do-not-call': () => ({ number: '+393205550103' }),
  'POST /v1/do-not-call/removal': () => ({ number: '+393205550103' }),
}
const queries: Record<string, () => string> = {
  'GET /v1/slots': () => `?serviceId=${ids.services}&from=2026-11-24&to=2026-11-25`,
  'GET /v1/slots/next': () => `?serviceId=${ids.services}`,
  'GET /v1/slots/explanation': () => `?serviceId=${ids.services}&date=2026-11-24`,
  'GET /v1/holiday-calendars/:id/days': () => '?year=2026',
  'GET /v1/appointments': () => `?agentId=${ids.agents}`,
  'GET /v1/schedules': () => `?ownerId=${ids.agents}`,
  'GET /v1/callback-windows': () => `?campaignId=${ids.campaigns}`,
  'GET /v1/callbacks': () => `?campaignId=${ids.campaigns}`,
  'GET /v1/callbacks/stream': () => `?campaignId=${ids.campaigns}`,
  'GET /v1/ratings': () => '?from=2026-11-23&to=2026-11-24',
  'GET /v1/agents/:id/free-busy': () => '?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z',
  'GET /v1/external-calendars': () => `?agentId=${ids.agents}`,
  'GET /v1/deliveries': () => `?campaignId=${ids.campaigns}`,
}

function requestFor(route: { method: string; url: string }): { url: string; body: object | string | undefined } {
  const name = `${route.method} ${route.url}`
  const resource = route.url.split('/')[2]!
  const url =
    route.url
      .replace(':id', ids[resource] ?? `no sample id of ${resource}`)
      .replace(':leaseId', ids.callbacks ?? '')
      .replace(':kind/:language', 'booked/it')
      .replace(':channel', 'sms') + (queries[name]?.() ?? '')
  if (['POST', 'PATCH', 'PUT'].includes(route.method) && !bodies[name])
    throw new Error(`add a sample body for ${name} to this test`)
  return { url, body: bodies[name]?.() }
}

const open = [
  ...['/healthz', '/readyz', '/metrics', '/openapi.json'],
  ...['/assets/:version/*', '/widget.js', '/:tenant/theme.css', '/:tenant/logo'],
  ...['/:tenant', '/:tenant/book', '/:tenant/book/time', '/:tenant/find'],
  ...['/v1/public/:tenant', '/v1/public/:tenant/services', '/v1/public/:tenant/slots'],
  '/:tenant/examples',
  '/:tenant/callback',
  ...['/v1/public/:tenant/$bulk-publish', '/v1/public/:tenant/bulk/locations.ndjson'],
  ...['/v1/public/:tenant/bulk/schedules.ndjson', '/v1/public/:tenant/bulk/slots.ndjson'],
  // The secret is in the address; see calendars.test.ts, waiting.test.ts and messages.test.ts.
  ...['/feeds/:token', '/:tenant/offers/:token', '/:tenant/unsubscribe/:token'],
  '/:tenant/c/:token',
  // The secret is in the address itself; what it opens is tested in pages.test.ts.
  ...['/:tenant/m/:token', '/:tenant/activate/:token'],
]

test('every route states who may call it, and only the known ones are open to anyone', () => {
  expect(routes.length).toBeGreaterThan(60)
  const anyone = routes.filter((r) => r.access.kind === 'anyone' && !r.url.startsWith('/docs')).map((r) => r.url)
  expect([...new Set(anyone)].sort()).toEqual([...open].sort())
})

test('strangers are refused everywhere', async () => {
  for (const route of routes.filter((r) => r.access.kind !== 'anyone' && r.access.kind !== 'browser')) {
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
    if (route.access.kind === 'anyone' || route.access.kind === 'browser') continue
    const needed = route.access.kind === 'key' ? route.access.scope : null
    const { token } = await service.tenant.make('api-keys', {
      name: 'parziale',
      scopes: SCOPES.filter((s) => s !== needed),
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
  for (const route of routes.filter((r) => r.access.kind === 'key')) {
    const { url, body } = requestFor(route)
    const answer = await other.call(route.method, url, body, { headers: { 'if-match': '*' } })
    const name = `${route.method} ${route.url}`
    if (route.url.includes(':id')) expect({ name, status: answer.status }).toEqual({ name, status: 404 })
    else if (answer.status >= 300)
      expect([403, 404, 422], `${name} ${JSON.stringify(answer.body)}`).toContain(answer.status)
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
      // A cookie with another seal, as another tenant or an older link would have left it.
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
