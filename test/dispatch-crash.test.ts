// Worker processes are killed again and again while they push; the receiver fails, hangs and answers twice; a broker dies. Every
// callback arrives, none is lost, none counts twice, and those of a campaign come in the order of their rank.
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from 'rabbitmq-client'
import { expect, test } from 'vitest'
import { queueOf } from '../src/application/dispatch/amqp.connector.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { describeWithBroker, startBroker } from './helpers/broker.ts'
import { effort } from './helpers/effort.ts'
import { createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { send, startProcess, startWorker, type ServiceProcess } from './helpers/process.ts'
import { startReceiver } from './helpers/receiver.ts'
import { testDeps } from './helpers/service.ts'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'

const ALWAYS = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }]
const CAMPAIGNS = 3
const EACH = Math.max(20, effort(40))

type Stage = {
  url: string
  key: string
  api: ServiceProcess
  campaigns: string[]
  /** Callbacks of each campaign in the order in which they must leave. */
  asked: Map<string, string[]>
  close: () => Promise<void>
}

async function openStage(serverUrl: string, connector: object): Promise<Stage> {
  const { url, drop } = await createOnServer(serverUrl)
  const db = await openDatabase({ url, folder: '', poolSize: 2 })
  await migrate(db.pool, new Date())
  const settings = { slug: 'crollo', name: 'Crollo', timeZone: 'UTC', locale: 'it', country: 'IT', holdMinutes: 10 }
  const { apiKey: key } = await createTenant(testDeps(db, { now: Date.now() }), settings)
  await db.close()
  const api = await startProcess(['--no-demo', '--role', 'api'], { DATABASE_URL: url })
  const post = async (path: string, body: unknown): Promise<any> => {
    const answer = await send(api.base, key, 'POST', `/v1/${path}`, body)
    if (answer.status > 201) throw new Error(JSON.stringify(answer.body))
    return answer.body
  }
  const campaigns: string[] = []
  for (let i = 0; i < CAMPAIGNS; i += 1) {
    const body = {
      name: `C${i}`,
      hours: ALWAYS,
      citizenHours: ALWAYS,
      capacity: { kind: 'fixed', perBucket: 10_000 },
      connector,
    }
    campaigns.push((await post('campaigns', body)).id)
  }
  const asked = new Map<string, string[]>()
  for (const [i, campaignId] of campaigns.entries()) {
    const made: { id: string; rank: number }[] = []
    for (let n = 0; n < EACH; n += 1) {
      const priority = n % 10 === 9 ? 100 : 0
      const number = `+39320${i}${String(10_000 + n)}`
      const c = await post('callbacks', { campaignId, number, priority, when: { kind: 'now' } })
      made.push({ id: c.id, rank: n - (priority > 0 ? 1e6 : 0) })
    }
    asked.set(
      campaignId,
      made.sort((a, b) => a.rank - b.rank).map((m) => m.id),
    )
  }
  return {
    url,
    key,
    api,
    campaigns,
    asked,
    async close() {
      await api.stop()
      await drop()
    },
  }
}

async function allDone(stage: Stage, seconds: number): Promise<void> {
  for (let i = 0; i < seconds * 2; i += 1) {
    const counts = await Promise.all(
      stage.campaigns.map((id) => send(stage.api.base, stage.key, 'GET', `/v1/campaigns/${id}/counters`)),
    )
    if (counts.every((c) => c.body.completed === EACH)) return
    await sleep(500)
  }
}

/** Every callback is completed by one attempt, and the figures agree. */
async function checkExactlyOnce(stage: Stage): Promise<void> {
  for (const [campaignId, ids] of stage.asked) {
    const { body } = await send(stage.api.base, stage.key, 'GET', `/v1/campaigns/${campaignId}/counters`)
    expect(body).toMatchObject({ completed: EACH, queued: 0, outstanding: 0, attempts: { answered: EACH } })
    for (const id of ids.slice(0, 20)) {
      const { body: c } = await send(stage.api.base, stage.key, 'GET', `/v1/callbacks/${id}`)
      expect(c).toMatchObject({ status: 'completed', attempts: 1, outcome: 'answered' })
      const { body: h } = await send(stage.api.base, stage.key, 'GET', `/v1/callbacks/${id}/history`)
      expect(h.items.filter((e: any) => e.type === 'callback.attempted')).toHaveLength(1)
    }
  }
}

