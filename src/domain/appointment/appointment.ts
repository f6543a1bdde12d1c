// PURE. An appointment's reference code, its answers to the service's questions, and the notice policy.
import { isCalendarDate } from '../../kernel/time/zone.ts'
import type { Question, QuestionType } from '../catalogue/visit.ts'

// Digits and letters that are not confused when spoken or handwritten: no 0/O, no 1/I.
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** A code of eight characters (40 bits) from random bytes, to be read over the telephone. */
export function codeFrom(bytes: Uint8Array): string {
  let code = ''
  for (let i = 0; i < 8; i += 1) code += ALPHABET[bytes[i]! % 32]!
  return code
}

export type Answers = Readonly<Record<string, unknown>>
type AnswerFault = { id: string; code: 'answer_required' | 'answer_invalid' | 'answer_unknown'; label: string }

const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/

function isTextValid(q: Question, value: unknown): boolean {
  return typeof value === 'string' && value.length <= (q.maxLength ?? (q.type === 'long_text' ? 4000 : 250))
}

const isOneOf = (q: Question, value: unknown): boolean => typeof value === 'string' && (q.options ?? []).includes(value)

/** Validator of an answer, by question type. */
const VALID: Record<QuestionType, (q: Question, value: unknown) => boolean> = {
  boolean: (_q, value) => typeof value === 'boolean',
  number: (q, value) =>
    Number.isFinite(value) &&
    (value as number) >= (q.minimum ?? -Infinity) &&
    (value as number) <= (q.maximum ?? Infinity),
  date: (_q, value) => typeof value === 'string' && isCalendarDate(value),
  choice: isOneOf,
  choices: (q, value) =>
    Array.isArray(value) && new Set(value).size === value.length && value.every((v) => isOneOf(q, v)),
  email: (q, value) => isTextValid(q, value) && EMAIL.test(value as string),
  phone: (q, value) => isTextValid(q, value) && /^[+\d][\d\s()./-]{2,39}$/.test(value as string),
  text: isTextValid,
  long_text: isTextValid,
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** Faults of the answers to the questions; empty when all answers are valid. */
export function checkAnswers(questions: readonly Question[], answers: Answers): AnswerFault[] {
  const known = new Map(questions.map((q) => [q.id, q]))
  const unknown = Object.keys(answers).filter((id) => !known.has(id))
  return [
    ...unknown.map((id): AnswerFault => ({ id, code: 'answer_unknown', label: id })),
    ...questions.flatMap((q): AnswerFault[] => {
      const value = answers[q.id]
      if (isEmpty(value)) return q.required ? [{ id: q.id, code: 'answer_required', label: q.label }] : []
      return VALID[q.type](q, value) ? [] : [{ id: q.id, code: 'answer_invalid', label: q.label }]
    }),
  ]
}

/** Whether a citizen may still change an appointment that starts at `start`; all in epoch ms. */
export function isWithinNotice(start: number, notice: number, now: number): boolean {
  return now <= start - notice
}
