// Sends several statements to PostgreSQL as one message: Bind and Execute for each, and one Sync at the end (PostgreSQL documentation,
// 55.2.4 "Pipelining"). After a failure the server skips the rest up to the Sync.
// Alternatives tried: pg's own pipeline mode (one Sync and one write per statement: bookings a third slower); unnamed statements
// (parsed and planned every time: a fifth slower).
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { CompiledQuery } from 'kysely'

const require = createRequire(import.meta.url)
const { prepareValue } = require('pg/lib/utils') as { prepareValue: (value: unknown) => unknown }
const { serialize } = require('pg-protocol') as {
  serialize: {
    parse: (query: { text: string; name: string; types?: unknown[] }) => Buffer
    bind: (config: { statement: string; values: unknown[]; valueMapper: (value: unknown) => unknown }) => Buffer
    execute: () => Buffer
    close: (message: { type: 'S'; name: string }) => Buffer
    sync: () => Buffer
  }
}

/** The rows that statements returned, as the server writes their values; only of statements that return any. */
export type Rows = ReadonlyMap<CompiledQuery, readonly (readonly (string | null)[])[]>

type Connection = { stream: { write: (data: Buffer) => void } }

/** SQL texts that are known to be prepared, by connection. */
const prepared = new WeakMap<Connection, Set<string>>()
const names = new Map<string, string>()

/** The name says the text, so that processes that share a connection by a pooler never run each other's statement under one name. */
function nameOf(sql: string): string {
  let name = names.get(sql)
  if (!name) names.set(sql, (name = `agenda_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`))
  return name
}

/** A list of statements as one query of pg's client (it has `submit` and the `handle…` callbacks). */
export class Pipeline {
  readonly #statements: readonly CompiledQuery[]
  readonly #isNamed: boolean
  readonly #done: (error: Error | null) => void
  readonly #rows = new Map<CompiledQuery, (string | null)[][]>()
  #connection: Connection | null = null
  #completed = 0
  /** Called by pg's client when the connection is lost. */
  readonly callback: (error: Error | null) => void

  /** `isNamed`: keeps statements prepared on the connection; do not use behind a pooler that shares connections between clients. */
  constructor(statements: readonly CompiledQuery[], isNamed: boolean, done: (error: Error | null) => void) {
    this.#statements = statements
    this.#isNamed = isNamed
    this.#done = done
    this.callback = done
  }

  submit(connection: Connection): null {
    this.#connection = connection
    let known = prepared.get(connection)
    if (!known) prepared.set(connection, (known = new Set()))
    const parts: Buffer[] = []
    for (const { sql, parameters } of this.#statements) {
      const name = this.#isNamed ? nameOf(sql) : ''
      if (!this.#isNamed) parts.push(serialize.parse({ text: sql, name }))
      // A statement that failed before may or may not be prepared: close it first (closing a missing one is no error).
      else if (!known.has(sql)) parts.push(serialize.close({ type: 'S', name }), serialize.parse({ text: sql, name }))
      parts.push(
        serialize.bind({ statement: name, values: parameters as unknown[], valueMapper: prepareValue }),
        serialize.execute(),
      )
    }
    parts.push(serialize.sync())
    connection.stream.write(Buffer.concat(parts))
    return null
  }

  get rows(): Rows {
    return this.#rows
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const statement = this.#statements[this.#completed]!
    const list = this.#rows.get(statement)
    if (list) list.push(fields)
    else this.#rows.set(statement, [fields])
  }

  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}

  /** Statements that succeeded; after a failure, the index of the one that failed. */
  get completed(): number {
    return this.#completed
  }

  handleCommandComplete(): void {
    this.#completed += 1
  }

  /** The first error ends the transaction; the server skips the rest up to the Sync. pg calls nothing more on a failed query. */
  handleError(error: Error): void {
    this.#remember()
    this.#done(error)
  }

  handleReadyForQuery(): void {
    this.#remember()
    this.#done(null)
  }

  #remember(): void {
    const known = this.#connection && prepared.get(this.#connection)
    if (!known || !this.#isNamed) return
    for (const { sql } of this.#statements.slice(0, this.#completed)) known.add(sql)
  }
}
