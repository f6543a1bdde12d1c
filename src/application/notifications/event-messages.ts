// Builds the messages to citizens about events of their appointments and callbacks.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { calendarView, appointmentView } from '../../domain/appointment/appointment-view.ts'
import { calendarObject } from '../calendars/ics-event.ts'
import type { Callback } from '../../domain/callback/callback.sql.ts'
import { findContact } from '../../domain/contact/contact.sql.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import type { Language } from '../../kernel/language.ts'
import { languageNamed } from '../../locales/words.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { DAY, HOUR } from '../../kernel/time/interval.ts'
import { lastToldMove } from '../messaging/message.sql.ts'
import { compose, post, speakerOf, type Occasion, type Recipient } from '../messaging/compose.ts'
import { channelsOf } from '../messaging/gateway.sql.ts'
import { kindOf, type MessageKind } from '../messaging/message-kinds.ts'
import type { NewMessage } from '../messaging/message.ts'
import { fullName, ofAppointment, ofCallback } from '../messaging/wording.ts'
import { callbackLink, manageLink } from './links.ts'
import type { CalendarPart } from '../../platform/mail.ts'
import { documentOf as callbackDocument } from '../../domain/callback/callback-document.ts'

export type RelayedEvent = { id: string; type: string; at: Date; actor: string; data: unknown }

/** The person of an appointment or callback; null without a contact. */
export async function personOf(
  deps: Deps,
  of: { tenant_id: string; contact_id: string | null },
): Promise<(Recipient & { locale: string | null }) | null> {
  if (of.contact_id === null) return null
  const c = await findContact(deps.db.kysely, of.tenant_id, of.contact_id)
  if (!c) return null
  return {
    contactId: of.contact_id,
    firstName: c.first_name,
    lastName: c.last_name,
    email: c.email,
    phone: c.phone,
    locale: c.locale,
  }
}

/** The language in which the appointment was made, else the tenant's. */
export const languageOf = (config: TenantConfig, a: Appointment): Language =>
  languageNamed(documentOf(a).locale) ?? config.settings.locale

/** The calendar invitation for an appointment, or its cancellation; undefined without an e-mail address. */
function invitationOf(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { person, method }: { person: Recipient; method: 'REQUEST' | 'CANCEL' },
): CalendarPart | undefined {
  if (person.email === null) return undefined
  const speaker = speakerOf(config, languageOf(config, a))
  const email = config.settings.notifications.replyTo ?? deps.mailAddress
  const content = calendarObject(speaker, calendarView(a), {
    method,
    organizer: { name: config.name, email },
    attendee: { name: fullName(person), email: person.email },
    isAnswered: config.settings.notifications.replyTo !== undefined,
    own: { code: a.code, url: `${deps.links.base}/${config.slug}/find` },
  })
  return { method, content }
}

type OccasionDetails = {
  kind: MessageKind
  more?: Partial<Occasion> & { oldStart?: number | undefined }
}

/** All data of a message of this kind about the appointment. */
export async function occasionOf(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { kind, more = {} }: OccasionDetails,
): Promise<Occasion> {
  const { oldStart, ...rest } = more
  const language = languageOf(config, a)
  const said = ofAppointment(speakerOf(config, language), { ...appointmentView(a), oldStart })
  const secret = await secretOf(deps, config.tenantId, 'pages')
  const link = kindOf(kind).link && manageLink(deps, { secret, base: `/${config.slug}` }, a)
  const code = WITH_TICKET.has(kind) && a.channel === 'in_person' ? a.code : undefined
  return {
    ...said,
    kind,
    language,
    subjectId: a.id,
    link,
    code,
    start: a.starts_at.getTime(),
    version: a.version,
    ...rest,
  }
}

/** Messages about a visit that will take place: its code is shown at the counter. */
const WITH_TICKET = new Set<MessageKind>(['booked', 'approved', 'moved', 'reminder'])

/** The kind of message for an appointment event, or null. */
function kindFor(event: RelayedEvent, a: Appointment): MessageKind | null {
  const data = event.data as { status?: string; before?: unknown; isQuiet?: boolean }
  if (data.isQuiet || documentOf(a).untold === event.id) return null
  switch (event.type) {
    case 'appointment.booked':
      // Cancelled since: the cancellation message follows, and this one would only confuse.
      return a.status === 'cancelled' ? null : data.status === 'pending' ? 'pending' : 'booked'
    case 'appointment.approved':
      return a.status === 'cancelled' ? null : 'approved'
    case 'appointment.refused':
    case 'appointment.not_approved':
      return 'refused'
    case 'appointment.moved':
      return ['pending', 'confirmed'].includes(a.status) ? 'moved' : null
    case 'appointment.cancelled':
      return data.before === 'held' ? null : 'cancelled'
    default:
      return null
  }
}

