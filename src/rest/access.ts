// Enforces that every route states who may call it, and that nobody else can.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Authenticator } from '../auth/authenticate.actions.ts'
import type { Access, Principal, Scope } from '../auth/scopes.ts'
import { AppError } from '../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization
  if (header === undefined) return null
  const match = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(header)
  if (!match) throw new AppError('unauthenticated')
  return match[1]!
}

function mayCall(principal: Principal, access: Access, request: FastifyRequest): boolean {
  if (access.kind === 'anyone' || access.kind === 'browser') return true
  if (principal.kind === 'platform') return access.kind === 'platform' || access.platform === true
  if (access.kind === 'platform') return false
  if (principal.kind === 'key') return principal.scopes.has(access.scope)
  return access.manage === true && (request.params as { id?: string }).id === principal.appointmentId
}

/** Installs the check; a route registered without `config.access` stops the start of the program; those under `openPrefix` are open to anyone. */
export function installAccess(app: FastifyInstance, authenticator: Authenticator, openPrefix: string): void {
  app.decorateRequest('principal', null)
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(openPrefix)) route.config = { ...route.config, access: { kind: 'anyone' } }
    if (route.config?.access === undefined)
      throw new Error(`route ${String(route.method)} ${route.url} does not state who may call it (config.access)`)
  })
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access
    if (!access || access.kind === 'anyone' || access.kind === 'browser') return
    const bearer = bearerOf(request)
    const principal = bearer === null ? null : await authenticator.authenticate(bearer)
    if (!principal) throw new AppError('unauthenticated')
    if (!mayCall(principal, access, request)) {
      // A manage token learns nothing about other appointments, not even that they exist.
      throw new AppError(
        principal.kind === 'manage' && access.kind === 'key' && access.manage ? 'not_found' : 'forbidden',
        {
          scope: access.kind === 'key' ? access.scope : 'platform',
        },
      )
    }
    request.principal = principal
  })
}

/** The tenant of the caller; only for routes of `kind: 'key'`. */
export function tenantOf(request: FastifyRequest): string {
  const principal = request.principal
  if (!principal || principal.kind === 'platform') throw new AppError('forbidden', { scope: 'tenant' })
  return principal.tenantId
}

/** Who is recorded as the author of a change: `key:<id>`, `citizen` or `platform`. Never a name. */
export function actorOf(request: FastifyRequest): string {
  const principal = request.principal
  if (principal?.kind === 'key') return `key:${principal.id}`
  return principal?.kind === 'manage' ? 'citizen' : 'platform'
}

export function hasScope(request: FastifyRequest, scope: Scope): boolean {
  return request.principal?.kind === 'key' && request.principal.scopes.has(scope)
}
