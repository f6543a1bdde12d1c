// Runs `agenda distribute`.
import { AppError } from '../kernel/errors.ts'
import type { Config } from '../platform/config.ts'
import { distribute, hasCitus } from '../platform/database/distribute.ts'
import { migrate } from '../platform/database/migrate.ts'
import { openDatabase, type Client } from '../platform/database/open.ts'

/** Migrates the database and spreads its tables; refuses a database without Citus in a sentence. */
export async function runDistribute(config: Config, now: Date): Promise<void> {
  const expected = 'a database of a Citus coordinator with the extension citus created in it'
  if (config.databaseUrl === undefined) throw new AppError('invalid_setting', { name: 'DATABASE_URL', expected })
  const db = await openDatabase({ url: config.databaseUrl, folder: '', poolSize: 1 })
  const withClient = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = await db.pool.connect()
    // Distributing a table waits for whoever uses it.
    await client.query('set lock_timeout = 0')
    try {
      return await work(client)
    } finally {
      client.release()
    }
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  try {
    if (!(await withClient(hasCitus))) throw new AppError('invalid_setting', { name: 'DATABASE_URL', expected })
    await migrate(db.pool, now)
    const count = await withClient((client) =>
      distribute(client, (table, done, all, online) => say(`${done}/${all} ${table}${online ? ' (online)' : ''}`)),
    )
    say(`${count} tables distributed`)
  } finally {
    await db.close()
  }
}
