// Takes the latest move of an appointment back, and withholds the message about it. For minutes only: after that another move is
// another decision.
import type { Reach } from '../auth/scopes.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { listEvents } from '../event/event.sql.ts'
import { dropQueued } from '../notify/message.sql.ts'
import { MINUTE } from '../time/interval.ts'
import { findAppointment, updateAppointment, type Appointment } from './appointment.sql.ts'
import { documentOf, lockBoth, record, requireTransition, type ChangeContext } from './change.actions.ts'
import { move } from './move.actions.ts'

/** How long a move can be taken back, in ms. */
const UNDO_WITHIN = 10 * MINUTE

type Place = { start: string; agentId: string; locationId: string; durationMinutes?: number }
type Moved = { id: string; type: string; before: Place; tellAt: number; isQuiet: boolean }

/** What leaves time, place and agent as they are. */
const BESIDE = new Set(['appointment.changed', 'appointment.accepted', 'appointment.rated'])

/** The latest change of time or agent, if nothing came after it that an undo would run over; throws `undo_over`. */
async function latestMove(deps: Deps, a: Appointment): Promise<Moved> {
  const events = await listEvents(deps.db.kysely, a.tenant_id, a.id)
  const last = events.findLast((e) => !BESIDE.has(e.type))
  const data = (last?.data ?? {}) as { before?: Place; tellAt?: string; isQuiet?: boolean; isUndo?: boolean }
  const isMove = last?.type === 'appointment.moved' || last?.type === 'appointment.reassigned'
  if (!last || !isMove || !data.before || data.isUndo || last.at.getTime() + UNDO_WITHIN < deps.now())
    throw new AppError('undo_over')
  const tellAt = data.tellAt === undefined ? 0 : Date.parse(data.tellAt)
  return { id: last.id, type: last.type, before: data.before, tellAt, isQuiet: data.isQuiet === true }
}

/** Whether the person does not know of the move yet. */
const isUntold = (deps: Deps, m: Moved): boolean =>
  m.isQuiet || m.type === 'appointment.reassigned' || deps.now() < m.tellAt

async function read(deps: Deps, context: ChangeContext): Promise<Appointment> {
  const a = await findAppointment(deps.db.kysely, context.tenantId, context.id)
  if (!a) throw new AppError('not_found', { what: 'appointment' })
  return a
}

/**
 * Puts the appointment back where it was before its latest move or reassignment, at most ten minutes later. Whoever was not told of
 * the move hears of neither. Returns the appointment after it; throws `undo_over`, or the refusal of a time that is gone meanwhile.
 */
export async function undoMove(
  deps: Deps,
  context: ChangeContext,
  within: Reach,
  reason: string,
): Promise<Appointment> {
  const a = await read(deps, context)
  const m = await latestMove(deps, a)
  const { start, agentId, locationId, durationMinutes } = m.before
  const untold = isUntold(deps, m)
  const after = await move(deps, context, {
    start: Date.parse(start),
    minutes: durationMinutes,
    agentId,
    locationId,
    reason,
    // It was so before: no rule of today may stand in the way.
    override: { reason, isRestoring: true },
    within,
    reassign: m.type === 'appointment.reassigned',
    telling: untold ? { isQuiet: true } : {},
    isUndo: true,
  })
  if (untold) await withhold(deps, context, m.id)
  return after
}

/** The person is not told of the latest move, as long as the message waits. Throws `undo_over` when it has left. */
export async function withholdNotice(deps: Deps, context: ChangeContext): Promise<Appointment> {
  const m = await latestMove(deps, await read(deps, context))
  if (m.isQuiet || m.tellAt <= deps.now()) throw new AppError('undo_over')
  return withhold(deps, context, m.id)
}

/** Nobody is told of the event: neither by the message that waits, nor by one that is not written yet. */
async function withhold(deps: Deps, context: ChangeContext, eventId: string): Promise<Appointment> {
  return transaction(deps.db, async (tx) => {
    const a = await lockBoth(tx, context.tenantId, context.id)
    requireTransition(deps, a, 'move')
    const document = { ...documentOf(a), untold: eventId }
    await dropQueued(tx, context.tenantId, eventId)
    await record(deps, tx, a, 'appointment.changed', context.actor, { fields: ['notice'] })
    return updateAppointment(tx, a.tenant_id, a.id, { document }, new Date(deps.now()))
  })
}
