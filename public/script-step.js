// The form of one step: what it says or asks, what it does, and where it leads.
import { el } from './dom.js'
import { asKind, addStep, removeStep } from './script-changes.js'
import { change, choices, script, select, selected, stepOf, words } from './script-model.js'
import { button, labelled, nextField, selectField, textField, texts, variableField } from './script-fields.js'
import { bodyOf, setOrDelete } from './script-body.js'
import { doFields } from './script-act.js'
import { branchFields } from './script-branch.js'
import { optionFields } from './script-options.js'

const place = () => document.getElementById('step')

const numberField = (label, step, name) =>
  textField(
    label,
    step[name] ?? '',
    (text) => setOrDelete(step, name, text === '' ? undefined : Number.parseInt(text, 10) || 0),
    {
      ...{ key: `${step.id} ${name}`, type: 'number' },
    },
  )

function askFields(step) {
  const isRanged = ['number', 'scale', 'text'].includes(step.answer)
  const required = el('input', {
    type: 'checkbox',
    checked: step.isRequired === true,
    change: () => change(() => setOrDelete(step, 'isRequired', required.checked || undefined), { shape: true }),
  })
  const setAnswer = (answer) => {
    step.answer = answer
    delete step.goTo
    if (['one', 'several'].includes(answer)) step.options ??= []
    else delete step.options
    if (!['number', 'scale', 'text'].includes(answer)) for (const name of ['min', 'max']) delete step[name]
    draw()
  }
  return [
    bodyOf(step),
    selectField(words.answerKind, step.answer, choices.answer, setAnswer),
    labelled(words.required, required),
    isRanged
      ? el(
          'div',
          { class: 'texts' },
          step.answer === 'text' ? null : numberField(words.min, step, 'min'),
          numberField(words.max, step, 'max'),
        )
      : null,
    ...optionFields(step, draw),
    choices.writesTo.length > 0
      ? selectField(words.writesTo, step.writesTo, choices.writesTo, (value) => setOrDelete(step, 'writesTo', value), {
          ...{ none: words.nowhere, shape: false },
        })
      : null,
    el(
      'details',
      { open: step.hint !== undefined },
      el('summary', {}, words.hint),
      texts(step, 'hint', { it: words.hintIt, en: words.hintEn }, { long: false }),
    ),
    nextField(step.goTo ? words.inAllOtherCases : words.next, step.next, step, (next) => (step.next = next)),
  ]
}

const FIELDS = {
  say: (step) => [bodyOf(step), nextField(words.next, step.next, step, (next) => (step.next = next))],
  ask: askFields,
  branch: (step) => branchFields(step, draw),
  do: (step) => doFields(step, draw),
  script: (step) => [selectField(words.script, step.scriptId, choices.script, (value) => (step.scriptId = value))],
  end: (step) => [bodyOf(step)],
}

const kindsFor = (step) =>
  choices.kind.filter(({ value }) => value !== 'script' || choices.script.length > 0 || step.kind === 'script')

function replaceKind(step, kind) {
  const next = step.next ?? script.steps.find((one) => one.kind === 'end' && one.id !== step.id)?.id ?? step.id
  script.steps[script.steps.indexOf(step)] = asKind(step, kind, next)
  draw()
}

function stepButtons(step) {
  const insert = (made) => {
    let added = ''
    change(
      () => {
        added = made()
        if (step.next !== undefined && step.kind !== 'branch') step.next = added
      },
      { shape: true },
    )
    select(added)
    place().querySelector('select')?.focus()
  }
  const remove = () => {
    if (!removeStep(step)) return alert(words.onlyEnd)
    document.querySelector('#outline [aria-current]')?.focus()
  }
  const copy = () => {
    const added = addStep(step, step.kind)
    Object.assign(stepOf(added), structuredClone(step), { id: added })
    return added
  }
  return el(
    'div',
    { class: 'buttons' },
    step.kind === 'end' || step.kind === 'script' ? null : button(words.addAfter, () => insert(() => addStep(step))),
    step.kind === 'end' ? null : button(words.duplicate, () => insert(copy)),
    step.id === script.start
      ? null
      : button(words.makeStart, () => change(() => (script.start = step.id), { shape: true })),
    button(words.remove, remove, 'danger'),
  )
}

const labelOf = (control) => control.labels?.[0]?.textContent ?? control.textContent
const controls = () => [...place().querySelectorAll('input, select, textarea, button')]

/** The control that has the keyboard, by its label and its number among those with the same label; null = none of the form. */
function markOf(control) {
  if (!place().contains(control)) return null
  const same = controls().filter((one) => labelOf(one) === labelOf(control))
  return { label: labelOf(control), at: same.indexOf(control), step: selected }
}

const findMarked = (mark) =>
  mark && mark.step === selected ? controls().filter((one) => labelOf(one) === mark.label)[mark.at] : null

/** Draws the form of the selected step. */
export function draw() {
  const step = stepOf(selected)
  if (!step) return
  const mark = markOf(document.activeElement)
  const hasText = ['say', 'ask', 'end'].includes(step.kind) || step.kind === 'do'
  const write = (name) => setOrDelete(step, 'name', name)
  place().replaceChildren(
    ...[
      step.id === script.start ? el('p', { class: 'hint' }, words.isStart) : null,
      selectField(words.kind, step.kind, kindsFor(step), (kind) => replaceKind(step, kind)),
      textField(words.name, step.name, write, { key: `${step.id} name`, hint: words.nameHint, max: 80 }),
      ...FIELDS[step.kind](step),
      hasText ? variableField(step) : null,
      stepButtons(step),
    ].filter(Boolean),
  )
  findMarked(mark)?.focus()
}
