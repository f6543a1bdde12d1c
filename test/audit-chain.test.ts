// Nobody changes, removes or adds an entry of the audit log without `agenda audit verify` saying so.
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sealAudit, verifyAudit } from '../src/application/audit/seal-audit.ts'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'
import { insertAudit } from '../src/platform/audit/audit.sql.ts'
import { chainHash } from '../src/platform/audit/chain.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { createOnServer, describeOnRealPostgres } from './helpers/database.ts'
import { runCommand } from './helpers/process.ts'
import { startService, testDeps, type TestService, type TestTenant } from './helpers/service.ts'

let service: TestService
let tenant: TestTenant
let turn = 0
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())
/** A tenant with three seals of two entries each. */
beforeEach(async () => {
  tenant = await service.newTenant(`catena-${(turn += 1)}`)
  for (let i = 0; i < 3; i += 1) {
    for (const name of ['Sede', 'Ufficio']) await tenant.make('locations', { name: `${name} ${i}` })
    expect(await sealAudit(service.deps, tenant.id)).toBe(1)
  }
})

const verify = () => verifyAudit(service.deps, tenant.id)
const run = (statement: ReturnType<typeof sql>) => statement.execute(service.deps.db.kysely)

test('what was done is sealed once, and the chain is whole', async () => {
  expect(await sealAudit(service.deps, tenant.id)).toBe(0)
  const report = await verify()
  expect(report).toMatchObject({ seals: 3, entries: 6, waiting: 0, faults: [] })
  expect(report.head?.number).toBe(3)
  await tenant.make('locations', { name: 'Nuova' })
  expect(await verify()).toMatchObject({ seals: 3, waiting: 1, faults: [] })
})

test('sealers at once make one chain', async () => {
  for (let i = 0; i < 8; i += 1) await tenant.make('locations', { name: `L${i}` })
  await Promise.allSettled([1, 2, 3].map(() => sealAudit(service.deps, tenant.id)))
  await sealAudit(service.deps, tenant.id)
  expect(await verify()).toMatchObject({ entries: 14, waiting: 0, faults: [] })
})

const inSecond = () => sql`tenant_id = ${tenant.id} and seal = 2`
test.each<[string, () => ReturnType<typeof sql>, object[]]>([
  [
    'changed',
    () => sql`update audit_entries set actor = 'user:somebody-else' where ${inSecond()}`,
    [{ number: 2, kind: 'entries_changed' }],
  ],
  [
    'backdated',
    () => sql`update audit_entries set at = at - interval '1 millisecond' where ${inSecond()}`,
    [{ number: 2, kind: 'entries_changed' }],
  ],
  [
    'removed',
    () =>
      sql`delete from audit_entries a where a.tenant_id = ${tenant.id} and a.id = (
            select o.id from audit_entries o where o.tenant_id = ${tenant.id} and o.seal = 2 order by o.id limit 1)`,
    [{ number: 2, kind: 'entries_missing', expected: 2, found: 1 }],
  ],
  [
    'moved into another seal',
    () => sql`update audit_entries set seal = 3 where ${inSecond()}`,
    [
      { number: 2, kind: 'entries_missing', expected: 2, found: 0 },
      { number: 3, kind: 'entries_added', expected: 2, found: 4 },
    ],
  ],
])('an entry that was %s is told', async (_how, tamper, faults) => {
  await run(tamper())
  expect((await verify()).faults).toEqual(faults)
})

test('a removed seal, with its entries, breaks the chain behind it', async () => {
  await run(sql`delete from audit_entries where ${inSecond()}`)
  await run(sql`delete from audit_seals where tenant_id = ${tenant.id} and number = 2`)
  expect((await verify()).faults).toEqual([{ number: 2, kind: 'seal_missing' }])
})

test('a seal made anew over changed entries lacks the signature', async () => {
  await run(sql`update audit_entries set action = 'nothingHappened' where tenant_id = ${tenant.id} and seal = 3`)
  const { rows: entries } = await sql<Parameters<typeof chainHash>[1][number]>`
    select * from audit_entries where tenant_id = ${tenant.id} and seal = 3 order by id`.execute(service.deps.db.kysely)
  const { rows } = await sql<{ hash: string }>`
    select hash from audit_seals where tenant_id = ${tenant.id} and number = 2`.execute(service.deps.db.kysely)
  await run(
    sql`update audit_seals set hash = ${chainHash(rows[0]!.hash, entries)} where tenant_id = ${tenant.id} and number = 3`,
  )
  expect((await verify()).faults).toEqual([{ number: 3, kind: 'signature_of_another_key' }])
})

describeOnRealPostgres('agenda audit verify', (serverUrl) => {
  test('prints a line for each tenant, and exits with 1 once an entry was changed or a kept seal is gone', async () => {
    const { url, drop } = await createOnServer(serverUrl)
    const db = await openDatabase({ url, folder: '', poolSize: 2 })
    await migrate(db.pool, new Date())
    const deps = testDeps(db, { now: Date.now() })
    const office = { name: 'Ufficio', timeZone: 'UTC', locale: 'it', country: 'IT', holdMinutes: 10 }
    const ids = [
      (await createTenant(deps, { ...office, slug: 'uno' })).id,
      (await createTenant(deps, { ...office, slug: 'due' })).id,
    ]
    for (const tenantId of ids) {
      const entry = { tenant_id: tenantId, at: new Date(), actor: 'key:x', subject: null, result: 201 }
      for (const action of ['createAgent', 'createService'])
        await insertAudit(db.kysely, { ...entry, id: deps.newId(), action, data: { fields: ['name'] } })
    }
    const env = { DATABASE_URL: url, AGENDA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }
    const whole = await runCommand(['audit', 'verify'], env)
    expect([whole.code, whole.errors]).toEqual([0, ''])
    expect(whole.output).toMatch(/^due: 2 entries in 1 seals, whole; latest 1:[0-9a-f]{64}$/m)
    const kept = /^uno: .*latest (1:[0-9a-f]{64})$/m.exec(whole.output)![1]!
    expect((await runCommand(['audit', 'verify', 'uno', kept], env)).code).toBe(0)

    await sql`update audit_entries set result = 403 where tenant_id = ${ids[0]}`.execute(db.kysely)
    const broken = await runCommand(['audit', 'verify'], env)
    expect(broken.code).toBe(1)
    expect(broken.output).toContain('uno: seal 1 has an entry that was changed')
    expect(broken.output).toContain('due: 2 entries in 1 seals, whole')

    await sql`delete from audit_entries where tenant_id = ${ids[0]}`.execute(db.kysely)
    await sql`delete from audit_seals where tenant_id = ${ids[0]}`.execute(db.kysely)
    const cut = await runCommand(['audit', 'verify', 'uno', kept], env)
    expect([cut.code, cut.output]).toEqual([
      1,
      'uno: the kept seal 1 is not in the chain any more\nuno: 0 entries in 0 seals, NOT WHOLE\n',
    ])
    const wrong = await runCommand(['audit', 'verify', 'uno', 'x'], env)
    expect([wrong.code, wrong.errors]).toEqual([
      1,
      'The setting audit is not valid: agenda audit verify [TENANT] [NUMBER:HASH].\n',
    ])
    await db.close()
    await drop()
  })
})
