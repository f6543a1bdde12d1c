// Notes who did what: every change that a person makes, and every change of configuration, keys or messages, whoever makes it.
// What the change was of is in the history of appointments and callbacks; here are the doer, the act, its object and its result.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pathPart } from '../rest/fields.ts'
import { reportOf } from '../error-report.ts'
import type { Deps } from '../deps.ts'
import { actorOf } from '../rest/access.ts'
import { isUuid } from '../uuid.ts'
import { insertAudit } from './audit.sql.ts'
import type { Scope } from './scopes.ts'

/** Keys book and report all day, which history tells; what they change of the set-up is noted. */
const NOTED = new Set<Scope>([
  ...(['tenant:write', 'keys:write', 'configuration:write', 'hours:write', 'messages:write'] as const),
  ...(['webhooks:write', 'users:write', 'privacy:write'] as const),
])
/** Reads that take personal data out of the house. */
const EXPORTS = new Set(['exportContact', 'exportAuditEntries'])

function isNoted(request: FastifyRequest, status: number): boolean {
  const { principal } = request
  if (!principal || principal.kind === 'manage') return false
  const { config, schema, url = '' } = request.routeOptions
  // Pages change things by the routes of the API, which are noted; of the own account by themselves.
  if (url.startsWith('/agenda') && !url.startsWith('/agenda/account')) return false
  if (EXPORTS.has(schema?.operationId ?? '')) return true
  if (request.method === 'GET' || request.method === 'HEAD') return false
  // Refusals for bad input changed nothing; refusals of rights are worth knowing.
  if (status >= 400 && status !== 403) return false
  if (principal.kind === 'user' || principal.kind === 'platform') return true
  return config.access?.kind === 'key' && NOTED.has(config.access.scope)
}

/** The record that was made or changed: named by the address, or by the answer. */
function subjectOf(request: FastifyRequest, payload: unknown): string | null {
  const { id } = (request.params ?? {}) as { id?: string }
  const isPage = (request.routeOptions.url ?? '').startsWith('/agenda')
  if (id !== undefined && isUuid(id)) return isPage ? null : id
  const made = typeof payload === 'string' ? /"id":"([0-9a-f-]{36})"/.exec(payload.slice(0, 400))?.[1] : undefined
  return made !== undefined && isUuid(made) ? made : null
}

/** Names of the fields that were sent; a list sent as text has none. */
const fieldsOf = (body: unknown): string[] =>
  body !== null && typeof body === 'object' && !Array.isArray(body) ? Object.keys(body).slice(0, 40) : []

export function installAudit(app: FastifyInstance, deps: Deps): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isNoted(request, reply.statusCode)) return payload
    const principal = request.principal!
    const tenantId = principal.kind === 'platform' ? pathPart(request, 'id') : principal.tenantId
    if (tenantId === undefined || !isUuid(tenantId)) return payload
    const operation = request.routeOptions.schema?.operationId
    await insertAudit(deps.db.kysely, {
      tenant_id: tenantId,
      id: deps.newId(),
      at: new Date(deps.now()),
      actor: actorOf(request),
      action: operation ?? `${request.method} ${request.routeOptions.url}`,
      // What was refused may not exist here at all.
      subject: reply.statusCode < 400 ? subjectOf(request, payload) : null,
      result: reply.statusCode,
      // Names of what was sent, never its values: they may be personal, or secret.
      data: { fields: fieldsOf(request.body) },
    }).catch((error: unknown) => {
      request.log.error({ ...reportOf(error), action: operation }, 'audit entry lost')
    })
    return payload
  })
}
