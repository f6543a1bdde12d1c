// Test mode as a partner's CI uses it: a fresh test tenant, three weeks of its time in seconds, nothing sent, nothing left behind.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TABLES } from '../src/platform/database/all-tables.ts'
import { endOldTestTenants, learnClocks } from '../src/application/test-mode/test-tenants.ts'
import { startLinks } from '../src/application/onboarding/first-administrator.ts'
import { createDeps } from '../src/main.ts'
import { newCitizen } from './helpers/citizen.ts'
import { startReceiver } from './helpers/receiver.ts'
import {
  caller,
  makeOffice,
  PERSON,
  PLATFORM_KEY,
  START,
  startService,
  type TestService,
  type TestTenant,
} from './helpers/service.ts'

const DAY = 86_400_000
let service: TestService
let sentMails = 0

beforeAll(async () => {
  service = await startService()
  service.deps.mail = () => {
    sentMails += 1
    return Promise.resolve('<id@mail.example>')
  }
})
afterAll(() => service.close())

async function newTest(body: Record<string, unknown> = {}): Promise<TestTenant & { slug: string }> {
  const { status, body: made } = await service.tenant.call('POST', '/v1/test-tenants', body)
  expect({ status, problem: status === 201 ? null : made }).toEqual({ status: 201, problem: null })
  const call = caller(service.app, made.apiKey)
  return {
    ...{ id: made.tenant.id, slug: made.tenant.slug, key: made.apiKey, call },
    async make(path, record) {
      const answer = await call('POST', `/v1/${path}`, record)
      if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
  }
}

/** Moves the clock to its end, as callers do: one call ends after a while, however much is left, and says so. */
async function moveClock(partner: TestTenant, first: object) {
  let body = first
  for (let calls = 1; ; calls += 1) {
    const { status, body: moved } = await partner.call('POST', '/v1/test-clock', body)
    expect({ status, moved: status === 200 ? null : moved }).toEqual({ status: 200, moved: null })
    if (moved.isReached) return moved
    expect(calls).toBeLessThan(10)
    body = { to: moved.to }
  }
}

test('three weeks of a partner pass in seconds: reminders, visits, promises and holds in their order', async () => {
  const receiver = await startReceiver()
  const partner = await newTest()
  expect(partner.key).toMatch(/^agt\./)
  const { service: offered, agent } = await makeOffice(partner)
  await partner.make('webhooks', { url: receiver.url, types: ['*'] })
  const campaign = await partner.make('campaigns', {
    ...{
      name: 'Richiami',
      capacity: { kind: 'fixed', perBucket: 100 },
      connector: { kind: 'http', url: receiver.url },
    },
  })
  const slot = { serviceIds: [offered.id], agentId: agent.id }
  const booked = await partner.make('appointments', { ...slot, start: '2026-12-09T09:00:00+01:00', contact: PERSON })
  const held = await partner.make('holds', { ...slot, start: '2026-12-10T09:00:00+01:00' })
  const asked = await partner.make('callbacks', { campaignId: campaign.id, number: '+39 06 6710 0001' })
  const move = (body: object) => moveClock(partner, body)
  const began = performance.now()
  await move({ by: 'PT1H30M' })
  const { body: queued } = await partner.call('GET', `/v1/callbacks/${asked.id}`)
  expect(queued.status).toBe('queued')
  expect((await partner.call('GET', `/v1/appointments/${held.id}`)).body.status).toBe('cancelled')
  const { body: history } = await partner.call('GET', `/v1/callbacks/${asked.id}/history`)
  expect(history.items.find((e: any) => e.type === 'callback.queued').at).toMatch(/^2026-11-23T08:01:00/)
  const moved = await move({ to: '2026-12-14T08:00:00+01:00' })
  console.log(`three weeks in ${Math.round(performance.now() - began)} ms; ${moved.jobsRun} jobs`)

  const { body: messages } = await partner.call('GET', '/v1/messages?limit=50')
  const sent = Object.fromEntries(messages.items.map((m: any) => [m.template, [m.status, m.sentAt]]))
  expect(sent.booked[0]).toBe('sent')
  expect(sent.reminder).toEqual(['sent', expect.stringMatching(/^2026-12-08T08:00:0/)])
  const { body: events } = await partner.call('GET', '/v1/events?limit=100')
  const at = events.items.map((e: any) => Date.parse(e.at))
  expect(at).toEqual([...at].sort((a, b) => a - b))
  // What waits for nobody any more is forgotten after a day, as everywhere.
  expect((await partner.call('GET', `/v1/appointments/${held.id}`)).status).toBe(404)
  const late = await partner.call('POST', '/v1/appointments', {
    ...slot,
    start: '2026-12-09T10:00:00+01:00',
    contact: PERSON,
  })
  expect(late.body.code).toBe('too_soon')
  const visit = await partner.call('POST', `/v1/appointments/${booked.id}/outcome`, { outcome: 'completed' })
  expect(visit.status, JSON.stringify(visit.body)).toBe(200)
  // Nothing has left the service, and for everyone else no time has passed.
  expect({ sentMails, received: receiver.got.length }).toEqual({ sentMails: 0, received: 0 })
  expect((await service.tenant.make('services', { name: 'Altro', durationMinutes: 10 })).createdAt).toMatch(
    /^2026-11-23/,
  )
  await receiver.close()
})

test('a citizen books on the pages of a test tenant in its time, and sees the code that would be sent', async () => {
  const partner = await newTest({ startsAt: '2027-03-01T08:00:00+01:00' })
  await makeOffice(partner)
  const { body: clock } = await partner.call('GET', '/v1/test-clock')
  expect(clock.now).toMatch(/^2027-03-01T07:00/)
  const page = await newCitizen(service.app).get(`/${partner.slug}`)
  expect(page.status).toBe(200)
  const { body: slots } = await service.tenant.call('GET', `/v1/public/${partner.slug}/slots?serviceId=x`, undefined, {
    key: null,
  })
  expect(slots.code).toBeDefined()
})

test('the clock goes forward only, one mover at a time, not beyond two years', async () => {
  const partner = await newTest({ startsAt: '2027-03-20T12:00:00+01:00' })
  const move = (body: object) => partner.call('POST', '/v1/test-clock', body)
  expect((await move({ to: '2027-03-20T10:59:00Z' })).body.code).toBe('clock_backwards')
  expect((await move({ by: 'P999W' })).body.code).toBe('date_too_far')
  for (const body of [
    {},
    { by: 'P' },
    { by: '3 weeks' },
    { by: 'P1D', to: '2026-12-01T00:00:00Z' },
    { to: 'tomorrow' },
  ])
    expect((await move(body)).body, JSON.stringify(body)).toMatchObject({ status: 400, code: 'invalid_request' })
  const fault = async (body: object) => (await move(body)).body.errors[0]
  expect(await fault({})).toMatchObject({ code: 'give_one', detail: 'Give exactly one of to, by.' })
  expect((await fault({ by: 'P1Y' })).detail).toContain('P3W, P2DT4H, PT30M')
  const both = await Promise.all([1, 2].map(() => move({ to: '2027-03-27T12:00:00+01:00' })))
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  await moveClock(partner, { to: '2027-03-27T12:00:00+01:00' })
  // A day is a calendar day, also when the clocks change on it.
  expect((await moveClock(partner, { by: 'P1D' })).now).toMatch(/^2027-03-28T10:0/)
})

test('leases and escalations end at their own instants, also when the clock passes them by', async () => {
  const partner = await newTest({ startsAt: '2027-01-11T10:00:00+01:00' })
  const campaign = await partner.make('campaigns', { name: 'Richiami', capacity: { kind: 'fixed', perBucket: 100 } })
  const asked = await partner.make('callbacks', { campaignId: campaign.id, number: '+39 06 6710 0003' })
  const at = Date.parse(asked.dueAt)
  await moveClock(partner, { to: new Date(at + 60_000).toISOString() })
  const lease = await partner.call('POST', `/v1/campaigns/${campaign.id}/leases`, { max: 1, leaseSeconds: 120 })
  expect(lease.body.items.length).toBe(1)
  await moveClock(partner, { by: 'P1D' })
  const { body: history } = await partner.call('GET', `/v1/callbacks/${asked.id}/history`)
  const lost = history.items.find((e: any) => e.type === 'callback.lease_lost')
  expect(Math.abs(Date.parse(lost.at) - Date.parse(lease.body.until))).toBeLessThan(2_000)
})

test('another process knows the clock at once', async () => {
  const partner = await newTest()
  await moveClock(partner, { by: 'P2D' })
  const elsewhere = createDeps(service.deps.db, { platformKey: PLATFORM_KEY }, () => service.clock.now, [
    Buffer.alloc(32, 7),
  ])
  expect(elsewhere.clocks.of(partner.id)).toBeUndefined()
  await learnClocks(elsewhere)
  expect(elsewhere.clocks.inTimeOf(partner.id, elsewhere.now)).toBe(START + 2 * DAY)
  expect((await elsewhere.clocks.fresh(partner.id))?.ahead).toBe(2 * DAY)
  expect(await elsewhere.clocks.fresh(service.tenant.id)).toBeUndefined()
  // The slug of a deleted tenant has passed to a new one before this process heard of the deletion.
  const next = elsewhere.clocks.note({ tenantId: '019a9f00-0000-7000-8000-00000000000a', slug: partner.slug, ahead: 0 })
  elsewhere.clocks.forget(partner.id)
  expect(elsewhere.clocks.ofSlug(partner.slug)).toBe(next)
  // No link for a first administrator is printed for a test tenant.
  expect((await startLinks(service.deps)).filter((link) => link.startsWith(`/${partner.slug}/`))).toEqual([])
})

test('keys tell what they are for, and no key works under the other name', async () => {
  const partner = await newTest()
  const { token } = await partner.make('api-keys', { name: 'CI', scopes: ['slots:read'] })
  expect(token).toMatch(/^agt\./)
  for (const key of [partner.key.replace('agt.', 'agd.'), service.tenant.key.replace('agd.', 'agt.')])
    expect((await partner.call('GET', '/v1/me', undefined, { key })).status).toBe(401)
  for (const [method, url] of [
    ['GET', '/v1/test-clock'],
    ['POST', '/v1/test-clock'],
  ] as const)
    expect((await service.tenant.call(method, url, method === 'GET' ? undefined : { by: 'P1D' })).body).toMatchObject({
      status: 409,
      code: 'not_in_test_mode',
    })
})

test('a test tenant is deleted with every row: by hand by those whose it is, and by itself after a week', async () => {
  const other = await service.newTenant('altro')
  const [byHand, byItself] = [await newTest({ slug: 'a-mano' }), await newTest()]
  for (const partner of [byHand, byItself]) {
    const { service: offered, agent } = await makeOffice(partner)
    const start = '2026-11-25T09:00:00+01:00'
    await partner.make('appointments', { serviceIds: [offered.id], agentId: agent.id, contact: PERSON, start })
    await partner.make('do-not-call', { number: '+39 06 6710 0002' }).catch(() => undefined)
    await moveClock(partner, { by: 'P2D' })
  }
  const url = `/v1/test-tenants/${byHand.id}`
  expect((await other.call('DELETE', url)).status).toBe(404)
  expect((await byItself.call('DELETE', url)).status).toBe(404)
  expect((await service.tenant.call('DELETE', `/v1/test-tenants/${service.tenant.id}`)).body.code).toBe(
    'not_in_test_mode',
  )
  expect((await byHand.call('DELETE', url)).status).toBe(204)
  expect((await byHand.call('GET', '/v1/me')).status).toBe(401)
  // The short name is free again.
  await newTest({ slug: 'a-mano' })

  expect(await endOldTestTenants(service.deps)).toBe(0)
  service.clock.now += 7 * DAY
  expect(await endOldTestTenants(service.deps)).toBeGreaterThan(0)
  service.clock.now -= 7 * DAY
  const client = await service.deps.db.pool.connect()
  const left: string[] = []
  for (const { id } of [byHand, byItself])
    for (const table of TABLES) {
      const column = table === 'tenants' ? 'id' : 'tenant_id'
      const { rows } = await client.query(`select 1 from ${table} where ${column} = $1`, [id])
      if (rows.length > 0) left.push(`${table}: ${rows.length}`)
    }
  client.release()
  expect(left).toEqual([])
  expect((await service.tenant.call('GET', '/v1/me')).status).toBe(200)
})

test('a tenant has at most twenty test tenants, which create none themselves; a repeated request creates one', async () => {
  const parent = await service.newTenant('molti')
  const create = (body: object, headers = {}) => parent.call('POST', '/v1/test-tenants', body, { headers })
  const first = await create({}, { 'idempotency-key': 'una-volta-sola' })
  const again = await create({}, { 'idempotency-key': 'una-volta-sola' })
  expect(again.body).toEqual(first.body)
  const keys = new Set([first.body.apiKey as string])
  expect(keys.size).toBe(1)
  for (let i = 1; i < 20; i += 1) expect((await create({})).status).toBe(201)
  expect((await create({})).body.code).toBe('limit_reached')
  const [child] = [...keys]
  expect((await parent.call('POST', '/v1/test-tenants', {}, { key: child as string })).body.code).toBe(
    'not_for_test_tenants',
  )
  const { body: list } = await parent.call('GET', '/v1/test-tenants?limit=15')
  expect([list.items.length, list.items[0].id]).toEqual([15, first.body.tenant.id])
  const { body: rest } = await parent.call('GET', `/v1/test-tenants?limit=15&cursor=${list.nextCursor}`)
  expect([rest.items.length, rest.nextCursor]).toEqual([5, null])
  expect((await service.newTenant('senza').then((t) => t.call('GET', '/v1/test-tenants'))).body.items).toEqual([])
  const operator = await parent.call('POST', '/v1/test-tenants', {}, { key: PLATFORM_KEY })
  expect(operator.status).toBe(201)
})
