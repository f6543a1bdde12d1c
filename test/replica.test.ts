// Reports, exports and feeds on a standby: they run there, they always have what was committed before the call, and a standby that lags or
// is gone makes no difference to who asks.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'
import { startCluster, type Cluster } from './chaos/cluster.ts'
import { freePorts } from './chaos/ports.ts'
import { createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { send, startProcess, type ServiceProcess } from './helpers/process.ts'
import { testDeps } from './helpers/service.ts'

describeOnNamedPostgres('a standby for reads', () => {
  let primary: Cluster
  let standby: Cluster
  let service: ServiceProcess
  let key: string
  let serviceId: string
  let contactId: string
  let onStandby: string
  let feed: string
  let next = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000

  const call = (method: string, path: string, body?: unknown) => send(service.base, key, method, `/v1/${path}`, body)
  const make = async (path: string, body: unknown): Promise<any> => {
    const { status, body: made } = await call('POST', path, body)
    if (status !== 201) throw new Error(`${path}: ${JSON.stringify(made)}`)
    return made
  }
  const book = (): Promise<any> =>
    make('appointments', { serviceIds: [serviceId], start: new Date((next += 300_000)).toISOString(), contactId })
  async function booked(): Promise<number> {
    const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
    const range = `from=${day(Date.now() - 86_400_000)}&to=${day(Date.now() + 7 * 86_400_000)}`
    const { status, body } = await call('GET', `reports/appointments?by=agent&${range}`)
    expect(status).toBe(200)
    const column = body.columns.findIndex(({ name }: { name: string }) => name === 'booked')
    return body.rows.reduce((sum: number, row: any) => sum + row.values[column], 0)
  }
  async function reads(): Promise<{ replica: number; primary: number }> {
    const text = await (await fetch(`${service.base}/metrics`)).text()
    const of = (where: string): number =>
      Number(new RegExp(`agenda_database_reads\\{where="${where}"\\} (\\d+)`).exec(text)![1])
    return { replica: of('replica'), primary: of('primary') }
  }
  async function replay(act: 'pause' | 'resume'): Promise<void> {
    const client = new pg.Client({ connectionString: onStandby })
    await client.connect()
    await client.query(`select pg_wal_replay_${act}()`)
    await client.end()
  }
  /** After a failure the standby is left alone for a second. */
  async function untilOnReplica(): Promise<void> {
    const before = (await reads()).replica
    while ((await reads()).replica === before) await booked()
  }

  beforeAll(async () => {
    const [port, other] = (await freePorts(2)) as [number, number]
    primary = await startCluster(port)
    const { url } = await createOnServer(primary.url, { plain: true })
    const db = await openDatabase({ url, folder: '', poolSize: 2 })
    await migrate(db.pool, new Date())
    const office = { slug: 'copia', name: 'Copia', timeZone: 'UTC', locale: 'it', country: 'IT', holdMinutes: 10 }
    key = (await createTenant(testDeps(db, { now: Date.now() }), office)).apiKey
    await db.close()
    standby = await primary.standby(other)
    onStandby = url.replace(String(port), String(other))
    const env = {
      DATABASE_URL: url,
      AGENDA_REPLICA_URL: onStandby,
      AGENDA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    }
    service = await startProcess(['--no-demo'], { ...env, AGENDA_REPLICA_WAIT: '2000' })
    await make('locations', { name: 'Sede' })
    serviceId = (await make('services', { name: 'S', durationMinutes: 5, horizon: { days: 60 } })).id
    const agent = await make('agents', { name: 'A', serviceIds: [serviceId] })
    const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '00:00', to: '24:00' }] }]
    await make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01', rules })
    contactId = (await make('contacts', { firstName: 'A', lastName: 'B' })).id
    feed = (await make('calendar-feeds', { ownerKind: 'agent', ownerId: agent.id })).url
  })
  afterAll(async () => {
    await service.stop()
    standby.destroy()
    primary.destroy()
  })

  test('what was committed before the call is in the report, which the standby makes', async () => {
    for (let n = 1; n <= 30; n += 1) {
      await book()
      expect(await booked()).toBe(n)
    }
    expect((await reads()).replica).toBeGreaterThanOrEqual(28)
    const answer = await fetch(feed.replace(/^https?:\/\/[^/]+/, service.base))
    expect((await answer.text()).match(/BEGIN:VEVENT/g)).toHaveLength(30)
    expect((await call('GET', `privacy/contacts/${contactId}/export`)).status).toBeLessThan(500)
  })

  test('a standby that lags is not waited for without end: the primary answers, with everything', async () => {
    await untilOnReplica()
    await replay('pause')
    await book()
    const before = await reads()
    expect(await booked()).toBe(31)
    expect(await booked()).toBe(31)
    expect(await reads()).toEqual({ replica: before.replica, primary: before.primary + 2 })
    await replay('resume')
    await untilOnReplica()
    expect(await booked()).toBe(31)
  })

  test('a standby that is gone, or has become a server of its own, is noticed by nobody', async () => {
    await standby.stop('immediate')
    await book()
    for (let i = 0; i < 5; i += 1) expect(await booked()).toBe(32)
    await standby.start()
    await untilOnReplica()
    // Promoted, it receives nothing any more.
    await standby.promote()
    await book()
    for (let i = 0; i < 5; i += 1) expect(await booked()).toBe(33)
  })
})
