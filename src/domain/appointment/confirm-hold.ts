// Turns a hold into an appointment. Lock order: agent, appointment, ledger, counters, means of contact, contact, then what the caller adds.
import type { CompiledQuery } from 'kysely'
import { formatToken, hashSecret } from '../../kernel/crypto/token.ts'
import { findReservation, keepReservation } from '../availability/ledger.sql.ts'
import { countersOf } from '../availability/limits.ts'
import { countUp } from '../availability/limits.sql.ts'
import { normalise, type ContactFields } from '../contact/contact.ts'
import { lockMeans } from '../contact/contact.sql.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import { transaction, violationOf, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault } from '../../kernel/errors.ts'
import type { Channel } from '../catalogue/visit.ts'
import {
  countOpen,
  updateAppointment,
  type Appointment,
  type AppointmentDocument,
  type Change,
} from './appointment.sql.ts'
import { resolveContact, type Who } from './booking-contact.ts'
import { checkDetails, type BookingContext } from './book.ts'
import { lockBoth, record, requireTransition, visitFor } from './change.ts'
import { configOf } from '../availability/current-config.ts'
import { comersOf, type BookingRequest } from './booking-request.ts'
import { documentOf } from './appointment-document.ts'

type Confirmation = Omit<BookingRequest, 'serviceIds' | 'start' | 'places'>

/** Extra conditions of a confirmation on the public pages, compared with the API. */
type PublicTerms = {
  /** Start that the citizen agreed to, in epoch ms. */
  start: number
  /** Maximum open appointments per e-mail address or telephone number; 0 = no limit. */
  maxOpen: number
  /** The office must approve, because the citizen's identity is unproven. */
  needsApproval: boolean
  /** The citizen's e-mail address was confirmed. */
  isProven?: boolean
  /** Further writes in the same transaction. */
  also?: (tx: Tx, a: Appointment) => Promise<void>
}

/** A hold that became an appointment. */
export type Confirmed = { appointment: Appointment; config: TenantConfig }

export type HoldConfirmation = {
  holdId: string
  request: Confirmation
  context: BookingContext
  /** Only on the public pages. */
  terms?: PublicTerms
  /** Statements to run in the transaction that confirms the hold. */
  alongside?: (confirmed: Confirmed) => CompiledQuery[]
}

/**
 * Turns a hold into an appointment: adds the contact and answers, and applies limits per contact. Returns a new manage token;
 * the hold's token becomes invalid.
 */
export async function confirmHold(deps: Deps, c: HoldConfirmation): Promise<Confirmed & { manageToken: string }> {
  const { holdId, request, context, terms } = c
  const { tenantId, country } = context
  const config = await configOf(deps, tenantId)
  // Resolved before the transaction: the embedded database has one connection, so a second query inside would wait forever.
  const who = await resolveContact(deps, tenantId, request, { country, isUnproven: terms !== undefined })
  const secret = context.secretFor?.(holdId) ?? deps.randomBytes(32)
  const confirmed = await transaction(deps.db, async (tx) => {
    const appointment = await confirmLocked(deps, tx, { ...c, config, who, secret })
    for (const statement of c.alongside?.({ appointment, config }) ?? []) await tx.executeQuery(statement)
    return { appointment, config }
  }).catch((error: unknown) => {
    const violation = violationOf(error)
    if (violation?.constraint === 'usage_counters_limit') throw new AppError('contact_limit_reached')
    if (violation && /contact_id/.test(violation.constraint))
      throw bodyFault('/contactId', 'invalid_reference', { what: 'contact', id: request.contactId })
    throw error
  })
  return { ...confirmed, manageToken: formatToken('agm', tenantId, holdId, secret) }
}

/** The document of the confirmed appointment; `unproven` is removed once the citizen's address is confirmed. */
function confirmedDocument(a: Appointment, confirmation: Confirmation, isProven: boolean): AppointmentDocument {
  const { answers, notes, locale } = confirmation
  const { unproven, ...known } = documentOf(a)
  return {
    ...known,
    ...(answers ? { answers } : {}),
    ...(notes === undefined ? {} : { notes }),
    ...comersOf(confirmation),
    ...(locale === undefined ? {} : { locale }),
    ...(unproven === undefined || isProven ? {} : { unproven }),
  }
}

type Confirming = HoldConfirmation & { config: TenantConfig; who: Who; secret: Uint8Array }

async function confirmLocked(deps: Deps, tx: Tx, c: Confirming): Promise<Appointment> {
  const { config, holdId, request, context, who, terms } = c
  const { tenantId, actor } = context
  const a = await lockBoth(tx, tenantId, holdId)
  const visit = visitFor(config, a)
  if (!visit) throw new AppError('service_unavailable', { service: '' })
  const status = requireTransition(deps, a, 'confirm', visit.approvalRequired || terms?.needsApproval)
  const start = a.starts_at.getTime()
  if (terms && terms.start !== start) throw new AppError('changed_elsewhere')
  const channel = checkDetails(
    visit,
    {
      ...request,
      serviceIds: a.service_ids,
      start,
      places: a.seats,
      channel: request.channel ?? (a.channel as Channel),
    },
    false,
    // The tenant's id as location means a remote visit.
    a.location_id === tenantId,
  )
  const kept = await findReservation(tx, tenantId, a.reservation_id!)
  if (!kept) throw new AppError('hold_expired')
  if (kept.kind === 'hold') await tx.executeQuery(keepReservation(tx, tenantId, kept.id))
  const personal = visit.limits.filter((limit) => limit.scope === 'contact')
  const subjects = { agentId: a.agent_id, contactId: who.contactId }
  for (const counter of countersOf(personal, { zone: a.time_zone, start, subjects, audience: documentOf(a).audience }))
    await tx.executeQuery(countUp(tx, tenantId, counter))
  if (terms && terms.maxOpen > 0 && request.contact)
    await checkOpen(deps, tx, { tenantId, person: normalise(request.contact, context.country), max: terms.maxOpen })
  if (who.statement) await tx.executeQuery(who.statement)
  const document = confirmedDocument(a, request, terms?.isProven === true)
  const changed: Change = {
    status,
    hold_expires_at: null,
    contact_id: who.contactId,
    channel,
    document,
    external_id: request.externalId ?? null,
    manage_hash: hashSecret(Buffer.from(c.secret).toString('base64url')),
  }
  const after = await updateAppointment(tx, tenantId, a.id, changed, new Date(deps.now()))
  const data = { status, start: a.starts_at.toISOString(), agentId: a.agent_id, fromHold: true }
  await record(deps, tx, a, { type: 'appointment.booked', actor, data })
  await terms?.also?.(tx, after)
  return after
}

/** Throws `too_many_open` at the limit of open appointments; a lock per e-mail address or number serialises rivals. */
async function checkOpen(
  deps: Deps,
  tx: Tx,
  { tenantId, person, max }: { tenantId: string; person: ContactFields; max: number },
): Promise<void> {
  const means = [person.email?.toLowerCase(), person.phone].filter((m) => m !== undefined)
  for (const hash of means.map(hashSecret).sort()) await lockMeans(tx, tenantId, hash)
  const open = await countOpen(tx, tenantId, { email: person.email, phone: person.phone }, new Date(deps.now()))
  if (open >= max) throw new AppError('too_many_open', { max })
}
