// PURE. Phone numbers to E.164 (ITU-T E.164) by libphonenumber.
import { createRequire } from 'node:module'
import type { CountryCode, parsePhoneNumberFromString as Parse } from 'libphonenumber-js/max'

// The number plans of all countries, 7 MB: loaded with the first number.
const require = createRequire(import.meta.url)

/**
 * A number in international or national notation as E.164, or null when it is not a possible number.
 * @param country ISO 3166-1 alpha-2 country of a number written without a prefix
 */
export function toE164(text: string, country: string): string | null {
  const { parsePhoneNumberFromString } = require('libphonenumber-js/max') as {
    parsePhoneNumberFromString: typeof Parse
  }
  const number = parsePhoneNumberFromString(text, { defaultCountry: country as CountryCode, extract: false })
  return number?.isValid() ? number.number : null
}

/** ISO country of an E.164 number, or undefined where the number does not tell (satellite, toll-free). */
export function countryOf(number: string): string | undefined {
  const { parsePhoneNumberFromString } = require('libphonenumber-js/max') as {
    parsePhoneNumberFromString: typeof Parse
  }
  return parsePhoneNumberFromString(number)?.country
}
