// Inbound messages: replies of calendars, bounced mails, receipts and replies of text messages.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { findAppointment, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { cancel, record } from '../../domain/appointment/change.ts'
import { parseInWorker } from '../calendars/parse-in-worker.ts'
import type { Reply } from '../calendars/ics-reply.ts'
import { toE164 } from '../../domain/contact/phone.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { listEvents } from '../../platform/events/event.sql.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { idInMessageId } from '../messaging/bounce.ts'
import { compose, post } from '../messaging/compose.ts'
import { findByProviderId, findMessage, lastTo, settleMessage, type Message } from '../messaging/message.sql.ts'
import { occasionOf, personOf } from './event-messages.ts'
import { takeIn } from './inbox.ts'
import { suppress, type Reason } from '../messaging/suppression.sql.ts'

const CITIZEN = { name: 'citizen', audience: 'public' as const }

/**
 * `inbox`: somebody must answer it; `stale`: about an outdated time; `refused`: too late by the office's rules; `ignored`: not about a
 * message of ours.
 */
type Taken = 'inbox' | 'cancelled' | 'accepted' | 'bounced' | 'stale' | 'refused' | 'stopped' | 'ignored'

/** Cancels for a citizen who replied by mail or text, within the office's rules; if it is too late, tells them so. */
async function cancelFor(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { reason, channel }: { reason: string; channel: string },
): Promise<Taken> {
  if (a.status === 'cancelled') return 'cancelled'
  try {
    const context = { tenantId: a.tenant_id, id: a.id, actor: CITIZEN, wantedVersion: null }
    await cancel(deps, context, reason)
    return 'cancelled'
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    const person = error.code === 'too_late_to_cancel' ? await personOf(deps, a) : null
    if (person) {
      const more = { channel, dedupeKey: `late_change ${a.id} ${a.version}`, expires: a.starts_at.getTime() }
      const message = await compose(
        deps,
        config,
        person,
        await occasionOf(deps, config, a, { kind: 'late_change', more }),
      )
      await transaction(deps.db, (tx) => post(deps, tx, message))
    }
    return 'refused'
  }
}

async function takeReply(deps: Deps, config: TenantConfig, reply: Reply): Promise<Taken> {
  const a = await findAppointment(deps.db.kysely, config.tenantId, reply.appointmentId)
  const person = a && (await personOf(deps, a))
  // Only the recipient of the invitation may reply.
  if (!a || person?.email?.toLowerCase() !== reply.attendee) return 'ignored'
  if (!['pending', 'confirmed'].includes(a.status)) return a.status === 'cancelled' ? 'cancelled' : 'stale'
  // A reply to a version that was never sent, or to an earlier time, is stale.
  if (reply.version > a.version) return 'stale'
  if (reply.version < a.version && (await movedSince(deps, a, reply.version))) return 'stale'
  if (reply.partstat === 'DECLINED')
    return cancelFor(deps, config, a, { reason: 'calendar_declined', channel: 'email' })
  if (reply.partstat !== 'ACCEPTED') return 'ignored'
  await transaction(deps.db, (tx) =>
    record(deps, tx, a, { type: 'appointment.accepted', actor: CITIZEN, data: { by: 'calendar' } }),
  )
  return 'accepted'
}

/** Whether the appointment was moved after that version; other changes do not matter. */
async function movedSince(deps: Deps, a: Appointment, version: number): Promise<boolean> {
  const events = await listEvents(deps.db.kysely, a.tenant_id, a.id)
  return events.some(({ type, data }) => {
    const { version: after = a.version } = data as { version?: number }
    return type === 'appointment.moved' && after > version
  })
}

async function bounced(deps: Deps, m: Message, failure: string, reason: Reason | null): Promise<void> {
  const db = deps.db.kysely
  await settleMessage(db, m.tenant_id, m.id, ['sent', 'delivered'], { status: 'bounced', failure })
  if (reason)
    await suppress(db, {
      ...{ tenantId: m.tenant_id, channel: m.channel, address: m.recipient, reason, now: new Date(deps.now()) },
    })
}

