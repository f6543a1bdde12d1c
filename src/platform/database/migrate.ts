// Applies migrations/*.sql in order of name, once each, even if several processes start together.
import { readdirSync, readFileSync } from 'node:fs'
import { distributeTable, isDistributed, splitCreation } from './distribute.ts'
import { WITHOUT_LIMITS, type Client, type Pool } from './open.ts'
import { isRetryable, onClient } from './tx.ts'

const FOLDER = new URL('../../../migrations/', import.meta.url)

/** Splits a migration file into statements: a distributed engine refuses several in one string, so each is sent separately. */
export function statementsOf(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

export function migrationNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}

export function readMigration(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
}

async function ensureTable(client: Client): Promise<void> {
  await client
    .query('create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null)')
    // If two processes create the table together, one fails on PostgreSQL's catalogue; the table exists then.
    .catch((error: { code?: string }) => {
      if (error.code !== '23505' && error.code !== '42P07') throw error
    })
}

/** Runs one migration; on a distributed database its new tables are distributed like the others. */
async function apply(client: Client, name: string, distributed: boolean): Promise<void> {
  for (const statement of statementsOf(readMigration(name))) {
    if (!distributed) {
      await client.query(statement)
      continue
    }
    const { table, create, keys } = splitCreation(statement)
    await client.query(create)
    if (table !== null) await distributeTable(client, table)
    for (const key of keys) await client.query(key)
  }
}

const applyMissing = (client: Client, now: Date): Promise<string[]> =>
  onClient(client, async () => {
    await client.query(WITHOUT_LIMITS)
    await client.query('lock table schema_migrations in exclusive mode')
    const { rows } = await client.query('select name from schema_migrations')
    const applied = new Set(rows.map((row) => row.name as string))
    const missing = migrationNames().filter((name) => !applied.has(name))
    const distributed = missing.length > 0 && (await isDistributed(client))
    // Citus refuses to change a table in a transaction that has read it on several connections.
    if (distributed) await client.query("set local citus.multi_shard_modify_mode = 'sequential'")
    for (const name of missing) {
      await apply(client, name, distributed)
      await client.query('insert into schema_migrations (name, applied_at) values ($1, $2)', [name, now])
    }
    return missing
  })

/** Migrates the schema and returns the names of the applied migrations. Safe to run from several processes at once. */
export async function migrate(pool: Pool, now: Date): Promise<string[]> {
  const client = await pool.connect()
  try {
    await ensureTable(client)
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await applyMissing(client, now)
      } catch (error) {
        if (attempt >= 3 || !isRetryable(error)) throw error
      }
    }
  } finally {
    client.release()
  }
}
