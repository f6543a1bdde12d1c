// PURE. Converts phone numbers to E.164 (ITU-T E.164) with libphonenumber and decides which may be called.
import { createRequire } from 'node:module'
import { asciiDigits } from '../../kernel/digits.ts'
import type { CountryCode, parsePhoneNumberFromString as Parse } from 'libphonenumber-js/max'

// The number plans of all countries (7 MB) are loaded on first use.
const require = createRequire(import.meta.url)

/** Tidies a handwritten style: removes brackets around the prefix and a leading word; writes `interno 5` as `ext. 5`. */
const tidied = (text: string): string =>
  asciiDigits(text.normalize('NFKC'))
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
 * @param country ISO 3166-1 alpha-2 country assumed for a number without a prefix
 */
export const toE164 = (text: string, country: string): string | null => parsed(text, country)?.number ?? null

/** A number in groups, as people read it: `+39 320 555 2001`; what is not a number stays as it is. */
export const readableNumber = (number: string): string => parsed(number, 'IT')?.formatInternational() ?? number

/** The extension after a number (`06 69821234 int. 5`), which E.164 cannot hold; null when there is none. */
export const extensionOf = (text: string, country: string): string | null => parsed(text, country)?.ext ?? null

/** Enclaves and small states whose numbers count as those of the surrounding or neighbouring country. */
const WITHIN: Record<string, readonly string[]> = { IT: ['VA', 'SM'], FR: ['MC'], CH: ['LI'] }

/** Number types that cost the caller extra, or that no person answers. */
const DEAR = new Set(['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'UAN'])

/**
 * Whether the office may call this E.164 number: it belongs to one of the ISO `countries`, and is not premium, shared cost, a pager
 * or without a country (satellite, international premium). Prevents fraud by owners of numbers that earn money per call.
 */
export function mayBeCalled(number: string, countries: readonly string[]): boolean {
  const { parsePhoneNumberFromString } = require('libphonenumber-js/max') as {
    parsePhoneNumberFromString: typeof Parse
  }
  const parsed = parsePhoneNumberFromString(number)
  // Several countries share a plan (+1, +44, +39): every possible country counts.
  const possible = parsed?.getPossibleCountries() ?? []
  const isNear = countries
    .flatMap((country) => [country, ...(WITHIN[country] ?? [])])
    .some((country) => parsed?.country === country || possible.includes(country as CountryCode))
  return isNear && !DEAR.has(parsed?.getType() ?? '')
}

/** ISO country of an E.164 number, or undefined when it has none (satellite, toll-free). */
export function countryOf(number: string): string | undefined {
  const { parsePhoneNumberFromString } = require('libphonenumber-js/max') as {
    parsePhoneNumberFromString: typeof Parse
  }
  return parsePhoneNumberFromString(number)?.country
}
