// Loads a contact screen's new state and puts its areas in place of the old ones; what is typed elsewhere and the reader's place stay.
import { draftName, forget, restore } from './contact-drafts.js'
import { el } from './dom.js'
import { enliven } from './contact-parts.js'

const AREAS = ['who', 'say', 'do']
export const root = () => document.querySelector('.contact-screen')
export const words = () => document.getElementById('contact-words')?.dataset ?? {}
let running = null
/** When this tab itself changed something last; its own changes come back by the stream. */
let ownChange = 0
export const isBusy = () => running !== null || Date.now() - ownChange < 2500

/** Says that nothing is lost, with a button that tries again. */
function showLost(form, retry) {
  document.querySelector('.lost')?.remove()
  const button = el('button', { type: 'button', click: retry }, words().retry)
  const box = el('div', { class: 'notice warning lost', role: 'alert' }, el('p', {}, words().lost), button)
  ;(form?.closest('.area') ?? document.getElementById('main')).prepend(box)
  button.focus()
}

/** The markup of an area, without keys against double sending and signed addresses, which differ each time. */
const plain = (area) => area.innerHTML.replace(/(name="key" value|src)="[^"]*"/g, '')
/** The areas as the service sent them; what the reader opened or typed since does not count. */
const received = new Map(
  AREAS.flatMap((id) => (document.getElementById(id) ? [[id, plain(document.getElementById(id))]] : [])),
)

/** Finds the same control in a new area, so that the keyboard stays where it was. */
function markOf(control) {
  const parts = ['id', 'name', 'value', 'href', 'type'].map((name) => [name, control.getAttribute(name)])
  const known = parts.filter(([, value]) => value !== null)
  return control.localName + known.map(([name, value]) => `[${name}="${CSS.escape(value)}"]`).join('')
}

/** Puts the areas of a new page in place of the old ones; those that are the same stay, with what is typed in them. */
function swap(page) {
  for (const id of AREAS) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)]
    if (!old || !fresh || received.get(id) === plain(fresh)) continue
    const [scroll, mark] = [old.scrollTop, old.contains(document.activeElement) ? markOf(document.activeElement) : null]
    received.set(id, plain(fresh))
    old.replaceWith(fresh)
    fresh.scrollTop = scroll
    if (mark) fresh.querySelector(mark)?.focus({ preventScroll: true })
  }
  const [head, freshHead] = [document.querySelector('.contact-head'), page.querySelector('.contact-head')]
  if (head && freshHead) head.replaceWith(freshHead)
  document.title = page.title
  restore()
  enliven()
}

const FIRST =
  'input:not([type=hidden], [tabindex="-1"], [type=radio]), input[type=radio]:checked, select, textarea, button:not([hidden]), a.button'
const isAside = (control) => control.closest('.tabs, details:not([open]), .foot, .trail') !== null

/**
 * Where the keyboard goes on: at a fault, at the news of the area, at the chosen time, above the outcomes (where Enter records nothing),
 * else at the first control.
 */
export function goOnIn(id, { news: isToldFirst = true } = {}) {
  const area = document.getElementById(id)
  if (!area) return
  const news = isToldFirst && area.querySelector('[role=alert], [aria-invalid=true], .notice[role=status]')
  const legend = area.querySelector('fieldset.keys legend')
  if (legend) legend.tabIndex = -1
  const chosen = area.querySelector('table[data-slots] input:checked') ?? legend
  const first = [...area.querySelectorAll(FIRST)].find((control) => !isAside(control))
  const target = news || chosen || first || area
  if (target === news && !target.matches('input, select, textarea')) target.tabIndex = -1
  target.focus({ preventScroll: true })
  target.scrollIntoView({ block: 'nearest', behavior: 'instant' })
}

/** The page of an answer. Throws when a proxy or a failing service has answered. */
async function pageOf(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  if (answer.status >= 500 || (!page.getElementById('main') && !answer.redirected))
    throw new Error(String(answer.status))
  return page
}

let shownAt = 0
/** A second press right after a new step was meant for the one before; ms. */
export const isJustShown = () => Date.now() - shownAt < 250

function show(page, answer, { url, method, form, area, isOwn }) {
  const isHere = page.querySelector('.contact-screen')?.dataset.contact === root()?.dataset.contact
  if (!isHere) return location.assign(answer.redirected || answer.ok ? answer.url : url)
  document.querySelector('.lost')?.remove()
  swap(page)
  if (method === 'POST') shownAt = Date.now()
  if (answer.redirected || (method === 'GET' && isOwn)) history.replaceState(null, '', answer.url)
  if (form) delete form.dataset.sent
  if (area) goOnIn(area)
}

/**
 * Follows a link or sends a form. `area`: where the keyboard goes on; null = it stays. `isOwn`: false when others have changed something,
 * and a failure is not told.
 */
export async function load(url, { body, form = null, area = null, isOwn = true } = {}) {
  const method = body ? 'POST' : 'GET'
  // What is being sent is waited for; what is only being read again gives way.
  if (running?.isSending) return
  running?.abort()
  const mine = new AbortController()
  mine.isSending = body !== undefined
  running = mine
  const draft = form?.method === 'post' ? draftName(form) : null
  try {
    const answer = await fetch(url, { method, body, signal: mine.signal, headers: { accept: 'text/html' } })
    const page = await pageOf(answer)
    if (body) ownChange = Date.now()
    if (draft && answer.ok) forget(draft)
    show(page, answer, { url, method, form, area, isOwn })
  } catch (error) {
    if (error.name === 'AbortError') return
    if (form) delete form.dataset.sent
    if (isOwn) showLost(form, () => load(url, { body, form, area, isOwn }))
  } finally {
    if (running === mine) running = null
  }
}