/** Whether the message about an earlier move was made after this one had happened too, and so told of it already. */
async function isTold(deps: Deps, event: RelayedEvent, a: Appointment): Promise<boolean> {
  const { version } = event.data as { version?: number }
  if (event.type !== 'appointment.moved' || version === undefined) return false
  const told = await lastToldMove(deps.db.kysely, a.tenant_id, a.id)
  return told !== undefined && told >= version
}

/** The message about an appointment event; null when there is none to send. */
export async function appointmentMessage(
  deps: Deps,
  config: TenantConfig,
  event: RelayedEvent,
  a: Appointment,
): Promise<NewMessage | null> {
  const kind = kindFor(event, a)
  const person = kind && a.ends_at.getTime() > deps.now() ? await personOf(deps, a) : null
  if (!kind || !person || deps.now() - event.at.getTime() > DAY) return null
  if (await isTold(deps, event, a)) return null
  const { method } = kindOf(kind)
  const { before } = event.data as { before?: string | { start?: string } }
  // Update or cancel the calendar entry only if an invitation was sent before.
  const isInvited = method === 'CANCEL' ? before === 'confirmed' : a.status === 'confirmed'
  const calendar = method && isInvited ? invitationOf(deps, config, a, { person, method }) : undefined
  const old = typeof before === 'object' && before.start !== undefined ? Date.parse(before.start) : undefined
  const oldStart = old === a.starts_at.getTime() ? undefined : old
  const { tellAt } = event.data as { tellAt?: string }
  const notBefore = tellAt === undefined ? undefined : Date.parse(tellAt)
  const isOwnDoing = event.actor === 'citizen'
  const more = { calendar, oldStart, isOwnDoing, dedupeKey: event.id, expires: a.ends_at.getTime(), notBefore }
  return compose(deps, config, person, await occasionOf(deps, config, a, { kind, more }))
}

const CALLBACK_KINDS: Record<string, MessageKind> = {
  'callback.promised': 'callback_promised',
  'callback.postponed': 'callback_promised',
  'callback.escalated': 'callback_late',
  'callback.expired': 'callback_missed',
  'callback.cancelled': 'callback_cancelled',
}

/** The message about a callback event; null when there is none to send, or nobody to send it to. */
export async function messageOnCallback(
  deps: Deps,
  config: TenantConfig,
  event: RelayedEvent,
  c: Callback,
): Promise<NewMessage | null> {
  const kind = CALLBACK_KINDS[event.type]
  // Contacts of a contact list were promised nothing; people who were called need no message.
  if (!kind || callbackDocument(c).source === 'import' || deps.now() - event.at.getTime() > HOUR) return null
  if (kind === 'callback_missed' && c.attempts > 0) return null
  if ((event.data as { reason?: string }).reason === 'do_not_call') return null
  return callbackMessage(deps, config, c, { kind, dedupeKey: event.id })
}

/** Sends the promise to the owner of the number again, at most once an hour, because somebody requested it again. */
export async function remindOfCallback(deps: Deps, config: TenantConfig, c: Callback): Promise<void> {
  const key = `asked again ${c.id} ${Math.floor(deps.now() / HOUR)}`
  const message = await callbackMessage(deps, config, c, { kind: 'callback_promised', dedupeKey: key })
  await transaction(deps.db, (tx) => post(deps, tx, message))
}

/** Whether people can be reached by text with only a phone number. */
export const sendsTexts = async (deps: Deps, config: TenantConfig): Promise<boolean> =>
  config.settings.notifications.enabled && (await channelsOf(deps.db.kysely, config.tenantId)).length > 0

async function callbackMessage(
  deps: Deps,
  config: TenantConfig,
  c: Callback,
  { kind, dedupeKey }: { kind: MessageKind; dedupeKey: string },
): Promise<NewMessage | null> {
  const campaign = config.campaigns.get(c.campaign_id)
  if (!campaign) return null
  const { zones } = callbackDocument(c)
  const contact = await personOf(deps, c)
  const person = contact ?? { contactId: null, firstName: '', lastName: '', email: null, phone: c.number, locale: null }
  const language =
    languageNamed(contact?.locale) ?? languageNamed(callbackDocument(c).data.language) ?? config.settings.locale
  const said = ofCallback(speakerOf(config, language), {
    from: c.window_from.getTime(),
    to: c.window_to.getTime(),
    zone: zones.length === 1 ? zones[0]! : campaign.timeZone,
    code: c.code,
    number: c.number,
  })
  const secret = await secretOf(deps, config.tenantId, 'pages')
  const link = kindOf(kind).link && callbackLink(deps, { secret, base: `/${config.slug}` }, c.id)
  const expires = kind === 'callback_promised' ? c.window_to.getTime() : deps.now() + DAY
  return compose(deps, config, person, {
    ...said,
    kind,
    language,
    subjectId: c.id,
    link,
    dedupeKey,
    expires,
    // The number of a web callback without a contact is not for messages.
    ...(contact || c.channel === 'phone' ? {} : { channel: 'email' }),
  })
}
