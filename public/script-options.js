// Choices of a question, and where each of them leads.
import { el } from './dom.js'
import { change, choicesOf, words } from './script-model.js'
import { button, nextField, textField } from './script-fields.js'

function setGoTo(step, answer, next) {
  const goTo = { ...step.goTo, [answer]: next }
  if (next === undefined) delete goTo[answer]
  if (Object.keys(goTo).length > 0) step.goTo = goTo
  else delete step.goTo
}

const goToField = (step, answer, label) =>
  nextField(label, step.goTo?.[answer], step, (next) => setGoTo(step, answer, next), words.asOtherwise)

function freeOption(step) {
  const taken = new Set(step.options.map((one) => one.id))
  for (let n = step.options.length + 1; ; n += 1) if (!taken.has(`choice_${n}`)) return `choice_${n}`
}

const labelField = (step, option, language, label) =>
  textField(label, option.label[language], (text) => (option.label = { ...option.label, [language]: text }), {
    key: `${step.id} ${option.id} ${language}`,
  })

function optionRow(step, option, draw) {
  const remove = () =>
    change(
      () => {
        step.options.splice(step.options.indexOf(option), 1)
        setGoTo(step, option.id, undefined)
        draw()
      },
      { shape: true },
    )
  return el(
    'li',
    { class: 'choice-row' },
    el(
      'div',
      { class: 'texts' },
      labelField(step, option, 'it', words.optionIt),
      labelField(step, option, 'en', words.optionEn),
    ),
    step.answer === 'one' ? goToField(step, option.id, words.goTo) : null,
    button(words.removeOption, remove, 'plain'),
  )
}

/** Fields of the choices; of yes and no only where they lead. */
export function optionFields(step, draw) {
  if (step.answer === 'yes_no')
    return [el('div', {}, ...choicesOf(step).map((one) => goToField(step, one.id, `${one.label}: ${words.goTo}`)))]
  if (!['one', 'several'].includes(step.answer)) return []
  const add = () => {
    change(
      () => {
        step.options.push({ id: freeOption(step), label: { it: '', en: '' } })
        draw()
      },
      { shape: true },
    )
    document.querySelector('.options li:last-of-type input')?.focus()
  }
  return [
    el(
      'fieldset',
      { class: 'options' },
      el('legend', {}, words.options),
      el('ol', {}, ...step.options.map((option) => optionRow(step, option, draw))),
      button(words.addOption, add),
    ),
  ]
}
