// PURE. E-mail addresses: conversion of international domains, and suggestions for mistyped ones.
import { createRequire } from 'node:module'
import { domainToASCII, domainToUnicode } from 'node:url'
import type * as SpellChecker from '@zootools/email-spell-checker'

const require = createRequire(import.meta.url)

const parts = (email: string): [local: string, domain: string] => {
  const at = email.lastIndexOf('@')
  return [email.slice(0, at), email.slice(at + 1)]
}

/** The address with its domain in ASCII (RFC 5891), the form for storage and comparison; unchanged if the conversion fails. */
export function asciiEmail(email: string): string {
  if (!email.includes('@')) return email
  const [local, domain] = parts(email)
  // An ASCII domain stays as typed, including capitals.
  const ascii = /^[\x00-\x7f]*$/.test(domain) ? domain : domainToASCII(domain)
  return ascii === '' ? email : `${local}@${ascii}`
}

/** The address for display: `nino@università.it` for `nino@xn--universit-y1a.it`, which browsers send. */
export function shownEmail(email: string): string {
  const [local, domain] = parts(email)
  if (!/(^|\.)xn--/i.test(domain)) return email
  const text = domainToUnicode(domain)
  return text === '' ? email : `${local}@${text}`
}

/** Common domains; an address is compared with these to find typing errors. */
const COMMON = [
  ...['gmail.com', 'libero.it', 'hotmail.it', 'hotmail.com', 'outlook.it', 'outlook.com', 'live.it', 'icloud.com'],
  ...['yahoo.it', 'yahoo.com', 'virgilio.it', 'tiscali.it', 'alice.it', 'fastwebnet.it', 'inwind.it'],
  ...['legalmail.it', 'postecert.it', 'arubapec.it', 'poste.it', 'orange.fr', 'proton.me', 'protonmail.com'],
]
/** Real domains that resemble a common one. */
const REAL = ['mail.com', 'email.com', 'email.it', 'ymail.com', 'hotmail.fr', 'live.com', 'posta.it', 'pm.me']

/** Suggested correction of an address (`gmial.com` → `gmail.com`), or null when it looks correct. */
export function meantEmail(email: string): string | null {
  const [, domain] = parts(email)
  if (!email.includes('@') || !email.isWellFormed() || [...COMMON, ...REAL].includes(domain.toLowerCase())) return null
  const { run } = require('@zootools/email-spell-checker') as typeof SpellChecker
  // Compares whole domains only: a rare top-level domain is not an error.
  const found = run({ email, domains: COMMON, secondLevelDomains: [], topLevelDomains: [] })
  return found && COMMON.includes(found.domain) ? found.full : null
}
