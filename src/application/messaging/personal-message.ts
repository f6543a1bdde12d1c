// A message that a person writes to a contact, by mail or text: free, or from a saved message.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { findContact } from '../../domain/contact/contact.sql.ts'
import { AppError } from '../../kernel/errors.ts'
import { HOUR } from '../../kernel/time/interval.ts'
import { transaction } from '../../platform/database/tx.ts'
import { html, paragraphs } from '../../platform/html/html.ts'
import { post } from './compose.ts'
import { channelsOf } from './gateway.sql.ts'
import { answerOpen } from './inbound.sql.ts'
import type { NewMessage, Withheld } from './message.ts'
import { situationOf } from './suppression.sql.ts'
import { afterQuietHours, textDocument } from './text.ts'

type PersonalMessage = {
  contactId: string
  /** `email`, or the name of a text channel; `text` = the first one. */
  channel: string
  subject: string
  text: string
  /** The callback or appointment that it is about. */
  subjectId: string | null
  author: string
}

/** Channel and address; throws `no_address` when the person or the tenant has none, `not_found` without the contact. */
async function wayOf(deps: Deps, config: TenantConfig, { contactId, channel }: PersonalMessage) {
  const contact = await findContact(deps.db.kysely, config.tenantId, contactId)
  if (!contact) throw new AppError('not_found', { what: 'contact' })
  const texts = channel === 'email' ? [] : await channelsOf(deps.db.kysely, config.tenantId)
  const name = channel === 'text' ? texts[0] : texts.find((one) => one === channel)
  const address = channel === 'email' ? contact.email : name === undefined ? null : contact.phone
  if (address === null) throw new AppError('no_address', { channel: channel === 'email' ? 'e-mail' : 'SMS' })
  const language = contact.locale === 'en' || contact.locale === 'it' ? contact.locale : config.settings.locale
  return { channel: name ?? 'email', address, language }
}

const page = (language: string, subject: string, text: string): string =>
  String(
    html`<!doctype html>
      <html lang="${language}">
        <head>
          <meta charset="utf-8" />
          <title>${subject}</title>
        </head>
        <body style="font-family:sans-serif;line-height:1.5">
          ${paragraphs(text)}
        </body>
      </html>`,
  )

/**
 * Writes a message and the job that sends it; open messages of the person count as answered. Returns its id, and why it is withheld
 * (a suppressed address), or null. Throws `no_address`, `not_found`.
 */
export async function writeTo(
  deps: Deps,
  config: TenantConfig,
  wish: PersonalMessage,
): Promise<{ id: string; channel: string; withheld: Withheld | null }> {
  const { channel, address, language } = await wayOf(deps, config, wish)
  const { tenantId, settings } = config
  const [id, now, isMail] = [deps.newId(), deps.now(), channel === 'email']
  const asked = { tenantId, kind: 'again' as const, language, channel, address, since: new Date(now - HOUR) }
  const { reason } = await situationOf(deps.db.kysely, asked)
  const isSilenced = reason !== null && reason !== 'unsubscribed'
  const withheld: Withheld | null = isSilenced ? { status: 'suppressed', failure: reason } : null
  const subject = wish.subject === '' ? config.name : wish.subject
  const { replyTo, quietHours } = settings.notifications
  const content = isMail
    ? { fromName: config.name, replyTo, subject, text: wish.text, html: page(language, subject, wish.text) }
    : textDocument(wish.text)
  const message: NewMessage = {
    ...{ tenantId, id, channel, template: 'personal', language, subjectId: wish.subjectId, contactId: wish.contactId },
    recipient: address,
    document: { ...content, author: wish.author },
    due: isMail ? now : afterQuietHours(quietHours, config.timeZone, now),
    ...{ expires: null, dedupeKey: null, withheld, now },
  }
  await transaction(deps.db, async (tx) => {
    await post(deps, tx, message)
    await answerOpen(tx, tenantId, wish.contactId, new Date(now))
  })
  deps.pubsub.say('changed', tenantId)
  return { id, channel, withheld }
}
