// PURE. Reads submitted booking forms and returns their faults by field, in the language of the page.
import { asciiEmail } from '../../domain/contact/email.ts'
import { toE164 } from '../../domain/contact/phone.ts'
import type { PageWords } from '../../locales/pages.en.ts'
import type { Channel } from '../../domain/catalogue/visit.ts'
import type { BookingSettings } from '../../domain/tenant/settings.ts'
import type { Faults } from '../../ui/form.ts'
import type { Applicant } from './draft.ts'
import { type Fields, textOf, cut } from '../../ui/form-input.ts'

/** A name on a single line, because messages repeat it. */
const nameIn = (form: Fields, name: string): string =>
  cut(
    textOf(form, name)
      .replace(/[\s\p{C}]+/gu, ' ')
      .trim(),
    100,
  )
const NO_NAME = /:\/\/|www\.|[@<>]/i

export const applicantIn = (form: Fields): Applicant => ({
  firstName: nameIn(form, 'firstName'),
  lastName: nameIn(form, 'lastName'),
  email: asciiEmail(textOf(form, 'email', 254)),
  phone: textOf(form, 'phone', 40),
  ...(form.forWhom === undefined ? {} : otherIn(form)),
  ...(form.companions === undefined ? {} : { companions: textOf(form, 'companions', 2_000) }),
  // The small form that corrects an address has none of these; the page itself always says for whom.
  ...(form.forWhom === undefined ? {} : { needs: [form.needs ?? []].flat().slice(0, 4) }),
  ...(form.interpreterLanguage === undefined ? {} : { interpreterLanguage: nameIn(form, 'interpreterLanguage') }),
})

/** The person for whom the applicant books, unless they book for themselves. */
function otherIn(form: Fields): Pick<Applicant, 'isForOther' | 'otherFirstName' | 'otherLastName'> {
  if (textOf(form, 'forWhom', 10) !== 'other') return { isForOther: false, otherFirstName: '', otherLastName: '' }
  return {
    isForOther: true,
    otherFirstName: nameIn(form, 'otherFirstName'),
    otherLastName: nameIn(form, 'otherLastName'),
  }
}

/** Names typed one a line, each on a single line of at most 100 characters; at most `most`. */
const namesIn = (text: string, most: number): string[] =>
  text
    .split('\n')
    .map((line) => cut(line.replace(/[\s\p{C}]+/gu, ' ').trim(), 100))
    .filter((name) => name !== '')
    .slice(0, most)

/** Everybody who comes, by name, if it is not the applicant alone. */
export function attendeesOf(a: Applicant, places: number): string[] {
  const other = `${a.otherFirstName ?? ''} ${a.otherLastName ?? ''}`.trim()
  const companions = namesIn(a.companions ?? '', Math.max(0, places - 1))
  if (other === '' && companions.length === 0) return []
  return [other === '' ? `${a.firstName} ${a.lastName}`.trim() : other, ...companions]
}

const EMAIL = /^[^\s@"(),:;<>[\\\]]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i

/** Faults in the name of somebody else: who books for another person names them. */
function otherFaults({ isForOther = false, otherFirstName = '', otherLastName = '' }: Applicant, w: PageWords): Faults {
  const faults = new Map<string, string>()
  if (!isForOther) return faults
  for (const [name, value] of [
    ['otherFirstName', otherFirstName],
    ['otherLastName', otherLastName],
  ] as const)
    if (value === '') faults.set(name, `${w[name]}: ${w.fieldMissing}`)
    else if (NO_NAME.test(value)) faults.set(name, `${w[name]}: ${w.nameOdd}`)
  return faults
}

/** The fault when not everybody who comes as well is named; `places`: all who come. */
export function companionFault(applicant: Applicant, places: number, w: PageWords): Faults {
  const named = namesIn(applicant.companions ?? '', 100).length
  return places > 1 && named !== places - 1 ? new Map([['companions', w.namesMissing(places - 1)]]) : new Map()
}

/** Faults in the citizen's details for this channel, under the tenant's rules. */
export function applicantFaults(
  applicant: Applicant,
  channel: Channel,
  settings: { country: string; booking: BookingSettings },
  w: PageWords,
): Faults {
  const faults = new Map<string, string>()
  const { emailRequired, emailConfirmationMinutes } = settings.booking
  const needsEmail = emailRequired || emailConfirmationMinutes > 0
  const needsPhone = channel !== 'in_person'
  for (const name of ['firstName', 'lastName'] as const)
    if (applicant[name] === '') faults.set(name, `${w[name]}: ${w.fieldMissing}`)
    else if (NO_NAME.test(applicant[name])) faults.set(name, `${w[name]}: ${w.nameOdd}`)
  for (const [name, text] of otherFaults(applicant, w)) faults.set(name, text)
  if (applicant.email !== '' && !EMAIL.test(applicant.email)) faults.set('email', w.fieldEmail)
  else if (applicant.email === '' && needsEmail) faults.set('email', `${w.email}: ${w.fieldMissing}`)
  if (applicant.phone !== '' && toE164(applicant.phone, settings.country) === null) faults.set('phone', w.fieldPhone)
  else if (applicant.phone === '' && needsPhone) faults.set('phone', `${w.phone}: ${w.fieldMissing}`)
  if (applicant.email === '' && applicant.phone === '' && !needsEmail && !needsPhone)
    faults.set('email', w.meansMissing)
  return faults
}
