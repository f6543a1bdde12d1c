// Idempotency: the same key and request get the stored answer, without a second effect (draft-ietf-httpapi-idempotency-key).
// Only successful answers are stored: a refusal had no effect, so a retry may succeed.
import type { CoreDeps } from '../core-deps.ts'
import { transaction, violationOf, type Tx } from '../database/tx.ts'
import { AppError } from '../../kernel/errors.ts'
import { findAnswer, rememberAnswer, type NewAnswer, type StoredAnswer } from './idempotency.sql.ts'

export type Answer = { status: number; body: unknown; headers?: Record<string, string> }
export type IdempotencyScope = {
  tenantId: string
  principal: string
  keyHash: string
  requestHash: string
  key: string
}

/** The row that stores `answer`; insert it in the same transaction as the effect. */
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

/** The stored answer, or null. Throws `idempotency_key_reused` if the key was used for a different request. */
export async function earlierAnswer(deps: CoreDeps, scope: IdempotencyScope | null): Promise<Answer | null> {
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

/** Whether a write failed because the same key was already used, or used at the same time. */
export function isRepeat(error: unknown): boolean {
  return violationOf(error)?.constraint === 'idempotency_keys_once'
}

/**
 * The answer that `find` already knows, else the result of `act`. When `act` fails, a concurrent request with the same key may
 * have won, on the key itself or on any other constraint: its answer is returned then.
 */
export async function firstAnswer(find: () => Promise<Answer | null>, act: () => Promise<Answer>): Promise<Answer> {
  const earlier = await find()
  if (earlier) return earlier
  try {
    return await act()
  } catch (error) {
    const rival = await find()
    if (rival) return rival
    throw error
  }
}

/** Runs `work` in a transaction that also stores its answer; a repeated request gets the stored answer. */
export async function answerOnce(
  deps: CoreDeps,
  scope: IdempotencyScope | null,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  return firstAnswer(
    () => earlierAnswer(deps, scope),
    () =>
      transaction(deps.db, async (tx) => {
        const answer = await work(tx)
        if (scope) await tx.executeQuery(rememberAnswer(answerRow(scope, answer, deps.now())))
        return answer
      }),
  )
}
