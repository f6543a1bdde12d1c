// PURE. Checks a script before it is published: unknown steps, dead ends, steps nobody reaches, circles without a way out,
// variables and references that do not exist, missing texts.
import { choicesOf, isAutomatic, nextSteps, stepOf, type Script, type Step, type Text } from './script.ts'
import type { Condition } from '../catalogue/campaign/segments.ts'
import { isKnownVariable, variablesIn } from './script-variables.ts'

export type Finding = {
  stepId: string | null
  code:
    | 'duplicate_step'
    | 'unknown_step'
    | 'unreachable_step'
    | 'no_way_out'
    | 'endless_circle'
    | 'unknown_variable'
    | 'unknown_answer'
    | 'no_options'
    | 'unknown_reference'
    | 'attribute_not_allowed'
    | 'missing_text'
    | 'missing_language'
    | 'condition_value'
  /** What is unknown or missing, as the author wrote it. */
  what?: string | undefined
  /** Errors prevent publication; warnings do not. */
  isError: boolean
}

/** What a script may refer to. */
export type Known = {
  languages: readonly ('it' | 'en')[]
  serviceIds: ReadonlySet<string>
  campaignIds: ReadonlySet<string>
  widgetIds: ReadonlySet<string>
  messageIds: ReadonlySet<string>
  /** Attributes of contacts that scripts may write. */
  attributes: ReadonlySet<string>
  /** Published versions of the other scripts, by id. */
  scripts: ReadonlyMap<string, Script>
}

const textsOf = (step: Step): Text[] => {
  switch (step.kind) {
    case 'ask':
      return [step.text, ...(step.options ?? []).map((option) => option.label), ...(step.hint ? [step.hint] : [])]
    case 'say':
      return [step.text]
    case 'do':
      return [...(step.text ? [step.text] : []), ...(step.act.kind === 'note' ? [step.act.text] : [])]
    case 'end':
      return step.text ? [step.text] : []
    default:
      return []
  }
}

function textFindings(script: Script, step: Step, languages: Known['languages']): Finding[] {
  const found: Finding[] = []
  for (const text of textsOf(step)) {
    const written = (['it', 'en'] as const).filter((language) => (text[language] ?? '').trim() !== '')
    if (written.length === 0) found.push({ stepId: step.id, code: 'missing_text', isError: true })
    else
      for (const language of languages)
        if (!written.includes(language))
          found.push({ stepId: step.id, code: 'missing_language', what: language, isError: false })
    for (const name of variablesIn(`${text.it ?? ''} ${text.en ?? ''}`))
      if (!isKnownVariable(script, name))
        found.push({ stepId: step.id, code: 'unknown_variable', what: name, isError: true })
  }
  return found
}

function referenceFindings(step: Step, known: Known): Finding[] {
  const unknown = (what: string): Finding => ({ stepId: step.id, code: 'unknown_reference', what, isError: true })
  if (step.kind === 'script') return known.scripts.has(step.scriptId) ? [] : [unknown('script')]
  if (step.kind === 'ask') {
    if (step.writesTo !== undefined && !known.attributes.has(step.writesTo))
      return [{ stepId: step.id, code: 'attribute_not_allowed', what: step.writesTo, isError: true }]
    return []
  }
  if (step.kind !== 'do') return []
  const { act } = step
  switch (act.kind) {
    case 'book':
      return known.serviceIds.has(act.serviceId) ? [] : [unknown('service')]
    case 'promise':
      return act.campaignId === undefined || known.campaignIds.has(act.campaignId) ? [] : [unknown('campaign')]
    case 'send':
      return known.messageIds.has(act.messageId) ? [] : [unknown('message')]
    case 'widget':
      return known.widgetIds.has(act.widgetId) ? [] : [unknown('widget')]
    default:
      return []
  }
}

/** Whether a condition can hold: it compares with something, and orders numbers only. */
function hasValue({ is, value }: Condition): boolean {
  if (is === 'present' || is === 'absent') return true
  if (is === 'one_of') return Array.isArray(value) && value.length > 0
  if (is === 'at_least' || is === 'at_most') return value !== '' && Number.isFinite(Number(value))
  return value !== undefined && value !== ''
}

function askFindings(script: Script, step: Step): Finding[] {
  const found: Finding[] = []
  if (step.kind === 'ask') {
    const isChoice = step.answer === 'one' || step.answer === 'several'
    if (isChoice && (step.options ?? []).length === 0)
      found.push({ stepId: step.id, code: 'no_options', isError: true })
    for (const answer of Object.keys(step.goTo ?? {}))
      if (!choicesOf(step).includes(answer))
        found.push({ stepId: step.id, code: 'unknown_answer', what: answer, isError: true })
  }
  if (step.kind === 'branch')
    for (const condition of step.cases.flatMap((one) => one.when))
      if (!hasValue(condition))
        found.push({ stepId: step.id, code: 'condition_value', what: String(condition.value ?? ''), isError: true })
  if (step.kind === 'branch')
    for (const { attribute } of step.cases.flatMap((one) => one.when))
      if (attribute.includes('.') && !isKnownVariable(script, attribute))
        found.push({ stepId: step.id, code: 'unknown_variable', what: attribute, isError: true })
  return found
}

