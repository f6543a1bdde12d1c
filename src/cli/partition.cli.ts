// Runs `agenda partition`.
import { AppError } from '../kernel/errors.ts'
import type { Config } from '../platform/config.ts'
import { migrate } from '../platform/database/migrate.ts'
import { openDatabase } from '../platform/database/open.ts'
import { detachBefore, splitByMonth } from '../platform/database/partition.ts'

const KEEP = '--keep-months'

/** The number after `--keep-months`; undefined without it. Throws `invalid_setting`. */
function monthsIn(rest: readonly string[]): number | undefined {
  const at = rest.findIndex((word) => word === KEEP || word.startsWith(`${KEEP}=`))
  if (at < 0) return undefined
  const text = rest[at]!.split('=')[1] ?? rest[at + 1] ?? ''
  const months = Number(text)
  if (!/^\d{1,4}$/.test(text) || months < 1)
    throw new AppError('invalid_setting', { name: KEEP, expected: 'a number of months, 1 or more' })
  return months
}

/** Puts the tables that only grow into partitions by month, and detaches months that are older than is asked for. */
export async function runPartition(config: Config, rest: readonly string[], now: number): Promise<void> {
  const keep = monthsIn(rest)
  const expected = 'PostgreSQL without Citus'
  if (config.databaseUrl === undefined) throw new AppError('invalid_setting', { name: 'DATABASE_URL', expected })
  const db = await openDatabase({ url: config.databaseUrl, folder: '', poolSize: 1 })
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  try {
    if (db.isDistributed) throw new AppError('invalid_setting', { name: 'DATABASE_URL', expected })
    await migrate(db.pool, new Date(now))
    const client = await db.pool.connect()
    try {
      // Exchanging a table waits for whoever uses it; more than ten seconds would make all others wait behind it.
      for (const table of await splitByMonth(client, now)) say(`${table}: by month from now on`)
      for (const name of keep === undefined ? [] : await detachBefore(client, now, keep))
        say(`${name}: detached; keep it with pg_dump -t ${name}, then drop table ${name}`)
    } finally {
      client.release()
    }
  } finally {
    await db.close()
  }
}
