// `agenda partition`: tables that only grow are put into partitions by month while people book; nothing is lost, histories read the months they
// need, old months are detached as a whole, and rows of test tenants, whose clocks run ahead, find their month.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { detachBefore, splitByMonth } from '../src/platform/database/partition.ts'
import { uuidAt } from '../src/kernel/uuid.ts'
import { createOnServer, describeOnRealPostgres } from './helpers/database.ts'
import { runCommand } from './helpers/process.ts'
import { person, startRivals, type Rivals } from './helpers/rivals.ts'

describeOnRealPostgres('partitions by month', (serverUrl) => {
  let rivals: Rivals
  let client: pg.Client
  let serviceId: string
  const count = async (text: string): Promise<number> => Number((await client.query<{ n: string }>(text)).rows[0]!.n)
  beforeAll(async () => {
    rivals = await startRivals(serverUrl, { processes: 2 })
    ;({ serviceId } = await rivals.office(3))
    client = new pg.Client({ connectionString: rivals.url })
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await rivals.stop()
  })

  test('a table is split while others write to it: nothing is lost, keys and checks stay, a second run changes nothing', async () => {
    let isOver = false
    const booked: string[] = []
    const booking = (async () => {
      for (let n = 0; !isOver || n < 30; n += 1) {
        const start = rivals.at(1 + Math.floor(n / 36), 30 * (n % 18))
        const booking = { serviceIds: [serviceId], start, contact: person() }
        const { status, body } = await rivals.call('POST', '/v1/appointments', booking)
        expect(status, JSON.stringify(body)).toBe(201)
        booked.push(body.id)
      }
    })()
    const before = await client.query(
      "select conname, pg_get_constraintdef(oid) as d from pg_constraint where conrelid in ('events'::regclass, 'deliveries'::regclass) order by 1",
    )
    const ran = await runCommand(['partition'], { DATABASE_URL: rivals.url })
    isOver = true
    await booking
    expect(ran).toMatchObject({ code: 0, output: '', errors: expect.stringContaining('events: by month') })
    for (const id of booked) {
      const { status, body } = await rivals.call('GET', `/v1/appointments/${id}/history`)
      expect(status).toBe(200)
      expect(body.items.map(({ type }: { type: string }) => type)).toEqual(['appointment.booked'])
    }
    expect(await count("select count(*) as n from events where type = 'appointment.booked'")).toBe(booked.length)
    const after = await client.query(
      "select conname, pg_get_constraintdef(oid) as d from pg_constraint where conrelid in ('events'::regclass, 'deliveries'::regclass) order by 1",
    )
    expect(after.rows).toEqual(before.rows)
    // The rest of this month, three months, and what fits nowhere.
    expect(await count("select count(*) as n from pg_inherits where inhparent = 'events'::regclass")).toBe(5)
    const again = await runCommand(['partition', '--keep-months', '6'], { DATABASE_URL: rivals.url })
    expect(again).toMatchObject({ code: 0, errors: '' })
    const plan = await client.query(
      `explain select * from events where tenant_id = '${uuidAt(0)}' and subject_id = '${uuidAt(0)}' and id >= '${uuidAt(Date.now() + 45 * 86_400_000)}'`,
    )
    expect(JSON.stringify(plan.rows)).not.toContain('events_before')
  })

  test('months that are old are detached as a whole, and rows ahead of time find their month once it has a table', async () => {
    const { url, drop } = await createOnServer(serverUrl, { plain: true })
    const db = await openDatabase({ url, folder: '', poolSize: 2 })
    await migrate(db.pool, new Date())
    const one = await db.pool.connect()
    const at = Date.UTC(2026, 0, 10)
    const put = (when: number, n: number) =>
      one.query(
        "insert into audit_entries (tenant_id, id, at, actor, action, result, data) values ($1, $2, $3, 'a', 'b', 200, '{}')",
        [uuidAt(0), uuidAt(when).replace(/0{12}$/, String(n).padStart(12, '0')), new Date(when)],
      )
    const rows = async (table: string): Promise<number> =>
      Number((await one.query(`select count(*) as n from ${table}`)).rows[0]!.n)
    await put(at, 1)
    // Ahead of time at the split, and after it.
    await put(Date.UTC(2026, 1, 10), 2)
    expect(await splitByMonth(one as never, at)).toContain('audit_entries')
    await put(Date.UTC(2026, 7, 10), 3)
    expect([
      await rows('audit_entries'),
      await rows('audit_entries_before'),
      await rows('audit_entries_other'),
    ]).toEqual([3, 1, 1])
    expect(await rows('audit_entries_2026_02')).toBe(1)
    const later = Date.UTC(2026, 5, 3)
    expect(await splitByMonth(one as never, later)).toEqual([])
    expect([await rows('audit_entries_2026_08'), await rows('audit_entries_other')]).toEqual([1, 0])
    const gone = await detachBefore(one, later, 4)
    expect(gone).toContain('audit_entries_before')
    expect(gone).not.toContain('audit_entries_2026_02')
    expect([await rows('audit_entries'), await rows('audit_entries_before')]).toEqual([2, 1])
    expect(await detachBefore(one as never, later, 4)).toEqual([])
    one.release()
    await db.close()
    await drop()
  })

  test('the embedded database and a wrong number of months are refused in a sentence', async () => {
    const embedded = await runCommand(['partition'])
    expect(embedded).toMatchObject({ code: 1, errors: expect.stringContaining('PostgreSQL without Citus') })
    const wrong = await runCommand(['partition', '--keep-months', 'x'], { DATABASE_URL: rivals.url })
    expect(wrong).toMatchObject({ code: 1, errors: expect.stringContaining('--keep-months') })
  })
})
