// Fields of the step form; each change goes to the script at once.
import { el } from './dom.js'
import { addStep } from './script-changes.js'
import { change, choices, inOrder, mayWrite, nameOf, script, select, words } from './script-model.js'

let counter = 0

/** A label with its control. */
export function labelled(label, control, hint = '') {
  const id = `f${(counter += 1)}`
  control.id = id
  if (!mayWrite) control.disabled = true
  if (hint) control.setAttribute('aria-describedby', `${id}-hint`)
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label),
    hint ? el('p', { class: 'hint', id: `${id}-hint` }, hint) : null,
    control,
  )
}

/** A text field. `write` takes the text. */
export function textField(label, value, write, { key, long = false, type = 'text', hint = '', max } = {}) {
  const control = el(long ? 'textarea' : 'input', {
    ...(long ? { rows: 3 } : { type }),
    autocomplete: 'off',
    maxlength: max,
    value: value ?? '',
    input: () => change(() => write(control.value), { key }),
  })
  return labelled(label, control, hint)
}

/** A choice among `options`; `none`: the label of no choice. */
export function selectField(label, value, options, write, { none, shape = true } = {}) {
  const known = options.some((one) => one.value === (value ?? ''))
  const all = [...(none === undefined && known ? [] : [{ value: '', label: none ?? '–' }]), ...options]
  const control = el(
    'select',
    { change: () => change(() => write(control.value), { shape }) },
    ...all.map((one) => el('option', { value: one.value, selected: one.value === (value ?? '') }, one.label)),
  )
  return labelled(label, control)
}

/** Where it goes on: one of the steps, or, by a button, a new one, which is then written. `none`: the label of "nowhere in particular". */
export function nextField(label, value, from, write, none) {
  const steps = inOrder().map(({ step }, i) => ({ value: step.id, label: `${i + 1}. ${nameOf(step)}` }))
  const create = () => {
    let added = ''
    change(() => write((added = addStep(from))), { shape: true })
    select(added)
    document.querySelector('#step input')?.focus()
  }
  return el(
    'div',
    { class: 'next-field' },
    selectField(label, value, steps, (chosen) => write(chosen || undefined), { none }),
    button(words.createStep, create, 'plain'),
  )
}

/** Italian and English beside each other. */
export function texts(step, name, labels, { long = true, hint = '' } = {}) {
  const write = (language) => (text) => {
    step[name] = { ...step[name], [language]: text }
  }
  const fields = ['it', 'en'].map((language) =>
    textField(labels[language], step[name]?.[language], write(language), {
      key: `${step.id} ${name} ${language}`,
      long,
    }),
  )
  return el('div', {}, el('div', { class: 'texts' }, ...fields), hint ? el('p', { class: 'hint' }, hint) : null)
}

/** Puts a variable where the cursor was last. */
export function variableField(step) {
  const asked = script.steps.filter((one) => one.kind === 'ask' && one.id !== step.id)
  const options = [
    ...choices.variable,
    ...asked.map((one) => ({ value: `answers.${one.id}`, label: words.answerOf + nameOf(one) })),
  ]
  let last = null
  document.getElementById('step').addEventListener('focusin', ({ target }) => {
    if (target.matches('textarea')) last = target
  })
  const control = el(
    'select',
    {
      change: () => {
        const place = last?.isConnected ? last : document.querySelector('#step textarea')
        if (place && control.value) {
          place.setRangeText(`{{${control.value}}}`, place.selectionStart, place.selectionEnd, 'end')
          place.dispatchEvent(new Event('input'))
          place.focus()
        }
        control.value = ''
      },
    },
    el('option', { value: '' }, '–'),
    ...options.map((one) => el('option', { value: one.value }, one.label)),
  )
  return labelled(words.variable, control)
}

export const button = (label, click, className = 'secondary') =>
  mayWrite ? el('button', { type: 'button', class: className, click }, label) : null
