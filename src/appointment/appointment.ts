// PURE. An appointment's reference code, its answers to the service's questions, and the notice policy.
import { isCalendarDate } from '../time/zone.ts'
import type { Question } from '../service/visit.ts'

// Digits and letters that are not taken for one another when read aloud or by hand: no 0/O, 1/I.
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** A code of eight characters (40 bits) from random bytes, to be read over the telephone. */
export function codeFrom(bytes: Uint8Array): string {
  let code = ''
  for (let i = 0; i < 8; i += 1) code += ALPHABET[bytes[i]! % 32]!
  return code
}

export type Answers = Readonly<Record<string, unknown>>
export type AnswerFault = { id: string; code: 'answer_required' | 'answer_invalid' | 'answer_unknown'; label: string }

const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/

function isTextValid(q: Question, value: unknown): boolean {
  return typeof value === 'string' && value.length <= (q.maxLength ?? (q.type === 'long_text' ? 4000 : 250))
}

function isAnswerValid(q: Question, value: unknown): boolean {
  switch (q.type) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        value >= (q.minimum ?? -Infinity) &&
        value <= (q.maximum ?? Infinity)
      )
    case 'date':
      return typeof value === 'string' && isCalendarDate(value)
    case 'choice':
      return typeof value === 'string' && (q.options ?? []).includes(value)
    case 'choices':
      return (
        Array.isArray(value) &&
        value.length <= (q.options ?? []).length &&
        value.every((v) => (q.options ?? []).includes(v as string)) &&
        new Set(value).size === value.length
      )
    case 'email':
      return isTextValid(q, value) && EMAIL.test(value as string)
    case 'phone':
      return isTextValid(q, value) && /^[+\d][\d\s()./-]{2,39}$/.test(value as string)
    default:
      return isTextValid(q, value)
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** Faults of the answers against the questions; empty when all is well. */
export function checkAnswers(questions: readonly Question[], answers: Answers): AnswerFault[] {
  const known = new Map(questions.map((q) => [q.id, q]))
  const unknown = Object.keys(answers).filter((id) => !known.has(id))
  return [
    ...unknown.map((id): AnswerFault => ({ id, code: 'answer_unknown', label: id })),
    ...questions.flatMap((q): AnswerFault[] => {
      const value = answers[q.id]
      if (isEmpty(value)) return q.required ? [{ id: q.id, code: 'answer_required', label: q.label }] : []
      return isAnswerValid(q, value) ? [] : [{ id: q.id, code: 'answer_invalid', label: q.label }]
    }),
  ]
}

/** Whether a citizen may still change an appointment that starts at `start`; all in epoch ms. */
export function isWithinNotice(start: number, notice: number, now: number): boolean {
  return now <= start - notice
}
