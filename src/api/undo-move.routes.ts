// By REST: undo a move, ask how the person would be notified, and withhold the notification.
import type { Api } from '../http/api.ts'
import type { FastifyRequest } from 'fastify'
import { reachFor } from '../http/reach.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { wayFor } from '../application/messaging/compose.ts'
import { personOf } from '../application/notifications/event-messages.ts'
import { tenantOf } from '../http/access.ts'
import { etagOf, IfMatchHeader, problems } from '../http/headers.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { IdParams } from '../platform/schema/schema.ts'
import { configOf } from '../domain/availability/current-config.ts'
import * as schema from '../domain/appointment/appointment.schema.ts'
import { findAppointment, type Appointment } from '../domain/appointment/appointment.sql.ts'
import { changeContext, optionalVersion } from './change-context.ts'
import { presentAppointment } from '../domain/appointment/appointment-json.ts'
import { undoMove, withholdNotice } from '../application/rearranging/undo-move.ts'

export function undoMoveRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('appointments')

  function remove(
    name: string,
    operationId: string,
    summary: string,
    run: (request: FastifyRequest) => Promise<Appointment>,
  ): void {
    app.delete(`/v1/appointments/:id/${name}`, {
      config: withScope('appointments:write', 'appointment'),
      schema: {
        ...docs(operationId, summary),
        params: IdParams,
        headers: IfMatchHeader,
        response: { 200: schema.AppointmentShown, ...problems },
      },
      handler: async (request, reply) => {
        const a = await run(request)
        const shown = presentAppointment(a, await deps.snapshots.recentConfig(a.tenant_id))
        return reply.header('etag', etagOf(a.version)).send(shown)
      },
    })
  }
  const context = (request: FastifyRequest) => changeContext(request, 'staff', optionalVersion(request))

  remove(
    'rescheduling',
    'undoMove',
    'Take the latest move or reassignment back, within ten minutes; whoever was not told yet hears of neither',
    (request) => undoMove(deps, context(request), reachFor(request), 'taken back'),
  )
  remove('notice', 'withholdNotice', 'The person is not told of the latest move, while the message waits', (request) =>
    withholdNotice(deps, context(request)),
  )

  app.get('/v1/appointments/:id/notice', {
    config: withScope('appointments:read', 'appointment'),
    schema: {
      ...docs('getNotice', 'How the person would be told of a change now; without a channel nobody is told'),
      params: IdParams,
      response: { 200: schema.NoticeShown, ...problems },
    },
    handler: async (request) => {
      const a = await findAppointment(deps.db.kysely, tenantOf(request), idOf(request))
      if (!a) throw new AppError('not_found', { what: 'appointment' })
      const person = await personOf(deps, a)
      const way = person && (await wayFor(deps, await configOf(deps, a.tenant_id), person, 'moved'))
      return { channel: way?.channel ?? null, recipient: way?.address ?? null }
    },
  })
}
