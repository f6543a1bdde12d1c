// The same Idempotency-Key and request get the same answer again, with no second effect (draft-ietf-httpapi-idempotency-key).
// Only answers of success are kept: a refusal had no effect, so asking again may end better.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { hashSecret } from '../auth/token.ts'
import { transaction, violationOf, type Tx } from '../db/tx.ts'
import { AppError } from '../errors.ts'
import { findAnswer, rememberAnswer, type NewAnswer, type StoredAnswer } from './idempotency.sql.ts'

export type Answer = { status: number; body: unknown; headers?: Record<string, string> }
export type IdempotencyScope = {
  tenantId: string
  principal: string
  keyHash: string
  requestHash: string
  key: string
}

/** What the request says about idempotency, or null without the header. */
export function idempotencyOf(request: FastifyRequest, tenantId: string): IdempotencyScope | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key !== 'string' || !/^[\x21-\x7e]{8,255}$/.test(key)) {
    throw new AppError(
      'idempotency_key_invalid',
      {},
      { fields: [{ in: 'header', pointer: 'Idempotency-Key', code: 'idempotency_key_invalid' }] },
    )
  }
  const requestHash = hashSecret(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
  return { tenantId, principal: request.principal?.id ?? '', keyHash: hashSecret(key), requestHash, key }
}

/** The row that remembers `answer`; insert it in the same transaction as the effect. */
export function answerRow(scope: IdempotencyScope, answer: Answer, now: number): NewAnswer {
  return {
    tenant_id: scope.tenantId,
    principal: scope.principal,
    key_hash: scope.keyHash,
    request_hash: scope.requestHash,
    status: answer.status,
    body: JSON.stringify(answer.body),
    headers: answer.headers ?? {},
    created_at: new Date(now),
  }
}

/** The answer given before, or null. Throws `idempotency_key_reused` when the key came with another request. */
export async function earlierAnswer(deps: Deps, scope: IdempotencyScope | null): Promise<Answer | null> {
  if (!scope) return null
  const stored: StoredAnswer | undefined = await findAnswer(
    deps.db.kysely,
    scope.tenantId,
    scope.principal,
    scope.keyHash,
  )
  if (!stored) return null
  if (stored.request_hash !== scope.requestHash) throw new AppError('idempotency_key_reused')
  return { status: stored.status, body: JSON.parse(stored.body) as unknown, headers: stored.headers }
}

/** Whether a write failed because the same key was used before or at the same time. */
export function isRepeat(error: unknown): boolean {
  return violationOf(error)?.constraint === 'idempotency_keys_once'
}

/** Runs `work` in a transaction that also remembers its answer; a repeated request gets the answer of the first. */
export async function answerOnce(
  deps: Deps,
  scope: IdempotencyScope | null,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  const earlier = await earlierAnswer(deps, scope)
  if (earlier) return earlier
  try {
    return await transaction(deps.db, async (tx) => {
      const answer = await work(tx)
      if (scope) await tx.executeQuery(rememberAnswer(answerRow(scope, answer, deps.now())))
      return answer
    })
  } catch (error) {
    // A rival with the same key may have won anywhere: on the key itself or on another constraint.
    const rival = await earlierAnswer(deps, scope)
    if (rival) return rival
    throw error
  }
}

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  return reply.code(answer.status).send(answer.body)
}
