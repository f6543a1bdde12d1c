// The words of a conversation: its questions and answers as people read them, and what its steps refer to.
import type { Workspace } from '../frame/context.ts'
import { moment, readable } from '../frame/components.ts'
import { labelOf, textIn, type Option, type Script } from '../../domain/script/script.ts'
import type { Facts } from '../../domain/script/script-variables.ts'
import { scriptFor } from '../../domain/script/script-for.ts'
import type { Html } from '../../platform/html/html.ts'
import type { Screen, Talk } from './screen.ts'
import { widgetNamed } from '../agenda/widgets.ts'

type Question = { label: string; options: ReadonlyMap<string, string> }
export type Spoken = {
  name: string
  hasScript: boolean
  /** By `script step`. */
  questions: ReadonlyMap<string, Question>
  /** Names of the saved messages that the open step offers. */
  messages: ReadonlyMap<string, string>
  /** The page of another system that the open step shows. */
  widget: Html | false
}

/** The values of variables, with instants as people read them. */
export function documentedTexts(workspace: Workspace, talk: Talk): Facts {
  const when = talk.facts['appointment.when']
  return typeof when === 'string' ? { ...talk.facts, 'appointment.when': moment(workspace, when) } : talk.facts
}

const labelsOf = (options: readonly Option[] | undefined, language: 'it' | 'en'): Map<string, string> =>
  new Map((options ?? []).map((option) => [option.id, textIn(option.label, language)]))

/** The questions of a script in words, by `script step`. */
export const questionsIn = (
  scriptId: string,
  { steps }: Pick<Script, 'steps'>,
  language: 'it' | 'en',
): Map<string, Question> =>
  new Map(
    steps.flatMap((step) =>
      step.kind === 'ask'
        ? [[`${scriptId} ${step.id}`, { label: labelOf(step, language), options: labelsOf(step.options, language) }]]
        : [],
    ),
  )

async function questionsOf(workspace: Workspace, talk: Talk): Promise<Map<string, Question>> {
  const questions = new Map<string, Question>()
  const language = talk.language as 'it' | 'en'
  // A conversation keeps its version; another script to which it went on is read in the one it has now.
  for (const scriptId of new Set(talk.steps.map((one) => one.scriptId))) {
    const isOwn = scriptId === talk.scriptId
    const answer = await workspace.api<Script>(
      'GET',
      isOwn ? `/v1/scripts/${scriptId}/versions/${talk.scriptVersion}` : `/v1/scripts/${scriptId}`,
    )
    if (answer.ok)
      for (const [key, question] of questionsIn(scriptId, answer.body, language)) questions.set(key, question)
  }
  return questions
}

async function messagesOf(workspace: Workspace, talk: Talk | null): Promise<Map<string, string>> {
  const step = talk?.step
  if (step?.kind !== 'do' || step.act.kind !== 'send') return new Map()
  const answer = await workspace.api<{ name: string }>('GET', `/v1/saved-messages/${step.act.messageId}`)
  return new Map(answer.ok ? [[step.act.messageId, answer.body.name]] : [])
}

export async function spokenIn(workspace: Workspace, screen: Screen): Promise<Spoken> {
  const { talk, callback } = screen
  const appointment = screen.kind === 'appointment' ? screen.appointment : null
  const about = {
    ...(callback === null
      ? {}
      : { callback: { campaign_id: callback.campaignId, document: { scriptId: callback.scriptId } } }),
    ...(appointment === null ? {} : { appointment: { service_ids: appointment.serviceIds } }),
  }
  const hasScript = talk !== null || scriptFor(workspace.config, about) !== null
  if (talk === null) return { name: '', hasScript, questions: new Map(), messages: new Map(), widget: false }
  const step = talk.step
  const [named, questions, messages, widget] = await Promise.all([
    workspace.api<{ name: string }>('GET', `/v1/scripts/${talk.scriptId}`),
    questionsOf(workspace, talk),
    messagesOf(workspace, talk),
    step?.kind === 'do' && step.act.kind === 'widget'
      ? widgetNamed(workspace, step.act.widgetId, { contactId: screen.summary?.contact.id ?? '' })
      : Promise.resolve<false>(false),
  ])
  return { name: named.ok ? named.body.name : '', hasScript, questions, messages, widget }
}

/** An answer in words. */
export function spokenAnswer(workspace: Workspace, question: Question, answer: unknown): string {
  if (answer === undefined || answer === null) return '–'
  const word = (one: unknown): unknown => question.options.get(String(one)) ?? one
  return readable(workspace, Array.isArray(answer) ? answer.map(word) : word(answer))
}
