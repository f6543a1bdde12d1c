// One suite for every connector: the guarantees that a queue must keep; then what is specific to HTTP push.
import { Connection } from 'rabbitmq-client'
import { Webhook } from 'standardwebhooks'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { sweepCallbacks } from '../src/domain/callback/dialing/sweep.ts'
import { amqpConnector, queueOf } from '../src/application/dispatch/amqp.connector.ts'
import { pauseAfter } from '../src/application/dispatch/batches.ts'
import { retryAfter } from '../src/platform/http-client/failure.ts'
import { httpConnector } from '../src/application/dispatch/http.connector.ts'
import { logConnector } from '../src/application/dispatch/log.connector.ts'
import { ContactsDue, ContactsWithdrawn } from '../src/http/openapi/pushes.ts'
import { pushOnce } from '../src/application/dispatch/push.ts'
import { takeMessage } from '../src/application/dispatch/replies.ts'
import { isPublicAddress } from '../src/platform/http-client/address.ts'
import { createPost } from '../src/platform/http-client/post.ts'
import { HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import { describeWithBroker, hasBroker, startBroker } from './helpers/broker.ts'
import { startReceiver, type Receiver } from './helpers/receiver.ts'
import { START, startService, type TestService } from './helpers/service.ts'
import type { Connector, Listening } from '../src/domain/catalogue/campaign/connector.ts'

const SECOND = 1000
/** Monday 10:00 in Rome. */
const TEN = START + 2 * HOUR

let service: TestService
let receiver: Receiver
beforeAll(async () => {
  service = await startService()
  receiver = await startReceiver()
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
const number = () => `+39320444${(serial += 1)}`
const read = async (id: string) => (await service.tenant.call('GET', `/v1/callbacks/${id}`)).body
const history = async (id: string): Promise<any[]> =>
  (await service.tenant.call('GET', `/v1/callbacks/${id}/history`)).body.items
const step = async (ms: number) => {
  service.clock.now += ms
  await sweepCallbacks(service.deps, service.tenant.id)
}
const ask = async (campaignId: string, body: object = {}) =>
  (await service.tenant.call('POST', '/v1/callbacks', { campaignId, number: number(), ...body })).body
const campaign = (connector: object, body: object = {}) =>
  service.tenant.make('campaigns', {
    name: 'C',
    capacity: { kind: 'fixed', perBucket: 1000 },
    connector,
    escalateMinutes: 0,
    ...body,
  })
const turn = (campaignId: string, pusher = 'f0000000-0000-7000-8000-000000000001') =>
  pushOnce(service.deps, { pusher, tenantId: service.tenant.id, campaignId })

/** What a contact center at the end of a connector sees and does. */
type Harness = {
  /** Delivers what is due. */
  deliver: (campaignId: string) => Promise<void>
  /** Callback and key of each contact so far, including repeated ones. */
  taken: (campaignId: string) => Promise<{ callbackId: string; key: string }[]>
  withdrawn: (campaignId: string) => Promise<string[]>
  report: (campaignId: string, contact: { callbackId: string; key: string }, body: object) => Promise<void>
  /** Takes contacts and dies before anything else happens. */
  die: (campaignId: string) => Promise<void>
  close: () => Promise<void>
}

const byRest = async (_: string, { callbackId, key }: { callbackId: string; key: string }, body: object) => {
  const answer = await service.tenant.call('POST', `/v1/callbacks/${callbackId}/attempts`, { leaseId: key, ...body })
  expect(answer.status).toBe(200)
}
/** A process that dies after its claim is committed: the connector never sends. */
async function dieBeforeSending(kind: 'http' | 'amqp' | 'log', campaignId: string): Promise<void> {
  const real = service.deps.connectors[kind]!
  service.deps.connectors[kind] = { ...real, send: () => Promise.reject(new Error('killed')) }
  await expect(turn(campaignId, 'f0000000-0000-7000-8000-00000000dead')).rejects.toThrow('killed')
  service.deps.connectors[kind] = real
}

function pullHarness(): Harness {
  const got: { callbackId: string; key: string }[] = []
  const lease = async (campaignId: string) =>
    (await service.tenant.call('POST', `/v1/campaigns/${campaignId}/leases`, { max: 100, leaseSeconds: 20 })).body
  return {
    async deliver(campaignId) {
      const { leaseId, items } = await lease(campaignId)
      for (const item of items) got.push({ callbackId: item.id, key: leaseId })
    },
    taken: () => Promise.resolve(got),
    // The holder of a lease learns it on the next report or extension.
    withdrawn: async (campaignId) => {
      const gone: string[] = []
      for (const { callbackId, key } of got) {
        const path = `/v1/campaigns/${campaignId}/leases/${key}/extension`
        const { body } = await service.tenant.call('POST', path, { callbackIds: [callbackId], leaseSeconds: 20 })
        if (body.count === 0) gone.push(callbackId)
      }
      return gone
    },
    report: byRest,
    die: async (campaignId) => void (await lease(campaignId)),
    close: () => Promise.resolve(),
  }
}

function httpHarness(): Harness {
  service.deps.connectors.http = httpConnector(service.deps, createPost(true))
  return {
    deliver: async (campaignId) => void (await turn(campaignId)),
    taken: () => Promise.resolve(receiver.contacts().map((c) => ({ callbackId: c.callbackId, key: c.deliveryId }))),
    withdrawn: () => {
      const pushed = receiver.got.filter((got) => got.body.type === 'callbacks.withdrawn')
      for (const { body } of pushed) expect(Compile(ContactsWithdrawn).Errors(body)).toEqual([])
      return Promise.resolve(receiver.withdrawn().map((c) => c.callbackId))
    },
    report: byRest,
    die: (campaignId) => dieBeforeSending('http', campaignId),
    close: () => Promise.resolve(),
  }
}

function logHarness(): Harness {
  const got: { callbackId: string; key: string }[] = []
  const gone: string[] = []
  const inner = logConnector((line) => expect(line).not.toContain('+39'))
  service.deps.connectors.log = {
    ...inner,
    send: (batch) => {
      for (const { deliveryId, payload } of batch.items)
        if (batch.kind === 'contact') got.push({ callbackId: payload.callbackId as string, key: deliveryId })
        else gone.push(payload.callbackId as string)
      return inner.send(batch)
    },
  }
  return {
    deliver: async (campaignId) => void (await turn(campaignId)),
    taken: () => Promise.resolve(got),
    withdrawn: () => Promise.resolve(gone),
    report: byRest,
    die: (campaignId) => dieBeforeSending('log', campaignId),
    close: () => Promise.resolve(),
  }
}

async function amqpHarness(): Promise<Harness> {
  const broker = await startBroker()
  const brokerUrl = broker.url
  const rabbit = new Connection(brokerUrl)
  rabbit.on('error', () => undefined)
  const connector: Connector = amqpConnector(
    brokerUrl,
    () => service.clock.now,
    () => undefined,
  )
  service.deps.connectors.amqp = connector
  const got = new Map<string, { callbackId: string; key: string }[]>()
  const gone: string[] = []
  const listening: Listening[] = []
  const queue = (campaignId: string): string => queueOf('prova', { id: campaignId, externalId: null })
  const fetchAll = async (name: string, see: (message: any) => void): Promise<void> => {
    await rabbit.queueDeclare({ queue: name, durable: true })
    for (;;) {
      const message = await rabbit.basicGet({ queue: name, noAck: true })
      if (!message) return
      expect(message.durable).toBe(true)
      see({ ...message.body, messageId: message.messageId })
    }
  }
  return {
    deliver: async (campaignId) => void (await turn(campaignId)),
    async taken(campaignId) {
      const list = got.get(campaignId) ?? []
      got.set(campaignId, list)
      await fetchAll(queue(campaignId), (m) => {
        expect(m.messageId).toBe(m.deliveryId)
        list.push({ callbackId: m.callbackId, key: m.deliveryId })
      })
      return list
    },
    async withdrawn(campaignId) {
      await fetchAll(`${queue(campaignId)}.withdrawn`, (m) => void gone.push(m.callbackId))
      return gone
    },
    async report(campaignId, { callbackId, key }, body) {
      const config = (await service.deps.snapshots.config(service.tenant.id))!
      let settled = 0
      const taken = new Promise<void>((resolve) => {
        listening.push(
          connector.listen!({ id: service.tenant.id, slug: 'prova' }, config.campaigns.get(campaignId)!, async (m) => {
            const isTaken = await takeMessage(service.deps, service.tenant.id, campaignId, m)
            settled += 1
            resolve()
            return isTaken
          }),
        )
      })
      const publisher = rabbit.createPublisher({ confirm: true })
      await publisher.send(`${queue(campaignId)}.results`, { callbackId, deliveryId: key, ...body })
      await taken
      expect(settled).toBeGreaterThan(0)
      await listening.pop()!.stop()
      await publisher.close()
    },
    die: (campaignId) => dieBeforeSending('amqp', campaignId),
    async close() {
      await connector.close()
      await rabbit.close()
      await broker.close()
    },
  }
}

const connectors: [name: string, connector: () => object, open: () => Harness | Promise<Harness>][] = [
  ['pull', () => ({ kind: 'pull' }), pullHarness],
  ['http', () => ({ kind: 'http', url: receiver.url }), httpHarness],
  ['log', () => ({ kind: 'log' }), logHarness],
  ...(hasBroker()
    ? [['amqp', () => ({ kind: 'amqp' }), amqpHarness] as [string, () => object, () => Promise<Harness>]]
    : []),
]
if (!hasBroker()) describeWithBroker('every connector: amqp', () => test('conformance', () => undefined))

describe.each(connectors)('every connector: %s', (name, connector, open) => {
  let harness: Harness
  beforeAll(async () => void (harness = await open()))
  afterAll(() => harness.close())

  test('hands over what is due, best first, once, and nothing else', async () => {
    const { id } = await campaign(connector())
    const later = await ask(id, { when: { kind: 'at', at: new Date(TEN + 3 * HOUR).toISOString() } })
    const plain = await ask(id)
    const urgent = await ask(id, { priority: 50 })
    service.clock.now += SECOND
    const ours = async () =>
      (await harness.taken(id)).filter((c) => [later.id, plain.id, urgent.id].includes(c.callbackId))
    await harness.deliver(id)
    await harness.deliver(id)
    expect((await ours()).map((c) => c.callbackId)).toEqual([urgent.id, plain.id])
    expect((await read(plain.id)).status).toBe(name === 'pull' ? 'in_progress' : 'queued')
    expect((await read(later.id)).status).toBe('scheduled')
  })

  test('nothing is handed over outside the allowed hours', async () => {
    const { id } = await campaign(connector())
    const c = await ask(id)
    service.clock.now = Date.parse('2026-11-23T18:30:00+01:00')
    await harness.deliver(id)
    expect((await harness.taken(id)).filter((t) => t.callbackId === c.id)).toEqual([])
  })

  test('a result counts once, however often and in whatever order it comes', async () => {
    const { id } = await campaign(connector(), { retries: { busy: { afterMinutes: [5] } } })
    const c = await ask(id)
    await harness.deliver(id)
    const find = async () => (await harness.taken(id)).filter((t) => t.callbackId === c.id)
    const [first] = await find()
    await harness.report(id, first!, { outcome: 'busy' })
    await harness.report(id, first!, { outcome: 'busy' })
    expect(await read(c.id)).toMatchObject({ status: 'scheduled', attempts: 1, outcome: 'busy' })
    await step(6 * MINUTE)
    await harness.deliver(id)
    const second = (await find()).at(-1)!
    expect(second.key).not.toBe(first!.key)
    await harness.report(id, second, { outcome: 'answered' })
    await harness.report(id, first!, { outcome: 'no_answer' })
    await harness.report(id, second, { outcome: 'answered' })
    expect(await read(c.id)).toMatchObject({ status: 'completed', attempts: 2, outcome: 'answered' })
    expect((await history(c.id)).filter((e) => e.type === 'callback.attempted')).toHaveLength(2)
  })

  test('a result that comes after all is over is history', async () => {
    const { id } = await campaign(connector(), { graceMinutes: 10 })
    const c = await ask(id)
    await harness.deliver(id)
    const [taken] = (await harness.taken(id)).filter((t) => t.callbackId === c.id)
    await service.tenant.call('POST', `/v1/callbacks/${c.id}/cancellation`, {})
    await harness.report(id, taken!, { outcome: 'answered' })
    await harness.report(id, taken!, { outcome: 'answered' })
    expect((await read(c.id)).status).toBe('cancelled')
    const attempts = (await history(c.id)).filter((e) => e.type === 'callback.attempted')
    expect(attempts.map((e) => [e.after.status, e.details.isLate])).toEqual([['cancelled', true]])
  })

  test('what a dead process had taken reaches somebody else, and counts once', async () => {
    const { id } = await campaign(connector())
    const c = await ask(id)
    await harness.die(id)
    expect((await harness.taken(id)).filter((t) => t.callbackId === c.id)).toEqual([])
    await step(25 * SECOND)
    await harness.deliver(id)
    const taken = (await harness.taken(id)).filter((t) => t.callbackId === c.id)
    expect(taken).toHaveLength(1)
    await harness.report(id, taken[0]!, { outcome: 'answered' })
    expect(await read(c.id)).toMatchObject({ status: 'completed', attempts: 1 })
  })

  test('what is cancelled after it was handed over is withdrawn', async () => {
    const { id } = await campaign(connector())
    const c = await ask(id)
    await harness.deliver(id)
    await service.tenant.call('POST', `/v1/callbacks/${c.id}/cancellation`, {})
    await harness.deliver(id)
    expect(await harness.withdrawn(id)).toContain(c.id)
  })

  test('the pace and what is out at once are kept', async () => {
    const { id } = await campaign(connector(), { pushesPerSecond: 10, maxOutstanding: 15 })
    const mine = new Set<string>()
    for (let i = 0; i < 20; i += 1) mine.add((await ask(id)).id)
    const counts: number[] = []
    for (let i = 0; i < 30; i += 1) {
      await harness.deliver(id)
      counts.push((await harness.taken(id)).filter((t) => mine.has(t.callbackId)).length)
      service.clock.now += 100
    }
    for (let i = 10; i < counts.length; i += 1) expect(counts[i]! - counts[i - 10]!).toBeLessThanOrEqual(11)
    expect(counts.at(-1)).toBe(15)
  })
})

describe('http push', () => {
  beforeAll(() => void (service.deps.connectors.http = httpConnector(service.deps, createPost(true))))
  const pushing = (body: object = {}, connector: object = {}) =>
    campaign({ kind: 'http', url: receiver.url, ...connector }, body)
  const queue = async (id: string) => (await service.tenant.call('GET', `/v1/campaigns/${id}/queue`)).body
  const deliveries = async (id: string, status = '') =>
    (await service.tenant.call('GET', `/v1/deliveries?campaignId=${id}${status && `&status=${status}`}`)).body.items

  test('who follows a dead process sends first what that one had taken, at the very instant its role ends', async () => {
    const { id } = await pushing({}, { batchSize: 1 })
    const [first, second] = [await ask(id), await ask(id)]
    const real = service.deps.connectors.http!
    // Time passes between taking the role and claiming the contact; then the process dies before it sends.
    const dying = {
      ...service.deps,
      now: () => (service.clock.now += 100),
      connectors: { http: { ...real, send: () => Promise.reject(new Error('killed')) } },
    }
    const target = { tenantId: service.tenant.id, campaignId: id }
    const dead = pushOnce(dying, { ...target, pusher: 'f0000000-0000-7000-8000-00000000dead' })
    await expect(dead).rejects.toThrow('killed')
    const { pusher_until: until } = await service.deps.db.kysely
      .selectFrom('campaign_states')
      .select('pusher_until')
      .where('tenant_id', '=', service.tenant.id)
      .where('campaign_id', '=', id)
      .executeTakeFirstOrThrow()
    service.clock.now = until!.getTime()
    await turn(id)
    await turn(id)
    const arrived = receiver.contacts().map((c) => c.callbackId)
    expect([...new Set(arrived)]).toEqual([first.id, second.id])
  })

  test('is signed after Standard Webhooks, with the new and the old secret while they change', async () => {
    const { id } = await pushing({ scriptRef: 'script-7' })
    const secret = (await service.tenant.call('POST', `/v1/campaigns/${id}/push-secret`)).body.secret
    const c = await ask(id, { reason: 'Bolletta', data: { tier: 'gold' } })
    await turn(id)
    const verify = (key: string): any => {
      const [got] = receiver.got
      vi.useFakeTimers({ now: service.clock.now, toFake: ['Date'] })
      try {
        return new Webhook(key).verify(got!.raw, got!.headers as Record<string, string>)
      } finally {
        vi.useRealTimers()
      }
    }
    expect(verify(secret).data.items).toMatchObject([
      {
        callbackId: c.id,
        number: c.number,
        reason: 'Bolletta',
        data: { tier: 'gold' },
        scriptRef: 'script-7',
        attempt: 1,
      },
    ])
    // Exactly what the API description says.
    expect(Compile(ContactsDue).Errors(receiver.got[0]!.body)).toEqual([])
    expect(receiver.got[0]!.headers['idempotency-key']).toBe(receiver.got[0]!.headers['webhook-id'])
    const next = (await service.tenant.call('POST', `/v1/campaigns/${id}/push-secret`)).body.secret
    expect(next).not.toBe(secret)
    receiver.got.length = 0
    await ask(id)
    await turn(id)
    verify(secret)
    verify(next)
    service.clock.now += 25 * HOUR
    receiver.got.length = 0
    await ask(id)
    await turn(id)
    verify(next)
    expect(() => verify(secret)).toThrow()
  })

  test('a batch may be taken in part: refused contacts are parked, others come again under their key', async () => {
    const { id } = await pushing()
    const [a, b, c] = [await ask(id), await ask(id), await ask(id)]
    const keys = new Map<string, string>()
    receiver.answer((got, response) => {
      for (const item of got.body.data.items) keys.set(item.callbackId, item.deliveryId)
      const results = [
        { deliveryId: keys.get(b.id), status: 'retry', code: 'busy' },
        { deliveryId: keys.get(c.id), status: 'rejected', code: 'unknown_script' },
      ]
      response.writeHead(200).end(JSON.stringify({ results }))
    })
    await turn(id)
    expect((await deliveries(id, 'delivered')).map((d: any) => d.callbackId)).toEqual([a.id])
    expect((await deliveries(id, 'parked')).map((d: any) => [d.callbackId, d.failure])).toEqual([
      [c.id, 'unknown_script'],
    ])
    receiver.answer(null)
    service.clock.now += MINUTE
    await turn(id)
    expect(receiver.contacts().map((i) => [i.callbackId, i.deliveryId])).toEqual([[b.id, keys.get(b.id)]])
    const replayed = await service.tenant.call('POST', `/v1/campaigns/${id}/deliveries/replay`)
    expect(replayed.body.count).toBe(1)
    await turn(id)
    expect(receiver.contacts().at(-1)).toMatchObject({ callbackId: c.id, deliveryId: keys.get(c.id) })
    expect(await deliveries(id, 'parked')).toEqual([])
  })

  test('a message that is refused is sent contact by contact; the poisoned one is parked, and can be replayed alone', async () => {
    const { id } = await pushing()
    const [a, bad] = [await ask(id), await ask(id, { reason: 'veleno' })]
    receiver.answer((got, response) => {
      const isBad = got.raw.includes('veleno')
      if (!isBad) receiver.got.push(got)
      response.writeHead(isBad ? 422 : 200).end()
    })
    await turn(id)
    expect(receiver.contacts().map((i) => i.callbackId)).toEqual([a.id])
    const [parked] = await deliveries(id, 'parked')
    expect(parked).toMatchObject({ callbackId: bad.id, failure: 'http_422' })
    receiver.answer(null)
    expect((await service.tenant.call('POST', `/v1/deliveries/${parked.id}/replay`)).body.count).toBe(1)
    expect((await service.tenant.call('POST', `/v1/deliveries/${parked.id}/replay`)).status).toBe(404)
    await turn(id)
    expect(receiver.contacts().at(-1).callbackId).toBe(bad.id)
  })

  test('429 and Retry-After are honoured to the second', async () => {
    const { id } = await pushing()
    await ask(id)
    receiver.answer((_, response) => response.writeHead(429, { 'retry-after': '40' }).end())
    expect(await turn(id)).toBe(service.clock.now + 40 * SECOND)
    receiver.answer(null)
    service.clock.now += 39 * SECOND
    await turn(id)
    expect(receiver.got).toEqual([])
    service.clock.now += SECOND
    await turn(id)
    expect(receiver.contacts()).toHaveLength(1)
  })

  test('the circuit opens on a dead endpoint, tries with one message, and closes by itself; order is kept', async () => {
    const { id } = await pushing({ graceMinutes: 600 }, { batchSize: 2 })
    const asked: string[] = []
    for (let i = 0; i < 5; i += 1) {
      asked.push((await ask(id)).id)
      service.clock.now += 10
    }
    let tries = 0
    receiver.answer((_, response) => {
      tries += 1
      response.writeHead(503).end()
    })
    let next = service.clock.now
    for (let i = 0; i < 7; i += 1) {
      next = (await turn(id))!
      expect(next).toBeGreaterThan(service.clock.now)
      expect(await turn(id)).toBe(next)
      service.clock.now = next
    }
    expect(tries).toBe(7)
    expect(await queue(id)).toMatchObject({ connector: 'http', failures: 7, failure: 'http_503' })
    // Only the first message was handed over: the others still wait, and could be leased or moved.
    expect((await deliveries(id)).length).toBe(2)
    receiver.answer(null)
    await turn(id)
    expect(receiver.contacts().map((c) => c.callbackId)).toEqual(asked)
    expect(await queue(id)).toMatchObject({ failures: 0, failure: null, openUntil: null })
  })

  test('one process pushes for a campaign; another takes over when it is gone', async () => {
    const { id } = await pushing()
    const [one, two] = ['f0000000-0000-7000-8000-00000000000a', 'f0000000-0000-7000-8000-00000000000b']
    await ask(id)
    await turn(id, one)
    await ask(id)
    expect(await turn(id, two)).toBeNull()
    expect(receiver.contacts()).toHaveLength(1)
    service.clock.now += 21 * SECOND
    await turn(id, two)
    expect(receiver.contacts()).toHaveLength(2)
  })

  test('who accepts a contact has it for a time; then it is due again under a new key', async () => {
    const { id } = await pushing()
    const c = await ask(id)
    await turn(id)
    const { deliveryId } = receiver.contacts()[0]
    const accept = (body: object) => service.tenant.call('POST', `/v1/callbacks/${c.id}/acceptance`, body)
    expect((await accept({ deliveryId, leaseSeconds: 60 })).body).toMatchObject({
      status: 'in_progress',
      leaseId: deliveryId,
    })
    expect((await accept({ deliveryId, leaseSeconds: 120 })).status).toBe(200)
    expect((await accept({ deliveryId: c.id })).body.code).toBe('invalid_transition')
    await step(121 * SECOND)
    expect((await read(c.id)).status).toBe('scheduled')
    await turn(id)
    expect(receiver.contacts()).toHaveLength(2)
    expect(receiver.contacts()[1].deliveryId).not.toBe(deliveryId)
  })

  test('what nobody has taken when its hours end is withdrawn and waits for the next day', async () => {
    const { id } = await pushing({ graceMinutes: 1440 })
    const c = await ask(id, { when: { kind: 'at', at: '2026-11-23T17:30:00+01:00' } })
    service.clock.now = Date.parse('2026-11-23T17:31:00+01:00')
    await turn(id)
    expect((await read(c.id)).status).toBe('queued')
    service.clock.now = Date.parse('2026-11-23T18:00:00+01:00')
    await step(0)
    expect(await read(c.id)).toMatchObject({ status: 'scheduled', deliveryId: null })
    await turn(id)
    expect(receiver.withdrawn().map((w) => w.deliveryId)).toEqual([receiver.contacts()[0].deliveryId])
    service.clock.now = Date.parse('2026-11-24T09:02:00+01:00')
    await turn(id)
    expect(receiver.contacts()).toHaveLength(2)
  })

  test('private addresses and plain HTTP are refused, by number and by name', async () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '169.254.169.254',
      '::1',
      '::ffff:10.0.0.1',
      'fd00::1',
      '0.0.0.0',
      '100.64.0.1',
    ])
      expect(isPublicAddress(address), address).toBe(false)
    expect(isPublicAddress('1.1.1.1')).toBe(true)
    const post = createPost(false)
    for (const url of [
      'https://127.0.0.1/x',
      'https://[::1]/x',
      'https://localhost/x',
      'https://2130706433/',
      'http://example.com/',
    ])
      await expect(post(url, '{}', {}, 2000), url).rejects.toMatchObject({
        failure: url.startsWith('http:') ? 'not_https' : 'private_address',
      })
    await expect(createPost(true)(`${receiver.url.replace(/:\d+/, ':1')}`, '{}', {}, 2000)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })

  test('a receiver that hangs costs its time-out and nothing else', async () => {
    const { id } = await pushing({}, { timeoutSeconds: 1 })
    await ask(id)
    receiver.answer(() => undefined)
    await turn(id)
    expect(await queue(id)).toMatchObject({ failures: 1, failure: 'timeout' })
  })

  test('pauses and Retry-After as tables', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 20].map((n) => pauseAfter(n, 0.5) / SECOND)).toEqual([1, 2, 4, 8, 30, 60, 120, 600])
    expect(retryAfter('7', 0)).toBe(7000)
    expect(retryAfter(new Date(START + 5000).toUTCString(), START)).toBe(5000)
    expect(retryAfter('soon', 0)).toBeNull()
    expect(retryAfter('99999999', 0)).toBe(HOUR)
    expect(retryAfter(undefined, 0)).toBeNull()
  })
})
