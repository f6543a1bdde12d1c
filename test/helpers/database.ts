// One database per test file: a copy of the ready database on the run's PostgreSQL, or of the ready folder of the embedded engine.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { describe, inject } from 'vitest'
import { distribute } from '../../src/platform/database/distribute.ts'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openDatabase, type Database } from '../../src/platform/database/open.ts'
import { onServer } from './on-server.ts'

export type TestDatabase = { db: Database; url: string | undefined; folder: string; drop: () => Promise<void> }

/** Whether the suite runs on the distributed engine: every database gets its extension, and its tables are distributed. */
const onCitus = process.env.TEST_DATABASE_ENGINE === 'citus'

async function makeDistributed(url: string): Promise<void> {
  await onServer(url, 'create extension citus')
  const db = await openDatabase({ url, folder: '', poolSize: 1 })
  await migrate(db.pool, new Date())
  const client = await db.pool.connect()
  await distribute(client, () => undefined)
  client.release()
  await db.close()
}

/** Creates a database on a server; returns its URL and how to drop it. `plain`: without tables on any engine; `copied`: of which one. */
export async function createOnServer(
  server: string,
  { plain = false, copied = 'template1' } = {},
): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `agenda_test_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} template ${copied}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  if (onCitus && !plain) await makeDistributed(url.href)
  return { url: url.href, drop: () => onServer(server, `drop database ${name} with (force)`) }
}

async function openOnServer(server: string, poolSize = 20, onStatement?: (sql: string) => void): Promise<TestDatabase> {
  const { url, drop } = await createOnServer(server, { copied: inject('ready') ?? undefined })
  // The URL may lead to a pooler in transaction mode.
  const pooler = process.env.TEST_DATABASE_POOLER === 'transaction' ? 'transaction' : undefined
  const db = await openDatabase({ url, folder: '', poolSize, pooler, onStatement })
  await migrate(db.pool, new Date())
  return {
    db,
    url,
    folder: '',
    drop: async () => {
      await db.close()
      await drop()
    },
  }
}

/** A folder with an empty, migrated embedded cluster; the caller removes it. */
export function copyTemplate(): string {
  const folder = mkdtempSync(join(inject('template'), '..', 'data-'))
  cpSync(join(inject('template'), 'database'), join(folder, 'database'), { recursive: true })
  return folder
}

/** A data folder of its own for a process; in a run on a server there is no ready cluster to copy, and it begins empty. */
export const freshFolder = (): string =>
  process.env.TEST_DATABASE_URL ? mkdtempSync('/tmp/agenda-data-') : copyTemplate()

/** The database of a test file: on PostgreSQL, or with TEST_DATABASE_ENGINE=embedded the embedded one. */
export async function openTestDatabase(onStatement?: (sql: string) => void): Promise<TestDatabase> {
  const postgres = inject('postgres')
  if ('url' in postgres && process.env.TEST_DATABASE_ENGINE !== 'embedded')
    return openOnServer(postgres.url, 10, onStatement)
  const folder = copyTemplate()
  const db = await openDatabase({ folder, poolSize: 1, onStatement })
  return {
    db,
    url: undefined,
    folder,
    drop: async () => {
      await db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Runs the block on the PostgreSQL of TEST_DATABASE_URL, as .ci/run does in its second run: processes that are killed again and again
 * take too long for a plain `npm test`.
 */
export function describeOnNamedPostgres(name: string, block: (serverUrl: string) => void): void {
  const url = process.env.TEST_DATABASE_URL
  if (url) describe(name, () => block(url))
  else describe.skip(`${name} (skipped: takes long, and runs with TEST_DATABASE_URL)`, () => block(''))
}

/** Runs the block on a real PostgreSQL; without one the block is skipped under a name that says why. */
export function describeOnRealPostgres(name: string, block: (serverUrl: string) => void): void {
  const postgres = inject('postgres')
  if ('url' in postgres) describe(name, () => block(postgres.url))
  else describe.skip(`${name} (skipped: ${postgres.reason})`, () => block(''))
}
