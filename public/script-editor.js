// The script designer: a list of steps, the form of one, the drawing, and what the checks find.
import { el } from './dom.js'
import { addStep } from './script-changes.js'
import {
  canUndo,
  change,
  findings,
  listen,
  mayWrite,
  script,
  select,
  selected,
  stepOf,
  undo,
  words,
  nameOf,
} from './script-model.js'
import { button, textField } from './script-fields.js'
import { draw as drawStep } from './script-step.js'
import { drawLine, drawOutline, listenToArrows, numberOf, showSelected } from './script-outline.js'
import { drawSoon, fit, larger, markSelected, smaller, startDrawing } from './script-drawing.js'
import { restoreDraft, saveFirst, saveSoon } from './script-save.js'
import { isField } from './workspace.js'

const place = document.getElementById('designer')

function section(className, title, ...children) {
  return el('section', { class: `area ${className}`, 'aria-label': title }, el('h2', {}, title), ...children)
}

function build() {
  const add = () => {
    let added = ''
    change(() => (added = addStep(stepOf(selected))), { shape: true })
    select(added)
  }
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  picture.id = 'drawing'
  picture.setAttribute('aria-hidden', 'true')
  const undoButton = button(words.undo, undo)
  if (undoButton) undoButton.id = 'undo'
  place.append(
    section('checks-area', words.checks, el('div', { id: 'checks', 'aria-live': 'polite' })),
    section(
      'outline-area',
      words.outline,
      textField(words.scriptName, script.name, (text) => (script.name = text), { key: 'name', max: 200 }),
      textField(words.description, script.description, (text) => (script.description = text), {
        key: 'description',
        max: 500,
      }),
      el('ol', { id: 'outline' }),
      el('div', { class: 'buttons' }, button(words.newStep, add), undoButton),
    ),
    section('step-area', words.stepForm, el('div', { id: 'step' })),
    section(
      'drawing-area',
      words.drawing,
      el('p', { class: 'hint' }, words.drawingHint),
      el(
        'div',
        { class: 'buttons' },
        ...[
          [words.zoomIn, larger],
          [words.zoomOut, smaller],
          [words.fit, fit],
        ].map(([label, click]) => el('button', { type: 'button', class: 'secondary', click }, label)),
      ),
      el('div', { class: 'picture', tabindex: 0, role: 'group', 'aria-label': words.drawing }, picture),
    ),
  )
}

function finding({ stepId, code, what }) {
  const text = (words.findings[code] ?? code).replace('{what}', what ?? '')
  if (stepId === null) return el('li', {}, text)
  const go = () => {
    select(stepId)
    document.querySelector('#step select')?.focus()
  }
  return el(
    'li',
    {},
    el(
      'button',
      { type: 'button', class: 'plain', click: go },
      `${numberOf(stepId)}. ${nameOf(stepOf(stepId))}: ${text}`,
    ),
  )
}

function drawChecks() {
  const list = (title, found) => (found.length === 0 ? [] : [el('h3', {}, title), el('ul', {}, ...found.map(finding))])
  const errors = findings.filter((one) => one.isError)
  const warnings = findings.filter((one) => !one.isError)
  document
    .getElementById('checks')
    .replaceChildren(
      ...(errors.length === 0 ? [el('p', {}, words.sound)] : list(words.errors, errors)),
      ...list(words.warnings, warnings),
    )
}

function follow(what) {
  if (what === 'step') drawLine(selected)
  if (what === 'shape' || what === 'findings') drawOutline()
  if (what === 'findings') drawChecks()
  if (what === 'selected') {
    drawStep()
    showSelected()
    markSelected()
  }
  if (what === 'step' || what === 'shape') {
    drawSoon()
    saveSoon()
  }
  // Names and numbers of steps stand in the choices of the form too.
  if (what === 'shape' && !document.getElementById('step').contains(document.activeElement)) drawStep()
  const undoButton = document.getElementById('undo')
  if (undoButton) undoButton.disabled = !canUndo()
}

if (place) {
  restoreDraft()
  build()
  drawOutline()
  drawStep()
  drawChecks()
  startDrawing()
  listenToArrows()
  listen(follow)
  follow('')
  saveFirst()
  addEventListener('keydown', (event) => {
    if (!mayWrite || event.key !== 'z' || !(event.ctrlKey || event.metaKey) || isField(event.target)) return
    event.preventDefault()
    undo()
  })
}
