// The waiting list for earlier times: a freed time is held for the citizen who asked first, for a limited time, then for the next.
// Taking it moves their appointment, which keeps its code and its calendar UID.
import { NO_OFFER, type FreedSlot, ACTOR, freeHold, slotJob, slotOf, tell } from './freed-slot.ts'
import { confirmHold } from '../../domain/appointment/confirm-hold.ts'
import { findAppointment, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { move } from '../../domain/appointment/move.ts'
import { createOne } from '../../domain/catalogue/records/records.ts'
import { contacts } from '../../domain/contact/contact.resource.ts'
import { identityOf, normalise, type ContactFields } from '../../domain/contact/contact.ts'
import { findSame } from '../../domain/contact/contact.sql.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { transaction, violationOf, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { type RelayedEvent } from '../notifications/event-messages.ts'
import type { TimeWish } from './rules.ts'
import {
  changeEntry,
  findEntry,
  insertEntry,
  lockEntry,
  openEntriesOf,
  openEntryOf,
  type Entry,
  type EntryDocument,
} from './waiting.sql.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

type Wish = {
  contactId: string
  appointmentId: string | null
  serviceIds: readonly string[]
  locationId: string | null
  /** Accepts starts in [earliest, latest); epoch ms. */
  earliest: number
  latest: number
  source: string
  wish?: TimeWish | undefined
}

/** Adds an entry to the list; returns the existing one when the appointment has one. Throws `invalid_reference`. */
export async function join(deps: Deps, tenantId: string, wish: Wish): Promise<Entry> {
  const now = new Date(deps.now())
  const known =
    wish.appointmentId === null ? undefined : await openEntryOf(deps.db.kysely, tenantId, wish.appointmentId)
  if (known) return known
  const { earliest, latest, ...rest } = wish
  const entry = { tenantId, id: deps.newId(), ...rest, earliest: new Date(earliest), latest: new Date(latest), now }
  return transaction(deps.db, (tx) => insertEntry(tx, entry)).catch(async (error: unknown) => {
    const name = violationOf(error)?.constraint
    if (name === 'waiting_entries_appointment')
      return (await openEntryOf(deps.db.kysely, tenantId, wish.appointmentId!))!
    if (name && /contact_id/.test(name))
      throw new AppError('invalid_reference', { what: 'contact', id: wish.contactId })
    throw error
  })
}

/** Open entries of one person; more are refused, so that nobody fills the list. */
const MOST_WISHES = 5

/**
 * Adds a citizen without an appointment, who is told when a time fits the wish. The person is a contact with the same name and the
 * same address or number, or a new one. Throws `too_many_open`, `invalid_phone`.
 */
export async function joinAsNew(
  deps: Deps,
  config: TenantConfig,
  person: ContactFields,
  wish: Omit<Wish, 'contactId' | 'appointmentId'>,
): Promise<Entry> {
  const { tenantId } = config
  const fields = normalise(person, config.settings.country)
  const same = await findSame(deps.db.kysely, tenantId, null, identityOf(fields))
  const context = { tenantId, id: deps.newId(), now: deps.now() }
  const contactId = same ?? (await createOne(deps, contacts, context, { ...fields })).id
  if ((await openEntriesOf(deps.db.kysely, tenantId, contactId)).length >= MOST_WISHES)
    throw new AppError('too_many_open', { max: MOST_WISHES })
  return join(deps, tenantId, { ...wish, contactId, appointmentId: null })
}

/** Adds the citizen of an appointment to the list for any earlier time. */
export function joinFor(deps: Deps, a: Appointment, source: string): Promise<Entry> {
  return join(deps, a.tenant_id, {
    contactId: a.contact_id!,
    appointmentId: a.id,
    serviceIds: a.service_ids,
    locationId: a.channel === 'in_person' ? a.location_id : null,
    earliest: deps.now(),
    latest: a.starts_at.getTime(),
    source,
  })
}

/** Ends an offer that can no longer be taken: the entry becomes `status`, and the time is offered to the next citizen. */
async function withdraw(deps: Deps, e: Entry, status: 'waiting' | 'ended'): Promise<void> {
  const { tenant_id: tenantId, id, offer_hold_id: holdId } = e
  const slot = holdId === null ? null : await slotOf(deps, tenantId, holdId)
  if (holdId !== null) await freeHold(deps, tenantId, holdId)
  await transaction(deps.db, async (tx) => {
    const now = await lockEntry(tx, tenantId, id)
    if (!now || now.offer_hold_id !== holdId || !['waiting', 'offered'].includes(now.status)) return
    const change = { status, ...NO_OFFER }
    await changeEntry(tx, tenantId, id, change, new Date(deps.now()))
    if (slot && slot.start > deps.now())
      await enqueue(deps, tx, [slotJob(deps, tenantId, { slot, skipped: [id] }, deps.now())])
  })
}

/** Removes an entry from the list; a time held for it is offered to the next citizen. */
export const leave = (deps: Deps, entry: Entry): Promise<void> => withdraw(deps, entry, 'ended')

/** The slot that an event has freed, or null. */
function freedBy(event: RelayedEvent, a: Appointment): FreedSlot | null {
  const { before } = event.data as { before?: unknown }
  const slot = { serviceIds: a.service_ids, minutes: documentOf(a).minutes }
  if (['appointment.cancelled', 'appointment.refused'].includes(event.type) && before !== 'held')
    return { ...slot, agentId: a.agent_id, locationId: a.location_id, start: a.starts_at.getTime() }
  if (event.type !== 'appointment.moved') return null
  const old = before as { start?: string; agentId?: string; locationId?: string }
  const start = Date.parse(old.start ?? '')
  if (!Number.isFinite(start) || old.agentId === undefined || old.locationId === undefined) return null
  return { ...slot, agentId: old.agentId, locationId: old.locationId, start }
}

/** Follow-up of an appointment event: offers a freed time, and ends entries and offers that no longer make sense. */
export async function afterEvent(
  deps: Deps,
  event: RelayedEvent,
  a: Appointment,
): Promise<((tx: Tx) => Promise<void>)[]> {
  const follows: ((tx: Tx) => Promise<void>)[] = []
  const entry = await openEntryOf(deps.db.kysely, a.tenant_id, a.id)
  const slot = freedBy(event, a)
  if (slot && slot.start > deps.now()) {
    // Not offered to the citizen who gave it up, and only once the change can no longer be undone.
    const { tellAt } = event.data as { tellAt?: string }
    const due = Math.max(deps.now(), tellAt === undefined ? 0 : Date.parse(tellAt))
    const job = slotJob(deps, a.tenant_id, { slot, skipped: entry ? [entry.id] : [] }, due)
    follows.push((tx) => enqueue(deps, tx, [job]))
  }
  if (!entry) return follows
  const isOver = !['pending', 'confirmed'].includes(a.status)
  if (isOver) await withdraw(deps, entry, 'ended')
  else {
    // The appointment was moved before the offered time, so the offer is no longer an earlier time.
    if (entry.offer_start && entry.offer_start >= a.starts_at) await withdraw(deps, entry, 'waiting')
    follows.push((tx) => changeEntry(tx, a.tenant_id, entry.id, { latest_at: a.starts_at }, new Date(deps.now())))
  }
  return follows
}

/**
 * Takes an offered time: moves the appointment there, or confirms the hold for a citizen without one. Returns the id of the
 * appointment. Throws `offer_over` when it is too late.
 */
export async function take(deps: Deps, config: TenantConfig, entryId: string, holdId: string): Promise<string> {
  const { tenantId } = config
  const e = await findEntry(deps.db.kysely, tenantId, entryId)
  const start = e?.offer_start?.getTime()
  // A repeated request gets the same answer.
  if (e?.status === 'taken' && e.appointment_id !== null) return e.appointment_id
  const isOpen = e?.status === 'offered' && e.offer_hold_id === holdId && e.offer_until!.getTime() > deps.now()
  if (!isOpen || start === undefined) throw new AppError('offer_over')
  const kept = await findAppointment(deps.db.kysely, tenantId, holdId)
  if (kept?.status !== 'held') throw new AppError('offer_over')
  const taken = (tx: Tx, appointmentId: string) => markTaken(deps, tx, { e, appointmentId, start })
  if (e.appointment_id === null) {
    const context = {
      tenantId,
      actor: ACTOR,
      hold: false,
      country: config.settings.country,
    }
    const terms = { start, maxOpen: 0, needsApproval: false, also: (tx: Tx, a: Appointment) => taken(tx, a.id) }
    const request = { contactId: e.contact_id }
    return (await confirmHold(deps, { holdId, request, context, terms })).appointment.id
  }
  await freeHold(deps, tenantId, holdId)
  const context = { tenantId, id: e.appointment_id, actor: ACTOR, wantedVersion: null }
  const to = { start, agentId: kept.agent_id, locationId: kept.location_id, reason: 'waiting_list' }
  await move(deps, context, to)
  await transaction(deps.db, (tx) => taken(tx, e.appointment_id!))
  return e.appointment_id
}

async function markTaken(
  deps: Deps,
  tx: Tx,
  { e, appointmentId, start }: { e: Entry; appointmentId: string; start: number },
): Promise<void> {
  await changeEntry(
    tx,
    e.tenant_id,
    e.id,
    {
      ...{ status: 'taken', ...NO_OFFER, appointment_id: appointmentId },
      // By it the link of the offer is recognised when it is opened again.
      document: { ...(e.document as EntryDocument), takenHoldId: e.offer_hold_id ?? undefined },
    },
    new Date(deps.now()),
  )
  await tell(deps, tx, { e, type: 'waiting.taken', more: { start: new Date(start).toISOString() } })
}
