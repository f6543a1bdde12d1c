// Changes to an appointment after booking, except moving: cancel, approve, outcome, notes.
// Lock order: CONTRIBUTING.md, rule 2.
import { changedMetadata } from '../../platform/schema/schema.ts'
import { writeEvent } from '../../platform/events/events.ts'
import { countDown } from '../availability/limits.sql.ts'
import { closeUntil, dropReservation, findReservation, leaveSession, lockAgent } from '../availability/ledger.sql.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import { visitOf } from '../availability/slots.ts'
import { startOver, transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { configOf } from '../availability/current-config.ts'
import { AppError, bodyFault } from '../../kernel/errors.ts'
import type { Channel, Visit } from '../catalogue/visit.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { isWithinNotice } from './appointment.ts'
import {
  findAppointment,
  lockAppointment,
  unapproved,
  unprovenWaiting,
  updateAppointment,
  type Appointment,
  type Change,
} from './appointment.sql.ts'
import { checkDetails } from './book.ts'
import type { Actor } from './booking-request.ts'
import { countersHeld } from './usage-counters.ts'
import { nextStatus, type Action } from './appointment-states.ts'
import { checkVersion } from '../../kernel/version.ts'
import { documentOf } from './appointment-document.ts'

export type ChangeContext = {
  tenantId: string
  id: string
  actor: Actor
  wantedVersion: number | null
  /** Refuses the change unless the appointment is still a hold. */
  onlyHeld?: boolean
}

/**
 * Locks the appointment's agent, then the appointment. If the appointment moved to another agent meanwhile, the transaction
 * starts over: locking a second agent while holding the first could deadlock with a transaction that locks them in reverse order.
 */
export async function lockBoth(tx: Tx, tenantId: string, id: string): Promise<Appointment> {
  const seen = await findAppointment(tx, tenantId, id)
  if (!seen) throw new AppError('not_found', { what: 'appointment' })
  await tx.executeQuery(lockAgent(tenantId, seen.agent_id))
  const a = await lockAppointment(tx, tenantId, id)
  if (!a || a.agent_id !== seen.agent_id) throw startOver()
  return a
}

/** The status after the action; throws `invalid_transition`, or `hold_expired` for an expired hold, even if not yet recorded. */
export function requireTransition(
  deps: Deps,
  a: Appointment,
  action: Action,
  approvalRequired = false,
): NonNullable<ReturnType<typeof nextStatus>> {
  if (a.status === 'held' && a.hold_expires_at!.getTime() <= deps.now()) throw new AppError('hold_expired')
  if (documentOf(a).cancellation?.code === 'hold_expired') throw new AppError('hold_expired')
  const status = nextStatus(a.status, action, approvalRequired)
  if (status === null)
    throw new AppError('invalid_transition', { status: a.status, action }, { extra: { currentStatus: a.status } })
  return status
}

/** Writes an event of the appointment. */
export async function record(
  deps: Deps,
  tx: Tx,
  a: Appointment,
  { type, actor, data }: { type: string; actor: Actor; data: Record<string, unknown> },
): Promise<void> {
  const event = {
    tenantId: a.tenant_id,
    subjectId: a.id,
    id: deps.newId(),
    type,
    at: new Date(deps.now()),
    actor: actor.name,
    data,
  }
  await writeEvent(deps, tx, event)
}

/** Releases the appointment's time: a hold at once, else after the release delay of its services, so that citizens cannot trade it. */
async function release(deps: Deps, tx: Tx, config: TenantConfig, a: Appointment): Promise<void> {
  const kept = await findReservation(tx, a.tenant_id, a.reservation_id!)
  for (const counter of countersHeld(config, a)) await tx.executeQuery(countDown(tx, a.tenant_id, counter))
  if (!kept) return
  if (kept.kind === 'session') {
    for (const statement of leaveSession(tx, a.tenant_id, kept.id, a.seats)) await tx.executeQuery(statement)
    return
  }
  const delay = a.status === 'held' ? 0 : releaseDelayOf(config, a)
  const until = deps.now() + delay
  const statement =
    delay > 0 && kept.to > until
      ? closeUntil(tx, a.tenant_id, kept.id, new Date(until))
      : dropReservation(tx, a.tenant_id, kept.id)
  await tx.executeQuery(statement)
}

/** The largest value (minutes) of a rule over the appointment's services; deleted services count as 0. */
export function strictest(
  config: TenantConfig,
  a: Appointment,
  field: 'cancelNoticeMinutes' | 'moveNoticeMinutes' | 'releaseDelayMinutes',
): number {
  return Math.max(0, ...a.service_ids.map((id) => config.services.get(id)?.[field] ?? 0))
}

export const releaseDelayOf = (config: TenantConfig, a: Appointment): number =>
  strictest(config, a, 'releaseDelayMinutes') * MINUTE

/** Enforces the notice for citizens; staff may break it with a reason. Throws `too_late_to_…` or `reason_required`. */
export function checkNotice(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { actor, kind, reason }: { actor: Actor; kind: 'cancel' | 'move'; reason: string | undefined },
): void {
  const minutes = strictest(config, a, kind === 'cancel' ? 'cancelNoticeMinutes' : 'moveNoticeMinutes')
  if (isWithinNotice(a.starts_at.getTime(), minutes * MINUTE, deps.now())) return
  if (actor.audience === 'public')
    throw new AppError(kind === 'cancel' ? 'too_late_to_cancel' : 'too_late_to_move', { minutes })
  if (!reason?.trim()) throw bodyFault('/reason', 'reason_required')
}

/** Throws `invalid_transition` when `onlyHeld` is set and the appointment is no longer a hold. */
export function checkHeld(context: ChangeContext, a: Appointment): void {
  if (context.onlyHeld && a.status !== 'held')
    throw new AppError(
      'invalid_transition',
      { status: a.status, action: 'change' },
      { extra: { currentStatus: a.status } },
    )
}

/** Runs a change under both locks after checking the version; returns the changed appointment. */
export async function change(
  deps: Deps,
  context: ChangeContext,
  work: (tx: Tx, a: Appointment, config: TenantConfig) => Promise<Appointment>,
): Promise<Appointment> {
  const config = await configOf(deps, context.tenantId)
  return transaction(deps.db, async (tx) => {
    const a = await lockBoth(tx, context.tenantId, context.id)
    checkVersion(context.wantedVersion, a.version)
    checkHeld(context, a)
    return work(tx, a, config)
  })
}

/** Cancels within the notice and stores the reason. Cancelling a cancelled appointment again changes nothing. */
export async function cancel(deps: Deps, context: ChangeContext, reason: string | undefined): Promise<Appointment> {
  return change(deps, context, async (tx, a, config) => {
    if (a.status === 'cancelled' && documentOf(a).cancellation?.code === 'cancelled') return a
    requireTransition(deps, a, 'cancel')
    const { actor } = context
    if (a.status !== 'held') checkNotice(deps, config, a, { actor, kind: 'cancel', reason })
    return endAs(deps, tx, a, { config, actor, code: 'cancelled', reason })
  })
}

type Ending = {
  config: TenantConfig
  actor: Actor
  code: 'cancelled' | 'refused' | 'not_approved'
  reason: string | undefined
}

async function endAs(
  deps: Deps,
  tx: Tx,
  a: Appointment,
  { config, actor, code, reason }: Ending,
): Promise<Appointment> {
  const now = new Date(deps.now())
  const cancellation = { by: actor.name, code, ...(reason === undefined ? {} : { reason }) }
  const changed: Change = {
    status: 'cancelled',
    reservation_id: null,
    hold_expires_at: null,
    cancelled_at: now,
    document: { ...documentOf(a), cancellation },
  }
  const after = await updateAppointment(tx, a.tenant_id, a.id, changed, now)
  await release(deps, tx, config, a)
  const data = { before: a.status, ...(reason === undefined ? {} : { reason }) }
  await record(deps, tx, a, { type: `appointment.${code}`, actor, data })
  return after
}

/** Approves or refuses a pending appointment. */
export async function approveOrRefuse(
  deps: Deps,
  context: ChangeContext,
  decision: 'approve' | 'refuse',
  reason: string | undefined,
): Promise<Appointment> {
  return change(deps, context, async (tx, a, config) => {
    const status = requireTransition(deps, a, decision)
    if (decision === 'refuse') return endAs(deps, tx, a, { config, actor: context.actor, code: 'refused', reason })
    // Approval by the office counts as proof of identity.
    const { unproven: _vouched, ...document } = documentOf(a)
    const after = await updateAppointment(tx, a.tenant_id, a.id, { status, document }, new Date(deps.now()))
    await record(deps, tx, a, { type: 'appointment.approved', actor: context.actor, data: { before: a.status } })
    return after
  })
}

const CLOCK: Actor = { name: 'clock', audience: 'staff' }

/**
 * Ends pending appointments whose start has passed (they must not look like visits), and unproven ones older than the tenant's
 * `pendingHours`, which would block slots for others. Returns the number of ended appointments.
 */
export async function endUnapproved(deps: Deps, tenantId: string): Promise<number> {
  const hours = (await deps.snapshots.config(tenantId))?.settings.booking.pendingHours ?? 0
  const latest = new Date(deps.now() - hours * HOUR)
  const isOver = (a: Appointment): boolean =>
    a.starts_at.getTime() <= deps.now() ||
    (hours > 0 && documentOf(a).unproven !== undefined && a.created_at.getTime() < latest.getTime())
  const ids = await unapproved(deps.db.kysely, tenantId, new Date(deps.now()), 100)
  if (hours > 0) ids.push(...(await unprovenWaiting(deps.db.kysely, tenantId, latest, 100)))
  for (const id of ids)
    await change(deps, { tenantId, id, actor: CLOCK, wantedVersion: null }, async (tx, a, config) => {
      // Approved or moved meanwhile.
      if (a.status !== 'pending' || !isOver(a)) return a
      requireTransition(deps, a, 'lapse')
      return endAs(deps, tx, a, { config, actor: CLOCK, code: 'not_approved', reason: undefined })
    })
  return ids.length
}

/** Records whether the citizen came; only after the appointment has started. */
export async function setOutcome(
  deps: Deps,
  context: ChangeContext,
  outcome: 'completed' | 'no_show',
  note: string | undefined,
): Promise<Appointment> {
  return change(deps, context, async (tx, a) => {
    if (a.status === outcome) return a
    const status = requireTransition(deps, a, outcome === 'completed' ? 'complete' : 'no_show')
    if (a.starts_at.getTime() > deps.now()) throw new AppError('not_started_yet')
    const now = new Date(deps.now())
    const document = { ...documentOf(a), outcome: { by: context.actor.name, ...(note === undefined ? {} : { note }) } }
    const after = await updateAppointment(tx, a.tenant_id, a.id, { status, outcome_at: now, document }, now)
    const data = { before: a.status, ...(note === undefined ? {} : { note }) }
    await record(deps, tx, a, { type: `appointment.${status}`, actor: context.actor, data })
    return after
  })
}

/** Records the citizen's arrival, or removes the record. */
export async function setArrival(deps: Deps, context: ChangeContext, isThere: boolean): Promise<Appointment> {
  return change(deps, context, async (tx, a) => {
    const { arrivedAt, ...rest } = documentOf(a)
    if ((arrivedAt !== undefined) === isThere) return a
    requireTransition(deps, a, 'arrive')
    const now = new Date(deps.now())
    const document = isThere ? { ...rest, arrivedAt: now.toISOString() } : rest
    const after = await updateAppointment(tx, a.tenant_id, a.id, { document }, now)
    const type = isThere ? 'appointment.arrived' : 'appointment.arrival_undone'
    await record(deps, tx, a, { type, actor: context.actor, data: {} })
    return after
  })
}

/** Undoes a mistaken outcome. */
export async function undoOutcome(deps: Deps, context: ChangeContext): Promise<Appointment> {
  return change(deps, context, async (tx, a) => {
    const status = requireTransition(deps, a, 'undo_outcome')
    const { outcome: _undone, ...document } = documentOf(a)
    const after = await updateAppointment(
      tx,
      a.tenant_id,
      a.id,
      { status, outcome_at: null, document },
      new Date(deps.now()),
    )
    await record(deps, tx, a, { type: 'appointment.outcome_undone', actor: context.actor, data: { before: a.status } })
    return after
  })
}

/** Changes notes, answers or metadata. */
export async function amend(
  deps: Deps,
  context: ChangeContext,
  changes: { notes?: string | null; answers?: Record<string, unknown>; metadata?: Record<string, string | null> },
): Promise<Appointment> {
  return change(deps, context, async (tx, a, config) => {
    requireTransition(deps, a, 'change')
    const before = documentOf(a)
    const visit = visitFor(config, a)
    if (changes.answers && visit)
      checkDetails(
        visit,
        {
          serviceIds: a.service_ids,
          start: 0,
          places: 1,
          contactId: a.contact_id ?? '',
          answers: changes.answers,
          channel: a.channel as Channel,
        },
        false,
      )
    const { notes = before.notes, answers = before.answers } = changes
    const document = {
      ...before,
      ...(notes == null ? { notes: undefined } : { notes }),
      ...(answers ? { answers } : {}),
      ...(changes.metadata ? { metadata: changedMetadata(before.metadata, changes.metadata) } : {}),
    }
    const after = await updateAppointment(tx, a.tenant_id, a.id, { document: document }, new Date(deps.now()))
    const data = { fields: Object.keys(changes) }
    await record(deps, tx, a, { type: 'appointment.changed', actor: context.actor, data })
    return after
  })
}

/** The visit of an existing appointment under the current rules of its services; null when a service no longer exists. */
export function visitFor(config: TenantConfig, a: Appointment): Visit | null {
  try {
    return visitOf(config, a.service_ids, a.service_ids.length === 1 ? documentOf(a).minutes : undefined)
  } catch {
    return null
  }
}
