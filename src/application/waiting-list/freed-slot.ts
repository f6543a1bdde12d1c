// Shared parts of offers: the hold that keeps a freed time, the job that offers it, and the events about it.
import { cancel } from '../../domain/appointment/change.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import { type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { writeEvent } from '../../platform/events/events.ts'
import { type Entry } from './waiting.sql.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

export const QUEUE = 'offers'
export const ACTOR = { name: 'waiting-list', audience: 'staff' as const }

/** Columns of an entry without an offer. */
export const NO_OFFER = { offer_hold_id: null, offer_start: null, offer_until: null }

export type FreedSlot = {
  serviceIds: string[]
  minutes: number
  /** Absent: a time that was opened, at which anybody free may serve. */
  agentId?: string | undefined
  locationId: string
  start: number
}
export type Payload = { slot: FreedSlot; skipped: string[]; entryId?: string; holdId?: string }

/** The time kept by a hold, as a slot that can be offered; null when the hold has ended. */
export async function slotOf(deps: Deps, tenantId: string, holdId: string): Promise<FreedSlot | null> {
  const kept = await findAppointment(deps.db.kysely, tenantId, holdId)
  if (kept?.status !== 'held') return null
  const { service_ids: serviceIds, agent_id: agentId, location_id: locationId } = kept
  return { serviceIds, minutes: documentOf(kept).minutes, agentId, locationId, start: kept.starts_at.getTime() }
}

export const slotJob = (deps: Deps, tenantId: string, payload: Payload, due: number) => ({
  ...{ tenantId, id: deps.newId(), queue: QUEUE, due: new Date(due), now: new Date(deps.now()), payload },
  key: payload.entryId
    ? `offer ${payload.entryId}`
    : `slot ${payload.slot.agentId ?? payload.slot.locationId} ${payload.slot.start}`,
})

export async function freeHold(deps: Deps, tenantId: string, holdId: string): Promise<void> {
  const context = { tenantId, id: holdId, actor: ACTOR, wantedVersion: null, onlyHeld: true }
  await cancel(deps, context, undefined).catch((error: unknown) => {
    // The hold has already ended.
    if (!(error instanceof AppError) || error.status >= 500) throw error
  })
}

export async function tell(
  deps: Deps,
  tx: Tx,
  { e, type, more }: { e: Entry; type: string; more: Record<string, unknown> },
): Promise<void> {
  const data = { contactId: e.contact_id, appointmentId: e.appointment_id, ...more }
  const at = new Date(deps.now())
  await writeEvent(deps, tx, {
    tenantId: e.tenant_id,
    subjectId: e.id,
    id: deps.newId(),
    type,
    at,
    actor: ACTOR.name,
    data,
  })
}
