// What a distributed engine does otherwise: it commits each statement of a message by itself, and a local table must not refer to a
// distributed one. A booking is whole there too, and the schema is the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TABLES } from '../src/platform/database/all-tables.ts'
import { splitCreation } from '../src/platform/database/distribute.ts'
import { migrationNames, readMigration, statementsOf } from '../src/platform/database/migrate.ts'
import { openDatabase, type Client } from '../src/platform/database/open.ts'
import { createOnServer, describeOnRealPostgres } from './helpers/database.ts'
import { startRivals, type Rivals } from './helpers/rivals.ts'
import { bookingsAreWhole } from './helpers/whole-bookings.ts'
import { runCommand } from './helpers/process.ts'
import { startSplittingProxy } from './helpers/splitting-proxy.ts'

describeOnRealPostgres('an engine that commits each statement by itself', (serverUrl) => {
  let rivals: Rivals
  let proxy: Awaited<ReturnType<typeof startSplittingProxy>>
  beforeAll(async () => {
    proxy = await startSplittingProxy(serverUrl)
    rivals = await startRivals(serverUrl, { processes: 2, through: proxy.through })
  })
  afterAll(async () => {
    await rivals.stop()
    proxy.close()
  })

  bookingsAreWhole(() => rivals)
})

describeOnRealPostgres('tables made for a distributed database', (serverUrl) => {
  /** Every constraint of every table, as PostgreSQL writes it. */
  async function constraintsOf(make: (client: Client) => Promise<unknown>): Promise<unknown[]> {
    const { url, drop } = await createOnServer(serverUrl, { plain: true })
    const db = await openDatabase({ url, folder: '', poolSize: 1 })
    const client = await db.pool.connect()
    try {
      await make(client)
      const { rows } = await client.query(
        `select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as definition from pg_constraint
          where connamespace = 'public'::regnamespace and conrelid <> 0 and conrelid::regclass::text <> 'schema_migrations' order by 1, 2`,
      )
      return rows
    } finally {
      client.release()
      await db.close()
      await drop()
    }
  }

  test('have the same keys and checks, though foreign keys are added after the table', async () => {
    const usual = await constraintsOf(async (client) => {
      for (const name of migrationNames())
        for (const statement of statementsOf(readMigration(name))) await client.query(statement)
    })
    const distributed: string[] = []
    const split = await constraintsOf(async (client) => {
      for (const name of migrationNames())
        for (const statement of statementsOf(readMigration(name))) {
          const { table, create, keys } = splitCreation(statement)
          expect(create).not.toMatch(/foreign key|references/i)
          for (const one of [create, ...keys]) await client.query(one)
          if (table !== null) distributed.push(table)
        }
    })
    expect(usual.length).toBeGreaterThan(100)
    expect(split).toEqual(usual)
    expect(distributed.toSorted()).toEqual(TABLES.toSorted())
  })

  test('agenda distribute refuses a database without Citus in a sentence', async () => {
    const { url, drop } = await createOnServer(serverUrl, { plain: true })
    const { code, errors } = await runCommand(['distribute'], { DATABASE_URL: url })
    await drop()
    expect(code).toBe(1)
    expect(errors).toMatch(/^[^\n]*DATABASE_URL[^\n]*Citus[^\n]*\n$/)
  })
})
