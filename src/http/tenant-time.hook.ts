// Serves requests for test tenants in their own time.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Deps } from '../domain/deps.ts'
import { parseToken } from '../kernel/crypto/token.ts'
import type { TenantClock } from '../platform/tenant-clocks.ts'

declare module 'fastify' {
  interface FastifyRequest {
    clock: TenantClock | undefined
  }
}

/** The clock of the tenant that the request is about: of its caller, or named in its path. */
function clockOf({ clocks }: Deps, { principal, params }: FastifyRequest): TenantClock | undefined {
  if (principal && principal.kind !== 'platform') return clocks.of(principal.tenantId)
  const { tenant, token, id } = (params ?? {}) as Partial<Record<'tenant' | 'token' | 'id', string>>
  if (principal) return id === undefined ? undefined : clocks.of(id)
  const ofToken = token === undefined ? null : parseToken(token)
  return ofToken ? clocks.of(ofToken.tenantId) : tenant === undefined ? undefined : clocks.ofSlug(tenant)
}

/** Must be installed after the access check, which finds the caller. */
export function installTenantTime(app: FastifyInstance, deps: Deps): void {
  app.decorateRequest('clock', undefined)
  // Callbacks instead of promises: all later steps of the request run inside of `done`.
  app.addHook('onRequest', (request, _reply, done) => {
    request.clock = clockOf(deps, request)
    if (request.clock) deps.clocks.enter(request.clock, done)
    else done()
  })
  // The body arrives in events of the socket, which know nothing of the request's time.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.clock) deps.clocks.enter(request.clock, done)
    else done()
  })
}
