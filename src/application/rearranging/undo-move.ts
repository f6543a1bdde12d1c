// Undoes the latest move of an appointment and withholds the message about it. Possible for a few minutes only; after that, a new
// move is needed.
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { listEvents } from '../../platform/events/event.sql.ts'
import { dropQueued } from '../messaging/message.sql.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { findAppointment, updateAppointment, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { lockBoth, record, requireTransition, type ChangeContext } from '../../domain/appointment/change.ts'
import { move } from '../../domain/appointment/move.ts'
import type { Reach } from '../../kernel/permissions/principal.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

/** Time during which a move can be undone, in ms. */
const UNDO_WITHIN = 10 * MINUTE

type Place = { start: string; agentId: string; locationId: string; durationMinutes?: number }
type Moved = { id: string; type: string; before: Place; tellAt: number; isQuiet: boolean }

/** Event types that do not change time, place or agent. */
const BESIDE = new Set(['appointment.changed', 'appointment.accepted', 'appointment.rated'])

/** The latest move; throws `undo_over` when it is too old, or when a later event would be lost by an undo. */
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

/** Whether the citizen has not been notified of the move yet. */
const isUntold = (deps: Deps, m: Moved): boolean =>
  m.isQuiet || m.type === 'appointment.reassigned' || deps.now() < m.tellAt

async function read(deps: Deps, context: ChangeContext): Promise<Appointment> {
  const a = await findAppointment(deps.db.kysely, context.tenantId, context.id)
  if (!a) throw new AppError('not_found', { what: 'appointment' })
  return a
}

/**
 * Restores the appointment's time, place and agent before its latest move or reassignment, at most ten minutes later. If the citizen
 * was not notified yet, no message is sent about move or undo. Throws `undo_over`, or the refusal if the old time was taken.
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
    // The old state was valid: no current rule may block it.
    override: { reason, isRestoring: true },
    within,
    reassign: m.type === 'appointment.reassigned',
    telling: untold ? { isQuiet: true } : {},
    isUndo: true,
  })
  if (untold) await withhold(deps, context, m.id)
  return after
}

/** Withholds the message about the latest move while it is still queued. Throws `undo_over` when it was already due. */
export async function withholdNotice(deps: Deps, context: ChangeContext): Promise<Appointment> {
  const m = await latestMove(deps, await read(deps, context))
  if (m.isQuiet || m.tellAt <= deps.now()) throw new AppError('undo_over')
  return withhold(deps, context, m.id)
}

/** Suppresses messages about the event: deletes queued ones and marks the appointment against later ones. */
async function withhold(deps: Deps, context: ChangeContext, eventId: string): Promise<Appointment> {
  return transaction(deps.db, async (tx) => {
    const a = await lockBoth(tx, context.tenantId, context.id)
    requireTransition(deps, a, 'move')
    const document = { ...documentOf(a), untold: eventId }
    await dropQueued(tx, context.tenantId, eventId)
    await record(deps, tx, a, {
      type: 'appointment.changed',
      actor: context.actor,
      data: { fields: ['notice'] },
    })
    return updateAppointment(tx, a.tenant_id, a.id, { document }, new Date(deps.now()))
  })
}
