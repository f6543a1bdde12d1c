// PURE. The questions of a service as form fields, and the answers typed into them.
import type { Fields } from './form-input.ts'
import { checkAnswers, type Answers } from '../domain/appointment/appointment.ts'
import type { Language } from '../kernel/language.ts'
import { faultWords } from '../locales/words.ts'
import type { Question } from '../domain/catalogue/visit.ts'
import { type Faults, choices, field, select } from './form.ts'
import { textOf, cut } from './form-input.ts'
import type { Html } from '../platform/html/html.ts'
import type { PageWords } from '../locales/pages.en.ts'

/** Answers as typed, by the id of the question. */
export type TypedAnswers = Readonly<Record<string, string | readonly string[]>>

/** The raw answers to the questions, for showing them again. */
export function typedAnswers(questions: readonly Question[], form: Fields): TypedAnswers {
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

/** Stored answers as a form holds them. */
export const asTyped = (answers: Readonly<Record<string, unknown>>): TypedAnswers =>
  Object.fromEntries(
    Object.entries(answers).map(([id, value]) => [id, Array.isArray(value) ? value.map(String) : String(value)]),
  )

/** Converts the raw answers to the types of the questions; leaves empty ones out. */
export function answersOf(questions: readonly Question[], typed: TypedAnswers): Answers {
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

export function answerFaults(questions: readonly Question[], typed: TypedAnswers, language: Language): Faults {
  const faults = checkAnswers(questions, answersOf(questions, typed))
  return new Map(
    faults.map((f) => [`answer_${f.id}`, faultWords(language, f.code, { label: f.label, id: f.id })] as const),
  )
}

const answerName = (id: string): string => `answer_${id}`

/** A question of a service as a form field. */
export function question(
  site: { words: PageWords },
  q: Question,
  value: string | readonly string[],
  faults: Faults,
): Html {
  const w = site.words
  const name = answerName(q.id)
  const text = typeof value === 'string' ? value : ''
  const common = { name, label: q.label, value: text, required: q.required }
  const options = (q.options ?? []).map((value, i) => ({ value, label: q.optionLabels?.[i] ?? value }))
  switch (q.type) {
    case 'choice':
      return options.length > 5
        ? select({ ...common, options: [{ value: '', label: w.choose }, ...options] }, faults)
        : choices({ name, legend: q.label, options, chosen: [text], required: q.required }, faults)
    case 'choices':
      return choices(
        {
          name,
          legend: q.label,
          options,
          chosen: typeof value === 'string' ? [value] : value,
          required: q.required,
          several: true,
        },
        faults,
      )
    case 'boolean':
      return choices(
        {
          name,
          legend: q.label,
          options: [
            { value: 'true', label: w.yes },
            { value: 'false', label: w.no },
          ],
          chosen: [text],
          required: q.required,
        },
        faults,
      )
    case 'long_text':
      return field(
        {
          ...common,
          type: 'textarea',
          maxLength: q.maxLength ?? 4000,
          hint: q.maxLength === undefined ? undefined : w.atMost(q.maxLength),
        },
        faults,
      )
    case 'number':
      return field({ ...common, type: 'number', minimum: q.minimum, maximum: q.maximum, inputMode: 'decimal' }, faults)
    case 'date':
    case 'email':
      return field({ ...common, type: q.type }, faults)
    case 'phone':
      return field({ ...common, type: 'tel' }, faults)
    case 'text':
      return field({ ...common, maxLength: q.maxLength ?? 250 }, faults)
  }
}

/** An answer as text. */
export function answerText(
  site: { words: PageWords },
  q: Question,
  value: string | readonly string[] | undefined,
): string {
  const w = site.words
  if (value === undefined || value.length === 0) return w.notGiven
  if (q.type === 'boolean') return value === 'true' ? w.yes : w.no
  // Answers keep the options as the tenant wrote them; the reader sees the translation.
  const labelOf = (option: string): string => q.optionLabels?.[q.options?.indexOf(option) ?? -1] ?? option
  return [value].flat().map(labelOf).join(', ')
}
