// `agenda dump` and `agenda restore`: copy all data between the embedded database and a server, as lines of JSON.
// Alternative tried: pg_dump as WebAssembly. It supports one server version, needs another exact version of the embedded engine
// and holds its text in memory; JSON lines stream and suit every supported version.
import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Config } from '../platform/config.ts'
import { AppError } from '../kernel/errors.ts'
import { migrate, migrationNames } from '../platform/database/migrate.ts'
import { TABLES } from '../platform/database/all-tables.ts'
import { openDatabase, WITHOUT_LIMITS, type Client, type Database } from '../platform/database/open.ts'

const BATCH = 500

async function tablesOf(client: Client): Promise<string[]> {
  const { rows } = await client.query(
    // Views are not data; a distributed engine keeps its own in the same schema.
    `select table_name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'schema_migrations'`,
  )
  return rows.map((row) => row.table_name as string)
}

/** Tables that contain only secrets. */
const OF_SECRETS = new Set(['data_keys', 'tenant_secrets'])

/** A row without its secrets, or null for a table of secrets; `missingSecrets` lists what must be set again after a restore. */
function bare(table: string, row: Record<string, unknown>): Record<string, unknown> | null {
  if (OF_SECRETS.has(table)) return null
  if (table === 'users') return { ...row, totp_secret: null, totp_step: null, recovery_hashes: [] }
  const document = row.document as Record<string, unknown> | undefined
  if (table === 'external_calendars' && document) {
    const { sealed: _s, password: _p, username: _u, url: _a, ...shown } = document
    return { ...row, document: { host: document.host ?? hostIn(document.url), ...shown, sealed: '' } }
  }
  if (table === 'text_gateways' && document) {
    const { sealed: _s, headers: _h, ...shown } = document
    return { ...row, document: { ...shown, headers: {} } }
  }
  return row
}

const hostIn = (url: unknown): string => (typeof url === 'string' && URL.canParse(url) ? new URL(url).host : '')

/**
 * Writes every row of every table as one JSON line, from one snapshot; returns the number of rows. Omits secrets, unless
 * `withSecrets`: then they are written as stored, sealed, and need the same installation key.
 */
export async function dump(db: Database, out: Writable, withSecrets = false): Promise<number> {
  const client = await db.pool.connect()
  let count = 0
  const write = async (value: unknown): Promise<void> => {
    if (!out.write(`${JSON.stringify(value)}\n`)) await once(out, 'drain')
  }
  try {
    await client.query('begin isolation level repeatable read read only')
    await client.query(WITHOUT_LIMITS)
    const unknown = (await tablesOf(client)).filter((name) => !TABLES.includes(name))
    if (unknown.length > 0) throw new Error(`dump does not know the tables ${unknown.join(', ')}`)
    await write({ agenda: 1, migrations: migrationNames() })
    for (const table of TABLES) {
      // A cursor, because a table may not fit into memory.
      await client.query(`declare rows_of_table no scroll cursor for select row_to_json(t) as row from ${table} t`)
      for (;;) {
        const { rows } = await client.query(`fetch ${BATCH} from rows_of_table`)
        if (rows.length === 0) break
        const shown = rows.flatMap(({ row }) =>
          withSecrets ? [row] : (bare(table, row as Record<string, unknown>) ?? []),
        )
        for (const row of shown) await write([table, row])
        count += shown.length
      }
      await client.query('close rows_of_table')
    }
    await client.query('commit')
    return count
  } finally {
    client.release()
  }
}

