// The network between service and PostgreSQL drops every packet, and nobody is told: what waits is answered, and what works goes on.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '../src/platform/database/open.ts'
import { transaction } from '../src/platform/database/tx.ts'
import { isUnavailable } from '../src/platform/database/unavailable.ts'
import { createPubSub } from '../src/platform/pubsub/pubsub.ts'
import { createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { send, startProcess, type ServiceProcess } from './helpers/process.ts'
import { startWire, type Wire } from './helpers/wire.ts'

const PLATFORM_KEY = 'platform-key-of-the-tests-0123456789abcdef'

describeOnNamedPostgres('a silent network before PostgreSQL', (serverUrl) => {
  let source: Awaited<ReturnType<typeof createOnServer>>
  beforeAll(async () => {
    source = await createOnServer(serverUrl)
  })
  afterAll(() => source.drop())

  async function network(): Promise<{ wire: Wire; url: string }> {
    const url = new URL(source.url)
    const wire = await startWire(Number(url.port))
    Object.assign(url, { hostname: '127.0.0.1', port: String(wire.port) })
    return { wire, url: url.href }
  }

  async function using(work: (db: Database, wire: Wire) => Promise<void>): Promise<void> {
    const { wire, url } = await network()
    const db = await openDatabase({ url, folder: '', poolSize: 3 })
    await work(db, wire)
    await db.close()
    await wire.close()
  }

  test.concurrent(
    'a statement that waits for ever is refused as unavailable, and the next one goes on a new connection',
    () =>
      using(async (db, wire) => {
        const client = await db.pool.connect()
        await client.query('begin')
        wire.silence()
        const answer = client.query('select 1').catch((error: unknown) => error)
        const error = await answer
        expect(isUnavailable(error)).toBe(true)
        client.release(error as Error)
        wire.heal()
        const next = await db.pool.connect()
        expect((await next.query('select 2 as two')).rows).toEqual([{ two: 2 }])
        next.release()
      }),
  )

  test.concurrent('a transaction that was open when the network fell silent keeps its locks no longer', () =>
    using(async (db, wire) => {
      const setUp = await db.pool.connect()
      await setUp.query('create table kept (id int primary key)')
      await setUp.query('insert into kept values (1)')
      setUp.release()
      const holder = await db.pool.connect()
      await holder.query('begin')
      await holder.query('select 1 from kept for update')
      wire.silence()
      const error = await holder.query('select 1').catch((one: unknown) => one)
      holder.release(error as Error)
      wire.heal()
      const next = await db.pool.connect()
      expect((await next.query('select id from kept for update')).rows).toEqual([{ id: 1 }])
      next.release()
    }),
  )

  test.concurrent('whoever waits for a row that somebody holds is told so', () =>
    using(async (db) => {
      const holder = await db.pool.connect()
      await holder.query('create table held (id int primary key)')
      await holder.query('insert into held values (1)')
      await holder.query('begin')
      await holder.query('select 1 from held for update')
      const waits = transaction(db, (tx) => sql`select id from held for update`.execute(tx))
      await expect(waits).rejects.toMatchObject({ code: 'too_many_rivals' })
      await holder.query('rollback')
      holder.release()
    }),
  )

  test.concurrent(
    'a long statement of a living server takes as long as it takes, and so does a caller who thinks',
    () =>
      using(async (db) => {
        const [working, thinking] = [await db.pool.connect(), await db.pool.connect()]
        await thinking.query('begin')
        expect((await working.query("select 'slept' as it from pg_sleep(6)")).rows).toEqual([{ it: 'slept' }])
        expect((await thinking.query('select 3 as three')).rows).toEqual([{ three: 3 }])
        for (const client of [working, thinking]) client.release()
      }),
  )

  test.concurrent('messages between processes come again after a silence', async () => {
    const { wire, url } = await network()
    const db = await openDatabase({ url: source.url, folder: '', poolSize: 2 })
    const [here, there] = [createPubSub(db), createPubSub(db)]
    const heard: string[] = []
    there.on('topic', (text) => void heard.push(text))
    here.connect(source.url)
    there.connect(url)
    const until = async (text: string): Promise<void> => {
      while (!heard.includes(text)) {
        here.say('topic', text)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    await until('before')
    wire.silence()
    // The connection carries a question meanwhile: it is lost, and the connection stays half-open.
    await new Promise((resolve) => setTimeout(resolve, 11_000))
    wire.heal()
    await until('after')
    await Promise.all([here.close(), there.close()])
    await db.close()
    await wire.close()
  })

  test.concurrent(
    'callers of a service get an answer while the network is silent, and good ones after it',
    async () => {
      const { wire, url } = await network()
      const env = { DATABASE_URL: url, AGENDA_PLATFORM_KEY: PLATFORM_KEY, AGENDA_POOL_SIZE: '3' }
      const service: ServiceProcess = await startProcess(['--no-demo'], env)
      const tenant = { slug: 'muto', name: 'Muto', timeZone: 'Europe/Rome', locale: 'it', country: 'IT' }
      const { body } = await send(service.base, PLATFORM_KEY, 'POST', '/v1/tenants', tenant)
      const ask = (): ReturnType<typeof send> => send(service.base, body.apiKey, 'GET', '/v1/contacts?limit=1')
      expect((await ask()).status).toBe(200)
      wire.silence()
      const answers = await Promise.all(Array.from({ length: 12 }, ask))
      expect(answers.map(({ status, body: problem }) => `${status} ${problem.code}`)).toEqual(
        answers.map(() => '503 database_unavailable'),
      )
      wire.heal()
      const healed = await Promise.all(Array.from({ length: 12 }, ask))
      expect(healed.every(({ status }) => status === 200 || status === 503)).toBe(true)
      for (;;) if ((await ask()).status === 200) break
      expect(await service.stop()).toBe(0)
      await wire.close()
    },
  )
})