/** Processes a raw mail (RFC 5322) that came to the tenant's address. Throws `unreadable_message`. */
export async function takeMail(deps: Deps, config: TenantConfig, raw: Uint8Array): Promise<Taken> {
  const mail = await parseInWorker({ kind: 'mail', raw }).catch((error: unknown) => {
    throw new AppError('unreadable_message', { reason: (error as { failure?: string }).failure ?? 'MIME' })
  })
  if (mail.bounces) {
    const id = idInMessageId(mail.returnedId)
    const m = id === null ? undefined : await findMessage(deps.db.kysely, config.tenantId, id)
    // A bounce of a forwarding target says nothing about the address that we wrote to.
    const bounce = mail.bounces.find(
      (one) => m && (one.recipient ?? m.recipient.toLowerCase()) === m.recipient.toLowerCase(),
    )
    if (!m || !bounce) return 'ignored'
    await bounced(deps, m, bounce.status, bounce.isForGood ? 'bounced' : null)
    return 'bounced'
  }
  const [reply] = mail.replies
  if (!reply && mail.isBroken) throw new AppError('unreadable_message', { reason: 'iCalendar' })
  // The attendee must be the sender of the mail: anybody can write other names into the object.
  if (!reply && !mail.isAutomatic && mail.from !== '' && mail.text !== '') {
    const { from: sender, subject, text, messageId } = mail
    const dedupeKey = messageId === null ? null : `mail ${messageId}`.slice(0, 500)
    return (await takeIn(deps, config.tenantId, { channel: 'email', sender, subject, text, dedupeKey }))
      ? 'inbox'
      : 'ignored'
  }
  if (!reply || mail.from !== reply.attendee) return 'ignored'
  return takeReply(deps, config, reply)
}

/** Processes a report of a mail provider: hard and soft bounces, complaints. */
export async function takeBounce(
  deps: Deps,
  tenantId: string,
  said: { messageId: string; kind: 'hard' | 'soft' | 'complaint'; code?: string | undefined },
): Promise<Taken> {
  const id = idInMessageId(`<${said.messageId.replace(/^<|>$/g, '')}@`)
  const m =
    (id === null ? undefined : await findMessage(deps.db.kysely, tenantId, id)) ??
    (await findByProviderId(deps.db.kysely, tenantId, said.messageId))
  if (!m) return 'ignored'
  const reason = said.kind === 'hard' ? 'bounced' : said.kind === 'complaint' ? 'complaint' : null
  await bounced(deps, m, said.code ?? said.kind, reason)
  return 'bounced'
}

/** Processes a receipt of a gateway; false when the message is unknown. */
export async function takeReceipt(
  deps: Deps,
  tenantId: string,
  said: { providerId: string; status: 'delivered' | 'failed'; code?: string | undefined },
): Promise<boolean> {
  const db = deps.db.kysely
  const m = await findByProviderId(db, tenantId, said.providerId)
  if (!m) return false
  const change = said.status === 'delivered' ? { status: 'delivered' as const } : { status: 'bounced' as const }
  await settleMessage(db, tenantId, m.id, ['sent'], { ...change, failure: said.code ?? null })
  return true
}

const STOP = /^(stop|basta|unsubscribe|cancella iscrizione)\b/i
const CANCEL = /^(c|cancel|annulla|disdici)\b[.!]?$/i

/** Processes a text of a citizen: `C` cancels the appointment of the last message to them, `STOP` stops all texts. */
export async function takeText(
  deps: Deps,
  config: TenantConfig,
  { channel, from, text }: { channel: string; from: string; text: string },
): Promise<Taken> {
  const number = toE164(from, config.settings.country)
  if (number === null) return 'ignored'
  const said = text.trim()
  const db = deps.db.kysely
  if (STOP.test(said)) {
    const now = new Date(deps.now())
    await suppress(db, { tenantId: config.tenantId, channel, address: number, reason: 'stopped', now })
    return 'stopped'
  }
  if (!CANCEL.test(said)) {
    const isNew =
      said !== '' && (await takeIn(deps, config.tenantId, { channel, sender: number, text: said, dedupeKey: null }))
    return isNew ? 'inbox' : 'ignored'
  }
  // Only the appointment of the last message: a repeated `C` must not cancel another one.
  for (const m of await lastTo(db, config.tenantId, channel, number, new Date(deps.now() - 30 * DAY))) {
    const a = m.subject_id === null ? undefined : await findAppointment(db, config.tenantId, m.subject_id)
    if (!a) continue
    if (a.status === 'cancelled') return 'cancelled'
    const isOpen = ['pending', 'confirmed'].includes(a.status) && a.starts_at.getTime() > deps.now()
    return isOpen ? cancelFor(deps, config, a, { reason: 'text_declined', channel }) : 'ignored'
  }
  return 'ignored'
}
