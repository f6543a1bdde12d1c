// The contact screen: its forms and links change the areas without a reload, so that nothing typed elsewhere is lost; keys lead to areas
// and outcomes.
import { keep, restore } from './contact-drafts.js'
import { goOnIn, isBusy, isJustShown, load, root, words } from './contact-load.js'
import { enliven, showChosen, showMessage } from './contact-parts.js'
import { startReady } from './ready.js'
import { isField, say } from './workspace.js'
import './slot-grid.js'

/** The area in which the keyboard goes on after a form or link. */
const areaAfter = (element) => element.dataset.focus ?? element.closest('.area')?.id ?? null

function onSubmit(event) {
  const form = event.target
  if (event.defaultPrevented || !root()?.contains(form)) return
  event.preventDefault()
  if (form.method === 'post' && form.closest('#say') && isJustShown()) return
  const fields = new URLSearchParams(new FormData(form, event.submitter))
  const options = { form, area: areaAfter(form) }
  if (form.method === 'get') load(`${form.getAttribute('action')}?${fields}`, options)
  else if (!form.dataset.sent) load(form.getAttribute('action'), { ...options, body: fields })
}

function onClick(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = event.target.closest?.('.contact-screen a[data-swap]')
  if (!link) return
  event.preventDefault()
  load(link.href, { area: link.closest('.story') ? null : areaAfter(link) })
}

/** A page that has just come is not answered by keys that were meant for the one before; ms. */
const SETTLE = 1200
const shownAt = Date.now()

/** Digits answer an open scale of the script, unless the keyboard is among the acts. */
const onScale = (key) =>
  document.activeElement?.closest('#do')
    ? null
    : document.querySelector(`#say .scale button[value="${CSS.escape(key)}"]`)

const controlOf = (key) =>
  onScale(key) ?? document.querySelector(`[data-key="${CSS.escape(key)}"], [data-tab-key="${CSS.escape(key)}"]`)

/** Ctrl+Enter sends what is being written, where one button sends it. */
function onSend(event) {
  const form = event.target.closest?.('.contact-screen form')
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !form || form.querySelector('.keys')) return
  event.preventDefault()
  form.requestSubmit([...form.querySelectorAll('button:not([disabled])')].at(-1))
}

/** Escape leaves a field, so that keys are commands again. */
function onEscape({ key, target }) {
  if (key === 'Escape' && isField(target) && root()?.contains(target)) target.blur()
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || !root()) return
  const { key } = event
  const control = controlOf(key)
  // While a scale is open, a digit that is none of it is no outcome either.
  const isNone =
    /^\d$/.test(key) && (Date.now() - shownAt < SETTLE || (document.querySelector('#say .scale') && !onScale(key)))
  if (isNone && !document.activeElement?.closest('#do')) return event.preventDefault()
  if (key === 'w' || key === 's') goOnIn(key === 'w' ? 'who' : 'say', { news: false })
  else if (key === 'n') location.assign('/agenda/contact')
  else if (control?.matches('[aria-current]')) goOnIn('do', { news: false })
  else if (control) control.click()
  else return
  event.preventDefault()
}

/** Filters show their times at once, without a press. */
function onChange(event) {
  showChosen()
  const form = event.target.closest?.('form[data-swap]')
  if (!form || !root()?.contains(form)) return
  const { name } = event.target
  load(`${form.getAttribute('action')}?${new URLSearchParams(new FormData(form))}`).then(() => {
    document.querySelector(`form[data-swap] [name="${CSS.escape(name)}"]`)?.focus()
  })
}

/** A colleague, another tab or the telephone system has changed this contact. */
function followOthers() {
  addEventListener('agenda-live', ({ detail: { subjectId } }) => {
    if (subjectId !== root()?.dataset.subject || isBusy()) return
    load(location.href, { isOwn: false }).then(() => say(words().elsewhere))
  })
}

/** The number of a tel: link stands after `#` and is not sent with the address. */
function dial() {
  const form = document.querySelector('[data-dial] form')
  const number = decodeURIComponent(location.hash.slice(1)).replace(/^tel:/, '')
  if (!form || number === '') return
  history.replaceState(null, '', location.pathname)
  form.elements.namedItem('number').value = number
  form.requestSubmit()
}

document.addEventListener('submit', onSubmit)
document.addEventListener('click', onClick)
document.addEventListener('change', onChange)
addEventListener('keydown', onKey)
addEventListener('keydown', onSend)
addEventListener('keydown', onEscape)
document.addEventListener('input', (event) => {
  if (event.target.form) keep(event.target.form)
  showMessage()
})
restore()
enliven()
followOthers()
dial()
startReady()
// Where all three areas are in sight the keyboard begins at the script; on a phone the page begins at its top.
if (root() && document.activeElement === document.body && matchMedia('(min-width: 1200px)').matches)
  document.querySelector('#say .step ~ form button, #say form button')?.focus({ preventScroll: true })
