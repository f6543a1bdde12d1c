// Changes to the steps of a script: new ones, other kinds, deletion with the links that led there.
import { change, choices, script, select, stepOf } from './script-model.js'

/** A name that no step has yet. */
function freeId(kind) {
  const taken = new Set(script.steps.map((step) => step.id))
  for (let n = script.steps.length + 1; ; n += 1) if (!taken.has(`${kind}_${n}`)) return `${kind}_${n}`
}

/** A step of another kind with what both kinds have. */
export function asKind(step, kind, next) {
  const common = { id: step.id, ...(step.name ? { name: step.name } : {}), kind }
  const text = step.text ?? { it: '', en: '' }
  if (kind === 'end') return { ...common, text }
  if (kind === 'script') return { ...common, scriptId: choices.script[0]?.value }
  if (kind === 'branch') return { ...common, cases: [{ when: [{ attribute: 'outcome', is: 'present' }], next }], next }
  if (kind === 'do') return { ...common, act: { kind: 'outcome', outcome: 'answered' }, next }
  if (kind === 'ask') return { ...common, text, answer: 'yes_no', next }
  return { ...common, text, next }
}

/** A new step after `from` (or before the end); returns its id. */
export function addStep(from, kind = 'ask') {
  const next = from?.next ?? script.steps.find((step) => step.kind === 'end')?.id ?? script.start
  const step = asKind({ id: freeId(kind) }, kind, next)
  script.steps.push(step)
  return step.id
}

/** Puts `to` wherever a link leads to `from`. */
function redirect(from, to) {
  if (script.start === from) script.start = to
  for (const step of script.steps) {
    if (step.next === from) step.next = to
    for (const one of step.cases ?? []) if (one.next === from) one.next = to
    for (const key of Object.keys(step.goTo ?? {})) if (step.goTo[key] === from) step.goTo[key] = to
  }
}

/** Deletes a step; links to it lead to its next one. False for the only end. */
export function removeStep(step) {
  const other = step.next !== step.id ? step.next : undefined
  const heir = other ?? script.steps.find((one) => one.kind === 'end' && one.id !== step.id)?.id
  if (!heir || !stepOf(heir)) return false
  change(
    () => {
      script.steps.splice(script.steps.indexOf(step), 1)
      redirect(step.id, heir)
    },
    { shape: true },
  )
  select(heir)
  return true
}
