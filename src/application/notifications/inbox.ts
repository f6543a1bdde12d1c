// The inbox "to answer": mails and texts of known people that are no commands, with the person, an owner and a state.
import type { Deps } from '../../domain/deps.ts'
import { searchContacts } from '../../domain/contact/contact.sql.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { transaction } from '../../platform/database/tx.ts'
import { insertInbound } from '../messaging/inbound.sql.ts'
import { lastTo } from '../messaging/message.sql.ts'

/** Longest stored text, in characters. */
const LONGEST = 10_000

type Incoming = {
  channel: string
  /** E.164 number or e-mail address. */
  sender: string
  subject?: string | undefined
  text: string
  /** Recognises a message that is delivered twice. */
  dedupeKey: string | null
}

/**
 * Stores a message of somebody known (a contact with this address, or somebody we wrote to in the last 30 days); false for strangers,
 * whose mails are mostly advertisements. It belongs to whoever wrote to the person last.
 */
export async function takeIn(deps: Deps, tenantId: string, m: Incoming): Promise<boolean> {
  const db = deps.db.kysely
  const isMail = m.channel === 'email'
  const by = { email: isMail ? m.sender : null, phone: isMail ? null : m.sender, externalId: null }
  const people = await searchContacts(db, tenantId, by)
  const [last] = await lastTo(db, tenantId, m.channel, m.sender, new Date(deps.now() - 30 * DAY))
  if (people.length === 0 && !last) return false
  const contactId = last?.contact_id ?? (people.length === 1 ? people[0]!.id : null)
  const { author } = (last?.document ?? {}) as { author?: string }
  const stored = await transaction(deps.db, (tx) =>
    insertInbound(tx, {
      ...{ tenantId, id: deps.newId(), channel: m.channel, sender: m.sender, contactId, replyTo: last?.id ?? null },
      ownerId: /^user:([0-9a-f-]{36})$/.exec(author ?? '')?.[1] ?? null,
      dedupeKey: m.dedupeKey,
      document: {
        ...(m.subject === undefined ? {} : { subject: m.subject.slice(0, 200) }),
        text: m.text.slice(0, LONGEST),
      },
      now: new Date(deps.now()),
    }),
  )
  if (stored) deps.pubsub.say('changed', tenantId)
  return true
}