describeOnNamedPostgres('on PostgreSQL, four workers, two of them killed again and again', (serverUrl) => {
  test('a receiver that fails, hangs and answers twice gets every contact, in order, under one key', async () => {
    const receiver = await startReceiver()
    const stage = await openStage(serverUrl, { kind: 'http', url: receiver.url, batchSize: 10, timeoutSeconds: 1 })
    const reports: Promise<unknown>[] = []
    let messages = 0
    receiver.answer((got, response) => {
      messages += 1
      const mood = messages % 10
      if (mood === 3) return void response.writeHead(500).end()
      receiver.got.push(got)
      for (const item of got.body.data?.items ?? []) {
        const result = { outcome: 'answered', leaseId: item.deliveryId }
        const report = () =>
          send(stage.api.base, stage.key, 'POST', `/v1/callbacks/${item.callbackId}/attempts`, result)
        // Reports twice at the same time; if the push answer gets lost, only after the contact has come again.
        const timesSeen = () => receiver.contacts().filter((c) => c.callbackId === item.callbackId).length
        const twice = async (): Promise<void> => {
          if (mood === 6 || mood === 8)
            for (let waited = 0; waited < 40_000 && timesSeen() < 2; waited += 200) await sleep(200)
          await Promise.all([report().catch(() => undefined), report().catch(() => undefined)])
        }
        reports.push(twice())
      }
      // The contact is taken, but the answer is lost or late: the service sends it again.
      if (mood === 6) return void response.destroy()
      if (mood === 8) return void setTimeout(() => response.writeHead(200).end(), 1_500)
      response.writeHead(200).end()
    })
    const env = { DATABASE_URL: stage.url, AGENDA_PRIVATE_TARGETS: 'true', AGENDA_POOL_SIZE: '4' }
    const workers = await Promise.all(Array.from({ length: 4 }, () => startWorker(env)))
    for (let round = 0; round < 2; round += 1) {
      await sleep(900)
      for (const i of [round % 4, (round + 1) % 4]) {
        await workers[i]!.stop('SIGKILL')
        workers[i] = await startWorker(env)
      }
    }
    await allDone(stage, 90)
    await Promise.all(reports)
    await Promise.all(workers.map((worker) => worker.stop()))
    await checkExactlyOnce(stage)
    const contacts = receiver.contacts()
    const keys = new Map<string, Set<string>>()
    for (const c of contacts) keys.set(c.callbackId, (keys.get(c.callbackId) ?? new Set()).add(c.deliveryId))
    expect(keys.size).toBe(CAMPAIGNS * EACH)
    // At least once on the wire, under one key.
    expect(contacts.length).toBeGreaterThan(CAMPAIGNS * EACH)
    expect([...keys.values()].filter((set) => set.size > 1)).toEqual([])
    for (const [campaignId, ids] of stage.asked) {
      const firsts = [...new Set(contacts.filter((c) => c.campaignId === campaignId).map((c) => c.callbackId))]
      expect(firsts).toEqual(ids)
    }
    await receiver.close()
    await stage.close()
  })

  describeWithBroker('and RabbitMQ killed and started again in the middle', () => {
    test('every contact arrives and every result is taken once', async () => {
      const broker = await startBroker()
      const stage = await openStage(serverUrl, { kind: 'amqp', batchSize: 10 })
      const rabbit = new Connection({ url: broker.url, retryLow: 200, retryHigh: 1000 })
      rabbit.on('error', () => undefined)
      const publisher = rabbit.createPublisher({ confirm: true, maxAttempts: 5 })
      const seen = new Map<string, Set<string>>()
      let count = 0
      const consumers = stage.campaigns.map((id) => {
        const queue = queueOf('crollo', { id, externalId: null })
        const consumer = rabbit.createConsumer(
          { queue, queueOptions: { durable: true }, qos: { prefetchCount: 5 }, requeue: true },
          async (message) => {
            const { callbackId, deliveryId } = message.body as { callbackId: string; deliveryId: string }
            seen.set(callbackId, (seen.get(callbackId) ?? new Set()).add(deliveryId))
            count += 1
            for (let twice = 0; twice < 2; twice += 1)
              await publisher.send(
                { routingKey: `${queue}.results`, durable: true },
                { callbackId, deliveryId, outcome: 'answered' },
              )
            await sleep(10)
          },
        )
        consumer.on('error', () => undefined)
        return consumer
      })
      const env = { DATABASE_URL: stage.url, AGENDA_AMQP_URL: broker.url, AGENDA_POOL_SIZE: '4' }
      const workers = await Promise.all([startWorker(env), startWorker(env)])
      for (let i = 0; i < 200 && count < 20; i += 1) await sleep(50)
      await broker.kill()
      await workers[0].stop('SIGKILL')
      workers[0] = await startWorker(env)
      await broker.start()
      await allDone(stage, 90)
      await Promise.all(workers.map((worker) => worker.stop()))
      await checkExactlyOnce(stage)
      expect(seen.size).toBe(CAMPAIGNS * EACH)
      expect([...seen.values()].filter((set) => set.size > 1)).toEqual([])
      for (const consumer of consumers) await consumer.close()
      await publisher.close()
      await rabbit.close()
      await broker.close()
      await stage.close()
    })
  })
})
