// Tables that only grow, by month: an old month is detached as a whole instead of deleted row by row. Ids are UUIDv7, so their order
// is that of time and they say the month; lookups by id, and histories of what has such an id, read the months they need.
import { startLoop, type Loop } from '../../kernel/loop.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { uuidAt } from '../../kernel/uuid.ts'
import type { Client, Pool } from './open.ts'
import { onClient } from './tx.ts'
import { SPLITTING } from './unavailable.ts'

/**
 * Their only unique keys contain the id. Messages are not among them: that a message is sent once follows from a unique key without one,
 * which several partitions cannot have together.
 */
const BY_MONTH: readonly string[] = ['events', 'audit_entries', 'deliveries', 'webhook_deliveries']

/** How many months ahead have a partition of their own. */
const AHEAD = 3

type Month = { name: string; from: string; to: string }

/** The month of an instant (epoch ms, UTC), `step` months later: `2026_11` and its ids [from, to). */
function monthOf(at: number, step = 0): Month {
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + step]
  const start = Date.UTC(year, month)
  const name = new Date(start).toISOString().slice(0, 7).replace('-', '_')
  return { name, from: uuidAt(start), to: uuidAt(Date.UTC(year, month + 1)) }
}

const list = async <T extends string>(
  client: Client,
  text: string,
  values: unknown[] = [],
): Promise<Record<T, string>[]> => (await client.query(text, values)).rows as Record<T, string>[]

/** Names of those tables of BY_MONTH that are in partitions. */
async function partitioned(client: Client): Promise<string[]> {
  const rows = await list<'name'>(
    client,
    "select relname as name from pg_class where relkind = 'p' and relname = any($1) and relnamespace = current_schema()::regnamespace",
    [BY_MONTH],
  )
  return BY_MONTH.filter((table) => rows.some(({ name }) => name === table))
}

/**
 * Makes a table one of partitions. All rows there are stay where they are, as the partition of the time up to the end of this month;
 * reading them for that happens while others write, the exchange itself is short.
 */
async function split(client: Client, table: string, now: number): Promise<void> {
  const { to } = monthOf(now)
  const [old, check] = [`${table}_before`, `${SPLITTING}${table}`]
  // Rows of test tenants, whose clocks run ahead, belong to later months.
  await client.query(`alter table ${table} add constraint ${check} check (id < '${to}') not valid`)
  try {
    await onClient(client, async () => {
      await client.query(`create temp table ahead on commit drop as select * from ${table} where id >= '${to}'`)
      await client.query(`delete from ${table} where id >= '${to}'`)
      await client.query(`alter table ${table} validate constraint ${check}`)
      const indexes = await list<'name' | 'definition' | 'key'>(
        client,
        `select i.relname as name, pg_get_indexdef(x.indexrelid) as definition,
                coalesce((select pg_get_constraintdef(c.oid) from pg_constraint c
                           where c.conindid = x.indexrelid and c.contype = 'p'), '') as key
           from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = $1::regclass`,
        [table],
      )
      await client.query(`alter table ${table} rename to ${old}`)
      for (const { name } of indexes) await client.query(`alter index ${name} rename to ${name}_before`)
      await client.query(
        `create table ${table} (like ${old} including defaults including constraints including storage) partition by range (id)`,
      )
      await client.query(`alter table ${table} drop constraint ${check}`)
      for (const { name, definition, key } of indexes)
        await client.query(key === '' ? definition : `alter table ${table} add constraint ${name} ${key}`)
      await client.query(`alter table ${table} attach partition ${old} for values from (minvalue) to ('${to}')`)
      await client.query(`create table ${table}_other partition of ${table} default`)
      await client.query(`insert into ${table} select * from ahead`)
    })
  } catch (error) {
    await client.query(`alter table ${table} drop constraint if exists ${check}`).catch(() => undefined)
    throw error
  }
  await client.query(`alter table ${old} drop constraint ${check}`)
}

/** Makes the partition of a month, with the rows of that month that had none so far. */
async function addMonth(client: Client, table: string, { name, from, to }: Month): Promise<void> {
  const part = `${table}_${name}`
  await onClient(client, async () => {
    // One process at a time; another finds the partition.
    await client.query(`lock table ${table}_other in exclusive mode`)
    const [found] = await list<'found'>(client, "select coalesce(to_regclass($1)::text, '') as found", [part])
    if (found!.found !== '') return
    await client.query(`create table ${part} (like ${table} including all)`)
    await client.query(`insert into ${part} select * from ${table}_other where id >= '${from}' and id < '${to}'`)
    await client.query(`delete from ${table}_other where id >= '${from}' and id < '${to}'`)
    await client.query(`alter table ${table} attach partition ${part} for values from ('${from}') to ('${to}')`)
  })
}

/** Makes the partitions of the coming months that are missing; without partitioned tables does nothing. */
async function addMonths(client: Client, now: number): Promise<void> {
  for (const table of await partitioned(client)) {
    const months = Array.from({ length: AHEAD }, (_, i) => monthOf(now, i + 1))
    // The month in which the table was split lies in `_before`; after that every month has its own.
    const rows = await list<'name'>(
      client,
      'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass',
      [table],
    )
    const known = new Set(rows.map(({ name }) => name))
    for (const month of months) if (!known.has(`${table}_${month.name}`)) await addMonth(client, table, month)
  }
}

/** Makes the partitions of the coming months, once a day; several processes may. */
export function startMonths(pool: Pool, now: () => number, onError: (error: unknown) => void): Loop {
  const pass = async (): Promise<void> => {
    const client = await pool.connect()
    try {
      await addMonths(client, now())
    } finally {
      client.release()
    }
  }
  return startLoop(DAY, pass, onError)
}

/** Splits the tables that are not in partitions yet; returns their names. */
export async function splitByMonth(client: Client, now: number): Promise<string[]> {
  const done = new Set(await partitioned(client))
  const missing = BY_MONTH.filter((table) => !done.has(table))
  for (const table of missing) await split(client, table, now)
  await addMonths(client, now)
  return missing
}

/**
 * Detaches the months that ended `keep` months or longer ago, and returns the names of their tables, which stay in the database until
 * somebody drops them. What lies in `_before` is detached once all of it is so old.
 */
export async function detachBefore(client: Client, now: number, keep: number): Promise<string[]> {
  const { from: limit } = monthOf(now, -keep)
  const detached: string[] = []
  for (const table of await partitioned(client)) {
    const rows = await list<'name' | 'bound'>(
      client,
      `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
         from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1`,
      [table],
    )
    for (const { name, bound } of rows) {
      const end = /TO \('([0-9a-f-]+)'\)/i.exec(bound)?.[1]
      if (end === undefined || end > limit) continue
      await client.query(`alter table ${table} detach partition ${name}`)
      detached.push(name)
    }
  }
  return detached
}
