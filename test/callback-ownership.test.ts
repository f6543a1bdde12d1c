// Faults that reviewers caused with callbacks and queues, each with the sequence that caused it.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dueForSweep } from '../src/domain/callback/dialing/claim.sql.ts'
import { runContactListImports } from '../src/domain/callback/contact-list/import-list.ts'
import { sweepCallbacks } from '../src/domain/callback/dialing/sweep.ts'
import { httpConnector } from '../src/application/dispatch/http.connector.ts'
import { startDispatch } from '../src/application/dispatch/dispatch.loop.ts'
import { pushOnce } from '../src/application/dispatch/push.ts'
import { createPost } from '../src/platform/http-client/post.ts'
import { HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import { startReceiver, type Receiver } from './helpers/receiver.ts'
import { makeOffice, START, startService, type TestService } from './helpers/service.ts'

/** Monday 10:00 in Rome. */
const TEN = START + 2 * HOUR
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR']

let service: TestService
let receiver: Receiver
beforeAll(async () => {
  service = await startService()
  receiver = await startReceiver()
  service.deps.connectors.http = httpConnector(service.deps, createPost(true))
})
afterAll(async () => {
  await receiver.close()
  await service.close()
})
beforeEach(() => {
  service.clock.now = TEN
  receiver.got.length = 0
  receiver.answer(null)
})

let serial = 100
const number = () => `+39320666${(serial += 1)}`
const call = (method: string, path: string, body?: unknown, headers = {}) =>
  service.tenant.call(method, `/v1/${path}`, body, { headers })
const campaign = (body: object = {}) =>
  service.tenant.make('campaigns', {
    name: 'C',
    capacity: { kind: 'fixed', perBucket: 100 },
    escalateMinutes: 0,
    countries: ['IT', 'US'],
    ...body,
  })
const pushing = (body: object = {}) => campaign({ connector: { kind: 'http', url: receiver.url }, ...body })
const ask = async (campaignId: string, body: object = {}) =>
  (await call('POST', 'callbacks', { campaignId, number: number(), ...body })).body
const read = async (id: string) => (await call('GET', `callbacks/${id}`)).body
const types = async (id: string): Promise<string[]> =>
  (await call('GET', `callbacks/${id}/history`)).body.items.map((e: any) => e.type)
const lease = async (id: string, body: object = {}) => (await call('POST', `campaigns/${id}/leases`, body)).body
const counters = async (id: string) => (await call('GET', `campaigns/${id}/counters`)).body
const report = (id: string, body: object) => call('POST', `callbacks/${id}/attempts`, body)
const turn = (id: string) =>
  pushOnce(service.deps, {
    pusher: 'f0000000-0000-7000-8000-000000000001',
    tenantId: service.tenant.id,
    campaignId: id,
  })
const step = async (ms: number) => {
  service.clock.now += ms
  await sweepCallbacks(service.deps, service.tenant.id)
}

describe('the sweep', () => {
  test('what it has looked at does not stand in its way again, rows of an older schema included', async () => {
    const { id } = await campaign()
    await ask(id)
    const { kysely } = service.deps.db
    await kysely
      .updateTable('callbacks')
      .set({ look_at: new Date(0) })
      .where('tenant_id', '=', service.tenant.id)
      .execute()
    await step(0)
    expect(await dueForSweep(kysely, service.tenant.id, new Date(service.clock.now), 10)).toEqual([])
  })

  test('a personal callback that was released and tried again is its agent’s for the grace, then everybody’s', async () => {
    const { agent } = await makeOffice(service.tenant)
    const { id } = await campaign({ ownerGraceMinutes: 15, retries: { busy: { afterMinutes: [30] } } })
    const c = await ask(id, { ownerAgentId: agent.id, when: { kind: 'at', at: '2026-11-23T10:00:00+01:00' } })
    await step(16 * MINUTE)
    const { leaseId } = await lease(id)
    await report(c.id, { outcome: 'busy', leaseId })
    await step(31 * MINUTE)
    expect((await lease(id)).items).toEqual([])
    expect((await lease(id, { agentId: agent.id, max: 1, leaseSeconds: 5 })).items).toHaveLength(1)
    await step(16 * MINUTE)
    expect((await types(c.id)).filter((t) => t === 'callback.released')).toHaveLength(2)
    expect((await lease(id)).items.map((i: any) => i.id)).toEqual([c.id])
  })
})

describe('allowed hours', () => {
  test('each number has its own clock', async () => {
    const { id } = await campaign({ retries: { no_answer: { afterMinutes: [1] } }, horizonDays: 20 })
    const c = await ask(id, { furtherNumbers: ['+1 212 555 0123'] })
    const { leaseId } = await lease(id)
    await report(c.id, { outcome: 'no_answer', leaseId })
    // It is seven in the morning in New York, and the middle of the night on Hawaii, where the number may be: nobody may call it while the
    // campaign calls. So the first number has its turn again.
    expect((await lease(id)).items).toEqual([])
    service.clock.now += MINUTE
    expect((await lease(id)).items.map((i: any) => i.number)).toEqual([c.number])
  })

  test('hours that are shortened hold for what was promised before', async () => {
    const connectors = [await campaign(), await pushing()]
    const asked = []
    for (const { id } of connectors)
      asked.push(await ask(id, { when: { kind: 'at', at: '2026-11-23T15:00:00+01:00' } }))
    for (const { id } of connectors) {
      const hours = [{ days: DAYS, from: '09:00', to: '12:00' }]
      expect((await call('PATCH', `campaigns/${id}`, { hours }, { 'if-match': '*' })).status).toBe(200)
    }
    service.clock.now = Date.parse('2026-11-23T15:05:00+01:00')
    expect((await lease(connectors[0]!.id)).items).toEqual([])
    await turn(connectors[1]!.id)
    expect(receiver.contacts()).toEqual([])
    for (const { id } of asked) expect(['scheduled', 'expired']).toContain((await read(id)).status)
  })
})

describe('a number that nobody may call', () => {
  test('is out of everything that waits: queues are told, leases are void, requests are refused', async () => {
    const [pull, push] = [await campaign(), await pushing()]
    const barred = number()
    const [leased, queued] = [await ask(pull.id, { number: barred }), await ask(push.id, { number: barred })]
    const { leaseId } = await lease(pull.id)
    await turn(push.id)
    expect(receiver.contacts()).toHaveLength(1)
    await call('POST', 'do-not-call', { number: barred })
    await turn(push.id)
    expect(receiver.withdrawn()).toMatchObject([
      { callbackId: queued.id, deliveryId: receiver.contacts()[0].deliveryId, reason: 'callback.cancelled' },
    ])
    for (const { id } of [leased, queued]) expect((await read(id)).status).toBe('cancelled')
    const extended = await call('POST', `campaigns/${pull.id}/leases/${leaseId}/extension`, {
      callbackIds: [leased.id],
      leaseSeconds: 60,
    })
    expect(extended.body.count).toBe(0)
    expect((await call('POST', 'callbacks', { campaignId: pull.id, number: barred })).body.code).toBe('do_not_call')
  })

  test('the wish holds, however late it is reported, and for all numbers of the person', async () => {
    const { id } = await campaign()
    const [one, two] = [number(), number()]
    const c = await ask(id, { number: one, furtherNumbers: [two] })
    const { leaseId } = await lease(id)
    await report(c.id, { outcome: 'answered', leaseId })
    expect((await report(c.id, { outcome: 'answered', leaseId, doNotCall: true })).status).toBe(200)
    for (const n of [one, two])
      expect((await call('POST', 'callbacks', { campaignId: id, number: n })).body.code).toBe('do_not_call')
  })
})

describe('results', () => {
  test('a lease that the callback never had is refused and not counted', async () => {
    const { id } = await campaign()
    const c = await ask(id)
    const stranger = '01a2039d-f1d6-74eb-8f2e-66690e770217'
    const refused = await report(c.id, { outcome: 'busy', leaseId: stranger })
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/leaseId'])
    const { body } = await call('POST', `campaigns/${id}/leases/${stranger}/results`, {
      results: [{ callbackId: c.id, outcome: 'answered' }],
    })
    expect(body.items).toEqual([{ callbackId: c.id, status: null, code: 'invalid_reference' }])
    expect(await read(c.id)).toMatchObject({ status: 'scheduled', attempts: 0 })
    expect((await counters(id)).attempts).toEqual({})
  })

  test('a promise that was missed is not kept by what is reported afterwards', async () => {
    const { id } = await campaign({ graceMinutes: 10 })
    const c = await ask(id)
    const { leaseId } = await lease(id, { leaseSeconds: 60 })
    await step(2 * MINUTE)
    await step(2 * HOUR)
    expect((await read(c.id)).status).toBe('expired')
    await report(c.id, { outcome: 'answered', leaseId })
    expect((await counters(id)).promises).toEqual({ kept: 0, late: 0, missed: 1 })
    expect(await read(c.id)).toMatchObject({ status: 'expired', attempts: 1 })
  })
})

describe('queues', () => {
  test('an endpoint that upgrades, or drops the answer in the middle, costs a failure and nothing more', async () => {
    const post = createPost(true)
    const odd = async (answer: string): Promise<unknown> => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => void socket.end(answer))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const error = await post(`http://127.0.0.1:${port}/`, '{}', {}, 2_000).then(
        () => 'answered',
        (e: { failure?: string; code?: string }) => e.failure ?? e.code,
      )
      server.close()
      return error
    }
    expect(await odd('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')).toBe(
      'connection',
    )
    expect(await odd('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort')).not.toBe('answered')
    expect(await odd('nonsense\r\n\r\n')).not.toBe('answered')
    expect(await odd('')).not.toBe('answered')
  })

  test('Retry-After 0 is no leave to hammer', async () => {
    const { id } = await pushing()
    await ask(id)
    receiver.answer((_, response) => response.writeHead(503, { 'retry-after': '0' }).end())
    expect(await turn(id)).toBeGreaterThanOrEqual(service.clock.now + 1_000)
  })

  test('who always says "later" is asked twenty times; what is parked is in the history and the figures, and blocks nobody', async () => {
    const { id } = await pushing({ maxOutstanding: 1, graceMinutes: 600 })
    const c = await ask(id)
    receiver.answer((got, response) => {
      const results = got.body.data.items.map((i: any) => ({ deliveryId: i.deliveryId, status: 'retry' }))
      response.writeHead(200).end(JSON.stringify({ results }))
    })
    for (let i = 0; i < 25; i += 1) {
      await turn(id)
      service.clock.now += 10_000
    }
    expect(await counters(id)).toMatchObject({ queued: 1, parked: 1 })
    receiver.answer((got, response) => {
      receiver.got.push(got)
      const results = got.body.data.items.map((i: any) => ({
        deliveryId: i.deliveryId,
        status: 'rejected',
        code: 'no skill',
      }))
      response.writeHead(200).end(JSON.stringify({ results }))
    })
    const second = await ask(id)
    await turn(id)
    expect(receiver.contacts().map((i) => i.callbackId)).toEqual([second.id])
    const history = (await call('GET', `callbacks/${second.id}/history`)).body.items
    expect(history.at(-1)).toMatchObject({ type: 'callback.parked', details: { code: 'noskill' } })
    expect((await read(c.id)).status).toBe('queued')
  })

  test('a campaign that does not push any more takes back what its queue has; its connector is replaced whole', async () => {
    const { id } = await pushing()
    const c = await ask(id)
    receiver.answer((_, response) => response.writeHead(500).end())
    await turn(id)
    expect((await read(c.id)).status).toBe('queued')
    const patched = await call('PATCH', `campaigns/${id}`, { connector: { kind: 'pull' } }, { 'if-match': '*' })
    expect([patched.status, patched.body.connector]).toEqual([200, { kind: 'pull' }])
    await step(1_000)
    expect((await lease(id)).items.map((i: any) => i.id)).toEqual([c.id])
  })

  test('a campaign with open callbacks is not archived; what was leased may be reported whatever happens', async () => {
    const { id } = await campaign()
    const c = await ask(id)
    const { leaseId } = await lease(id)
    const archive = () => call('DELETE', `campaigns/${id}`, undefined, { 'if-match': '*' })
    expect((await archive()).body).toMatchObject({ code: 'campaign_in_use' })
    await report(c.id, { outcome: 'answered', leaseId })
    expect((await archive()).status).toBeLessThan(300)
    const results = { results: [{ callbackId: c.id, outcome: 'answered' }] }
    expect((await call('POST', `campaigns/${id}/leases/${leaseId}/results`, results)).body.items[0].status).toBe(
      'completed',
    )
  })
})

