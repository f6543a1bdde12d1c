// "Tell me if something earlier comes free": a time that is given back is kept for whoever asked first, for a while; unused, it
// goes to the next in line. Taking it moves their appointment, which keeps its code and its place in their calendar.
import { book } from '../appointment/booking.actions.ts'
import { cancel } from '../appointment/change.actions.ts'
import { confirmHold } from '../appointment/confirm.actions.ts'
import { findAppointment, type Appointment } from '../appointment/appointment.sql.ts'
import { documentOf } from '../appointment/change.actions.ts'
import { extendHold } from '../appointment/hold.actions.ts'
import { move } from '../appointment/move.actions.ts'
import type { TenantConfig } from '../availability/model.ts'
import { afterCommit, transaction, violationOf, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { writeEvent } from '../event/event.actions.ts'
import type { Job } from '../jobs/job.sql.ts'
import { DONE, type Ended, type Queue } from '../jobs/queue.ts'
import { enqueue } from '../jobs/work.actions.ts'
import { compose, post, speakerOf } from '../notify/compose.actions.ts'
import type { NewMessage } from '../notify/message.ts'
import { languageOf, occasionOf, personOf, type Happened } from '../notify/notice.actions.ts'
import { momentOf, ofAppointment, untilOf } from '../notify/occasion.ts'
import { secretOf } from '../tenant/secret.sql.ts'
import { MINUTE } from '../time/interval.ts'
import { sealedName, sealOf } from '../web/seal.ts'
import { afterQuietHours } from '../notify/text.ts'
import { mayOffer, recentOffers } from './fit.ts'
import {
  changeEntry,
  findEntry,
  insertEntry,
  lockEntry,
  openEntryOf,
  waitingFor,
  type Entry,
  type EntryDocument,
} from './waiting.sql.ts'

const QUEUE = 'offers'
const ACTOR = { name: 'waiting-list', audience: 'staff' as const }
const CANDIDATES = 200

export type Wish = {
  contactId: string
  appointmentId: string | null
  serviceIds: readonly string[]
  locationId: string | null
  /** Epoch ms: starts in [earliest, latest). */
  earliest: number
  latest: number
  source: string
}

/** Puts somebody on the list; who waits for the same appointment already keeps their place. */
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

/** Puts the holder of an appointment on the list for anything before it. */
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

/** What is kept by a hold, as a time that can be offered. */
async function slotOf(deps: Deps, tenantId: string, holdId: string): Promise<Slot | null> {
  const kept = await findAppointment(deps.db.kysely, tenantId, holdId)
  if (kept?.status !== 'held') return null
  const { service_ids: serviceIds, agent_id: agentId, location_id: locationId } = kept
  return { serviceIds, minutes: documentOf(kept).minutes, agentId, locationId, start: kept.starts_at.getTime() }
}

/** Ends an offer that nobody may take any more: the entry becomes `status`, and the time goes to the next. */
async function withdraw(deps: Deps, e: Entry, status: 'waiting' | 'ended'): Promise<void> {
  const { tenant_id: tenantId, id, offer_hold_id: holdId } = e
  const slot = holdId === null ? null : await slotOf(deps, tenantId, holdId)
  if (holdId !== null) await freeHold(deps, tenantId, holdId)
  await transaction(deps.db, async (tx) => {
    const now = await lockEntry(tx, tenantId, id)
    if (!now || now.offer_hold_id !== holdId || !['waiting', 'offered'].includes(now.status)) return
    const change = { status, offer_hold_id: null, offer_until: null, offer_start: null }
    await changeEntry(tx, tenantId, id, change, new Date(deps.now()))
    if (slot && slot.start > deps.now())
      await enqueue(deps, tx, [slotJob(deps, tenantId, { slot, skipped: [id] }, deps.now())])
  })
}

/** Takes somebody off the list; a time that is kept for them goes to the next. */
export const leave = (deps: Deps, entry: Entry): Promise<void> => withdraw(deps, entry, 'ended')

type Slot = { serviceIds: string[]; minutes: number; agentId: string; locationId: string; start: number }
type Payload = { slot: Slot; skipped: string[]; entryId?: string; holdId?: string }

/** The time that an event gave back, if it did. */
function freedBy(event: Happened, a: Appointment): Slot | null {
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

const slotJob = (deps: Deps, tenantId: string, payload: Payload, due: number) => ({
  ...{ tenantId, id: deps.newId(), queue: QUEUE, due: new Date(due), now: new Date(deps.now()), payload },
  key: payload.entryId ? `offer ${payload.entryId}` : `slot ${payload.slot.agentId} ${payload.slot.start}`,
})

/** What follows from an event of an appointment: the freed time is offered; who need not wait any more is taken off the list. */
export async function afterEvent(deps: Deps, event: Happened, a: Appointment): Promise<((tx: Tx) => Promise<void>)[]> {
  const follows: ((tx: Tx) => Promise<void>)[] = []
  const entry = await openEntryOf(deps.db.kysely, a.tenant_id, a.id)
  const slot = freedBy(event, a)
  if (slot && slot.start > deps.now()) {
    // Not to whoever has just given it up.
    const job = slotJob(deps, a.tenant_id, { slot, skipped: entry ? [entry.id] : [] }, deps.now())
    follows.push((tx) => enqueue(deps, tx, [job]))
  }
  if (!entry) return follows
  const isOver = !['pending', 'confirmed'].includes(a.status)
  if (isOver) await withdraw(deps, entry, 'ended')
  else {
    // Moved to before what was offered: that is nothing earlier any more.
    if (entry.offer_start && entry.offer_start >= a.starts_at) await withdraw(deps, entry, 'waiting')
    follows.push((tx) => changeEntry(tx, a.tenant_id, entry.id, { latest_at: a.starts_at }, new Date(deps.now())))
  }
  return follows
}

async function freeHold(deps: Deps, tenantId: string, holdId: string): Promise<void> {
  const context = { tenantId, id: holdId, actor: ACTOR, wantedVersion: null, onlyHeld: true }
  await cancel(deps, context, undefined).catch((error: unknown) => {
    // Over already.
    if (!(error instanceof AppError) || error.status >= 500) throw error
  })
}

const offeredAt = (e: Entry): number[] => (e.document as EntryDocument).offeredAt ?? []

/** Keeps the time for somebody until `until`; the refusal's code when it cannot be had. */
async function hold(
  deps: Deps,
  config: TenantConfig,
  slot: Slot,
  until: number,
): Promise<{ id: string } | { code: string }> {
  const { tenantId } = config
  const { serviceIds, minutes, agentId, locationId, start } = slot
  const request = {
    ...{ serviceIds, agentId, locationId, start, places: 1 },
    ...(serviceIds.length === 1 ? { minutes } : {}),
  }
  const context = {
    tenantId,
    actor: ACTOR,
    scope: null,
    callerSecret: '',
    hold: true,
    country: config.settings.country,
  }
  try {
    const { id } = (await book(deps, request, context)).body as { id: string }
    await extendHold(deps, tenantId, id, until)
    return { id }
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { code: error.code }
    throw error
  }
}

async function offerMessage(
  deps: Deps,
  config: TenantConfig,
  entry: Entry,
  slot: Slot,
  holdId: string,
  until: number,
): Promise<NewMessage | null> {
  const person = await personOf(deps, entry)
  if (!person) return null
  const db = deps.db.kysely
  const a = entry.appointment_id === null ? undefined : await findAppointment(db, config.tenantId, entry.appointment_id)
  const language = a ? languageOf(config, a) : person.locale === 'en' ? 'en' : config.settings.locale
  const zone = config.locations.get(slot.locationId)?.timeZone ?? config.timeZone
  const speaker = speakerOf(config, language)
  const told = ofAppointment(speaker, {
    ...{ serviceIds: slot.serviceIds, start: slot.start, end: slot.start + slot.minutes * MINUTE, timeZone: zone },
    ...{ channel: a?.channel ?? 'in_person', locationId: slot.locationId, places: 1 },
  })
  const secret = await secretOf(deps, config.tenantId, 'pages')
  const token = sealedName(entry.id, sealOf(secret, 'offer', entry.id, holdId))
  return compose(deps, config, person, {
    ...{ kind: 'offer', language, subjectId: a?.id ?? entry.id, facts: told.facts },
    variables: {
      ...(a ? (await occasionOf(deps, config, a, 'offer')).variables : told.variables),
      newWhen: momentOf(speaker, zone, slot.start),
      until: untilOf(speaker, zone, until),
    },
    link: `${deps.links.base}/${config.slug}/offers/${token}`,
    expires: until,
    dedupeKey: `offer ${entry.id} ${holdId}`,
  })
}

/** Somebody is choosing it at this moment, or this very job kept it before its process died: looked at again. */
const PASSING = new Set(['slot_held', 'recently_released', 'too_many_rivals'])
const AGAIN = 10 * MINUTE

/** Offers a freed time to the first who may have it; not at night, when nobody could answer in time. */
async function offer(deps: Deps, config: TenantConfig, { slot, skipped }: Payload): Promise<Ended> {
  const { tenantId } = config
  const rules = config.settings.waitingList
  const now = deps.now()
  const morning = afterQuietHours(config.settings.notifications.quietHours, config.timeZone, now)
  if (morning > now) return { kind: 'again', at: morning, failure: 'quiet_hours', isUntried: true }
  const candidates = await waitingFor(deps.db.kysely, tenantId, { ...slot, start: new Date(slot.start) }, CANDIDATES)
  const entry = candidates.find((e) => !skipped.includes(e.id) && mayOffer(rules, slot.start, offeredAt(e), now))
  if (!entry) return DONE
  const until = now + rules.offerMinutes * MINUTE
  const held = await hold(deps, config, slot, until)
  if ('code' in held)
    return PASSING.has(held.code) ? { kind: 'again', at: now + AGAIN, failure: held.code, isUntried: true } : DONE
  const holdId = held.id
  const message = await offerMessage(deps, config, entry, slot, holdId, until)
  const others = { slot, skipped: [...skipped, entry.id] }
  // Nobody can be told: the next one.
  if (!message || message.withheld) {
    await freeHold(deps, tenantId, holdId)
    return offer(deps, config, others)
  }
  return {
    kind: 'done',
    also: async (tx) => {
      const fresh = await lockEntry(tx, tenantId, entry.id)
      if (fresh?.status !== 'waiting') {
        // Offered something else, or gone, in this very moment.
        afterCommit(tx, () => void freeHold(deps, tenantId, holdId).catch(() => undefined))
        return enqueue(deps, tx, [slotJob(deps, tenantId, others, now + 1_000)])
      }
      const document = {
        ...(fresh.document as EntryDocument),
        offeredAt: [...recentOffers(offeredAt(fresh), now), now],
      }
      const kept = { offer_hold_id: holdId, offer_start: new Date(slot.start), offer_until: new Date(until) }
      const change = { status: 'offered' as const, ...kept, offers: fresh.offers + 1, told_at: new Date(now), document }
      await changeEntry(tx, tenantId, entry.id, change, new Date(now))
      await post(deps, tx, message)
      await tell(deps, tx, entry, 'waiting.offered', { holdId, start: new Date(slot.start).toISOString() })
      await enqueue(deps, tx, [slotJob(deps, tenantId, { ...others, entryId: entry.id, holdId }, until)])
    },
  }
}

async function tell(deps: Deps, tx: Tx, e: Entry, type: string, more: Record<string, unknown>): Promise<void> {
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

/** An offer whose time is over: they keep their place, and the time goes to the next. */
async function endOffer(deps: Deps, config: TenantConfig, payload: Payload): Promise<Ended> {
  const { tenantId } = config
  const e = await findEntry(deps.db.kysely, tenantId, payload.entryId!)
  if (e?.status !== 'offered' || e.offer_hold_id !== payload.holdId) return DONE
  await freeHold(deps, tenantId, payload.holdId)
  return {
    kind: 'done',
    also: async (tx) => {
      const now = await lockEntry(tx, tenantId, e.id)
      const change = { status: 'waiting' as const, offer_hold_id: null, offer_start: null, offer_until: null }
      if (now?.offer_hold_id === payload.holdId) await changeEntry(tx, tenantId, e.id, change, new Date(deps.now()))
      const next = { slot: payload.slot, skipped: payload.skipped }
      await enqueue(deps, tx, [slotJob(deps, tenantId, next, deps.now())])
    },
  }
}

async function run(deps: Deps, job: Job): Promise<Ended> {
  const config = await deps.snapshots.config(job.tenant_id)
  const payload = job.payload as unknown as Payload
  if (!config) return DONE
  return payload.entryId === undefined ? offer(deps, config, payload) : endOffer(deps, config, payload)
}

export const offerQueue: Queue = { name: QUEUE, slots: 4, leaseMs: MINUTE, attempts: 8, run }

/**
 * Takes an offered time: moves the appointment there, or confirms the time for who has none. Returns the appointment's id. Throws
 * `offer_over` when it is too late.
 */
export async function take(deps: Deps, config: TenantConfig, entryId: string, holdId: string): Promise<string> {
  const { tenantId } = config
  const e = await findEntry(deps.db.kysely, tenantId, entryId)
  const start = e?.offer_start?.getTime()
  // Pressed twice: the answer is the same.
  if (e?.status === 'taken' && e.appointment_id !== null) return e.appointment_id
  const isOpen = e?.status === 'offered' && e.offer_hold_id === holdId && e.offer_until!.getTime() > deps.now()
  if (!isOpen || start === undefined) throw new AppError('offer_over')
  const kept = await findAppointment(deps.db.kysely, tenantId, holdId)
  if (kept?.status !== 'held') throw new AppError('offer_over')
  const taken = (tx: Tx, appointmentId: string) => settle(deps, tx, e, appointmentId, start)
  if (e.appointment_id === null) {
    const context = {
      tenantId,
      actor: ACTOR,
      scope: null,
      callerSecret: '',
      hold: false,
      country: config.settings.country,
    }
    const terms = { start, maxOpen: 0, needsApproval: false, also: (tx: Tx, a: Appointment) => taken(tx, a.id) }
    const { id } = (await confirmHold(deps, holdId, { contactId: e.contact_id }, context, terms)).body as { id: string }
    return id
  }
  await freeHold(deps, tenantId, holdId)
  const context = { tenantId, id: e.appointment_id, actor: ACTOR, wantedVersion: null }
  const to = { start, agentId: kept.agent_id, locationId: kept.location_id, reason: 'waiting_list' }
  await move(deps, context, to)
  await transaction(deps.db, (tx) => taken(tx, e.appointment_id!))
  return e.appointment_id
}

async function settle(deps: Deps, tx: Tx, e: Entry, appointmentId: string, start: number): Promise<void> {
  const over = { status: 'taken' as const, offer_hold_id: null, offer_start: null, offer_until: null }
  await changeEntry(tx, e.tenant_id, e.id, { ...over, appointment_id: appointmentId }, new Date(deps.now()))
  await tell(deps, tx, e, 'waiting.taken', { start: new Date(start).toISOString() })
}
