// Writes the audit log: every change made by a person, and every change of configuration, keys or messages by any caller.
// The history of appointments and callbacks holds the content of a change; an entry here holds actor, action, object and result.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pathPart } from './fields.ts'
import { reportOf } from '../platform/error-report.ts'
import type { Deps } from '../domain/deps.ts'
import { actorOf } from './access.ts'
import { isUuid } from '../kernel/uuid.ts'
import { insertAudit } from '../platform/audit/audit.sql.ts'
import type { Scope } from '../kernel/permissions/scopes.ts'

/** Scopes whose changes by keys are audited. Bookings and reports by keys are too frequent, and the history has them already. */
const NOTED = new Set<Scope>([
  ...(['tenant:write', 'keys:write', 'configuration:write', 'hours:write', 'messages:write'] as const),
  ...(['webhooks:write', 'users:write', 'privacy:write'] as const),
])
/** Reads that export personal data. */
const EXPORTS = new Set(['exportContact', 'exportAuditEntries'])

function isNoted(request: FastifyRequest, status: number): boolean {
  const { principal } = request
  if (!principal || principal.kind === 'manage') return false
  const { config, schema, url = '' } = request.routeOptions
  // Pages make changes through API routes, which are audited there; only the account pages change data themselves.
  if (url.startsWith('/agenda') && !url.startsWith('/agenda/account')) return false
  if (EXPORTS.has(schema?.operationId ?? '')) return true
  if (request.method === 'GET' || request.method === 'HEAD') return false
  // A request refused for bad input changed nothing; a request refused for missing rights is worth an entry.
  if (status >= 400 && status !== 403) return false
  if (principal.kind === 'user' || principal.kind === 'platform') return true
  return config.access?.kind === 'key' && NOTED.has(config.access.scope)
}

/** The id of the record that was created or changed, from the address or from the response. */
function subjectOf(request: FastifyRequest, payload: unknown): string | null {
  const { id } = (request.params ?? {}) as { id?: string }
  const isPage = (request.routeOptions.url ?? '').startsWith('/agenda')
  if (id !== undefined && isUuid(id)) return isPage ? null : id
  const made = typeof payload === 'string' ? /"id":"([0-9a-f-]{36})"/.exec(payload.slice(0, 400))?.[1] : undefined
  return made !== undefined && isUuid(made) ? made : null
}

/** Names of the fields in the request body; none if the body is text. */
const fieldsOf = (body: unknown): string[] =>
  body !== null && typeof body === 'object' && !Array.isArray(body) ? Object.keys(body).slice(0, 40) : []

export function installAudit(app: FastifyInstance, deps: Deps): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isNoted(request, reply.statusCode)) return payload
    const principal = request.principal!
    const tenantId = principal.kind === 'platform' ? pathPart(request, 'id') : principal.tenantId
    if (tenantId === undefined || !isUuid(tenantId)) return payload
    // A test tenant that this request has deleted keeps no log either.
    if (request.clock && !deps.clocks.of(tenantId)) return payload
    const operation = request.routeOptions.schema?.operationId
    await insertAudit(deps.db.kysely, {
      tenant_id: tenantId,
      id: deps.newId(),
      at: new Date(deps.now()),
      actor: actorOf(request),
      action: operation ?? `${request.method} ${request.routeOptions.url}`,
      // The object of a refused request may not exist in this tenant.
      subject: reply.statusCode < 400 ? subjectOf(request, payload) : null,
      result: reply.statusCode,
      // Only the names of the fields: values may be personal or secret.
      data: { fields: fieldsOf(request.body) },
    }).catch((error: unknown) => {
      request.log.error({ ...reportOf(error), action: operation }, 'audit entry lost')
    })
    return payload
  })
}
