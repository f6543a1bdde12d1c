// Guarantees for an operator: durability of the embedded database, its lock, start and stop, dump and restore, import.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../src/platform/database/open.ts'
import { envExample, readConfig } from '../src/platform/config.ts'
import { copyTemplate, createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { send, startProcess } from './helpers/process.ts'

const run = promisify(execFile)
const agenda = (args: string[], env: Record<string, string> = {}) =>
  run(process.execPath, ['src/start.js', ...args], {
    env: { PATH: process.env.PATH!, HOME: process.env.HOME!, ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
const folders: string[] = []
const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'agenda-test-'))
  folders.push(folder)
  return folder
}
/** The folder with the demo data, once a test has loaded it. */
let demo: string | undefined
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

describe.skipIf(process.env.TEST_DATABASE_URL)('the embedded database', () => {
  let folder: string
  beforeAll(() => {
    folder = copyTemplate()
    folders.push(folder)
  })

  test('writes each commit through to the disk, keeps others out, and does not stall the event loop', async () => {
    const db = await openDatabase({ folder, poolSize: 1 })
    const client = await db.pool.connect()
    await client.query('create table t (n int)')
    const before = await db.syncs!()
    for (let i = 0; i < 100; i += 1) await client.query('insert into t values ($1)', [i])
    expect((await db.syncs!()) - before).toBeGreaterThanOrEqual(100)

    // A long query runs in its own thread and does not block this one: timers keep firing.
    let ticks = 0
    const timer = setInterval(() => (ticks += 1), 2)
    await client.query('select count(*) from generate_series(1, 2000000) a')
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
    client.release()

    await expect(openDatabase({ folder, poolSize: 1 })).rejects.toMatchObject({ code: 'folder_in_use' })
    await db.close()
    const again = await openDatabase({ folder, poolSize: 1 })
    await again.close()
  })

  test('a second process on the folder is refused with a sentence; a lock left by a dead one is taken over', async () => {
    const first = await startProcess(['--no-demo', '--data', folder])
    const second = await agenda(['--no-demo', '--port', '0', '--data', folder]).catch(
      (e: { code: number; stderr: string }) => e,
    )
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('is in use by process') })
    await first.stop('SIGKILL')
    const third = await startProcess(['--no-demo', '--data', folder])
    expect(await third.stop('SIGINT')).toBe(0)
    expect(third.output()).toContain('stopped')
  })
})

