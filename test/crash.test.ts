// Kills the service with kill -9 in the middle of bookings: after the restart every acknowledged booking is there. Embedded and
// PostgreSQL.
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { copyTemplate, createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { send, startProcess } from './helpers/process.ts'
import { testDeps } from './helpers/service.ts'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'

const CLIENTS = 8

/** Makes a tenant with one bookable agent; returns what a client needs. */
async function prepare(options: { url?: string; folder: string }): Promise<{ key: string }> {
  const db = await openDatabase({ ...options, poolSize: 2 })
  await migrate(db.pool, new Date())
  const { apiKey: key } = await createTenant(testDeps(db, { now: Date.now() }), {
    slug: 'crollo',
    name: 'Crollo',
    timeZone: 'UTC',
    locale: 'it',
    country: 'IT',
    holdMinutes: 10,
  })
  await db.close()
  return { key }
}

async function killInTheMiddle(args: string[], env: Record<string, string>, key: string): Promise<void> {
  let service = await startProcess(args, env)
  const make = async (path: string, body: unknown): Promise<any> =>
    (await send(service.base, key, 'POST', `/v1/${path}`, body)).body
  await make('locations', { name: 'Sede' })
  const serviceId = (await make('services', { name: 'S', durationMinutes: 5, horizon: { days: 400 } })).id
  const agent = await make('agents', { name: 'A', serviceIds: [serviceId] })
  await make('schedules', {
    ownerKind: 'agent',
    ownerId: agent.id,
    validFrom: '2026-01-01',
    rules: [{ rrule: 'FREQ=DAILY', windows: [{ from: '00:00', to: '24:00' }] }],
  })
  const contactId = (await make('contacts', { firstName: 'A', lastName: 'B' })).id

  const acknowledged = new Map<string, string>()
  let next = Math.ceil(Date.now() / 86_400_000) * 86_400_000
  for (let round = 0; round < 2; round += 1) {
    let killed = false
    const client = async (): Promise<void> => {
      while (!killed) {
        next += 5 * 60_000
        const start = new Date(next).toISOString()
        const answer = await send(service.base, key, 'POST', '/v1/appointments', {
          serviceIds: [serviceId],
          start,
          contactId,
        }).catch(() => null)
        if (answer && answer.status !== 201) throw new Error(JSON.stringify(answer.body))
        if (answer) acknowledged.set(answer.body.id, answer.body.code)
      }
    }
    const clients = Promise.all(Array.from({ length: CLIENTS }, client))
    const wanted = acknowledged.size + 15
    for (let waited = 0; acknowledged.size < wanted && waited < 20_000; waited += 50) await sleep(50)
    await sleep(300 + round * 150)
    await service.stop('SIGKILL')
    killed = true
    await clients
    service = await startProcess(args, env)
    const found = await Promise.all(
      [...acknowledged.keys()].map((id) => send(service.base, key, 'GET', `/v1/appointments/${id}`)),
    )
    expect(found.map((answer) => [answer.status, answer.body.id, answer.body.code])).toEqual(
      [...acknowledged].map(([id, code]) => [200, id, code]),
    )
  }
  expect(acknowledged.size).toBeGreaterThan(20)
  expect(await service.stop('SIGTERM')).toBe(0)
}

// Takes long; the run with TEST_DATABASE_ENGINE=embedded covers it.
test.skipIf(process.env.TEST_DATABASE_ENGINE !== 'embedded')(
  'embedded: no acknowledged booking is lost by kill -9',
  async () => {
    const folder = copyTemplate()
    const { key } = await prepare({ folder })
    await killInTheMiddle(['--no-demo', '--data', folder], {}, key)
    rmSync(folder, { recursive: true, force: true })
  },
)

describeOnNamedPostgres('on PostgreSQL', (serverUrl) => {
  test('no acknowledged booking is lost by kill -9 of the service', async () => {
    const { url, drop } = await createOnServer(serverUrl)
    const { key } = await prepare({ url, folder: '' })
    await killInTheMiddle(['--no-demo'], { DATABASE_URL: url }, key)
    await drop()
  })

  test('two processes that start at once on an empty database make one schema and one demo', async () => {
    const { url, drop } = await createOnServer(serverUrl)
    const start = () => startProcess(['--demo', 'true'], { DATABASE_URL: url })
    const both = await Promise.allSettled([start(), start()])
    const running = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(both.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))).toEqual([])
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const count = async (table: string, key: string): Promise<unknown> =>
      (await client.query(`select count(${key})::int as n, count(distinct ${key})::int as d from ${table}`)).rows[0]
    for (const [table, key] of [
      ['tenants', 'slug'],
      ['locations', 'external_id'],
      ['agents', 'external_id'],
      ['services', 'external_id'],
      ['campaigns', 'external_id'],
    ] as const) {
      const { n, d } = (await count(table, key)) as { n: number; d: number }
      expect([table, n]).toEqual([table, d])
    }
    expect(await count('tenants', 'slug')).toEqual({ n: 1, d: 1 })
    await client.end()
    for (const service of running) expect(await service.stop()).toBe(0)
    await drop()
  })

  test('connections that the server cuts in the middle of transactions end no process, and nothing acknowledged is lost', async () => {
    const { url, drop } = await createOnServer(serverUrl)
    const { key } = await prepare({ url, folder: '' })
    const [service, worker] = await Promise.all([
      startProcess(['--no-demo'], { DATABASE_URL: url }),
      startProcess(['--no-demo', '--role', 'worker'], { DATABASE_URL: url }),
    ])
    const serviceId = (await send(service.base, key, 'POST', '/v1/services', { name: 'S', durationMinutes: 5 })).body.id
    expect(serviceId).toBeTypeOf('string')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const acknowledged: string[] = []
    let refused = 0
    let isOver = false
    const contacts = Array.from({ length: 6 }, async (_, n) => {
      for (let i = 0; !isOver; i += 1) {
        const answer = await send(service.base, key, 'POST', '/v1/contacts', { firstName: 'A', lastName: `${n} ${i}` })
        if (answer.status === 201) acknowledged.push(answer.body.id)
        // The client is told to retry: 503 is the only valid answer while the database is away.
        else if (answer.status === 503) refused += 1
        else throw new Error(JSON.stringify(answer))
      }
    })
    for (let round = 0; round < 15; round += 1) {
      await client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'agenda%'",
      )
      await sleep(100)
    }
    isOver = true
    await Promise.all(contacts)
    expect(refused).toBeGreaterThan(0)
    expect((await send(service.base, key, 'GET', '/readyz')).status).toBe(200)
    const { rows } = await client.query('select id from contacts')
    const stored = new Set(rows.map((row: { id: string }) => row.id))
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
    expect(service.output()).toContain('"message":')
    await client.end()
    expect([await service.stop(), await worker.stop()]).toEqual([0, 0])
    await drop()
  })
})
