// What routes that change an appointment read of a request: whose it is, who asks, and which version they saw.
import type { FastifyRequest } from 'fastify'
import { actorOf, tenantOf } from '../rest/access.ts'
import { requiredVersion } from '../rest/headers.ts'
import type { Audience } from '../service/visit.ts'
import type { ChangeContext } from './change.actions.ts'

export const changeContext = (
  request: FastifyRequest,
  audience: Audience,
  wantedVersion: number | null = null,
): ChangeContext => ({
  tenantId: tenantOf(request),
  id: (request.params as { id: string }).id,
  actor: { name: actorOf(request), audience },
  wantedVersion,
})

/** If-Match is heeded where it is sent; verbs do not demand it, since the state itself guards them. */
export const optionalVersion = (request: FastifyRequest): number | null =>
  request.headers['if-match'] === undefined ? null : requiredVersion(request)
