// Resolves the contact of a booking: the given id, a known contact that matches the sent fields, or a new contact.
import type { CompiledQuery } from 'kysely'
import { identityOf, normalise, type ContactFields } from '../contact/contact.ts'
import { findContact, findSame, insertContact } from '../contact/contact.sql.ts'
import type { Deps } from '../deps.ts'
import type { ContactChoice } from './booking-request.ts'

export type Who = {
  contactId: string | null
  statement: CompiledQuery | null
  /** Field by which the sent contact was found, or `new`; absent when no contact was sent. */
  matched?: 'externalId' | 'email' | 'phone' | 'new'
  /** Sent fields that differ from the known contact's and are not stored. */
  ignored?: string[]
}

/** How a known contact was matched, and which sent fields are not stored. */
function matchOf(known: Awaited<ReturnType<typeof findContact>>, fields: ContactFields): Partial<Who> {
  if (!known) return {}
  const stored: Partial<Record<keyof ContactFields, string | null>> = {
    firstName: known.first_name,
    lastName: known.last_name,
    email: known.email,
    phone: known.phone,
    externalId: known.external_id,
    locale: known.locale,
  }
  const same = (x: string | null | undefined, y: unknown): boolean =>
    typeof y === 'string' && (x ?? '').toLowerCase() === y.toLowerCase()
  const sent = Object.entries(fields).filter(([, value]) => value !== undefined)
  const matched = same(stored.externalId, fields.externalId)
    ? ('externalId' as const)
    : same(stored.email, fields.email)
      ? ('email' as const)
      : ('phone' as const)
  return {
    matched,
    ignored: sent.filter(([name, value]) => !same(stored[name as 'email'], value)).map(([name]) => name),
  }
}

/**
 * The contact of a booking: the given id, a known contact, or a new one to be inserted with the booking. If the citizen's identity
 * is unproven (`isUnproven`), a known contact matches only when both e-mail and telephone agree: otherwise a name and an address
 * would be enough to read another person's number, or to drop one's own.
 */
export async function resolveContact(
  deps: Deps,
  tenantId: string,
  person: ContactChoice,
  { country, isUnproven = false }: { country: string; isUnproven?: boolean },
): Promise<Who> {
  if (person.contactId !== undefined) return { contactId: person.contactId, statement: null }
  if (person.contact === undefined) return { contactId: null, statement: null }
  const fields: ContactFields = normalise(person.contact, country, '/contact')
  const identity = identityOf(fields)
  const same = await findSame(deps.db.kysely, tenantId, fields.externalId ?? null, identity)
  const known = same === undefined ? undefined : await findContact(deps.db.kysely, tenantId, same)
  const agrees =
    !isUnproven ||
    !known ||
    ((known.email?.toLowerCase() ?? null) === (fields.email?.toLowerCase() ?? null) &&
      known.phone === (fields.phone ?? null))
  if (same !== undefined && agrees) return { contactId: same, statement: null, ...matchOf(known, fields) }
  const id = deps.newId()
  const contact = { tenantId, id, fields, identity: agrees ? identity : null, now: new Date(deps.now()) }
  return { contactId: id, statement: insertContact(deps.db.kysely, contact), matched: 'new' }
}
