// Stores the citizen's rating of a visit. A later rating replaces the earlier one.
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { lockAppointment, updateAppointment, type Appointment, type Rating } from './appointment.sql.ts'
import { record } from './change.ts'
import { documentOf } from './appointment-document.ts'

/** Whether the visit can be rated: it is completed, or confirmed and its end has passed. `now` in epoch ms. */
export function isRateable(a: Appointment, now: number): boolean {
  return a.status === 'completed' || (a.status === 'confirmed' && a.ends_at.getTime() <= now)
}

/** Stores the rating and writes the event; throws `not_started_yet` when the visit cannot be rated yet. */
export async function rate(deps: Deps, tenantId: string, id: string, rating: Omit<Rating, 'at'>): Promise<Appointment> {
  return transaction(deps.db, async (tx) => {
    const a = await lockAppointment(tx, tenantId, id)
    if (!a) throw new AppError('not_found', { what: 'appointment' })
    const now = deps.now()
    if (!isRateable(a, now)) throw new AppError('not_started_yet')
    const at = new Date(now)
    const document = { ...documentOf(a), rating: { ...rating, at: at.toISOString() } }
    const after = await updateAppointment(tx, tenantId, id, { document }, at)
    const { stars, recommendation } = rating
    await record(deps, tx, a, {
      type: 'appointment.rated',
      actor: { name: 'citizen', audience: 'public' },
      data: { stars, ...(recommendation === undefined ? {} : { recommendation }) },
    })
    return after
  })
}
