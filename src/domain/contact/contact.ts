// PURE. Normalises a contact and derives its identity.
import { createHash } from 'node:crypto'
import { bodyFault } from '../../kernel/errors.ts'
import { toE164 } from './phone.ts'

export type ContactFields = {
  firstName: string
  lastName: string
  email?: string | undefined
  phone?: string | undefined
  phoneCountry?: string | undefined
  /** Other numbers and addresses by which the person is recognised. */
  furtherPhones?: readonly string[] | undefined
  furtherEmails?: readonly string[] | undefined
  locale?: string | undefined
  externalId?: string | undefined
  attributes?: Record<string, unknown> | undefined
  reminders?: ReminderWish | undefined
  notes?: string | undefined
}

/** What a person wants instead of the office's reminders; absent = as the office does. */
export type ReminderWish = {
  when?: 'office' | 'none' | 'day' | 'twoHours' | 'both' | undefined
  channel?: 'best' | 'email' | 'sms' | undefined
}

const plain = (text: string): string => text.trim().replace(/\s+/g, ' ')
/** A name for comparison: without accents, capitals and double spaces. */
export const folded = (text: string): string => plain(text).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** The values without repetitions and without the first one; undefined when none is left. */
function othersThan(first: string | undefined, values: readonly string[]): string[] | undefined {
  const others = [...new Set(values)].filter((value) => value !== first)
  return others.length === 0 ? undefined : others
}

/** Trims names, lower-cases the e-mail's domain, writes the phone as E.164. Throws `invalid_phone` at `pointer`/phone. */
export function normalise(fields: ContactFields, country: string, pointer = ''): ContactFields {
  const { phoneCountry, ...rest } = fields
  const result: ContactFields = { ...rest, firstName: plain(fields.firstName), lastName: plain(fields.lastName) }
  if (fields.email !== undefined) {
    const at = fields.email.lastIndexOf('@')
    result.email = fields.email.slice(0, at) + fields.email.slice(at).toLowerCase()
  }
  if (fields.phone !== undefined) {
    const phone = toE164(fields.phone, phoneCountry ?? country)
    if (phone === null) throw bodyFault(`${pointer}/phone`, 'invalid_phone', { phone: fields.phone })
    result.phone = phone
  }
  if (fields.furtherPhones !== undefined) {
    const numbers = fields.furtherPhones.map((text, i) => {
      const number = toE164(text, phoneCountry ?? country)
      if (number === null) throw bodyFault(`${pointer}/furtherPhones/${i}`, 'invalid_phone', { phone: text })
      return number
    })
    result.furtherPhones = othersThan(result.phone, numbers)
  }
  if (fields.furtherEmails !== undefined)
    result.furtherEmails = othersThan(
      result.email?.toLowerCase(),
      fields.furtherEmails.map((email) => email.toLowerCase()),
    )
  return result
}

/** Hash that identifies a person: of name and e-mail, else of name and phone. Null when both e-mail and phone are absent. */
export function identityOf(fields: ContactFields): string | null {
  const means = fields.email?.toLowerCase() ?? fields.phone
  if (means === undefined) return null
  return createHash('sha256')
    .update(`${folded(fields.firstName)}\n${folded(fields.lastName)}\n${means}`)
    .digest('base64url')
}
