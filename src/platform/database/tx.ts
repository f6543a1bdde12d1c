// Runs transactions and interprets database errors. Only this file knows the SQLSTATEs of refused writes and the form of constraint names.
import { AppError } from '../../kernel/errors.ts'
import { CompiledQuery, type Kysely, type Transaction } from 'kysely'
import type { Client, Database } from './open.ts'
import { inSpan } from '../tracing/tracing.ts'
import { isUnavailable } from './unavailable.ts'
import { Pipeline, type Rows } from './pipeline.ts'
import type { Tables } from './tables.ts'
import { canGroup, writeTogether, type Group } from './together.ts'

export type Tx = Transaction<Tables>
export type Db = Kysely<Tables>

type DatabaseError = { code?: string; constraint?: string; message?: string }

type Violation = { kind: 'overlap' | 'unique' | 'reference' | 'check' | 'missing'; constraint: string }

const KINDS: Record<string, Violation['kind']> = {
  '23P01': 'overlap',
  '23505': 'unique',
  '23503': 'reference',
  '23514': 'check',
  '23502': 'missing',
}

/**
 * The constraint that refused a write, or null. If the error has no name field, the name comes from the message; the shard suffix
 * `_123456` of a distributed engine is removed. NOT NULL has no name, so `<column>_not_null` is used.
 */
export function violationOf(error: unknown): Violation | null {
  const { code, constraint, message = '' } = (error ?? {}) as DatabaseError
  const kind = code === undefined ? undefined : KINDS[code]
  if (!kind) return null
  if (kind === 'missing') return { kind, constraint: `${/column "([^"]+)"/.exec(message)?.[1] ?? ''}_not_null` }
  const name = constraint ?? /constraint "([^"]+)"/.exec(message)?.[1] ?? ''
  return { kind, constraint: name.replace(/_\d{5,}$/, '') }
}

/**
 * Whether the error is a deadlock or serialization failure: nothing was committed, and a retry may succeed. A lost connection
 * is not retryable: the commit may have arrived, so the caller decides (with its idempotency key).
 */
export function isRetryable(error: unknown): boolean {
  const code = (error as DatabaseError)?.code
  return code === '40P01' || code === '40001'
}

/** Somebody holds a row for longer than a statement waits (55P03 lock_not_available); nothing was committed. */
export const isLocked = (error: unknown): boolean => (error as DatabaseError)?.code === '55P03'

const ATTEMPTS = 6

const followers = new WeakMap<Tx, (() => void)[]>()

/** Calls `follow` after the transaction has committed, never after a rollback: its receivers must find the new rows. */
export function afterCommit(tx: Tx, follow: () => void): void {
  const list = followers.get(tx)
  if (list) list.push(follow)
  else followers.set(tx, [follow])
}

/** Runs `work` in one transaction (READ COMMITTED) and retries it after a deadlock; throws `too_many_rivals` after six attempts. */
export async function transaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      let used: Tx | undefined
      const result = await db.kysely.transaction().execute((tx) => work((used = tx)))
      if (used) for (const follow of followers.get(used) ?? []) follow()
      return result
    } catch (error) {
      if (!isRetryable(error) && !isLocked(error)) throw error
      if (attempt >= ATTEMPTS || isLocked(error)) throw new AppError('too_many_rivals', {}, { cause: error })
    }
  }
}

/** Error to throw inside `transaction` to release all locks and retry, when data read before locking has changed. */
export function startOver(): Error {
  return Object.assign(new Error('start over'), { code: '40001' })
}

/**
 * Runs the statements in one transaction; all of them take effect or none. On a server they are sent in one write and
 * need one round trip; with `group`, together with transactions of the same tenant that arrive at the same time. Resolves with the rows
 * that they returned. Rejects with the error of the first failed statement.
 */
export async function atomically(db: Database, statements: readonly CompiledQuery[], group?: Group): Promise<Rows> {
  // A distributed engine would move the merged rows through its coordinator.
  const isGrouped = group && db.kind === 'postgresql' && !db.isDistributed && canGroup(statements)
  const written = inSpan('transaction', { attributes: { statements: statements.length } }, () =>
    isGrouped
      ? writeTogether(db, statements, group, (merged) => inOneTransaction(db, merged))
      : inOneTransaction(db, statements),
  )
  return written.catch((error: unknown) => {
    if (isLocked(error)) throw new AppError('too_many_rivals', {}, { cause: error })
    throw error
  })
}

async function inOneTransaction(db: Database, statements: readonly CompiledQuery[]): Promise<Rows> {
  if (db.onStatement) for (const statement of statements) db.onStatement(statement.sql)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (db.kind === 'postgresql' ? pipelined(db, statements) : oneByOne(db, statements))
    } catch (error) {
      if (attempt >= ATTEMPTS || !isRetryable(error)) throw error
    }
  }
}

const failed = new WeakMap<object, CompiledQuery>()

/** The statement at which `atomically` or `runIn` failed; undefined for errors from elsewhere. */
export const failedStatement = (error: unknown): CompiledQuery | undefined =>
  typeof error === 'object' && error !== null ? failed.get(error) : undefined

function blame(statement: CompiledQuery | undefined, error: unknown): never {
  if (statement && typeof error === 'object' && error !== null) failed.set(error, statement)
  throw error
}

/** Runs a statement in a transaction; its failure names the statement. */
export const runIn = (tx: Tx, statement: CompiledQuery) =>
  tx.executeQuery(statement).catch((error: unknown) => blame(statement, error))

const [BEGIN, COMMIT] = [CompiledQuery.raw('begin'), CompiledQuery.raw('commit')]

// PostgreSQL makes the statements of one message one transaction; a distributed engine commits each by itself, unless they are
// between `begin` and `commit`.
async function pipelined(db: Database, statements: readonly CompiledQuery[]): Promise<Rows> {
  const client = await db.pool.connect()
  const all = [BEGIN, ...statements, COMMIT]
  let pipeline: Pipeline | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null): void => (error ? reject(error) : resolve())
      pipeline = new Pipeline(all, db.keepsPrepared, done)
      void client.query(pipeline as never)
    })
    client.release()
    return pipeline!.rows
  } catch (error) {
    const isLost = isUnavailable(error) || (await client.query('rollback').catch(() => null)) === null
    client.release(isLost)
    return blame(all[pipeline?.completed ?? 0], error)
  }
}

/** Runs the work in one transaction of this connection. */
export async function onClient<T>(client: Pick<Client, 'query'>, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function oneByOne(db: Database, statements: readonly CompiledQuery[]): Promise<Rows> {
  const client = await db.pool.connect()
  const rows = new Map<CompiledQuery, string[][]>()
  try {
    await onClient(client, async () => {
      for (const statement of statements) {
        const result = await client
          .query(statement.sql, statement.parameters)
          .catch((error: unknown) => blame(statement, error))
        if (result.rows.length > 0)
          rows.set(
            statement,
            result.rows.map((row) => Object.values(row).map(String)),
          )
      }
    })
    return rows
  } finally {
    client.release()
  }
}
