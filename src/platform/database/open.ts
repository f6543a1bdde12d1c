// Opens the database: PostgreSQL if a URL is given, else the embedded engine. Both have the same Kysely and pool interfaces.
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, type LogEvent } from 'kysely'
import pg from 'pg'
import { AppError } from '../../kernel/errors.ts'
import { openEmbedded } from './embedded.ts'
import { readingFrom, type Reading } from './replica.ts'
import { endSilent, type Inside } from './silence.ts'
import { statementSpan } from '../tracing/tracing.ts'
import { isUnavailable } from './unavailable.ts'
import type { Tables } from './tables.ts'

type QueryResult = { rows: Record<string, unknown>[]; rowCount: number | null; command: string }
export type Client = {
  query: (text: string, values?: readonly unknown[]) => Promise<QueryResult>
  release: (error?: Error | boolean) => void
}
export type PoolCounts = { open: number; idle: number; waiting: number }
export type Pool = { connect: () => Promise<Client>; end: () => Promise<void> }

export type Database = {
  kysely: Kysely<Tables>
  pool: Pool
  kind: 'embedded' | 'postgresql'
  /** Whether the tables lie on several nodes (Citus). */
  isDistributed: boolean
  /** Whether statements stay prepared on a connection under a name. */
  keepsPrepared: boolean
  onStatement?: ((sql: string) => void) | undefined
  /** Runs reads for which a standby is good enough; without one, on this database. Never for a decision. */
  reading: Reading
  /** How many of these ran where, since the start. */
  reads: { replica: number; primary: number }
  /** Connections of the pool and requests that wait for one; server only. */
  counts?: () => PoolCounts
  /** Number of fsync calls; embedded only. */
  syncs?: () => Promise<number>
  close: () => Promise<void>
}

type DatabaseOptions = {
  url?: string | undefined
  folder: string
  poolSize: number
  /** A pooler in front that gives each transaction another connection and keeps no prepared statements. */
  pooler?: 'transaction' | undefined
  /** URL of a standby, and how long (ms) a read waits until it has replayed what was committed before. */
  replica?: { url: string; patience: number } | undefined
  /** Makes a span of each statement that Kysely runs. */
  isTraced?: boolean
  /** Receives each statement that Kysely runs; tests check them against the rules for a distributed engine. */
  onStatement?: ((sql: string) => void) | undefined
}

const { builtins } = pg.types
const parsers: Record<number, (value: string) => unknown> = { [builtins.INT8]: Number, [builtins.DATE]: (v) => v }
type Parse = (value: string) => unknown
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    parsers[oid] ?? (pg.types.getTypeParser(oid, format) as Parse),
} as unknown as typeof pg.types

/**
 * Limits of a connection of our own, `$1` being the number of the server's process that it was told; a pooler gives out numbers of its own.
 * A transaction whose process was lost without a word ends after half a minute; waiting for somebody else's row ends before all
 * connections wait for it.
 */
const LIMITS = `
  select set_config('idle_in_transaction_session_timeout', '30s', false), set_config('lock_timeout', '10s', false)
   where pg_backend_pid() = $1::int`

/** Lifts these limits for one long transaction: a migration, a dump to a slow disk. */
export const WITHOUT_LIMITS =
  "select set_config('idle_in_transaction_session_timeout', '0', true), set_config('lock_timeout', '0', true)"

function openServer(url: string, poolSize: number, pooler: string | undefined): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types,
    application_name: 'agenda',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // A lost connection emits an `error` event: on the pool if idle, on the client if in use (the pool listens to idle clients
  // only). Without a listener either event ends the process. The next statement on a lost connection rejects, and the pool
  // replaces the connection.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    // Behind a pooler the connection is not ours alone: there the role has such limits.
    if (!pooler) void client.query(LIMITS, [(client as Inside).processID]).catch(() => undefined)
  })
  return pool
}

/**
 * Throws `database_too_old` below PostgreSQL 15, the oldest version on which all statements were tested. Resolves with whether the
 * database is one of Citus.
 */
async function requireVersion(pool: Pool): Promise<boolean> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int as version, to_regclass('pg_dist_partition') is not null as distributed",
    )
    const version = Number(rows[0]!.version)
    if (version < 150_000) {
      throw new AppError(
        'database_too_old',
        { version: Math.floor(version / 10_000) },
        { message: 'PostgreSQL 15 or newer is needed' },
      )
    }
    return rows[0]!.distributed === true
  } finally {
    client.release()
  }
}

/** Time to wait at start for a server that is not ready, and interval between attempts, in ms. */
const [PATIENCE, AGAIN] = [60_000, 500]

/**
 * Retries `work` while the database is unreachable or does not accept connections yet: service and database often start
 * together. Rejects with the last error after a minute; rejects immediately with any other error.
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
  const server = embedded ? undefined : openServer(options.url!, options.poolSize, options.pooler)
  const pool = (embedded ?? server) as Pool
  let isDistributed = false
  const stopWatching = server && endSilent(server, options.url!)
  if (!embedded) {
    isDistributed = await requireVersion(pool).catch(async (error: unknown) => {
      stopWatching?.()
      await pool.end()
      throw error
    })
  }
  const { onStatement, isTraced = false } = options
  const logged = (event: LogEvent): void => {
    onStatement?.(event.query.sql)
    if (isTraced) statementSpan(event)
  }
  const log = onStatement || isTraced ? logged : undefined
  const over = (of: Pool | pg.Pool): Kysely<Tables> =>
    new Kysely<Tables>({ dialect: new PostgresDialect({ pool: of as never }), ...(log ? { log } : {}) })
  const kysely = over(pool)
  const reads = { replica: 0, primary: 0 }
  // The position of one node of a distributed database says nothing about the others.
  const { replica } = isDistributed ? {} : options
  const standby = replica && openServer(replica.url, options.poolSize, undefined)
  const stopWatchingStandby = standby && endSilent(standby, replica.url)
  const told = (where: 'replica' | 'primary'): void => void (reads[where] += 1)
  return {
    kysely,
    pool,
    kind: embedded ? 'embedded' : 'postgresql',
    isDistributed,
    keepsPrepared: options.pooler !== 'transaction',
    onStatement,
    reading: standby
      ? readingFrom(kysely, over(standby), { patience: replica.patience, told })
      : (work) => work(kysely),
    reads,
    ...(embedded ? { syncs: embedded.syncs } : {}),
    ...(server
      ? { counts: () => ({ open: server.totalCount, idle: server.idleCount, waiting: server.waitingCount }) }
      : {}),
    close: async () => {
      stopWatching?.()
      stopWatchingStandby?.()
      await standby?.end()
      await pool.end()
    },
  }
}