test.skipIf(process.env.TEST_DATABASE_URL)(
  'starts with demo data, prints addresses and key; requests under way finish on SIGTERM; a second start adds nothing',
  async () => {
    const data = copyTemplate()
    folders.push(data)
    const service = await startProcess(['--data', data])
    const key = /Demo API key {3}(\S+)/.exec(service.output())![1]!
    const list = async (base: string, path: string) => (await send(base, key, 'GET', path)).body.items as any[]
    const locations = await list(service.base, '/v1/locations')
    expect(locations.map((l) => l.name)).toHaveLength(4)
    expect((await list(service.base, '/v1/agents?limit=200')).filter((a) => a.desk === undefined)).toHaveLength(12)
    const appointments = await list(service.base, '/v1/appointments?limit=200')
    expect(appointments.length).toBeGreaterThan(100)
    expect(new Set(appointments.map((a) => a.status)).size).toBeGreaterThan(2)
    const services = await list(service.base, '/v1/services')
    const slots = await Promise.all(
      services.map((s) => send(service.base, key, 'GET', `/v1/slots/next?serviceId=${s.id}`)),
    )
    for (const answer of slots) expect(answer.body.items.some((i: any) => i.slot !== null)).toBe(true)
    const inFlight = send(
      service.base,
      key,
      'GET',
      `/v1/slots/explanation?serviceId=${services[0].id}&date=${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
    const stopped = service.stop('SIGTERM')
    expect((await inFlight).status).toBe(200)
    expect(await stopped).toBe(0)
    const again = await startProcess(['--data', data])
    expect(again.output()).toContain(key)
    expect(await list(again.base, '/v1/locations')).toEqual(locations)
    expect(await again.stop()).toBe(0)
    demo = data
  },
)

describe('settings', () => {
  test('.env.example is what the settings say', () => expect(readFileSync('.env.example', 'utf8')).toBe(envExample()))
  test('flags win over variables, and a wrong value is refused by name', () => {
    expect(readConfig({ PORT: '1' }, new Map([['--port', '2']])).port).toBe(2)
    expect(readConfig({}, new Map()).demo).toBe(true)
    expect(readConfig({ DATABASE_URL: 'postgresql://x/y' }, new Map()).demo).toBe(false)
    expect(() => readConfig({ PORT: 'abc' }, new Map())).toThrow('PORT')
    expect(() => readConfig({ AGENDA_ROLE: 'boss' }, new Map())).toThrow('AGENDA_ROLE')
    expect(() => readConfig({ DATABASE_URL: 'mysql://secret' }, new Map())).not.toThrow('secret')
  })
  test('--help lists every setting', async () => {
    const { stdout } = await agenda(['--help'])
    for (const word of ['DATABASE_URL', '--data', '--port', '--role', '--no-demo']) expect(stdout).toContain(word)
  })
})

const CSV = `id,office,booked,start,came,name,phone
1,Centro,2026-01-05T08:00:00Z,2026-01-07T09:00:00Z,yes,Ada,+39 320 555 1111
2,Centro,2026-01-05T09:00:00Z,2026-01-07T09:00:00Z,no,Bea,
3,Centro,2026-01-05T10:00:00Z,2026-01-07T09:00:00Z,yes,Clio,
4,Mare,2026-01-05T10:00:00Z,2026-01-07T09:00:00Z,perhaps,Dora,
5,Mare,2026-01-05T10:00:00Z,yesterday,yes,Elsa,
6,Mare,2026-01-05T10:00:00Z,2026-01-07T09:00:00Z,yes,Fede,12345678901234
`
const MAPPING = {
  source: 'prova',
  columns: {
    id: 'id',
    location: 'office',
    bookedAt: 'booked',
    start: 'start',
    outcome: 'came',
    firstName: 'name',
    phone: 'phone',
  },
  outcomes: { yes: 'completed', no: 'no_show' },
  defaults: {
    service: { name: 'Visita', body: { durationMinutes: 30 } },
    location: { name: 'Sede' },
    pool: { size: 2 },
    hours: [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '18:00' }] }],
    validFrom: '2025-01-01',
  },
}

test.skipIf(process.env.TEST_DATABASE_URL)(
  'import: dry run, replay through the rules, refusals that can be corrected, nothing twice',
  async () => {
    const folder = scratch()
    const data = copyTemplate()
    folders.push(data)
    writeFileSync(join(folder, 'a.csv'), CSV)
    writeFileSync(join(folder, 'map.json'), JSON.stringify(MAPPING))
    const load = (file: string, ...more: string[]) =>
      agenda([
        'import',
        '--data',
        data,
        '--tenant',
        'prova',
        '--create-tenant',
        'Europe/Rome',
        '--mapping',
        join(folder, 'map.json'),
        '--refused',
        join(folder, 'refused.csv'),
        ...more,
        join(folder, file),
      ])
    expect((await load('a.csv', '--dry-run')).stdout).toContain('dry run: 6 rows read, 2 refused')
    const first = await load('a.csv', '--language', 'it')
    expect(first.stdout).toContain('6 rows: 2 booked, 0 there already, 2 outcomes recorded, 4 refused')
    const refused = readFileSync(join(folder, 'refused.csv'), 'utf8').trim().split('\n')
    expect(refused[0]).toBe(
      'id,office,booked,start,came,name,phone,refused_line,refused_column,refused_code,refused_sentence',
    )
    expect(refused.slice(1).map((l) => l.split(',').slice(7, 10).join())).toEqual([
      '4,start,slot_taken',
      '5,came,not_allowed',
      '6,start,wrong_format',
      '7,phone,invalid_phone',
    ])
    expect((await load('a.csv')).stdout).toContain('0 booked, 2 there already')
    const corrected = readFileSync(join(folder, 'refused.csv'), 'utf8')
      .replace('perhaps', 'yes')
      .replace('12345678901234', '')
      .replace('yesterday', '2026-01-07T11:00:00Z')
      .replace(
        '2026-01-05T10:00:00Z,2026-01-07T09:00:00Z,yes,Clio',
        '2026-01-05T10:00:00Z,2026-01-07T10:00:00Z,yes,Clio',
      )
    writeFileSync(join(folder, 'b.csv'), corrected)
    expect((await load('b.csv')).stdout).toContain('4 rows: 4 booked')
  },
)

describeOnNamedPostgres('dump and restore', (serverUrl) => {
  test('carry everything from one database to another, and refuse one that is not empty', async () => {
    const source = process.env.TEST_DATABASE_URL ? await createOnServer(serverUrl) : null
    const target = await createOnServer(serverUrl)
    const folder = scratch()
    const data = process.env.TEST_DATABASE_URL ? folder : (demo ?? copyTemplate())
    folders.push(data)
    const from: Record<string, string> = source ? { DATABASE_URL: source.url } : {}
    const service = await startProcess(['--demo', 'true', '--data', data], from)
    const key = /Demo API key {3}(\S+)/.exec(service.output())![1]!
    const before = await Promise.all(
      ['appointments?limit=200', 'agents?limit=200', 'schedules?limit=200'].map((p) =>
        send(service.base, key, 'GET', `/v1/${p}`),
      ),
    )
    await service.stop()
    const file = join(folder, 'all.jsonl')
    await agenda(['dump', '--data', data, file], from)
    await agenda(['restore', file], { DATABASE_URL: target.url })
    const there = await startProcess(['--no-demo'], { DATABASE_URL: target.url })
    const after = await Promise.all(
      ['appointments?limit=200', 'agents?limit=200', 'schedules?limit=200'].map((p) =>
        send(there.base, key, 'GET', `/v1/${p}`),
      ),
    )
    expect(after).toEqual(before)
    await there.stop()
    const twice = await agenda(['restore', file], { DATABASE_URL: target.url }).catch((e: { stderr: string }) => e)
    expect(twice.stderr).toContain('already has data')
    await target.drop()
    await source?.drop()
  })
})
