// What routes of one appointment share: the context of a change, the audience, who may call, and the answer.
import type { FastifyRequest } from 'fastify'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { actorOf, hasScope, tenantOf } from '../http/access.ts'
import { requiredVersion } from '../http/headers.ts'
import { idOf } from '../http/route.ts'
import type { Audience } from '../domain/catalogue/visit.ts'
import { presentAppointment } from '../domain/appointment/appointment-json.ts'
import type { Appointment } from '../domain/appointment/appointment.sql.ts'
import type { ChangeContext } from '../domain/appointment/change.ts'
import type { Deps } from '../domain/deps.ts'

export const changeContext = (
  request: FastifyRequest,
  audience: Audience,
  wantedVersion: number | null = null,
): ChangeContext => ({
  tenantId: tenantOf(request),
  id: idOf(request),
  actor: { name: actorOf(request), audience },
  wantedVersion,
})

/** The version in If-Match, or null. State changes do not require it, because the status itself guards them. */
export const optionalVersion = (request: FastifyRequest): number | null =>
  request.headers['if-match'] === undefined ? null : requiredVersion(request)

/** The caller acts as staff only if the request asks for it and the caller has the right. Throws `staff_only`. */
export function audienceOf(request: FastifyRequest, as: Audience | undefined, override?: unknown): Audience {
  const isStaff = as === 'staff'
  if ((isStaff || override !== undefined) && !hasScope(request, 'appointments:staff'))
    throw new AppError('staff_only', { scope: 'appointments:staff' })
  if (override !== undefined && !isStaff) throw bodyFault('/override', 'staff_only')
  return isStaff ? 'staff' : 'public'
}

/** Who may call: keys and people with the scope, and the holder of the appointment's manage token. */
export const ofHolder = <T extends 'appointments:read' | 'appointments:write'>(scope: T) => ({
  access: { kind: 'key' as const, scope, manage: true, reach: 'appointment' as const },
})

/** The appointment as the API answers it; the holder of its manage token does not see what is for staff. */
export const showAppointment = async (deps: Deps, request: FastifyRequest, a: Appointment) =>
  presentAppointment(a, await deps.snapshots.recentConfig(a.tenant_id), request.principal?.kind === 'manage')
