// Cases of a branch: conditions on answers, attributes and the outcome so far, and where each case leads.
import { el } from './dom.js'
import { change, choices, nameOf, script, words } from './script-model.js'
import { button, nextField, selectField, textField } from './script-fields.js'

const NEEDS_NO_VALUE = ['present', 'absent']

/** What conditions can ask for: answers of this script, attributes of the person, the outcome so far. */
const subjects = () => [
  ...script.steps
    .filter((step) => step.kind === 'ask')
    .map((step) => ({ value: `answers.${step.id}`, label: words.answerOf + nameOf(step) })),
  ...choices.attribute,
  { value: 'outcome', label: words.outcome },
  ...['callback.attempts', 'contact.language', 'campaign.name'].map((value) =>
    choices.variable.find((one) => one.value === value),
  ),
]

/** Choices of the question that a condition is about; undefined for others. */
function valuesOf({ attribute, is }) {
  const asked = script.steps.find((step) => `answers.${step.id}` === attribute)
  if (attribute === 'outcome') return choices.outcome
  if (is !== 'equal' && is !== 'not_equal') return undefined
  if (asked?.answer === 'yes_no') return ['yes', 'no'].map((value) => ({ value, label: words[value] }))
  return asked?.options?.map((one) => ({ value: one.id, label: one.label.it || one.label.en || one.id }))
}

/** Choices, yes and no and the outcome have no order. */
function comparisonsFor({ attribute, is }) {
  const asked = script.steps.find((step) => `answers.${step.id}` === attribute)
  const hasNoOrder = attribute === 'outcome' || ['yes_no', 'one', 'several'].includes(asked?.answer)
  return choices.is.filter(({ value }) => value === is || !hasNoOrder || !['at_least', 'at_most'].includes(value))
}

function typedValue(condition, text) {
  if (condition.is === 'one_of')
    return text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean)
  return text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text
}

function valueField(condition, key) {
  if (NEEDS_NO_VALUE.includes(condition.is)) return null
  const values = valuesOf(condition)
  const write = (value) => (condition.value = value)
  if (values) return selectField(words.value, condition.value, values, write, { shape: false })
  const shown = Array.isArray(condition.value) ? condition.value.join(', ') : (condition.value ?? '')
  return textField(words.value, String(shown), (text) => write(typedValue(condition, text)), { key })
}

function conditionRow(one, condition, draw, key) {
  const set = (name) => (value) => {
    condition[name] = value
    if (NEEDS_NO_VALUE.includes(condition.is)) delete condition.value
    else condition.value ??= ''
    draw()
  }
  const remove = () =>
    change(
      () => {
        one.when.splice(one.when.indexOf(condition), 1)
        draw()
      },
      { shape: true },
    )
  return el(
    'div',
    { class: 'texts condition' },
    selectField(words.attribute, condition.attribute, subjects(), set('attribute')),
    selectField(words.is, condition.is, comparisonsFor(condition), set('is')),
    valueField(condition, key),
    one.when.length > 1 ? button(words.removeCondition, remove, 'plain') : null,
  )
}

function caseOf(step, one, i, draw) {
  const run = (act) => () =>
    change(
      () => {
        act()
        draw()
      },
      { shape: true },
    )
  return el(
    'fieldset',
    { class: 'options' },
    el('legend', {}, String(i + 1)),
    ...one.when.map((condition, j) => conditionRow(one, condition, draw, `${step.id} case ${i} ${j}`)),
    button(
      words.addCondition,
      run(() => one.when.push({ attribute: 'outcome', is: 'present' })),
      'plain',
    ),
    nextField(words.next, one.next, step, (next) => (one.next = next)),
    step.cases.length > 1
      ? button(
          words.removeCase,
          run(() => step.cases.splice(i, 1)),
          'plain',
        )
      : null,
  )
}

export function branchFields(step, draw) {
  const add = () =>
    change(
      () => {
        step.cases.push({ when: [{ attribute: 'outcome', is: 'present' }], next: step.next })
        draw()
      },
      { shape: true },
    )
  return [
    ...step.cases.map((one, i) => caseOf(step, one, i, draw)),
    button(words.addCase, add),
    nextField(words.inAllOtherCases, step.next, step, (next) => (step.next = next)),
  ]
}
