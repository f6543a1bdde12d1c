// The script as a list of steps, for the keyboard and for screen readers too.
import { el } from './dom.js'
import { findings, inOrder, linksOf, nameOf, select, selected, stepOf, words } from './script-model.js'

const list = () => document.getElementById('outline')
let numbers = new Map()
/** Number of a step in the list. */
export const numberOf = (stepId) => numbers.get(stepId) ?? '?'

const leads = (step) =>
  linksOf(step)
    .map(({ label, to }) => `${label === '' ? '' : `${label} `}→ ${numberOf(to)}`)
    .join(', ')

const worst = (step) => {
  const found = findings.filter((one) => one.stepId === step.id)
  return found.length === 0 ? null : found.some((one) => one.isError)
}

function item({ step, isReached }) {
  const isError = worst(step)
  return el(
    'li',
    { class: isReached ? '' : 'unreached' },
    el(
      'button',
      {
        type: 'button',
        class: `step-item ${step.kind}`,
        'data-step': step.id,
        'aria-current': step.id === selected ? 'true' : undefined,
        click: () => select(step.id),
      },
      el('span', { class: 'count' }, `${numberOf(step.id)}`),
      el('span', {}, el('span', { class: 'detail' }, `${words.kinds[step.kind]} `), el('strong', {}, nameOf(step))),
      el('span', { class: 'detail' }, isReached ? leads(step) : words.unreachable),
      isError === null ? null : el('span', { class: isError ? 'fault' : 'warn' }, isError ? '!' : '?'),
    ),
  )
}

/** Draws the list again, and keeps the keyboard where it was. */
export function drawOutline() {
  const order = inOrder()
  numbers = new Map(order.map(({ step }, i) => [step.id, i + 1]))
  const focused = list().contains(document.activeElement) ? document.activeElement.dataset.step : null
  list().replaceChildren(...order.map(item))
  if (focused)
    list()
      .querySelector(`[data-step="${CSS.escape(focused)}"]`)
      ?.focus()
}

/** Draws one line again, while its step is being written. */
export function drawLine(stepId) {
  const button = list().querySelector(`[data-step="${CSS.escape(stepId)}"]`)
  const name = button?.querySelector('strong')
  if (name) name.textContent = nameOf(stepOf(stepId))
}

export function showSelected() {
  for (const button of list().querySelectorAll('[aria-current]')) button.removeAttribute('aria-current')
  const button = list().querySelector(`[data-step="${CSS.escape(selected)}"]`)
  button?.setAttribute('aria-current', 'true')
  button?.scrollIntoView({ block: 'nearest', behavior: 'instant' })
}

/** Arrow keys walk through the list. */
export function listenToArrows() {
  list().addEventListener('keydown', (event) => {
    if (!['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return
    const buttons = [...list().querySelectorAll('button')]
    const at = buttons.indexOf(document.activeElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
    event.preventDefault()
    buttons[to]?.focus()
  })
}
