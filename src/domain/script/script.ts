// PURE. A script for conversations: a graph of steps, and the edges between them.
import type { Outcome } from '../catalogue/campaign/retry.ts'
import type { Condition } from '../catalogue/campaign/segments.ts'

/** A text in one or both languages of the service. */
export type Text = { it?: string | undefined; en?: string | undefined }

export const ANSWER_KINDS = ['yes_no', 'one', 'several', 'text', 'number', 'date', 'time', 'scale'] as const
type AnswerKind = (typeof ANSWER_KINDS)[number]
export type Answer = string | number | boolean | readonly string[]
export type Option = { id: string; label: Text }

type Common = { id: string; name?: string | undefined }
type SayStep = Common & { kind: 'say'; text: Text; next: string }
export type AskStep = Common & {
  kind: 'ask'
  text: Text
  hint?: Text | undefined
  answer: AnswerKind
  /** Of `one` and `several`. */
  options?: readonly Option[] | undefined
  isRequired?: boolean | undefined
  /** Of numbers, scales (1 to 5 by default) and the length of texts. */
  min?: number | undefined
  max?: number | undefined
  /** Attribute of the contact that the answer is written to. */
  writesTo?: string | undefined
  /** Next step by answer (`yes`, `no`, or the id of an option); other answers lead to `next`. */
  goTo?: Readonly<Record<string, string>> | undefined
  next: string
}
type BranchStep = Common & {
  kind: 'branch'
  cases: readonly { when: readonly Condition[]; next: string }[]
  next: string
}
type Act =
  | { kind: 'book'; serviceId: string }
  | { kind: 'promise'; campaignId?: string | undefined }
  | { kind: 'send'; messageId: string }
  | { kind: 'outcome'; outcome: Outcome }
  | { kind: 'widget'; widgetId: string }
  | { kind: 'note'; text: Text }
type DoStep = Common & { kind: 'do'; act: Act; text?: Text | undefined; next: string }
/** Goes on with the published version of another script. */
type ScriptStep = Common & { kind: 'script'; scriptId: string }
type EndStep = Common & { kind: 'end'; text?: Text | undefined }
export type Step = SayStep | AskStep | BranchStep | DoStep | ScriptStep | EndStep

export type Script = { start: string; steps: readonly Step[] }

export const stepOf = (script: Script, id: string): Step | undefined => script.steps.find((step) => step.id === id)

/** Whether a step shows nothing: the conversation passes it by itself. */
export const isAutomatic = (step: Step): boolean =>
  step.kind === 'branch' ||
  step.kind === 'script' ||
  (step.kind === 'do' && (step.act.kind === 'note' || step.act.kind === 'outcome'))

/** Ids of the steps to which a step may lead inside its script, each once. */
export function nextSteps(step: Step): string[] {
  switch (step.kind) {
    case 'end':
    case 'script':
      return []
    case 'branch':
      return [...new Set([...step.cases.map((one) => one.next), step.next])]
    case 'ask':
      return [...new Set([...Object.values(step.goTo ?? {}), step.next])]
    default:
      return [step.next]
  }
}

/** The text in the language, else in the other one; '' when there is none. */
export const textIn = (text: Text | undefined, language: 'it' | 'en'): string =>
  text?.[language] || text?.[language === 'it' ? 'en' : 'it'] || ''

/** A question as people read it in lists: its name, else its text without markup and variables. */
export const labelOf = (step: AskStep, language: 'it' | 'en'): string =>
  step.name ||
  textIn(step.text, language)
    .replace(/\{\{.*?\}\}/g, '…')
    .replace(/[*_]/g, '')
    .slice(0, 200)

/** The answers from which an ask step may choose: option ids, or `yes` and `no`. */
export const choicesOf = (step: AskStep): readonly string[] =>
  step.answer === 'yes_no' ? ['yes', 'no'] : (step.options ?? []).map((option) => option.id)
