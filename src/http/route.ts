// Helpers that declare API routes and read common parts of requests.
import { createHash } from 'node:crypto'
import { pathPart } from './fields.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Reached } from '../kernel/permissions/principal.ts'
import type { Scope } from '../kernel/permissions/scopes.ts'

/** Entry of a route in the API reference, under a tag. */
export const documentedUnder = (tag: string) => (operationId: string, summary: string) => ({
  tags: [tag],
  operationId,
  summary,
})

/** What one record is called in a sentence, and several. */
export const wordsOf = (resource: { name: string; path: string }): { one: string; many: string } => {
  const name = resource.name.replaceAll('-', ' ')
  return { one: `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`, many: resource.path.replaceAll('-', ' ') }
}

/** Access for keys with this scope and people whose role has it; `reach`: what the route touches, for people with limited reach. */
export const withScope = (scope: Scope, reach?: Reached) => ({
  access: { kind: 'key' as const, scope, ...(reach === undefined ? {} : { reach }) },
})

export const idOf = (request: FastifyRequest): string => pathPart(request, 'id')

/** Sends a text unchanged; the route's schema would parse JSON and serialise it again. */
export const sendText = (reply: FastifyReply, type: string, text: string): FastifyReply =>
  reply.type(type).serializer(String).send(text)

/** A strong ETag for a text (RFC 9110 §8.8.3). */
export const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`

/** Whether the caller already has this state (`If-None-Match`, weak comparison, RFC 9110 §13.1.2). */
export const hasTag = (request: FastifyRequest, tag: string): boolean =>
  (request.headers['if-none-match'] ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
