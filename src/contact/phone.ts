// PURE. Phone numbers to E.164 (ITU-T E.164) by libphonenumber.
import { createRequire } from 'node:module'
import type { CountryCode, parsePhoneNumberFromString as Parse } from 'libphonenumber-js/max'

// The number plans of all countries, 7 MB: loaded with the first number.
const require = createRequire(import.meta.url)

/** A number as people write it: brackets around the prefix, a word before it, `interno 5` for `ext. 5`. */
const tidied = (text: string): string =>
  text
    .normalize('NFKC')
    .trim()
    .replace(/^\p{L}[\p{L}.: ]*(?=[+(\d])/u, '')
    .replace(/^\(\s*((?:\+|00)[\d ]{1,6})\)/, '$1')
    .replace(/[\s,;]*\b(?:interno|int|extension|ext)\b[.: ]*(\d{1,7})$/i, ' ext. $1')

function parsed(text: string, country: string) {
  const { parsePhoneNumberFromString } = require('libphonenumber-js/max') as {
    parsePhoneNumberFromString: typeof Parse
  }
  const number = parsePhoneNumberFromString(tidied(text), { defaultCountry: country as CountryCode, extract: false })
  return number?.isValid() ? number : null
}

/**
 * A number in international or national notation as E.164, or null when it is not a possible number.
 * @param country ISO 3166-1 alpha-2 country of a number written without a prefix
 */
export const toE164 = (text: string, country: string): string | null => parsed(text, country)?.number ?? null

/** The extension written behind a number (`06 69821234 int. 5`), which E.164 has no place for; null without one. */
export const extensionOf = (text: string, country: string): string | null => parsed(text, country)?.ext ?? null

/** Countries whose numbers are reached as those of the one around them. */
const WITHIN: Record<string, readonly string[]> = { IT: ['VA', 'SM'], FR: ['MC'], CH: ['LI'] }

/** Kinds of numbers that cost who calls them more than a call, or that no person answers. */
const DEAR = new Set(['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'UAN'])

/**
 * Whether the office may be made to call this E.164 number: of one of these ISO countries, and neither premium, shared cost, a pager, nor of a
 * network without a country (satellite, international premium). Whoever earns on a number would let the office call it.
 */
export function mayBeCalled(number: string, countries: readonly string[]): boolean {
  const { parsePhoneNumberFromString } = require('libphonenumber-js/max') as {
    parsePhoneNumberFromString: typeof Parse
  }
  const parsed = parsePhoneNumberFromString(number)
  // Several countries share a plan (+1, +44, +39): each of those that are possible counts.
  const possible = parsed?.getPossibleCountries() ?? []
  const isNear = countries
    .flatMap((country) => [country, ...(WITHIN[country] ?? [])])
    .some((country) => parsed?.country === country || possible.includes(country as CountryCode))
  return isNear && !DEAR.has(parsed?.getType() ?? '')
}

/** ISO country of an E.164 number, or undefined where the number does not tell (satellite, toll-free). */
export function countryOf(number: string): string | undefined {
  const { parsePhoneNumberFromString } = require('libphonenumber-js/max') as {
    parsePhoneNumberFromString: typeof Parse
  }
  return parsePhoneNumberFromString(number)?.country
}