/** Loads the lines of a dump into an empty, migrated database in one transaction; returns the number of rows. */
async function restore(db: Database, input: Readable): Promise<number> {
  const client = await db.pool.connect()
  let count = 0
  let pending: { table: string; rows: unknown[] } = { table: '', rows: [] }
  const flush = async (): Promise<void> => {
    const { table, rows } = pending
    if (rows.length === 0) return
    if (!TABLES.includes(table)) throw new Error(`the dump names the unknown table ${table}`)
    // Only columns in the dump: with an older dump, newer columns get their defaults.
    const columns = Object.keys(rows[0] as object)
      .map((name) => `"${name.replaceAll('"', '')}"`)
      .join(', ')
    await client.query(
      `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::json)`,
      [JSON.stringify(rows)],
    )
    count += rows.length
    pending = { table: '', rows: [] }
  }
  try {
    await client.query('begin')
    await client.query(WITHOUT_LIMITS)
    const { rows } = await client.query('select 1 from tenants limit 1')
    if (rows.length > 0) throw new AppError('database_not_empty')
    let isFirst = true
    // Created only here: a line reader drops lines that arrive before a listener is attached.
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const value = JSON.parse(line) as { agenda?: number; migrations?: string[] } | [string, unknown]
      if (isFirst) {
        checkHead(value as { agenda?: number; migrations?: string[] })
        isFirst = false
        continue
      }
      const [table, row] = value as [string, unknown]
      if (table !== pending.table || pending.rows.length >= BATCH) {
        await flush()
        pending.table = table
      }
      pending.rows.push(row)
    }
    await flush()
    await client.query('commit')
    return count
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

function checkHead(head: { agenda?: number; migrations?: string[] }): void {
  const newer = (head.migrations ?? []).filter((name) => !migrationNames().includes(name))
  if (head.agenda !== 1 || newer.length > 0) {
    throw new AppError('invalid_setting', {
      name: 'FILE',
      expected: `a dump of this version of Agenda or an older one (${newer.join(', ')})`,
    })
  }
}

async function open(config: Config): Promise<Database> {
  const db = await openDatabase({ url: config.databaseUrl, folder: config.data, poolSize: 1 })
  await migrate(db.pool, new Date())
  return db
}

/** `agenda dump [FILE] [--with-secrets]`. */
export async function runDump(config: Config, file: string | undefined, withSecrets: boolean): Promise<void> {
  const db = await open(config)
  const out = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 })
  try {
    const count = await dump(db, out, withSecrets)
    if (file !== undefined) {
      out.end()
      await once(out, 'finish')
    }
    process.stderr.write(`${count} rows written, ${withSecrets ? 'with' : 'without'} secrets\n`)
  } finally {
    await db.close()
  }
}

/** Sentences that list the secrets to set again after restoring a dump without secrets. */
export async function missingSecrets(db: Database): Promise<string[]> {
  const client = await db.pool.connect()
  const count = async (text: string): Promise<number> => Number((await client.query(text)).rows[0]!.n)
  try {
    if ((await count('select count(*) as n from tenant_secrets')) > 0) return []
    const calendars = await count("select count(*) as n from external_calendars where document ->> 'sealed' = ''")
    const gateways = await count('select count(*) as n from text_gateways')
    const hooks = await count('select count(*) as n from webhooks')
    return [
      'Without secrets: links and sign-ins that were given out before open nothing; second factors are to be set up again.',
      ...(calendars > 0 ? [`Add again: ${calendars} calendars of agents, with address and password.`] : []),
      ...(gateways > 0 ? [`Set again: the headers of ${gateways} text gateways.`] : []),
      ...(hooks > 0
        ? [`New: the signing secrets of ${hooks} webhooks; read and hand them on (POST /v1/webhooks/{id}/secret).`]
        : []),
      'Set again: secrets of sign-in services, and signing secrets of campaigns that push.',
    ]
  } finally {
    client.release()
  }
}

/** `agenda restore FILE`. */
export async function runRestore(config: Config, file: string | undefined): Promise<void> {
  if (file === undefined)
    throw new AppError('invalid_setting', { name: 'FILE', expected: 'agenda restore needs the file of a dump' })
  const db = await open(config)
  try {
    const count = await restore(db, createReadStream(file))
    process.stderr.write(`${count} rows restored\n`)
    for (const line of await missingSecrets(db)) process.stderr.write(`${line}\n`)
  } finally {
    await db.close()
  }
}
