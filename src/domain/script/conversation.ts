// PURE. How a conversation moves through a script: checks answers, and finds the next step that is shown.
import { isCalendarDate } from '../../kernel/time/zone.ts'
import { holds } from '../catalogue/campaign/segments.ts'
import { choicesOf, isAutomatic, stepOf, type Answer, type AskStep, type Script, type Step } from './script.ts'
import type { Facts } from './script-variables.ts'

/** Why an answer is not accepted. */
type AnswerFault =
  | { code: 'answer_required' }
  | { code: 'answer_unknown' }
  | { code: 'answer_out_of_range'; min: number | null; max: number | null }
  | { code: 'answer_invalid' }

/** Longest text answer, in characters. */
const LONGEST = 4000

const range = (step: AskStep): { min: number | null; max: number | null } =>
  step.answer === 'scale'
    ? { min: step.min ?? 1, max: step.max ?? 5 }
    : { min: step.min ?? null, max: step.max ?? (step.answer === 'text' ? LONGEST : null) }

/** The values of a scale, lowest first. */
export function scaleOf(step: AskStep): number[] {
  const { min, max } = range(step)
  return Array.from({ length: max! - min! + 1 }, (_, i) => min! + i)
}

function outside(step: AskStep, value: number): AnswerFault | null {
  const { min, max } = range(step)
  return (min !== null && value < min) || (max !== null && value > max)
    ? { code: 'answer_out_of_range', min, max }
    : null
}

/** The fault of an answer, or null. `null` as the answer means: nothing was said. */
export function answerFault(step: AskStep, answer: Answer | null): AnswerFault | null {
  const isNothing = answer === null || answer === '' || (Array.isArray(answer) && answer.length === 0)
  if (isNothing) return step.isRequired ? { code: 'answer_required' } : null
  return faultIn(step, answer)
}

/** The fault in what was said. */
function faultIn(step: AskStep, answer: Answer): AnswerFault | null {
  const text = typeof answer === 'string' ? answer : null
  const invalid = { code: 'answer_invalid' } as const
  switch (step.answer) {
    case 'yes_no':
      return typeof answer === 'boolean' ? null : invalid
    case 'one':
    case 'several':
      return choiceFault(step, step.answer === 'one' ? [text] : Array.isArray(answer) ? answer : [null])
    case 'number':
    case 'scale': {
      const isNumber = step.answer === 'number' ? Number.isFinite(answer) : Number.isInteger(answer)
      return isNumber ? outside(step, answer as number) : invalid
    }
    case 'text':
      return text === null ? invalid : outside(step, text.length)
    case 'date':
      return isCalendarDate(text ?? '') ? null : invalid
    case 'time':
      return /^([01]\d|2[0-3]):[0-5]\d$/.test(text ?? '') ? null : invalid
  }
}

/** Every choice must be one of the step's, once. */
function choiceFault(step: AskStep, chosen: readonly unknown[]): AnswerFault | null {
  const isKnown = chosen.every((one) => choicesOf(step).includes(String(one)))
  return isKnown && new Set(chosen).size === chosen.length ? null : { code: 'answer_unknown' }
}

/** The step after a shown step; null after its end. */
export function after(step: Step, answer: Answer | null): string | null {
  if (step.kind === 'end' || step.kind === 'script') return null
  if (step.kind !== 'ask' || step.goTo === undefined) return step.next
  const key = typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : String(answer)
  return Object.hasOwn(step.goTo, key) ? step.goTo[key]! : step.next
}

/** Where a walk stops: at a step that is shown, or at another script; with the automatic steps on the way. */
type Stop = { kind: 'step'; step: Step; passed: Step[] } | { kind: 'script'; scriptId: string; passed: Step[] }

/** Values for conditions: `answers.reason`, or the name of an attribute alone. */
const valueOf = (facts: Facts, name: string): Facts[string] => facts[name] ?? facts[`contact.attributes.${name}`]

/**
 * Walks from a step to the next one that is shown, choosing among branches by `facts`. Published scripts always stop: their checks
 * refuse circles of automatic steps. Throws a RangeError for a script that was never checked.
 */
export function walk(script: Script, from: string, facts: Facts): Stop {
  const passed: Step[] = []
  let outcome = facts.outcome
  for (let id = from; passed.length <= script.steps.length;) {
    const step = stepOf(script, id)
    if (!step) throw new RangeError(`the script has no step ${id}`)
    if (!isAutomatic(step)) return { kind: 'step', step, passed }
    passed.push(step)
    if (step.kind === 'script') return { kind: 'script', scriptId: step.scriptId, passed }
    if (step.kind === 'do' && step.act.kind === 'outcome') outcome = step.act.outcome
    const now: Facts = { ...facts, outcome }
    const found =
      step.kind === 'branch'
        ? step.cases.find((one) => one.when.every((condition) => holds(condition, (name) => valueOf(now, name))))
        : undefined
    id = found?.next ?? (step as { next: string }).next
  }
  throw new RangeError('the script runs in a circle of automatic steps')
}
