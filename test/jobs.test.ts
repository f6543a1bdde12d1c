// The queue of side work: lanes, keys, fairness, failures; and processes that are killed while they send.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { transaction } from '../src/platform/database/tx.ts'
import { startJobs } from '../src/platform/jobs/job.loop.ts'
import { backOff } from '../src/kernel/back-off.ts'
import { JOB_WAITS, type Ended, type Queue } from '../src/platform/jobs/queue.ts'
import { drain, enqueue } from '../src/platform/jobs/jobs.ts'
import type { Job, NewJob } from '../src/platform/jobs/job.sql.ts'
import { ensureSchedules, scheduleQueue } from '../src/schedule-loop.ts'
import { SCHEDULES } from '../src/schedules.ts'
import { createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { startMailbox, type Mailbox } from './helpers/mailbox.ts'
import { send, startProcess, type ServiceProcess } from './helpers/process.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import { makeOffice, startService, testDeps, type TestService } from './helpers/service.ts'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'

let service: TestService
beforeAll(async () => void (service = await startService()))
afterAll(() => service.close())
afterEach(() => service.deps.db.kysely.deleteFrom('jobs').where('tenant_id', '=', service.tenant.id).execute())

const DONE: Ended = { kind: 'done' }
const queueOf = (run: (job: Job) => Promise<Ended>, more: Partial<Queue> = {}): Queue => ({
  ...{ name: 'prova', slots: 4, attempts: 3, run: (_deps, job) => run(job) },
  ...more,
})
async function put(...jobs: Partial<NewJob>[]): Promise<void> {
  const now = new Date(service.clock.now)
  const full = jobs.map((job) => ({
    ...{ tenantId: service.tenant.id, id: service.deps.newId(), queue: 'prova', due: now, now },
    ...job,
  }))
  await transaction(service.deps.db, (tx) => enqueue(service.deps, tx, full))
}
const nameOf = (job: Job): string => (job.payload as { name: string }).name
const quiet = (): void => undefined

test('of a lane one after the other in their order, even past one that fails; other lanes go on', async () => {
  const seen: string[] = []
  await put(
    ...[1, 2, 3].map((n) => ({ lane: 'a', payload: { name: `a${n}` } })),
    ...[1, 2].map((n) => ({ lane: 'b', payload: { name: `b${n}` } })),
  )
  let fails = true
  const queue = queueOf(async (job) => {
    seen.push(nameOf(job))
    return nameOf(job) === 'a1' && fails ? { kind: 'again', at: service.clock.now + 1000, failure: 'x' } : DONE
  })
  await drain(service.deps, [queue])
  expect(seen).toEqual(['a1', 'b1', 'b2'])
  fails = false
  service.clock.now += 1000
  await drain(service.deps, [queue])
  expect(seen.slice(3)).toEqual(['a1', 'a2', 'a3'])
})

test('one of a key waits; put off while it runs, it runs again, and what it found out is not written', async () => {
  await put({ key: 'k', payload: { name: 'old' } })
  await put({ key: 'k', payload: { name: 'new' } })
  const written: string[] = []
  const queue = queueOf(async (job) => {
    if (written.length === 0 && nameOf(job) === 'new')
      await put({ key: 'k', payload: { name: 'newer' }, due: new Date(service.clock.now + 5) })
    return { kind: 'done', also: async () => void written.push(nameOf(job)) }
  })
  await drain(service.deps, [queue])
  expect(written).toEqual([])
  service.clock.now += 5
  await drain(service.deps, [queue])
  expect(written).toEqual(['newer'])
})

test('what throws is tried again ever later, then parked where a person sees it and can start it again', async () => {
  await put({ payload: { name: 'x' } })
  let tries = 0
  let isMended = false
  const queue = queueOf(async () => {
    tries += 1
    if (!isMended) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
    return DONE
  })
  for (let i = 0; i < 6; i += 1) {
    await drain(service.deps, [queue], quiet)
    service.clock.now += 3_600_000
  }
  expect(tries).toBe(3)
  const { body } = await service.tenant.call('GET', '/v1/jobs')
  expect(body.items).toMatchObject([{ queue: 'prova', attempts: 3, failure: 'econnrefused' }])
  isMended = true
  await service.tenant.call('POST', `/v1/jobs/${body.items[0].id}/replay`)
  await drain(service.deps, [queue])
  expect((await service.tenant.call('GET', '/v1/jobs')).body.items).toEqual([])
  const metrics = await service.app.inject('/metrics')
  expect(metrics.body).toContain('agenda_jobs_due')
  expect(backOff(1, JOB_WAITS, 0.5)).toBe(5_000)
  expect(backOff(99, JOB_WAITS, 0.5)).toBe(3_600_000)
})

test('what one process does for all by the clock waits in the queue, once, and comes again; what is over is forgotten', async () => {
  const { kysely } = service.deps.db
  const mine = () => kysely.selectFrom('jobs').selectAll().where('tenant_id', '=', service.tenant.id)
  await ensureSchedules(service.deps)
  await ensureSchedules(service.deps)
  const names = SCHEDULES.filter((one) => one.mode === 'once').map((one) => one.name)
  expect((await mine().execute()).map((job) => job.key).sort()).toEqual([...names].sort())
  await put({ payload: { name: 'old' } })
  await kysely
    .updateTable('jobs')
    .set({ parked_at: new Date(service.clock.now) })
    .where('tenant_id', '=', service.tenant.id)
    .where('queue', '=', 'prova')
    .execute()
  await drain(service.deps, [scheduleQueue])
  const next = (await mine().where('queue', '=', 'schedule').execute()).map(
    (job) => job.due_at.getTime() - service.clock.now,
  )
  expect(next.length).toBe(names.length)
  expect(Math.min(...next)).toBeGreaterThan(0)
  service.clock.now += 91 * 86_400_000
  await drain(service.deps, [scheduleQueue])
  expect(await mine().where('queue', '=', 'prova').execute()).toEqual([])
})

test('a tenant with much to do does not hold up another, and stopping waits for what has begun', async () => {
  const other = await service.newTenant('piccolo')
  await put(...Array.from({ length: 60 }, (_, n) => ({ payload: { name: `big${n}` } })))
  const done: string[] = []
  let running = 0
  let most = 0
  const queue = queueOf(
    async (job) => {
      running += 1
      most = Math.max(most, running)
      await sleep(15)
      running -= 1
      done.push(nameOf(job))
      return DONE
    },
    { slots: 6 },
  )
  const loop = startJobs(service.deps, [queue], (error) => {
    throw error
  })
  while (done.length < 6) await sleep(5)
  const before = done.length
  await put({ tenantId: other.id, payload: { name: 'small' } })
  while (!done.includes('small')) await sleep(5)
  // Its job ran at the next free place, not after the other tenant's sixty.
  expect(done.indexOf('small') - before).toBeLessThan(30)
  expect(most).toBeLessThanOrEqual(6)
  await loop.stop()
  expect(running).toBe(0)
  const left = await service.deps.db.kysely
    .selectFrom('jobs')
    .select('id')
    .where('tenant_id', '=', service.tenant.id)
    .execute()
  expect(done.filter((name) => name.startsWith('big')).length + left.length).toBe(60)
})

describeOnNamedPostgres('a process killed between sending and recording', (serverUrl) => {
  let mailbox: Mailbox
  beforeAll(async () => void (mailbox = await startMailbox()))
  afterAll(() => mailbox.close())

  test('no message is lost, and what comes again is what was under way, under the same Message-ID', async () => {
    const { url, drop } = await createOnServer(serverUrl)
    const db = await openDatabase({ url, folder: '', poolSize: 2 })
    await migrate(db.pool, new Date())
    const ask = async (text: string): Promise<{ rows: any[] }> => {
      const client = await db.pool.connect()
      try {
        return await client.query(text)
      } finally {
        client.release()
      }
    }
    const deps = testDeps(db, { now: Date.now() })
    const settings = {
      slug: 'crollo',
      name: 'Crollo',
      timeZone: 'Europe/Rome',
      locale: 'it',
      country: 'IT',
      holdMinutes: 10,
    }
    const { apiKey: key } = await createTenant(deps, settings)
    const env = { DATABASE_URL: url, AGENDA_SMTP_URL: mailbox.url, AGENDA_MAIL_CONNECTIONS: '4' }
    const api = await startProcess(['--no-demo', '--role', 'api'], { DATABASE_URL: url })
    const make = async (path: string, body: unknown): Promise<any> => {
      const answer = await send(api.base, key, 'POST', `/v1/${path}`, body)
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
      return answer.body
    }
    const office = await makeOffice({ make } as never, {
      agents: 3,
      rules: [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '20:00' }] }],
    })
    // Booked for tomorrow: a booking two days ahead would also plan a reminder, and ending the leases below would send it.
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const count = 24
    for (let n = 0; n < count; n += 1) {
      const contact = { firstName: 'Ada', lastName: `N${n}`, email: `n${n}@posta.example` }
      const start = `${day}T${String(9 + Math.floor(n / 6)).padStart(2, '0')}:${n % 2 === 0 ? '00' : '30'}:00Z`
      await make('appointments', { serviceIds: [office.service.id], start, contact })
    }
    let worker: ServiceProcess | null = null
    let taken = 0
    const kills = new Set([3, 9, 15])
    mailbox.answer({
      data: async (got) => {
        taken += 1
        if (!kills.has(taken)) return null
        // The server has accepted the message, but the worker is dead and does not learn it.
        mailbox.got.push(got)
        worker?.child.kill('SIGKILL')
        await sleep(100)
        return new Error('nobody listens')
      },
    })
    const isAllSent = async (): Promise<boolean> => {
      const { rows } = await ask("select count(*)::int as n from messages where status = 'sent'")
      return rows[0]!.n === count
    }
    for (let round = 0; round < 12 && !(await isAllSent()); round += 1) {
      worker = await startProcess(['--no-demo', '--role', 'worker'], env)
      const { child } = worker
      const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null
      for (let waited = 0; waited < 30_000 && !isGone() && !(await isAllSent()); waited += 100) await sleep(100)
      if (!isGone()) await worker.stop()
      // Ends the leases of the dead worker.
      await ask('update jobs set due_at = now() where due_at > now() and parked_at is null')
    }
    const times = new Map<string, number>()
    for (const { mail } of mailbox.got) times.set(mail.messageId!, (times.get(mail.messageId!) ?? 0) + 1)
    const recipients = new Set(mailbox.got.flatMap((got) => got.to))
    expect(recipients.size).toBe(count)
    expect(times.size).toBe(count)
    // There are four connections, so at most four messages were under way at each kill.
    expect(Math.max(...times.values())).toBeLessThanOrEqual(1 + kills.size)
    const again = mailbox.got.length - times.size
    expect(again).toBeGreaterThan(0)
    expect(again).toBeLessThanOrEqual(4 * kills.size)
    const { rows } = await ask('select status, count(*)::int as n from messages group by status')
    expect(rows).toEqual([{ status: 'sent', n: count }])
    await api.stop()
    await db.close()
    await drop()
  })
})
