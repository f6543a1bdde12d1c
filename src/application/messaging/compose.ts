// Composes a message to a person (channel, texts, reasons to withhold it), and writes it with the job that sends it.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { localized } from '../../domain/catalogue/localized.ts'
import type { Language } from '../../kernel/language.ts'
import { pageWords } from '../../locales/words.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { HOUR } from '../../kernel/time/interval.ts'
import { signedName, signatureOf } from '../../kernel/crypto/signature.ts'
import { channelsOf } from './gateway.sql.ts'
import { isAccount, isSilencedBy, kindOf, type MessageKind } from './message-kinds.ts'
import type { NewMessage, Withheld } from './message.ts'
import { insertMessage } from './message.sql.ts'
import { fullName, type Saying, type Speaker } from './wording.ts'
import { defaultTemplate, render } from './render.ts'
import { situationOf, type Situation } from './suppression.sql.ts'
import { afterQuietHours, textDocument } from './text.ts'
import type { CalendarPart } from '../../platform/mail.ts'

/** Most messages per address in an hour; more is a sign of abuse. */
const MOST_AN_HOUR = 12
const ALWAYS_TOLD = new Set<MessageKind>(['cancelled', 'moved', 'refused'])

export type Recipient = {
  contactId: string | null
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
}
export type Occasion = Saying & {
  kind: MessageKind
  language: Language
  subjectId: string | null
  /** An absolute URL. */
  link?: string | undefined
  note?: string | undefined
  /** The code of a visit that is to come: mails show it as a QR code. */
  code?: string | undefined
  calendar?: CalendarPart | undefined
  /** Messages with the same key are sent once. */
  dedupeKey?: string | undefined
  /** The message is useless after this instant; epoch ms. */
  expires?: number | undefined
  /** Sent no earlier than this, in case the change is undone; epoch ms. */
  notBefore?: number | undefined
  /** `best` by default. */
  channel?: string | undefined
  /** The name may come from anybody, so the message does not repeat it. */
  isUnnamed?: boolean
  withheld?: Withheld | undefined
  /** The citizen, or somebody posing as them, caused it: the hourly limit applies. */
  isOwnDoing?: boolean
  /** Start of the appointment that the message states; epoch ms. Superseded when the appointment has another start. */
  start?: number | undefined
  /** Version of the appointment that the message states. */
  version?: number | undefined
}

export const speakerOf = (config: TenantConfig, language: Language): Speaker => ({
  // The message speaks the person's language as far as the tenant has translated its texts.
  config: localized(config, language).config,
  language,
  words: pageWords(language),
})

/** Channel and address to reach the person; null when there is none. */
async function wayTo(
  deps: Deps,
  config: TenantConfig,
  person: Recipient,
  wanted: string,
): Promise<{ channel: string; address: string } | null> {
  const { email, phone } = person
  if (wanted === 'email' || (wanted === 'best' && email !== null))
    return email === null ? null : { channel: 'email', address: email }
  if (phone === null) return null
  const texts = await channelsOf(deps.db.kysely, config.tenantId)
  // `sms` is also what a person says who wants a text message, whatever the office's channel is called.
  const isAnyText = wanted === 'best' || (wanted === 'sms' && !texts.includes('sms'))
  const channel = isAnyText ? texts[0] : texts.find((name) => name === wanted)
  if (channel !== undefined) return { channel, address: phone }
  return wanted === 'sms' && email !== null ? { channel: 'email', address: email } : null
}

function withheldBy(kind: MessageKind, { reason, recent }: Situation, isOwnDoing = false): Withheld | null {
  if (reason !== null && isSilencedBy(kind, reason)) return { status: 'suppressed', failure: reason }
  // Changes that the office makes to an appointment are always sent, beyond the hourly limit.
  if (ALWAYS_TOLD.has(kind) && !isOwnDoing) return null
  return recent >= MOST_AN_HOUR ? { status: 'dropped', failure: 'too_many' } : null
}

/**
 * The channel and address for a message to the person now; null when none would be sent: messages are switched off, there is no
 * address, or the address is suppressed.
 */
export async function wayFor(
  deps: Deps,
  config: TenantConfig,
  person: Recipient,
  kind: MessageKind,
): Promise<{ channel: string; address: string } | null> {
  const way = config.settings.notifications.enabled ? await wayTo(deps, config, person, 'best') : null
  if (!way) return null
  const since = new Date(deps.now() - HOUR)
  const asked = { tenantId: config.tenantId, kind, language: config.settings.locale, ...way, since }
  return withheldBy(kind, await situationOf(deps.db.kysely, asked)) ? null : way
}