/** A step of one of several scripts. */
type Place = { scriptId: string; step: Step }
const keyOf = (place: { scriptId: string; id: string }): string => `${place.scriptId} ${place.id}`

/** The steps of a script and of all scripts to which it leads, by key, with the keys of their next steps. */
function graphOf(script: Script, scripts: Known['scripts']): Map<string, Place & { next: string[] }> {
  const graph = new Map<string, Place & { next: string[] }>()
  const open: [string, Script][] = [['', script]]
  const seen = new Set([''])
  for (let one = open.pop(); one; one = open.pop()) {
    const [scriptId, current] = one
    for (const step of current.steps) {
      const next = nextSteps(step).map((id) => keyOf({ scriptId, id }))
      const target = step.kind === 'script' ? scripts.get(step.scriptId) : undefined
      if (step.kind === 'script' && target) {
        next.push(keyOf({ scriptId: step.scriptId, id: target.start }))
        if (!seen.has(step.scriptId)) open.push([step.scriptId, target])
        seen.add(step.scriptId)
      }
      graph.set(keyOf({ scriptId, id: step.id }), { scriptId, step, next })
    }
  }
  return graph
}

function reachableFrom(graph: ReadonlyMap<string, { next: string[] }>, start: string): Set<string> {
  const reached = new Set([start])
  for (const key of reached) for (const next of graph.get(key)?.next ?? []) reached.add(next)
  return reached
}

/** Keys of the steps from which some end can be reached. */
function withWayOut(graph: ReadonlyMap<string, Place & { next: string[] }>): Set<string> {
  const before = new Map<string, string[]>()
  for (const [key, { next }] of graph) for (const one of next) before.set(one, [...(before.get(one) ?? []), key])
  const out = new Set([...graph].filter(([, { step }]) => step.kind === 'end').map(([key]) => key))
  for (const key of out) for (const one of before.get(key) ?? []) out.add(one)
  return out
}

/** Whether a step leads back to itself over automatic steps only. */
function isEndless(graph: ReadonlyMap<string, Place & { next: string[] }>, key: string): boolean {
  const automatic = new Map([...graph].filter(([, { step }]) => isAutomatic(step)))
  if (!automatic.has(key)) return false
  const seen = new Set<string>()
  const open = [...automatic.get(key)!.next]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === key) return true
    if (seen.has(one) || !automatic.has(one)) continue
    seen.add(one)
    open.push(...automatic.get(one)!.next)
  }
  return false
}

function graphFindings(script: Script, known: Known): Finding[] {
  const found: Finding[] = []
  const graph = graphOf(script, known.scripts)
  const reached = reachableFrom(graph, keyOf({ scriptId: '', id: script.start }))
  const out = withWayOut(graph)
  for (const step of script.steps) {
    const key = keyOf({ scriptId: '', id: step.id })
    for (const id of nextSteps(step))
      if (!stepOf(script, id)) found.push({ stepId: step.id, code: 'unknown_step', what: id, isError: true })
    if (!reached.has(key)) found.push({ stepId: step.id, code: 'unreachable_step', isError: true })
    else if (!out.has(key)) found.push({ stepId: step.id, code: 'no_way_out', isError: true })
    if (isEndless(graph, key)) found.push({ stepId: step.id, code: 'endless_circle', isError: true })
  }
  return found
}

/** All findings of a script, in the order of its steps; one without errors may be published. */
export function checkScript(script: Script, known: Known): Finding[] {
  const ids = script.steps.map((step) => step.id)
  const twice = new Set(ids.filter((id, i) => ids.indexOf(id) !== i))
  const found: Finding[] = [...twice].map((id) => ({ stepId: id, code: 'duplicate_step', isError: true }) as const)
  if (!stepOf(script, script.start))
    found.push({ stepId: null, code: 'unknown_step', what: script.start, isError: true })
  for (const step of script.steps)
    found.push(
      ...textFindings(script, step, known.languages),
      ...referenceFindings(step, known),
      ...askFindings(script, step),
    )
  const place = (finding: Finding): number => (finding.stepId === null ? -1 : ids.indexOf(finding.stepId))
  return [...found, ...graphFindings(script, known)].sort((a, b) => place(a) - place(b))
}
