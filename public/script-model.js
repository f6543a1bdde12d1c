// A script in the editor: its steps, where they lead, changes with undo. Tells its listeners what has changed.

const data = JSON.parse(document.getElementById('designer')?.dataset.designer ?? 'null')
export const { words, choices, id, language, mayWrite } = data ?? {}
export const script = data?.script
export let version = data?.version
export const setVersion = (number) => (version = number)
export let findings = data?.findings ?? []
export const setFindings = (found) => {
  findings = found
  tell('findings')
}
export let selected = script?.start

const MOST_UNDONE = 50
const past = []
const listeners = new Set()
export const listen = (listener) => listeners.add(listener)
const tell = (what) => listeners.forEach((listener) => listener(what))

export const stepOf = (stepId) => script.steps.find((step) => step.id === stepId)
export const labelIn = (list, value) => list.find((one) => one.value === value)?.label ?? value

/** The field of an act that refers to something, and the list of what it may be. */
export const REFERENCES = {
  book: ['serviceId', 'service'],
  promise: ['campaignId', 'campaign'],
  send: ['messageId', 'message'],
  outcome: ['outcome', 'outcome'],
  widget: ['widgetId', 'widget'],
}

function actName(act) {
  const [field, list] = REFERENCES[act.kind] ?? []
  const name = field && act[field] ? labelIn(choices[list], act[field]) : ''
  return name === '' ? labelIn(choices.act, act.kind) : `${words.actNames[act.kind]}: ${name}`
}

/** A condition in words. */
function conditionName({ attribute, is, value }) {
  const asked = script.steps.find((step) => `answers.${step.id}` === attribute)
  const subject = asked
    ? nameOf(asked)
    : attribute === 'outcome'
      ? words.outcome
      : labelIn(choices.attribute, attribute)
  const option = asked?.options?.find((one) => one.id === value)
  const said = option?.label[language] || option?.label.it || words[value] || labelIn(choices.outcome, value)
  return [subject, labelIn(choices.is, is).replace(/ \(.*/, ''), [said ?? ''].flat().join(', ')].join(' ').trim()
}

/** What a step is called: its name, else the beginning of its text, else its kind. */
export function nameOf(step) {
  if (!step) return '–'
  const text = step.text?.[language] || step.text?.it || step.text?.en || ''
  const does = step.kind === 'do' ? actName(step.act) : ''
  return step.name || does || text.replace(/[*_{}]/g, '').slice(0, 60) || words.kinds[step.kind]
}

const choicesOf = (step) =>
  step.answer === 'yes_no'
    ? [
        { id: 'yes', label: words.yes },
        { id: 'no', label: words.no },
      ]
    : step.answer === 'one'
      ? (step.options ?? []).map((option) => ({
          id: option.id,
          label: option.label[language] || option.label.it || option.label.en || option.id,
        }))
      : []
export { choicesOf }

/** Where a step leads, with the words on the way. */
export function linksOf(step) {
  if (step.kind === 'end' || step.kind === 'script') return []
  if (step.kind === 'branch')
    return [
      ...step.cases.map((one) => ({ label: one.when.map(conditionName).join(', '), to: one.next })),
      { label: words.otherwise, to: step.next },
    ]
  if (step.kind !== 'ask' || !step.goTo) return [{ label: '', to: step.next }]
  const named = choicesOf(step).filter((one) => step.goTo[one.id])
  const isAll = named.length > 0 && named.length === choicesOf(step).length && step.isRequired
  return [
    ...named.map((one) => ({ label: one.label, to: step.goTo[one.id] })),
    ...(isAll ? [] : [{ label: named.length > 0 ? words.otherwise : '', to: step.next }]),
  ]
}

/** The steps in the order of a walk from the first one, then those that no path leads to. */
export function inOrder() {
  const byId = new Map(script.steps.map((step) => [step.id, step]))
  const [order, open] = [new Set(), [script.start]]
  while (open.length > 0) {
    const step = byId.get(open.pop())
    if (!step || order.has(step)) continue
    order.add(step)
    open.push(
      ...linksOf(step)
        .map((link) => link.to)
        .reverse(),
    )
  }
  const reached = order.size
  for (const step of script.steps) order.add(step)
  return [...order].map((step, i) => ({ step, isReached: i < reached }))
}

export function select(stepId) {
  selected = stepId
  tell('selected')
}

let last = { key: '', at: 0 }
/** Changes the script; changes of the same field within a second are undone together. `shape`: links or steps have changed. */
export function change(run, { key = '', shape = false } = {}) {
  const isSame = key !== '' && key === last.key && Date.now() - last.at < 1000
  if (!isSame) past.push(JSON.stringify({ script, selected }))
  if (past.length > MOST_UNDONE) past.shift()
  last = { key, at: Date.now() }
  run()
  tell(shape ? 'shape' : 'step')
}

export const canUndo = () => past.length > 0
export function undo() {
  const before = past.pop()
  if (!before) return
  const state = JSON.parse(before)
  Object.assign(script, state.script)
  ;({ selected } = state)
  last = { key: '', at: 0 }
  tell('shape')
  tell('selected')
}
