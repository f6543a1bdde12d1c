// PURE. A walk through a draft with the answers given so far, for its preview. Nothing is stored.
import { after, answerFault, walk } from '../../domain/script/conversation.ts'
import type { Answer, Script, Step } from '../../domain/script/script.ts'
import type { Facts } from '../../domain/script/script-variables.ts'

type Shown = { position: number; step: Step; answer: Answer | null }
export type Preview = {
  /** The steps shown, the open one last. */
  steps: Shown[]
  /** The open step; null at the end, where the script goes on with another, or where it is broken. */
  open: Step | null
  facts: Facts
  /** Where it goes on; null when it does not. */
  otherScriptId: string | null
  outcome: string | null
  isBroken: boolean
}

const spoken = (answer: Answer | null): Facts[string] =>
  typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : (answer ?? undefined)

/** Walks from the start with `answers`, one for each shown step; steps that ask nothing have null. */
export function previewOf(script: Script, answers: readonly (Answer | null)[], known: Facts): Preview {
  let facts: Facts = known
  const preview: Preview = { steps: [], open: null, facts, otherScriptId: null, outcome: null, isBroken: false }
  let from: string | null = script.start
  try {
    for (let position = 0; from !== null; position += 1) {
      const stop = walk(script, from, facts)
      for (const step of stop.passed)
        if (step.kind === 'do' && step.act.kind === 'outcome') {
          preview.outcome = step.act.outcome
          facts = { ...facts, outcome: step.act.outcome }
        }
      if (stop.kind === 'script') return { ...preview, facts, otherScriptId: stop.scriptId }
      const { step } = stop
      const answer = answers[position] ?? null
      const isOpen = position >= answers.length || (step.kind === 'ask' && answerFault(step, answer) !== null)
      preview.steps.push({ position, step, answer: isOpen ? null : answer })
      if (isOpen) return { ...preview, facts, open: step }
      if (step.kind === 'ask') facts = { ...facts, [`answers.${step.id}`]: spoken(answer) }
      from = after(step, answer)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { ...preview, facts, isBroken: true }
  }
  return { ...preview, facts }
}