describe('waiting', () => {
  test('a waiting consumer gets what a lost lease gives back, when it ends', async () => {
    const { id } = await campaign()
    const c = await ask(id)
    await lease(id, { leaseSeconds: 5 })
    const waiting = lease(id, { waitSeconds: 5 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    service.clock.now += 6_000
    service.deps.pubsub.say('due', `${service.tenant.id} ${id} 0`)
    expect((await waiting).items.map((i: any) => i.id)).toEqual([c.id])
  })

  test('what cannot be taken costs no queries: a full campaign, a number that is barred', async () => {
    const { id } = await campaign({ maxOutstanding: 1 })
    await ask(id)
    await lease(id)
    await ask(id)
    const { kysely } = service.deps.db
    let claims = 0
    const real = service.deps.due.wait
    service.deps.due.wait = (...rest) => {
      claims += 1
      return real(...rest)
    }
    const { items } = await lease(id, { waitSeconds: 1 })
    service.deps.due.wait = real
    expect(items).toEqual([])
    expect(claims).toBeLessThan(6)
    void kysely
  })
})

test('postponing a personal callback takes the agent’s other time, and is refused when that is taken', async () => {
  const { agent, service: visit } = await makeOffice(service.tenant)
  const { id } = await campaign({ graceMinutes: 0 })
  const at = (clock: string) => ({ kind: 'at', at: `2026-11-24T${clock}:00+01:00` })
  const c = await ask(id, { ownerAgentId: agent.id, when: at('10:00') })
  const other = await ask(id, { ownerAgentId: agent.id, when: at('11:00') })
  const move = (clock: string) => call('POST', `callbacks/${c.id}/postponement`, { when: at(clock) })
  const moved = await move('12:00')
  expect(moved.body).toMatchObject({ windowFrom: '2026-11-24T12:00:00+01:00', windowTo: '2026-11-24T12:10:00+01:00' })
  expect(Date.parse(moved.body.expiresAt)).toBeGreaterThanOrEqual(Date.parse(moved.body.windowTo))
  expect((await move('11:00')).body.code).toBe('agent_not_free')
  const slots = await call('GET', `slots?serviceId=${visit.id}&agentId=${agent.id}&from=2026-11-24&to=2026-11-24`)
  const starts = slots.body.days.flatMap((d: any) => d.slots).map((s: any) => s.start.slice(11, 16))
  expect(starts).toContain('10:00')
  expect(starts).not.toContain('12:00')
  expect(other.status).toBe('scheduled')
})

test('postponing to what cannot be promised offers the nearest windows', async () => {
  const { id } = await campaign()
  const c = await ask(id)
  const { status, body } = await call('POST', `callbacks/${c.id}/postponement`, {
    when: { kind: 'at', at: '2027-06-01T11:00:00+02:00' },
  })
  expect([status, body.code]).toEqual([409, 'window_closed'])
  expect(body.nearestWindows.length).toBeGreaterThan(0)
})

test('a list that the database refuses again and again is given up, and holds up nobody', async () => {
  const { id } = await campaign()
  const { body } = await service.tenant.call('POST', `/v1/campaigns/${id}/loads`, 'number\n+393206660001\n')
  await service.deps.db.kysely
    .updateTable('contact_loads')
    .set({ document: JSON.stringify({ format: 'csv', delimiter: ',', actor: '\ud800' }) })
    .where('tenant_id', '=', service.tenant.id)
    .where('id', '=', body.id)
    .execute()
    .catch(() => undefined)
  await runContactListImports(service.deps, service.tenant.id).catch(() => undefined)
  expect(['done', 'waiting']).toContain((await call('GET', `loads/${body.id}`)).body.status)
})

test('a conversation by link needs a link', async () => {
  const { id } = await campaign()
  const refused = await call('POST', 'callbacks', { campaignId: id, channel: 'web' })
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/channel'])
  const made = await call('POST', 'campaigns', { name: 'W', channels: ['web'] })
  expect([made.status, made.body.errors[0].pointer]).toEqual([400, '/joinLinkTemplate'])
  expect((await call('POST', 'callbacks/search', { number: '+39 320 666 0999' })).body.items).toEqual([])
})

describe('waking', () => {
  /** Campaigns of these tests call day and night, on the real clock. */
  const ALWAYS = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }]

  test('twenty who wait for one each are all served when twenty fall due at once', async () => {
    // The clock must not step over the end of the waits: on a slow machine some would go home empty.
    const SOON = 10_000
    const { id } = await campaign({ hours: ALWAYS, citizenHours: ALWAYS })
    for (let i = 0; i < 20; i += 1)
      await ask(id, { when: { kind: 'at', at: new Date(service.clock.now + SOON).toISOString() } })
    const began = performance.now()
    const waiting = Promise.all(Array.from({ length: 20 }, () => lease(id, { max: 1, waitSeconds: 20 })))
    await new Promise((resolve) => setTimeout(resolve, 500))
    service.clock.now += SOON
    service.deps.pubsub.say('due', `${service.tenant.id} ${id} 0`)
    const served = (await waiting).flatMap((l) => l.items.map((i: any) => i.id))
    expect(new Set(served).size).toBe(20)
    expect(performance.now() - began).toBeLessThan(15_000)
  })

  test('a paced campaign goes on at its pace, not at the pace of the sleeper', async () => {
    const { id } = await pushing({ hours: ALWAYS, citizenHours: ALWAYS, pushesPerSecond: 10 })
    for (let i = 0; i < 12; i += 1) await ask(id)
    // The dispatch loop runs on the real clock.
    const clock = service.clock.now - Date.now()
    const now = service.deps.now
    service.deps.now = () => Date.now() + clock
    const loop = startDispatch(service.deps, () => undefined)
    for (let i = 0; i < 120 && receiver.contacts().length < 12; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
    await loop.stop()
    service.deps.now = now
    expect(receiver.contacts()).toHaveLength(12)
  })
})

test('hours that are shortened end what was handed over earlier too', async () => {
  const { id } = await pushing()
  const c = await ask(id)
  await turn(id)
  const hours = [{ days: DAYS, from: '09:00', to: '11:00' }]
  await call('PATCH', `campaigns/${id}`, { hours }, { 'if-match': '*' })
  await step(1_000)
  const accepted = await call('POST', `callbacks/${c.id}/acceptance`, {
    deliveryId: receiver.contacts()[0].deliveryId,
    leaseSeconds: 3600,
  })
  expect(Date.parse(accepted.body.leaseUntil)).toBeLessThanOrEqual(Date.parse('2026-11-23T11:00:00+01:00'))
})

test('somebody who does not want to be called any more is out of every campaign', async () => {
  const [one, two] = [await campaign(), await campaign()]
  const person = number()
  const [a, b] = [await ask(one.id, { number: person }), await ask(two.id, { number: person })]
  const { leaseId } = await lease(one.id)
  await report(a.id, { outcome: 'answered', leaseId, doNotCall: true })
  expect((await read(b.id)).status).toBe('cancelled')
})
