// Extends a hold. Lock order: agent, appointment, ledger.
import { extendReservation } from '../availability/ledger.sql.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { updateAppointment, type Appointment } from './appointment.sql.ts'
import { lockBoth, requireTransition } from './change.ts'

/** Extends a hold until `until` (epoch ms); throws `hold_expired` or `invalid_transition` when it is no longer a hold. */
export async function extendHold(deps: Deps, tenantId: string, id: string, until: number): Promise<Appointment> {
  return transaction(deps.db, async (tx) => {
    const a = await lockBoth(tx, tenantId, id)
    requireTransition(deps, a, 'confirm')
    if (a.reservation_id === null) throw new AppError('hold_expired')
    const at = new Date(until)
    await tx.executeQuery(extendReservation(tx, tenantId, a.reservation_id, at))
    return updateAppointment(tx, tenantId, id, { hold_expires_at: at }, new Date(deps.now()))
  })
}
