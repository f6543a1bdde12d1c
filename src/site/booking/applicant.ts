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
})

const EMAIL = /^[^\s@"(),:;<>[\\\]]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i

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
  if (applicant.email !== '' && !EMAIL.test(applicant.email)) faults.set('email', w.fieldEmail)
  else if (applicant.email === '' && needsEmail) faults.set('email', `${w.email}: ${w.fieldMissing}`)
  if (applicant.phone !== '' && toE164(applicant.phone, settings.country) === null) faults.set('phone', w.fieldPhone)
  else if (applicant.phone === '' && needsPhone) faults.set('phone', `${w.phone}: ${w.fieldMissing}`)
  if (applicant.email === '' && applicant.phone === '' && !needsEmail && !needsPhone)
    faults.set('email', w.meansMissing)
  return faults
}
