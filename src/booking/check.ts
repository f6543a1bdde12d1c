// PURE. Reads submitted booking forms and returns their faults by field, in the language of the page.
import { checkAnswers, type Answers } from '../appointment/appointment.ts'
import { asciiEmail } from '../contact/email.ts'
import { toE164 } from '../contact/phone.ts'
import { faultWords, type Language } from '../locales/words.ts'
import type { PageWords } from '../locales/pages.en.ts'
import type { Channel, Question } from '../service/visit.ts'
import type { BookingSettings } from '../tenant/settings.ts'
import type { Fields } from '../rest/fields.ts'
import type { Faults } from '../web/form.ts'
import type { Applicant, Draft } from './draft.ts'

export type Form = Fields

/** One text of a form, trimmed; at most `most` characters are kept. */
export function textOf(form: Form, name: string, most = 4000): string {
  const value = form[name]
  const text = typeof value === 'string' ? value : (value?.[0] ?? '')
  return cut(text.trim().replace(/\r\n/g, '\n'), most)
}

/** Cuts to at most `most` UTF-16 units and removes half of a surrogate pair at the end, which databases reject. */
const cut = (text: string, most: number): string => text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')

/** A name on a single line, because messages repeat it. */
const nameIn = (form: Form, name: string): string =>
  cut(
    textOf(form, name)
      .replace(/[\s\p{C}]+/gu, ' ')
      .trim(),
    100,
  )
const NO_NAME = /:\/\/|www\.|[@<>]/i

/** The raw answers to the questions, for showing them again. */
export function typedAnswers(questions: readonly Question[], form: Form): Draft['answers'] {
  return Object.fromEntries(
    questions.flatMap((q): [string, string | readonly string[]][] => {
      const value = form[`answer_${q.id}`]
      if (value === undefined) return []
      if (q.type !== 'choices') return [[q.id, textOf(form, `answer_${q.id}`)]]
      const list = typeof value === 'string' ? [value] : value
      return [[q.id, list.slice(0, 100).map((v) => cut(v, 200))]]
    }),
  )
}

/** Converts the raw answers to the types of the questions; leaves empty ones out. */
export function answersOf(questions: readonly Question[], typed: Draft['answers']): Answers {
  return Object.fromEntries(
    questions.flatMap((q): [string, unknown][] => {
      const value = typed[q.id]
      if (value === undefined || value.length === 0) return []
      if (typeof value !== 'string') return [[q.id, value]]
      if (q.type === 'choices') return [[q.id, [value]]]
      if (q.type === 'boolean') return [[q.id, value === 'true']]
      if (q.type === 'number') return [[q.id, Number(value.replace(',', '.'))]]
      return [[q.id, value]]
    }),
  )
}

export function answerFaults(questions: readonly Question[], typed: Draft['answers'], language: Language): Faults {
  const faults = checkAnswers(questions, answersOf(questions, typed))
  return new Map(
    faults.map((f) => [`answer_${f.id}`, faultWords(language, f.code, { label: f.label, id: f.id })] as const),
  )
}

export const applicantIn = (form: Form): Applicant => ({
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
