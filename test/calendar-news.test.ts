// Processes tell each other what they book, so that a calendar is not read again after every booking of another process. What they offer
// is what the database has, whatever they were told.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../src/app.ts'
import { createSnapshots } from '../src/domain/availability/snapshots.ts'
import type { Deps } from '../src/domain/deps.ts'
import { openDatabase, type Database } from '../src/platform/database/open.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'
import { createOnServer, describeOnRealPostgres } from './helpers/database.ts'
import { caller, START, testDeps } from './helpers/service.ts'

type Process = { app: FastifyInstance; deps: Deps; db: Database; call: ReturnType<typeof caller>; reads: () => number }

describeOnRealPostgres('two processes and one calendar', (serverUrl) => {
  let source: Awaited<ReturnType<typeof createOnServer>>
  let [here, there]: Process[] = []
  let serviceId = ''
  const agentIds: string[] = []

  async function startOne(url: string): Promise<Omit<Process, 'call'>> {
    let reads = 0
    const onStatement = (text: string): void => void (reads += text.includes('string_agg') ? 1 : 0)
    const db = await openDatabase({ url, folder: '', poolSize: 6, onStatement })
    await migrate(db.pool, new Date())
    const deps = testDeps(db, { now: START })
    deps.pubsub.connect(url)
    const app = await buildApp(deps, { logLevel: 'silent', trustProxy: false })
    return { app, deps, db, reads: () => reads }
  }

  beforeAll(async () => {
    source = await createOnServer(serverUrl)
    const [one, two] = [await startOne(source.url), await startOne(source.url)]
    const tenant = { slug: 'notizie', name: 'Notizie', timeZone: 'Europe/Rome', locale: 'it', country: 'IT' }
    const { apiKey } = await createTenant(one.deps, { ...tenant, holdMinutes: 10 })
    ;[here, there] = [one, two].map((process) => ({ ...process, call: caller(process.app, apiKey) }))
    const make = async (path: string, body: object): Promise<any> =>
      (await here!.call('POST', `/v1/${path}`, body)).body
    await make('locations', { name: 'Sede' })
    serviceId = (await make('services', { name: 'Mezz’ora', durationMinutes: 30, horizon: { days: 60 } })).id
    const rules = [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '08:00', to: '18:00' }] }]
    for (let i = 0; i < 3; i += 1) {
      const { id } = await make('agents', { name: `Agente ${i}`, serviceIds: [serviceId] })
      await make('schedules', { ownerKind: 'agent', ownerId: id, validFrom: '2026-01-01', rules })
      agentIds.push(id)
    }
  })
  afterAll(async () => {
    for (const { app, deps, db } of [here!, there!]) {
      await app.close()
      await deps.pubsub.close()
      await db.close()
    }
    await source.drop()
  })

  const question = (): string => `/v1/slots?serviceId=${serviceId}&from=2026-11-24&to=2026-12-05`
  const offered = async ({ call }: Process): Promise<unknown> => (await call('GET', question())).body.days
  /** What a process that knows nothing offers: it reads everything. */
  async function truth(): Promise<unknown> {
    const { deps } = there!
    const known = deps.snapshots
    deps.snapshots = createSnapshots(deps.db, deps.now)
    try {
      return await offered(there!)
    } finally {
      deps.snapshots = known
    }
  }
  const hears = (): Promise<void> => sleep(60)

  test('after bookings of the other process its calendar is not read again', async () => {
    await Promise.all([offered(here!), offered(there!)])
    await hears()
    const before = there!.reads()
    for (let i = 0; i < 10; i += 1) {
      const start = new Date(Date.parse('2026-11-24T07:00:00Z') + i * 1_800_000).toISOString()
      const body = { serviceIds: [serviceId], start, contact: { firstName: 'Ada', lastName: `N${i}` } }
      expect((await here!.call('POST', '/v1/appointments', body)).status).toBe(201)
      await hears()
      expect(await offered(there!)).toEqual(await offered(here!))
    }
    expect(there!.reads() - before).toBe(0)
    expect(await offered(there!)).toEqual(await truth())
  })

  test('whatever both do at once, both offer what the database has', async () => {
    let seed = 7
    const random = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n
    const made: string[] = []
    for (let round = 0; round < 12; round += 1) {
      const acts = Array.from({ length: 6 }, async () => {
        const process = random(2) === 0 ? here! : there!
        const start = new Date(Date.parse('2026-11-25T07:00:00Z') + random(3) * 86_400_000 + random(12) * 1_800_000)
        const body = {
          ...{ serviceIds: [serviceId], start: start.toISOString() },
          ...(random(2) === 0 ? { agentId: agentIds[random(3)] } : {}),
        }
        const act = random(5)
        const id = made[random(Math.max(1, made.length))]
        if (act === 0 && id) return process.call('POST', `/v1/appointments/${id}/cancellation`, {})
        if (act === 1 && id) return process.call('POST', `/v1/appointments/${id}/rescheduling`, { start: body.start })
        if (act === 2) return process.call('POST', '/v1/holds', body)
        const answer = await process.call('POST', '/v1/appointments', {
          ...body,
          contact: { firstName: 'U', lastName: 'N' },
        })
        if (answer.status === 201) made.push(answer.body.id)
        return answer
      })
      const statuses = (await Promise.all(acts)).map(({ status }) => status)
      expect(statuses.filter((status) => status >= 500)).toEqual([])
      // At once, before the news has come, and after it.
      const now = await truth()
      expect([await offered(here!), await offered(there!)]).toEqual([now, now])
      await hears()
      expect([await offered(here!), await offered(there!)]).toEqual([now, now])
    }
    expect(made.length).toBeGreaterThan(10)
  })
})
