// Finds out whether a pooler stands between this process and PostgreSQL, and whether the pooler keeps prepared statements.
import { randomUUID } from 'node:crypto'
import pg from 'pg'

/**
 * `direct`: none, or one that keeps a connection for each client. `fit`: one that gives each transaction another connection and keeps
 * prepared statements (PgBouncer from 1.21 with `max_prepared_statements`). `unfit`: one that loses them.
 */
export type PoolerKind = 'direct' | 'fit' | 'unfit'

const PROBE = 'select pg_backend_pid() as pid'
/** Patience with a pooler that has a single connection (ms), and attempts to get another connection. */
const [PATIENCE, ATTEMPTS] = [3_000, 3]

const pidOf = async (client: pg.Client, name?: string): Promise<number> =>
  (await client.query<{ pid: number }>(name === undefined ? PROBE : { name, text: PROBE })).rows[0]!.pid

/** What happens to a statement that `one` prepared, while `other` occupies the connection on which it was prepared. */
async function fateOfPrepared(one: pg.Client, other: pg.Client): Promise<PoolerKind> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const name = `agenda_probe_${randomUUID()}`
    const before = await pidOf(one, name)
    await other.query('begin')
    try {
      if ((await pidOf(other)) !== before) continue
      await pidOf(one, name)
      return 'fit'
    } catch (error) {
      // 26000 invalid_sql_statement_name: the other connection does not know the statement.
      if ((error as { code?: string }).code === '26000') return 'unfit'
      throw error
    } finally {
      await other.query('rollback').catch(() => undefined)
    }
  }
  return 'direct'
}

/**
 * Looks at the way to the server. A pooler answers with a process id of its own when a client connects (PostgreSQL documentation,
 * 55.2.1, BackendKeyData), so an id that differs from the server's tells that there is one. Rejects with the driver's error.
 */
export async function poolerAt(url: string): Promise<PoolerKind> {
  const open = (): pg.Client => {
    const client = new pg.Client({ connectionString: url, query_timeout: PATIENCE, connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    return client
  }
  const [one, other] = [open(), open()]
  try {
    await one.connect()
    if ((await pidOf(one)) === (one as unknown as { processID: number }).processID) return 'direct'
    await other.connect()
    return await fateOfPrepared(one, other).catch((error: unknown) => {
      // With one connection for all clients there is no other to ask on.
      if (/Query read timeout/.test((error as Error).message)) return 'direct' as const
      throw error
    })
  } finally {
    await Promise.allSettled([one.end(), other.end()])
  }
}
