// The harness's own connection to the database, under a separate name, which survives restarts of the server. Reads rows and ends
// connections; never writes data of the service.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export type Rows = Record<string, any>[]
export type Eye = {
  /** Rows, or null while the server does not answer. */
  look: (sql: string, values?: readonly unknown[]) => Promise<Rows | null>
  /** Rows; waits up to half a minute for the server. */
  read: (sql: string, values?: readonly unknown[]) => Promise<Rows>
  close: () => Promise<void>
}

export function createEye(url: string): Eye {
  let client: Promise<pg.Client> | null = null
  let last: unknown = null

  async function connect(): Promise<pg.Client> {
    const made = new pg.Client({ connectionString: url, application_name: 'chaos', connectionTimeoutMillis: 3_000 })
    // Errors are ignored here; the next query reports them.
    made.on('error', () => undefined)
    await made.connect()
    return made
  }

  async function look(sql: string, values: readonly unknown[] = []): Promise<Rows | null> {
    const used = (client ??= connect())
    try {
      return (await (await used).query(sql, [...values])).rows
    } catch (error) {
      last = error
      if (client === used) client = null
      void used.then((lost) => lost.end()).catch(() => undefined)
      return null
    }
  }

  return {
    look,
    async read(sql, values) {
      for (let waited = 0; waited < 30_000; waited += 250) {
        const rows = await look(sql, values)
        if (rows) return rows
        await sleep(250)
      }
      throw new Error('the server did not answer for half a minute', { cause: last })
    },
    async close() {
      const open = client
      client = null
      await open?.then((one) => one.end()).catch(() => undefined)
    },
  }
}
