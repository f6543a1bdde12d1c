// Opens the database: PostgreSQL when an URL is given, else the embedded engine. Both behind one Kysely and one pool shape.
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, type LogEvent } from 'kysely'
import pg from 'pg'
import { AppError } from '../errors.ts'
import { openEmbedded } from './embedded.ts'
import { isUnavailable } from './unavailable.ts'
import type { Tables } from './tables.ts'

export type QueryResult = { rows: Record<string, unknown>[]; rowCount: number | null; command: string }
export type Client = {
  query: (text: string, values?: readonly unknown[]) => Promise<QueryResult>
  release: (error?: Error | boolean) => void
}
export type Pool = { connect: () => Promise<Client>; end: () => Promise<void> }

export type Database = {
  kysely: Kysely<Tables>
  pool: Pool
  kind: 'embedded' | 'postgresql'
  onStatement?: ((sql: string) => void) | undefined
  /** Counts the calls of fsync; embedded only. */
  syncs?: () => Promise<number>
  close: () => Promise<void>
}

export type DatabaseOptions = {
  url?: string | undefined
  folder: string
  poolSize: number
  /** Sees each statement that Kysely runs; tests check them against the rules for a distributed engine. */
  onStatement?: ((sql: string) => void) | undefined
}

const { builtins } = pg.types
const parsers: Record<number, (value: string) => unknown> = { [builtins.INT8]: Number, [builtins.DATE]: (v) => v }
type Parse = (value: string) => unknown
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    parsers[oid] ?? (pg.types.getTypeParser(oid, format) as Parse),
} as unknown as typeof pg.types

function openServer(url: string, poolSize: number): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types,
    application_name: 'agenda',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // A lost connection is reported as an `error` event: of an idle one by the pool, of one in use by the client itself (the pool
  // listens to idle clients only). Without a listener either event ends the process. Whoever uses the connection is told by its
  // next statement, which rejects, and the pool replaces it.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** PostgreSQL 15 is the oldest that all statements were tried on. */
async function requireVersion(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query('show server_version_num')
    const version = Number(rows[0]?.server_version_num)
    if (version < 150_000) {
      throw new AppError(
        'database_too_old',
        { version: Math.floor(version / 10_000) },
        { message: 'PostgreSQL 15 or newer is needed' },
      )
    }
  } finally {
    client.release()
  }
}

/** How long a start waits for a server that is not ready yet, and how long between two looks, in ms. */
const [PATIENCE, AGAIN] = [60_000, 500]

/**
 * Runs `work` again while the database cannot be reached or does not take connections yet: a service and its server often start
 * together. Rejects with the last error after a minute, and at once with any other error.
 */
export async function whenAvailable<T>(work: () => Promise<T>, onWait: () => void = () => undefined): Promise<T> {
  const end = performance.now() + PATIENCE
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > end) throw error
      if (attempt === 0) onWait()
      await sleep(AGAIN)
    }
  }
}

/** Opens the database and resolves once it answers. Rejects with `folder_in_use`, `database_too_old` or the driver's error. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const embedded = options.url ? undefined : await openEmbedded(options.folder)
  const pool: Pool = embedded ?? openServer(options.url!, options.poolSize)
  if (!embedded) {
    await requireVersion(pool).catch(async (error: unknown) => {
      await pool.end()
      throw error
    })
  }
  const { onStatement } = options
  const log = onStatement ? (event: LogEvent) => onStatement(event.query.sql) : undefined
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: pool as never }),
    ...(log ? { log } : {}),
  })
  return {
    kysely,
    pool,
    kind: embedded ? 'embedded' : 'postgresql',
    onStatement,
    ...(embedded ? { syncs: embedded.syncs } : {}),
    close: () => pool.end(),
  }
}
