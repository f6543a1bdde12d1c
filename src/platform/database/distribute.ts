// Spreads the tables over the nodes of Citus, by tenant: each tenant's rows lie together on one node, parents before children.
import { TABLES } from './all-tables.ts'
import type { Client } from './open.ts'

/** Columns by which tables are spread, where it is not tenant_id. A look-up across tenants lies by what is looked up. */
const KEYS: Record<string, string> = { tenants: 'id', tenant_slugs: 'slug' }

const FOREIGN = /^\s*(foreign key \(([^)]*)\) references \w+ \([^)]*\)[^,\n]*?),?\s*$/i
const CREATE = /^create table (?:if not exists )?(\w+) \(/i

/**
 * A statement as a distributed database takes it: a new table is created without its foreign keys (a local table must not refer to
 * a distributed one), distributed, and then given them. Any other statement stays as it is. `table` is null if there is none to distribute.
 */
export function splitCreation(statement: string): { table: string | null; create: string; keys: string[] } {
  const table = CREATE.exec(statement)?.[1] ?? null
  if (table === null) return { table, create: statement, keys: [] }
  const keys: string[] = []
  const kept = statement.split('\n').filter((line) => {
    const [, clause, columns] = FOREIGN.exec(line) ?? []
    if (clause === undefined || columns === undefined) return true
    // The name that PostgreSQL itself would give; a distributed table takes no constraint without one.
    const name = `${[table, ...columns.split(/\s*,\s*/)].join('_')}_fkey`
    keys.push(`alter table ${table} add constraint ${name} ${clause}`)
    return false
  })
  // The line before the closing parenthesis may have been one before a key.
  const last = kept.findLastIndex((line) => line.startsWith(')'))
  return { table, create: kept.with(last - 1, kept[last - 1]!.replace(/,$/, '')).join('\n'), keys }
}

/** Whether the tables of this database lie on the nodes of Citus. */
export async function isDistributed(client: Client): Promise<boolean> {
  const { rows } = await client.query("select to_regclass('pg_dist_partition') is not null as found")
  return rows[0]!.found === true && (await distributedTables(client)).has('tenants')
}

/** Names of the tables that are distributed already. */
async function distributedTables(client: Client): Promise<Set<string>> {
  const { rows } = await client.query("select logicalrelid::text as name from pg_dist_partition where partmethod = 'h'")
  return new Set(rows.map((row) => row.name as string))
}

/** Distributes one table; a table that has no foreign keys, from it or to it, can be so `online`, while others write. */
export async function distributeTable(client: Client, table: string, online = false): Promise<void> {
  const start = `create_distributed_table${online ? '_concurrently' : ''}`
  await client.query(`select ${start}($1::regclass, $2, colocate_with => $3)`, [
    table,
    KEYS[table] ?? 'tenant_id',
    table in KEYS ? 'none' : 'tenants',
  ])
}

/** Tables with a foreign key from them or to them, and whether the server can copy rows while others write. */
async function limitsOfOnline(client: Client): Promise<{ related: Set<string>; hasLogical: boolean }> {
  const { rows } = await client.query(
    "select conrelid::regclass::text as one, confrelid::regclass::text as other from pg_constraint where contype = 'f'",
  )
  const { rows: level } = await client.query('show wal_level')
  return {
    related: new Set(rows.flatMap((row) => [row.one as string, row.other as string])),
    hasLogical: level[0]!.wal_level === 'logical',
  }
}

type Progress = (table: string, done: number, all: number, online: boolean) => void

/** Whether the extension is created in this database. */
export async function hasCitus(client: Client): Promise<boolean> {
  const { rows } = await client.query("select 1 from pg_extension where extname = 'citus'")
  return rows.length > 0
}

/**
 * Distributes every table that is not distributed yet; a run that was interrupted is continued by the next. Returns the number of
 * tables that this run distributed.
 */
export async function distribute(client: Client, onProgress: Progress): Promise<number> {
  const done = await distributedTables(client)
  const { related, hasLogical } = await limitsOfOnline(client)
  const missing = TABLES.filter((table) => !done.has(table))
  for (const [index, table] of missing.entries()) {
    const online = hasLogical && !related.has(table)
    await distributeTable(client, table, online)
    onProgress(table, index + 1, missing.length, online)
  }
  return missing.length
}
