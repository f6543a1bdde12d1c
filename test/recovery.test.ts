// Backup and recovery to a point in time, as docs/databases.md describes it: a base backup and archived WAL of a server of its own, somebody
// deletes the appointments, and the service starts again on the state of the moment before.
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { createTenant } from '../src/application/onboarding/create-tenant.ts'
import { startCluster, runAsServer } from './chaos/cluster.ts'
import { freePorts } from './chaos/ports.ts'
import { createOnServer, describeOnNamedPostgres } from './helpers/database.ts'
import { runCommand, send, startProcess } from './helpers/process.ts'
import { testDeps } from './helpers/service.ts'

describeOnNamedPostgres('recovery to a point in time', () => {
  test('every booking acknowledged before the moment is there, and the audit log is whole', async () => {
    const folder = mkdtempSync('/tmp/agenda-recovery-')
    chmodSync(folder, 0o777)
    const archive = join(folder, 'archive')
    mkdirSync(archive)
    chmodSync(archive, 0o777)
    const [port, otherPort] = (await freePorts(2)) as [number, number]
    const cluster = await startCluster(port, undefined, [
      'wal_level = replica',
      'archive_mode = on',
      `archive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f'`,
    ])
    const { url } = await createOnServer(cluster.url, { plain: true })
    const env = { DATABASE_URL: url, AGENDA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }
    const db = await openDatabase({ url, folder: '', poolSize: 2 })
    await migrate(db.pool, new Date())
    const office = { slug: 'salva', name: 'Salva', timeZone: 'UTC', locale: 'it', country: 'IT', holdMinutes: 10 }
    const { apiKey: key } = await createTenant(testDeps(db, { now: Date.now() }), office)
    await db.close()
    let service = await startProcess(['--no-demo'], env)
    const make = async (path: string, body: unknown): Promise<any> =>
      (await send(service.base, key, 'POST', `/v1/${path}`, body)).body
    await make('locations', { name: 'Sede' })
    const { id: serviceId } = await make('services', { name: 'S', durationMinutes: 5, horizon: { days: 400 } })
    const agent = await make('agents', { name: 'A', serviceIds: [serviceId] })
    const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '00:00', to: '24:00' }] }]
    await make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01', rules })
    const contactId = (await make('contacts', { firstName: 'A', lastName: 'B' })).id
    let next = Math.ceil(Date.now() / 86_400_000) * 86_400_000
    const book = async (count: number): Promise<string[]> => {
      const ids: string[] = []
      for (let i = 0; i < count; i += 1) {
        const start = new Date((next += 5 * 60_000)).toISOString()
        ids.push((await make('appointments', { serviceIds: [serviceId], start, contactId })).id)
      }
      return ids
    }

    const early = await book(20)
    const backup = join(folder, 'backup')
    await runAsServer('pg_basebackup', [
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'postgres',
      '-D',
      backup,
      '-X',
      'none',
      '-c',
      'fast',
    ])
    const late = await book(20)
    const admin = new pg.Client({ connectionString: url })
    await admin.connect()
    const { rows } = await admin.query<{ moment: string }>('select clock_timestamp()::text as moment')
    const after = await book(3)
    await admin.query('delete from appointments')
    // The last segment reaches the archive.
    await admin.query('select pg_switch_wal()')
    await admin.end()
    await service.stop()
    await cluster.stop('fast')

    appendFileSync(
      join(backup, 'postgresql.conf'),
      `port = ${otherPort}\narchive_mode = off\nrestore_command = 'cp ${archive}/%f %p'
recovery_target_time = '${rows[0]!.moment}'\nrecovery_target_action = 'promote'\n`,
    )
    writeFileSync(join(backup, 'recovery.signal'), '')
    chmodSync(backup, 0o700)
    await runAsServer('pg_ctl', ['-D', backup, '-w', '-t', '60', '-l', join(folder, 'recovered.log'), 'start'])
    try {
      const recovered = { ...env, DATABASE_URL: url.replace(`:${port}/`, `:${otherPort}/`) }
      service = await startProcess(['--no-demo'], recovered)
      const found = async (id: string): Promise<number> =>
        (await send(service.base, key, 'GET', `/v1/appointments/${id}`)).status
      for (const id of [...early, ...late]) expect(await found(id)).toBe(200)
      for (const id of after) expect(await found(id)).toBe(404)
      expect(await book(1)).toHaveLength(1)
      await service.stop()
      const audit = await runCommand(['audit', 'verify'], recovered)
      expect([audit.code, audit.output]).toEqual([0, expect.stringContaining('whole')])
    } finally {
      await runAsServer('pg_ctl', ['-D', backup, '-m', 'immediate', '-w', 'stop']).catch(() => undefined)
      cluster.destroy()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
