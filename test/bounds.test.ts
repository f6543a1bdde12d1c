// Limits the work that a tenant's input can cause: recurrence rules that match no day or begin far away are refused, and rules that were
// stored before cost no more than any other.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readObjects } from '../src/application/calendars/caldav.ts'
import { createRequest } from '../src/platform/http-client/post.ts'
import { makePerson, signedCaller } from './helpers/people.ts'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant)
})
afterAll(() => service.close())

const WINDOWS = [{ from: '09:00', to: '10:00' }]
const NEVER = 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31'

test('a rule with no date, or far away, is refused with a sentence; to try one costs nothing', async () => {
  await makePerson(service, { email: 'ada@prova.example', role: 'agent', agentId: office.agent.id })
  const agent = await signedCaller(service, 'ada@prova.example')
  const body = (more: object, rule: object = {}) => ({
    ...{ ownerKind: 'agent', ownerId: office.agent.id, validFrom: '2026-12-01' },
    rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO', windows: WINDOWS, ...rule }],
    ...more,
  })
  const began = performance.now()
  for (const [wrong, code, pointer] of [
    [body({}, { rrule: NEVER }), 'recurrence_never_falls', '/rules/0/rrule'],
    [body({ validUntil: '2026-12-05' }), 'recurrence_never_falls', '/rules/0/rrule'],
    [body({ validFrom: '1971-01-01' }), 'date_too_far', '/validFrom'],
    [body({}, { start: '2199-01-01' }), 'date_too_far', '/rules/0/start'],
  ] as const) {
    const stored = await agent('POST', '/v1/schedules', wrong)
    expect([stored.body.code, stored.body.errors[0].pointer]).toEqual([code, pointer])
    const impact = {
      ...wrong,
      kind: 'schedule',
      timeZone: 'Europe/Rome',
    }
    expect((await agent('POST', '/v1/hours/impact', impact)).body.code).toBe(code)
  }
  expect(performance.now() - began).toBeLessThan(5_000)
  // Agendas are imported with the hours of their time.
  const old = body({ validFrom: '2015-01-01', validUntil: '2016-01-01' })
  expect((await service.tenant.call('POST', '/v1/schedules', old)).status).toBe(201)
  const { items } = (await service.tenant.call('GET', `/v1/schedules?ownerId=${office.agent.id}`)).body
  const patch = { rules: [...items[0].rules, { rrule: NEVER, windows: WINDOWS }] }
  const any = { headers: { 'if-match': '*' } }
  expect((await service.tenant.call('PATCH', `/v1/schedules/${items[0].id}`, patch, any)).body.code).toBe(
    'recurrence_never_falls',
  )
})

test('a rule that was stored before it was refused opens no time and holds up nobody', async () => {
  const { kysely } = service.deps.db
  const rows = await kysely.selectFrom('schedules').selectAll().where('tenant_id', '=', service.tenant.id).execute()
  const variants = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'].map((day) => ({
    rrule: `${NEVER};WKST=${day}`,
    start: '1971-01-01',
    windows: WINDOWS,
  }))
  const document = rows[0]!.document as { rules: unknown[] }
  await kysely
    .updateTable('schedules')
    .set({
      document: JSON.stringify({
        ...document,
        rules: [
          ...document.rules,
          ...variants,
          { ...variants[0], rrule: 'FREQ=DAILY;COUNT=9999;BYMONTH=2;BYMONTHDAY=31' },
        ],
      }),
    })
    .where('tenant_id', '=', service.tenant.id)
    .where('id', '=', rows[0]!.id)
    .execute()
  // A change of the configuration makes every process read it again.
  await service.tenant.make('locations', { name: 'Altrove' })
  const began = performance.now()
  const answer = await service.tenant.call(
    'GET',
    `/v1/slots?serviceId=${office.service.id}&from=2026-11-24&to=2026-12-20`,
  )
  expect([answer.status, answer.body.total > 0]).toEqual([200, true])
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('a hostile answer of a calendar server is read beside the service, not in its way', async () => {
  const responses = '<d:response><d:href>/a.ics</d:href><d:propstat><d:prop/></d:propstat></d:response>'.repeat(50_000)
  const server = createServer((request, response) => {
    response.statusCode = 207
    const asked = request.method === 'PROPFIND' ? '<c:calendar xmlns:c="urn:ietf:params:xml:ns:caldav"/>' : responses
    response.end(`<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">${asked}</d:multistatus>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/kalender/`
  let last = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  const began = last
  try {
    expect(await readObjects(createRequest(true), { url }, Date.UTC(2026, 10, 1), Date.UTC(2026, 11, 1))).toEqual([])
  } finally {
    clearInterval(timer)
    server.close()
  }
  // On the same thread, reading would have blocked the event loop for nearly all of the time.
  expect(longest).toBeLessThan((performance.now() - began) / 2)
})

test('a pool of 500 desks is made, grows and shrinks, in a few statements whatever its size', async () => {
  const { call, make } = service.tenant
  const pool = await make('pools', { name: 'Sportelli', size: 3, serviceIds: [], locationIds: [] })
  const desks = async (): Promise<any[]> => {
    const { body } = await call('GET', '/v1/agents?limit=200')
    const more = body.nextCursor ? (await call('GET', `/v1/agents?limit=200&cursor=${body.nextCursor}`)).body : null
    const third = more?.nextCursor ? (await call('GET', `/v1/agents?limit=200&cursor=${more.nextCursor}`)).body : null
    return [body, more, third].flatMap((page) => page?.items ?? []).filter((agent: any) => agent.poolId === pool.id)
  }
  const resize = (size: number, name: string) =>
    call('PATCH', `/v1/pools/${pool.id}`, { size, name }, { headers: { 'if-match': '*' } })
  expect((await resize(500, 'Banchi')).status).toBe(200)
  const all = await desks()
  expect(all).toHaveLength(500)
  expect(new Set(all.map((desk) => desk.name))).toEqual(new Set(all.map((desk) => `Banchi ${desk.desk + 1}`)))
  expect((await resize(2, 'Banchi')).status).toBe(200)
  expect((await desks()).map((desk) => desk.desk).sort()).toEqual([0, 1])
  expect((await resize(4, 'Banchi')).status).toBe(200)
  expect(await desks()).toHaveLength(4)
})

test('lists of contacts in waiting and uploads at a time are bounded, for each office', async () => {
  const { make, key } = service.tenant
  const campaign = await make('campaigns', { name: 'Lista', capacity: { kind: 'fixed', perBucket: 50 } })
  const url = `/v1/campaigns/${campaign.id}/loads`
  const headers = { 'content-type': 'text/csv' }
  const load = (text: string) => service.tenant.call('POST', url, text, { headers })
  for (let i = 0; i < 20; i += 1) expect((await load('number\n+393205551234\n')).status).toBe(202)
  const refused = await load('number\n+393205551234\n')
  expect([refused.status, refused.body.code]).toEqual([409, 'limit_reached'])

  // Two that send slowly take the places of their office; when they are gone the places are free again.
  const base = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const slow = Array.from({ length: 2 }, () => {
    const upload = request(`${base}${url}`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${key}`, 'content-length': '1000000' },
    })
    upload.on('error', () => undefined)
    upload.write('number\n')
    return upload
  })
  // Both have arrived before a third asks.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect((await load('number\n')).status).toBe(429)
  for (const upload of slow) upload.destroy()
  await expect.poll(async () => (await load('number\n')).status).toBe(409)
})
