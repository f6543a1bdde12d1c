// A new version starts beside the one before it, on one database, while people book: nobody is refused, and nothing is lost.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadModule, parseSync } from 'libpg-query'
import { describe, expect, test } from 'vitest'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'
import { migrationNames, readMigration, statementsOf } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { send, startProcess, type ServiceProcess } from './helpers/process.ts'
import { testDeps } from './helpers/service.ts'

const ROOT = join(import.meta.dirname, '..')
/** The version before, and the last migration that it knows. Moves on with each release. */
const BEFORE = { commit: '367bcd3', migration: '0016_test_tenants.sql' }

const isThere = (() => {
  try {
    execFileSync('git', ['cat-file', '-e', `${BEFORE.commit}^{commit}`], { cwd: ROOT, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test('migrations since the version before only add: it goes on running on the new schema', async () => {
  await loadModule()
  const faults: string[] = []
  for (const name of migrationNames().filter((one) => one > BEFORE.migration)) {
    for (const sql of statementsOf(readMigration(name))) {
      const { stmt } = (parseSync(sql) as any).stmts[0]
      const [kind] = Object.keys(stmt)
      const commands: any[] = (stmt.AlterTableStmt?.cmds ?? []).map((cmd: any) => cmd.AlterTableCmd)
      const added = commands.filter((cmd) => cmd.subtype === 'AT_AddColumn')
      const isNullable = added.every((cmd) => {
        const kinds = (cmd.def.ColumnDef.constraints ?? []).map((c: any) => c.Constraint.contype)
        return !kinds.includes('CONSTR_NOTNULL') || kinds.includes('CONSTR_DEFAULT')
      })
      const isAddition =
        kind === 'CreateStmt' || kind === 'IndexStmt' || (commands.length > 0 && added.length === commands.length)
      if (!isAddition || !isNullable) faults.push(`${name}: ${sql.slice(0, 80)}`)
    }
  }
  expect(faults).toEqual([])
})

/** The files of the version before, with today's packages. */
function checkOut(): string {
  const folder = mkdtempSync('/tmp/agenda-before-')
  mkdirSync(folder, { recursive: true })
  const archive = execFileSync('git', ['archive', BEFORE.commit, 'src', 'migrations', 'public', 'package.json'], {
    cwd: ROOT,
    maxBuffer: 256 * 1024 * 1024,
  })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

type Booker = { stop: () => Promise<void>; ids: Set<string>; refused: string[] }

/** Books one time after the other, through each of the doors in turn; a door that closes is left. */
function book(doors: ServiceProcess[], key: string, body: { serviceIds: string[]; contactId: string }): Booker {
  const [ids, refused] = [new Set<string>(), [] as string[]]
  let isOver = false
  let next = Math.ceil(Date.now() / 86_400_000) * 86_400_000
  const clients = Array.from({ length: 4 }, async (_, i) => {
    for (let turn = i; !isOver; turn += 1) {
      const start = new Date((next += 5 * 60_000)).toISOString()
      const door = doors[turn % doors.length]!
      const answer = await send(door.base, key, 'POST', '/v1/appointments', { ...body, start })
      if (answer.status === 201) ids.add(answer.body.id)
      else refused.push(`${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`)
    }
  })
  return { ids, refused, stop: async () => ((isOver = true), void (await Promise.all(clients))) }
}

const block = (serverUrl: string): void => {
  test('bookings go on while the new version migrates, serves beside the old one, and replaces it', async () => {
    const folder = checkOut()
    const { url, drop } = await createOnServer(serverUrl)
    const env = { DATABASE_URL: url, AGENDA_DRAIN_SECONDS: '1' }
    const before = await startProcess(['--no-demo'], env, folder)
    const db = await openDatabase({ url, folder: '', poolSize: 2 })
    const office = { slug: 'prima', name: 'Prima', timeZone: 'UTC', locale: 'it', country: 'IT', holdMinutes: 10 }
    const { apiKey: key } = await createTenant(testDeps(db, { now: Date.now() }), office)
    const make = async (path: string, body: unknown): Promise<any> =>
      (await send(before.base, key, 'POST', `/v1/${path}`, body)).body
    await make('locations', { name: 'Sede' })
    const service = await make('services', { name: 'S', durationMinutes: 5, horizon: { days: 400 } })
    const agent = await make('agents', { name: 'A', serviceIds: [service.id] })
    const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '00:00', to: '24:00' }] }]
    await make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01', rules })
    const contactId = (await make('contacts', { firstName: 'A', lastName: 'B' })).id

    const doors = [before]
    const booker = book(doors, key, { serviceIds: [service.id], contactId })
    await sleep(500)
    const now = await startProcess(['--no-demo'], env)
    const atStart = booker.ids.size
    doors.push(now)
    await sleep(2_000)
    const together = booker.ids.size
    // As a load balancer does: nothing new to the process that is about to stop, then it ends.
    doors.splice(0, 1)
    await sleep(200)
    expect(await before.stop()).toBe(0)
    await sleep(500)
    await booker.stop()

    expect(booker.refused).toEqual([])
    expect(atStart).toBeGreaterThan(0)
    expect(together).toBeGreaterThan(atStart)
    expect(booker.ids.size).toBeGreaterThan(together)
    for (const id of booker.ids) expect((await send(now.base, key, 'GET', `/v1/appointments/${id}`)).status).toBe(200)
    await now.stop()
    await db.close()
    await drop()
    rmSync(folder, { recursive: true, force: true })
  })
}

if (isThere) describeOnNamedPostgres('an upgrade under way', block)
else describe.skip(`an upgrade under way (skipped: the history has no commit ${BEFORE.commit})`, () => block(''))
