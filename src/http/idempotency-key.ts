// The Idempotency-Key of a request, and the answer that was stored under it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashSecret } from '../kernel/crypto/token.ts'
import { AppError } from '../kernel/errors.ts'
import type { Answer, IdempotencyScope } from '../platform/idempotency/idempotency.ts'

/** Reads the Idempotency-Key header; null without it. Throws `idempotency_key_invalid`. */
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

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  return reply.code(answer.status).send(answer.body)
}
