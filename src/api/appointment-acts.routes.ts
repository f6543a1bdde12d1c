// Actions on one appointment by REST: cancel, move, reassign, approve, arrival, outcome. Each returns the changed appointment.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { reachFor } from '../http/reach.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import type { Api } from '../http/api.ts'
import { etagOf, IfMatchHeader, problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { IdParams } from '../platform/schema/schema.ts'
import type { Audience } from '../domain/catalogue/visit.ts'
import * as schema from '../domain/appointment/appointment.schema.ts'
import { findAppointment, type Appointment } from '../domain/appointment/appointment.sql.ts'
import { audienceOf, changeContext, ofHolder, optionalVersion, showAppointment } from './change-context.ts'
import { cancel, approveOrRefuse, setArrival, setOutcome, undoOutcome } from '../domain/appointment/change.ts'
import { move, type Telling } from '../domain/appointment/move.ts'
import { keepingTime } from '../domain/appointment/override.ts'

/** How the person is notified. Only staff may choose: citizens are always notified of their own changes, as a receipt. */
function tellingOf(as: Audience, notify: boolean | undefined, afterSeconds: number | undefined): Telling {
  const isAsked = notify !== undefined || afterSeconds !== undefined
  if (isAsked && as !== 'staff') throw bodyFault(notify === undefined ? '/notifyAfterSeconds' : '/notify', 'staff_only')
  return { isQuiet: notify === false, after: (afterSeconds ?? 0) * 1000 }
}

/** The parts of the schema that all actions share. */
const act = (operationId: string, summary: string) => ({
  ...documentedUnder('appointments')(operationId, summary),
  params: IdParams,
  headers: IfMatchHeader,
  response: { 200: schema.AppointmentShown, ...problems },
})

async function answer(deps: Deps, request: FastifyRequest, reply: FastifyReply, after: Appointment) {
  return reply.header('etag', etagOf(after.version)).send(await showAppointment(deps, request, after))
}

const byStaff = (request: FastifyRequest) => changeContext(request, 'staff', optionalVersion(request))

function decisionRoutes(app: Api, deps: Deps): void {
  const writing = withScope('appointments:write', 'appointment')
  app.post('/v1/appointments/:id/approval', {
    config: writing,
    schema: { ...act('decideAppointment', 'Approve or refuse a pending appointment'), body: schema.ApprovalBody },
    handler: async (request, reply) => {
      const { decision, reason } = request.body
      return answer(deps, request, reply, await approveOrRefuse(deps, byStaff(request), decision, reason))
    },
  })
  app.post('/v1/appointments/:id/outcome', {
    config: writing,
    schema: { ...act('setOutcome', 'Record that the citizen came or did not'), body: schema.OutcomeBody },
    handler: async (request, reply) => {
      const { outcome, note } = request.body
      return answer(deps, request, reply, await setOutcome(deps, byStaff(request), outcome, note))
    },
  })
  app.delete('/v1/appointments/:id/outcome', {
    config: writing,
    schema: act('undoOutcome', 'Take a mistaken outcome back'),
    handler: async (request, reply) => answer(deps, request, reply, await undoOutcome(deps, byStaff(request))),
  })
  app.post('/v1/appointments/:id/arrival', {
    config: writing,
    schema: act('noteArrival', 'The citizen is at the office'),
    handler: async (request, reply) => answer(deps, request, reply, await setArrival(deps, byStaff(request), true)),
  })
  app.delete('/v1/appointments/:id/arrival', {
    config: writing,
    schema: act('undoArrival', 'Take a mistaken arrival back'),
    handler: async (request, reply) => answer(deps, request, reply, await setArrival(deps, byStaff(request), false)),
  })
}

export function appointmentActRoutes(app: Api, deps: Deps): void {
  app.post('/v1/appointments/:id/cancellation', {
    config: ofHolder('appointments:write'),
    schema: {
      ...act('cancelAppointment', 'Cancel, within the notice; staff may break it with a reason'),
      body: schema.CancellationBody,
    },
    handler: async (request, reply) => {
      const { reason, as } = request.body
      const context = changeContext(request, audienceOf(request, as), optionalVersion(request))
      return answer(deps, request, reply, await cancel(deps, context, reason))
    },
  })

  app.post('/v1/appointments/:id/rescheduling', {
    config: ofHolder('appointments:write'),
    schema: {
      ...act('moveAppointment', 'Move to another time, place or agent; its own time counts as free'),
      body: schema.MoveBody,
    },
    handler: async (request, reply) => {
      const { start, as, durationMinutes, notify, notifyAfterSeconds, ...rest } = request.body
      const context = changeContext(request, audienceOf(request, as, rest.override), optionalVersion(request))
      const after = await move(deps, context, {
        ...rest,
        minutes: durationMinutes,
        telling: tellingOf(as, notify, notifyAfterSeconds),
        within: reachFor(request),
        start: Date.parse(start),
      })
      return answer(deps, request, reply, after)
    },
  })

  app.post('/v1/appointments/:id/reassignment', {
    config: withScope('appointments:staff', 'appointment'),
    schema: {
      ...act('reassignAppointment', 'Give to another agent at the same time'),
      body: schema.ReassignmentBody,
    },
    handler: async (request, reply) => {
      const context = byStaff(request)
      const a = await findAppointment(deps.db.kysely, context.tenantId, context.id)
      if (!a) throw new AppError('not_found', { what: 'appointment' })
      const { agentId, reason, rules } = request.body
      if (rules !== undefined && agentId === undefined) throw bodyFault('/agentId', 'invalid_request', { count: 1 })
      const after = await move(deps, context, {
        start: a.starts_at.getTime(),
        agentId,
        reason,
        override: keepingTime(reason ?? 'reassignment', rules),
        reassign: true,
        within: reachFor(request),
      })
      return answer(deps, request, reply, after)
    },
  })

  decisionRoutes(app, deps)
}
