// Recognises people: by a number in any spelling, an e-mail address, an external id, or the beginning of their names.
import type { Db } from '../../platform/database/tx.ts'
import type { Row } from '../catalogue/records/resource.ts'
import { searchContacts } from './contact.sql.ts'
import { toE164 } from './phone.ts'
import { findByName } from './timeline.sql.ts'

/**
 * The contacts that a text means, at most 50. A number or an address finds exactly those who have it, themselves or through a merged
 * contact. `country`: ISO country of numbers without a prefix.
 */
export async function peopleFor(db: Db, tenantId: string, text: string, country: string): Promise<Row[]> {
  const phone = /\d{4}/.test(text) ? toE164(text, country) : null
  const email = text.includes('@') ? text : null
  const exact = await searchContacts(db, tenantId, { phone, email, externalId: text })
  if (phone !== null || email !== null || exact.length > 0) return exact
  return findByName(db, tenantId, text)
}
