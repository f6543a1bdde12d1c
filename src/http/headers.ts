// Headers and error responses that API routes share: idempotency, ETag and If-Match, problem documents.
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { AppError } from '../kernel/errors.ts'

export const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'Makes a retry safe: same key and request, same answer.' }),
  ),
})
export const IfMatchHeader = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag last read.' })),
})
/**
 * For routes that answer 428 without it. Optional in the schema, so that the error is our own; `x-required` marks it in the API
 * description.
 */
export const RequiredIfMatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'The ETag last read, or `*` for any; 428 without it.', 'x-required': true }),
  ),
})
/** By reference: inlined in every route it would make the API description about a megabyte larger. */
const Problem = Type.Unsafe<object>({ $ref: 'Problem#' })
export const problems = { '4xx': Problem, '5xx': Problem }

export const etagOf = (version: number): string => `"${version}"`

/** The version in If-Match; null for `*` and without the header. */
export const wantedVersion = (request: FastifyRequest): number | null =>
  request.headers['if-match'] === undefined ? null : requiredVersion(request)

/** The version in If-Match; null for `*`, which matches any version. Throws `precondition_required` without the header. */
export function requiredVersion(request: FastifyRequest): number | null {
  const header = request.headers['if-match']
  if (header === undefined) throw new AppError('precondition_required')
  if (header === '*') return null
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header)
  if (!match)
    throw new AppError(
      'precondition_failed',
      { version: '?' },
      { fields: [{ in: 'header', pointer: 'If-Match', code: 'wrong_format', params: { limit: '"<version>"' } }] },
    )
  return Number(match[1])
}
