// All SQL of idempotency keys.
import { CompiledQuery, sql } from 'kysely'
import type { IdempotencyKeyRow } from '../database/tables.ts'
import { HAS_WON, together } from '../database/together.ts'
import type { Db } from '../database/tx.ts'

export type StoredAnswer = Pick<IdempotencyKeyRow, 'request_hash' | 'status' | 'body' | 'created_at'> & {
  headers: Record<string, string>
}
export type NewAnswer = Omit<IdempotencyKeyRow, 'headers'> & { headers: Record<string, string> }

/** Inserts an answer; a second one under the same key violates `idempotency_keys_once`. */
export function rememberAnswer(a: NewAnswer): CompiledQuery {
  const { tenant_id: _, ...row } = a
  const statement = CompiledQuery.raw(
    `insert into idempotency_keys (tenant_id, principal, key_hash, request_hash, status, body, headers, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [a.tenant_id, a.principal, a.key_hash, a.request_hash, a.status, a.body, JSON.stringify(a.headers), a.created_at],
  )
  return together(statement, ANSWERS_OF_MANY, row)
}

// Without the rows of transactions that have lost.
const ANSWERS_OF_MANY = `
  insert into idempotency_keys (tenant_id, principal, key_hash, request_hash, status, body, headers, created_at)
  select $1, u.principal, u.key_hash, u.request_hash, u.status, u.body, u.headers, u.created_at
    from json_to_recordset($2::json)
           as u (needs uuid, principal text, key_hash text, request_hash text, status int, body text, headers jsonb,
                 created_at timestamptz)
   where ${HAS_WON}`

/** Claims a key before the work; a second claim violates `idempotency_keys_once`. */
export async function claimKey(db: Db, row: NewAnswer): Promise<void> {
  await db.executeQuery(rememberAnswer(row))
}

type Key = { tenantId: string; principal: string; keyHash: string }

/** Stores the result of the work under the claimed key. */
export async function keepAnswer(
  db: Db,
  key: Key,
  status: number,
  body: string,
  headers: Record<string, string>,
): Promise<void> {
  await db
    .updateTable('idempotency_keys')
    .set({ status, body, headers: JSON.stringify(headers) })
    .where('tenant_id', '=', key.tenantId)
    .where('principal', '=', key.principal)
    .where('key_hash', '=', key.keyHash)
    .execute()
}

/** Releases a key, so that it can be used again. */
export async function forgetKey(db: Db, key: Key): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('tenant_id', '=', key.tenantId)
    .where('principal', '=', key.principal)
    .where('key_hash', '=', key.keyHash)
    .execute()
}

export async function findAnswer(
  db: Db,
  tenantId: string,
  principal: string,
  keyHash: string,
): Promise<StoredAnswer | undefined> {
  return db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'status', 'body', 'headers', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('principal', '=', principal)
    .where('key_hash', '=', keyHash)
    .executeTakeFirst()
}

/** Deletes at most `limit` answers of one tenant older than `before`; returns the number deleted. */
export async function forgetAnswers(db: Db, tenantId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ key_hash: string }>`
    delete from idempotency_keys k
     where k.tenant_id = ${tenantId} and k.created_at < ${before}
       and (k.principal, k.key_hash) in (
         select o.principal, o.key_hash from idempotency_keys o
          where o.tenant_id = ${tenantId} and o.created_at < ${before} limit ${limit})
    returning k.key_hash`.execute(db)
  return rows.length
}

/** Deletes the stored answers that contain a text, such as the id of an erased person. */
export async function forgetAnswersWith(db: Db, tenantId: string, text: string): Promise<void> {
  await sql`
    delete from idempotency_keys where tenant_id = ${tenantId} and position(${text} in body) > 0`.execute(db)
}
