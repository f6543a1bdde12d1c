// Access control: every route must declare who may call it, and all other callers are refused.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathPart } from './fields.ts'
import type { Authenticator } from './authenticate.ts'
import { sessionIn } from './session-cookie.ts'
import { AppError } from '../kernel/errors.ts'
import type { Access, Person, Principal } from '../kernel/permissions/principal.ts'
import type { Scope } from '../kernel/permissions/scopes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    principal: Principal | null
    /** Whether the caller may still call this route; streams ask this again while open. Updates `principal`. */
    mayStill: () => Promise<boolean>
  }
}

/** Header with the CSRF token, sent by scripts of our own pages with every change. */
export const CSRF_HEADER = 'x-agenda-csrf'
/** Sent by scripts with requests that nobody made by hand. */
const BACKGROUND_HEADER = 'x-agenda-background'

function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization
  if (header === undefined) return null
  const match = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(header)
  if (!match) throw new AppError('unauthenticated')
  return match[1]!
}

function mayCall(principal: Principal, access: Access, request: FastifyRequest): boolean {
  if (access.kind === 'anyone' || access.kind === 'browser') return true
  if (access.kind === 'person')
    // A person who must set up a second factor first passes: the page itself redirects them.
    return (
      (access.orKey === true && principal.kind === 'key') ||
      (principal.kind === 'user' &&
        (access.scope === undefined || principal.mustEnrol || grants(principal.scopes, access.scope)))
    )
  if (principal.kind === 'platform') return access.kind === 'platform' || access.platform === true
  if (access.kind === 'platform') return false
  if (principal.kind === 'key' || principal.kind === 'user') return grants(principal.scopes, access.scope)
  return access.manage === true && pathPart(request, 'id') === principal.appointmentId
}

/** The scope `configuration:write` includes `hours:write`. */
const grants = (scopes: ReadonlySet<Scope>, scope: Scope): boolean =>
  scopes.has(scope) || (scope === 'hours:write' && scopes.has('configuration:write'))

async function principalOf(request: FastifyRequest, authenticator: Authenticator): Promise<Principal | null> {
  const bearer = bearerOf(request)
  if (bearer !== null) return authenticator.authenticate(bearer)
  const session = sessionIn(request)
  // What a page asks by itself, because something changed, is no use of the session.
  return session === undefined
    ? null
    : authenticator.ofSession(session, request.headers[BACKGROUND_HEADER] === undefined)
}

/** CSRF check for API calls of scripts, which carry the token in a header. Forms carry it in the body, and pages check it. */
async function refuseForeign(request: FastifyRequest, authenticator: Authenticator, person: Person): Promise<void> {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  // Tests the route, because one URL can be written in several ways.
  if (isRead || !(request.routeOptions.url ?? '').startsWith('/v1/')) return
  if (!(await authenticator.isOwnForm(person, request.headers[CSRF_HEADER]))) throw new AppError('cross_site')
}

export type AccessOptions = {
  checkReach: ReachCheck
  /** Counts a call of the API against the limit of its caller, before any right is checked. Throws `too_many_requests`. */
  countCall: (request: FastifyRequest, reply: FastifyReply, principal: Principal | null) => void
}
type ReachCheck = (request: FastifyRequest, person: Person, access: Access & { kind: 'key' }) => Promise<void>

/** Installs the access check. A route without `config.access` fails the start. */
export function installAccess(
  app: FastifyInstance,
  authenticator: Authenticator,
  { checkReach, countCall }: AccessOptions,
): void {
  app.decorateRequest('principal', null)
  app.decorateRequest('mayStill', async function (this: FastifyRequest) {
    const access = this.routeOptions.config.access
    const known = this.principal
    const principal =
      known?.kind === 'user' ? await authenticator.stillSignedIn(known) : await principalOf(this, authenticator)
    if (!access || !principal || !mayCall(principal, access, this)) return false
    this.principal = principal
    return true
  })
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined)
      throw new Error(`route ${String(route.method)} ${route.url} does not state who may call it (config.access)`)
  })
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access
    if (!access || access.kind === 'anyone' || access.kind === 'browser') return
    const principal = await principalOf(request, authenticator)
    if ((request.routeOptions.url ?? '').startsWith('/v1/')) countCall(request, reply, principal)
    if (!principal) throw new AppError('unauthenticated')
    request.principal = principal
    if (!mayCall(principal, access, request)) {
      if (principal.kind === 'user' && principal.mustEnrol) throw new AppError('second_factor_needed')
      // A manage token must not reveal whether other appointments exist.
      throw new AppError(
        principal.kind === 'manage' && access.kind === 'key' && access.manage ? 'not_found' : 'forbidden',
        {
          what: 'appointment',
          scope: (access.kind === 'platform' ? undefined : access.scope) ?? access.kind,
        },
      )
    }
    if (principal.kind === 'user') await refuseForeign(request, authenticator, principal)
  })
  app.addHook('preHandler', async (request) => {
    const access = request.routeOptions.config.access
    if (request.principal?.kind === 'user' && access?.kind === 'key')
      await checkReach(request, request.principal, access)
  })
}

/** The caller's tenant; only for routes of `kind: 'key'` or `person`. Throws `forbidden`. */
export function tenantOf(request: FastifyRequest): string {
  const principal = request.principal
  if (!principal || principal.kind === 'platform') throw new AppError('forbidden', { scope: 'tenant' })
  return principal.tenantId
}

/** The signed-in person; only for routes of `kind: 'person'`. Throws `unauthenticated`. */
export function personIn(request: FastifyRequest): Person {
  if (request.principal?.kind !== 'user') throw new AppError('unauthenticated')
  return request.principal
}

/** The author recorded for a change: `user:<id>`, `key:<id>`, `citizen` or `platform`. Never a name. */
export function actorOf(request: FastifyRequest): string {
  const principal = request.principal
  if (principal?.kind === 'key' || principal?.kind === 'user') return `${principal.kind}:${principal.id}`
  return principal?.kind === 'manage' ? 'citizen' : 'platform'
}

const NONE: ReadonlySet<Scope> = new Set()
export const scopesOf = (request: FastifyRequest): ReadonlySet<Scope> =>
  request.principal?.kind === 'key' || request.principal?.kind === 'user' ? request.principal.scopes : NONE

export const hasScope = (request: FastifyRequest, scope: Scope): boolean => scopesOf(request).has(scope)