/** URL of the one-click unsubscription of a message. */
async function unsubscribeLink(deps: Deps, config: TenantConfig, messageId: string): Promise<string> {
  const secret = await secretOf(deps, config.tenantId, 'pages')
  return `${deps.links.base}/${config.slug}/unsubscribe/${signedName(messageId, signatureOf(secret, 'unsubscribe', messageId))}`
}

/** The earliest time of sending, and the actual one: texts wait for the end of the quiet hours. */
function whenToSend(config: TenantConfig, isMail: boolean, now: number, notBefore = now) {
  const earliest = Math.max(now, notBefore)
  const { quietHours } = config.settings.notifications
  return { earliest, due: isMail ? earliest : afterQuietHours(quietHours, config.timeZone, earliest) }
}

const ticketWords = (language: Language, code: string) => {
  const { day } = pageWords(language)
  return { alt: day.qrAlt(code), caption: day.showCode }
}

/** Composes a message; null when the tenant has switched messages off, or the person cannot be reached. */
export async function compose(
  deps: Deps,
  config: TenantConfig,
  person: Recipient,
  occasion: Occasion,
): Promise<NewMessage | null> {
  const { kind, language } = occasion
  const settings = config.settings.notifications
  // Account messages are always sent, else nobody could recover access.
  if (!settings.enabled && !isAccount(kind)) return null
  const way = await wayTo(deps, config, person, occasion.channel ?? 'best')
  if (!way) return null
  const now = deps.now()
  const id = deps.newId()
  const isMail = way.channel === 'email'
  const since = new Date(now - HOUR)
  const asked = { tenantId: config.tenantId, kind, language, ...way, since }
  const situation = await situationOf(deps.db.kysely, asked)
  const unsubscribe = isMail && kindOf(kind).isOptional ? await unsubscribeLink(deps, config, id) : undefined
  const name = occasion.isUnnamed ? '' : fullName(person)
  const { firstName, lastName, email, phone } = occasion.isUnnamed
    ? { firstName: '', lastName: '', email: null, phone: null }
    : person
  const { sms, ...mail } = render(
    {
      kind,
      language,
      office: config.name,
      name,
      variables: { name, firstName, lastName, email: email ?? '', phone: phone ?? '', ...occasion.variables },
      facts: occasion.facts,
      link: occasion.link,
      note: occasion.note,
      ticket: occasion.code === undefined ? undefined : ticketWords(language, occasion.code),
      unsubscribe,
    },
    { ...defaultTemplate(kind, language), ...situation.template },
  )
  const { earliest, due } = whenToSend(config, isMail, now, occasion.notBefore)
  const expires = occasion.expires ?? null
  const stated = { start: occasion.start, version: occasion.version }
  const isLate = expires !== null && expires <= due
  const withheld: Withheld | null =
    occasion.withheld ??
    (isLate ? { status: 'dropped', failure: due > earliest ? 'quiet_hours' : 'too_late' } : null) ??
    withheldBy(kind, situation, occasion.isOwnDoing)
  return {
    tenantId: config.tenantId,
    id,
    channel: way.channel,
    template: kind,
    language,
    subjectId: occasion.subjectId,
    contactId: person.contactId,
    recipient: way.address,
    document: isMail
      ? {
          fromName: config.name,
          replyTo: settings.replyTo,
          ...mail,
          calendar: occasion.calendar,
          unsubscribe,
          code: occasion.code,
          ...stated,
        }
      : { ...textDocument(sms), ...stated },
    due,
    expires,
    dedupeKey: occasion.dedupeKey ?? null,
    withheld,
    now,
  }
}

/** Writes a message and the job that sends it; false when a message with the same key exists or `message` is null. */
export async function post(deps: Deps, tx: Tx, message: NewMessage | null): Promise<boolean> {
  if (!message || !(await insertMessage(tx, message))) return false
  if (message.withheld) return true
  const { tenantId, id, channel } = message
  const queue = channel === 'email' ? 'mail' : 'texts'
  // Messages about one subject are sent in order.
  const lane = message.subjectId ?? undefined
  await enqueue(deps, tx, [{ tenantId, id, queue, lane, due: new Date(message.due), now: new Date(message.now) }])
  return true
}
