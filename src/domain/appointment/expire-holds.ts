// Ends expired holds and reopens released slots; called by the background loop and by a booking that they block.
import { documentOf } from './appointment-document.ts'
import { writeEvent } from '../../platform/events/events.ts'
import { countDown } from '../availability/limits.sql.ts'
import {
  dropReservation,
  findReservation,
  forgetReleased,
  leaveSession,
  lockAgent,
} from '../availability/ledger.sql.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { lockAppointment, updateAppointment } from './appointment.sql.ts'
import { expiredHolds } from './hold.sql.ts'
import { countersHeld } from './usage-counters.ts'

const BATCH = 100

async function expireOne(deps: Deps, tenantId: string, held: { id: string; agent_id: string }): Promise<boolean> {
  const config = await deps.snapshots.config(tenantId)
  if (!config) return false
  return transaction(deps.db, async (tx) => {
    await tx.executeQuery(lockAgent(tenantId, held.agent_id))
    const a = await lockAppointment(tx, tenantId, held.id)
    const now = deps.now()
    if (!a || a.status !== 'held' || a.hold_expires_at!.getTime() > now || a.agent_id !== held.agent_id) return false
    const kept = await findReservation(tx, tenantId, a.reservation_id!)
    const document = {
      ...documentOf(a),
      cancellation: { by: 'clock', code: 'hold_expired' },
    }
    await updateAppointment(
      tx,
      tenantId,
      a.id,
      { status: 'cancelled', reservation_id: null, hold_expires_at: null, cancelled_at: new Date(now), document },
      new Date(now),
    )
    if (kept)
      for (const statement of kept.kind === 'session'
        ? leaveSession(tx, tenantId, kept.id, a.seats)
        : [dropReservation(tx, tenantId, kept.id)])
        await tx.executeQuery(statement)
    for (const counter of countersHeld(config, a)) await tx.executeQuery(countDown(tx, tenantId, counter))
    await writeEvent(deps, tx, {
      tenantId,
      subjectId: a.id,
      id: deps.newId(),
      type: 'appointment.expired',
      at: new Date(now),
      actor: 'clock',
      data: {},
    })
    return true
  })
}

/** Clears a tenant's expired holds and released slots; returns how many. */
export async function expireDue(deps: Deps, tenantId: string): Promise<number> {
  const now = new Date(deps.now())
  let cleared = await forgetReleased(deps.db.kysely, tenantId, now)
  for (const held of await expiredHolds(deps.db.kysely, tenantId, now, BATCH))
    if (await expireOne(deps, tenantId, held)) cleared += 1
  return cleared
}
