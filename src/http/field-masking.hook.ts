// Masks fields a role may not see, on every API response. A new route is masked by default; collections without personal data
// are exempt below.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { hiddenFrom, NOTHING_HIDDEN, type Hidden, maskDeep } from '../domain/tenant/field-masking.ts'

/** Collections about the office itself: the names and addresses in them are public or belong to staff, so they are not masked. */
const OF_THE_OFFICE = new Set([
  ...['locations', 'services', 'agents', 'pools', 'schedules', 'openings', 'absences', 'closures', 'holiday-calendars'],
  ...['tenants', 'users', 'me', 'api-keys', 'audit-entries', 'reports', 'utilisation', 'slots', 'message-templates'],
  ...['webhooks', 'jobs', 'text-gateways', 'external-calendars', 'calendar-feeds', 'sign-in-providers', 'scripts'],
  ...['saved-messages'],
])
/** Routes that return plain text, which cannot be masked: they are refused if any field is hidden. */
const TEXTS = new Set(['/v1/loads/:id/refusals', '/v1/scripts/:id/answers'])
type Means = 'lastName' | 'email' | 'phone' | 'externalId'

/** The fields hidden from the caller. */
export async function hiddenFor(deps: Deps, request: FastifyRequest): Promise<Hidden> {
  const { principal } = request
  if (principal?.kind !== 'user') return NOTHING_HIDDEN
  return hiddenFrom((await configOf(deps, principal.tenantId)).settings, principal.role)
}

/** Refuses a search by a hidden field, which would reveal its value step by step. Throws `forbidden`. */
export async function refuseSearchBy(deps: Deps, request: FastifyRequest, fields: readonly Means[]): Promise<void> {
  const hidden = await hiddenFor(deps, request)
  if (fields.some((field) => hidden.has(field))) throw new AppError('forbidden', { scope: 'contacts:read' })
}

export function installFieldMasking(app: FastifyInstance, deps: Deps): void {
  app.addHook('preHandler', async (request) => {
    if (request.principal?.kind !== 'user' || !TEXTS.has(request.routeOptions.url ?? '')) return
    if ((await hiddenFor(deps, request)).size > 0) throw new AppError('forbidden', { scope: 'contacts:read' })
  })
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { principal } = request
    if (principal?.kind !== 'user' || reply.statusCode >= 400) return payload
    const [, version, first = '', second = ''] = (request.routeOptions.url ?? '').split('/')
    const collection = first === 'by-external-id' ? second : first
    if (version !== 'v1' || OF_THE_OFFICE.has(collection)) return payload
    const hidden = await hiddenFor(deps, request)
    return hidden.size === 0 ? payload : maskDeep(payload, hidden)
  })
}
