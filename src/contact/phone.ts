// PURE. Phone numbers to E.164 (ITU-T E.164) by libphonenumber.
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'

/**
 * A number in international or national notation as E.164, or null when it is not a possible number.
 * @param country ISO 3166-1 alpha-2 country of a number written without a prefix
 */
export function toE164(text: string, country: string): string | null {
  const number = parsePhoneNumberFromString(text, { defaultCountry: country as CountryCode, extract: false })
  return number?.isValid() ? number.number : null
}
