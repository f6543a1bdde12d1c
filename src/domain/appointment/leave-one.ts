// One of several people does not come: the others keep their appointment, and the place is free again.
import { findReservation, leaveSession } from '../availability/ledger.sql.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { updateAppointment, type Appointment } from './appointment.sql.ts'
import { documentOf } from './appointment-document.ts'
import { change, checkNotice, record, requireTransition, type ChangeContext } from './change.ts'

/** Takes one person by name off an appointment of several. Throws `not_found`, `too_late_to_cancel`. */
export async function leaveOne(deps: Deps, context: ChangeContext, name: string): Promise<Appointment> {
  return change(deps, context, async (tx, a, config) => {
    requireTransition(deps, a, 'change')
    const before = documentOf(a)
    const names = before.attendees ?? []
    if (!names.includes(name) || names.length < 2 || a.seats < 2) throw new AppError('not_found', { what: 'attendee' })
    checkNotice(deps, config, a, { actor: context.actor, kind: 'cancel', reason: undefined })
    const now = new Date(deps.now())
    const at = names.indexOf(name)
    const attendees = names.filter((_one, i) => i !== at)
    const after = await updateAppointment(
      tx,
      a.tenant_id,
      a.id,
      { seats: a.seats - 1, document: { ...before, attendees } },
      now,
    )
    const kept = await findReservation(tx, a.tenant_id, a.reservation_id!)
    if (kept?.kind === 'session')
      for (const statement of leaveSession(tx, a.tenant_id, kept.id, 1)) await tx.executeQuery(statement)
    const data = { fields: ['attendees', 'places'] }
    await record(deps, tx, a, { type: 'appointment.changed', actor: context.actor, data })
    return after
  })
}
