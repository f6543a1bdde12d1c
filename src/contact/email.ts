// PURE. E-mail addresses as people write and read them: international domains, and the likely meaning of a mistyped one.
import { createRequire } from 'node:module'
import { domainToASCII, domainToUnicode } from 'node:url'
import type * as SpellChecker from '@zootools/email-spell-checker'

const require = createRequire(import.meta.url)

const parts = (email: string): [local: string, domain: string] => {
  const at = email.lastIndexOf('@')
  return [email.slice(0, at), email.slice(at + 1)]
}

/** The address with its domain in ASCII (RFC 5891), in which addresses are stored and compared; unchanged where that fails. */
export function asciiEmail(email: string): string {
  if (!email.includes('@')) return email
  const [local, domain] = parts(email)
  // Plain domains stay as they were typed, capitals included.
  const ascii = /^[\x00-\x7f]*$/.test(domain) ? domain : domainToASCII(domain)
  return ascii === '' ? email : `${local}@${ascii}`
}

/** The address as people read it: `nino@università.it`, where browsers send `nino@xn--universit-y1a.it`. */
export function shownEmail(email: string): string {
  const [local, domain] = parts(email)
  if (!/(^|\.)xn--/i.test(domain)) return email
  const text = domainToUnicode(domain)
  return text === '' ? email : `${local}@${text}`
}

/** Domains that many people have and whose neighbours are mistypings; distances are measured to these. */
const COMMON = [
  ...['gmail.com', 'libero.it', 'hotmail.it', 'hotmail.com', 'outlook.it', 'outlook.com', 'live.it', 'icloud.com'],
  ...['yahoo.it', 'yahoo.com', 'virgilio.it', 'tiscali.it', 'alice.it', 'fastwebnet.it', 'inwind.it'],
  ...['legalmail.it', 'postecert.it', 'arubapec.it', 'poste.it', 'orange.fr', 'proton.me', 'protonmail.com'],
]
/** Real providers that are near to one of those. */
const REAL = ['mail.com', 'email.com', 'email.it', 'ymail.com', 'hotmail.fr', 'live.com', 'posta.it', 'pm.me']

/** The address that was probably meant (`gmial.com` → `gmail.com`), or null when it looks right. */
export function meantEmail(email: string): string | null {
  const [, domain] = parts(email)
  if (!email.includes('@') || [...COMMON, ...REAL].includes(domain.toLowerCase())) return null
  const { run } = require('@zootools/email-spell-checker') as typeof SpellChecker
  // Whole domains only: a rare ending of a real domain is no mistake.
  const found = run({ email, domains: COMMON, secondLevelDomains: [], topLevelDomains: [] })
  return found && COMMON.includes(found.domain) ? found.full : null
}
