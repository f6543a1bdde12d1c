// Behaviour of workspace pages: announces changes of others and lost connections, submits forms once, counts down to the next
// visit.

import { openCalls } from './calls.js'

const words = document.getElementById('workspace-words')?.dataset ?? {}
const status = document.getElementById('status')
const offline = document.getElementById('offline')
export const csrf = document.querySelector('meta[name="agenda-csrf"]')?.content ?? ''

/** Whether keys typed here are text. */
export const isField = (element) =>
  element.closest?.('input:not([type=radio], [type=checkbox]), textarea, select') != null

/** Announces a text to screen readers. */
export function say(text) {
  if (status) status.textContent = text
}

/** Calls the API as the signed-in person. Resolves to the body of the response; rejects with the body of an error. */
export async function call(method, url, body, headers = {}) {
  const answer = await fetch(url, {
    method,
    headers: {
      'x-agenda-csrf': csrf,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const parsed = answer.status === 204 ? null : await answer.json()
  if (!answer.ok) throw parsed
  return parsed
}

function watchConnection() {
  const show = () => {
    if (!offline) return
    offline.hidden = navigator.onLine
    offline.textContent = words.offline
  }
  addEventListener('offline', show)
  addEventListener('online', () => {
    show()
    say(words.again)
  })
  show()
}

/** Without a connection a submitted form would be lost: block it and keep the typed data. */
function guardForms() {
  addEventListener('submit', (event) => {
    const form = event.target
    if (form.method !== 'post') return
    if (!navigator.onLine) {
      event.preventDefault()
      say(words.offline)
      offline?.scrollIntoView()
      return
    }
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = '1'
  })
  addEventListener('pageshow', () => {
    for (const form of document.forms) delete form.dataset.sent
  })
}

/** Offers to show changes by others; never replaces the page by itself. */
function followChanges() {
  const live = document.querySelector('[data-live]')
  if (!live) return
  let told = false
  addEventListener('agenda-live', ({ detail: { type } }) => {
    if (!/^(appointment|callback)\.|^message/.test(type)) return
    dispatchEvent(new CustomEvent('agenda-changed'))
    if (told || document.getElementById('calendar')) return
    told = true
    const note = document.createElement('p')
    note.className = 'notice note'
    const button = document.createElement('button')
    button.className = 'secondary'
    button.textContent = words.reload
    button.addEventListener('click', () => location.reload())
    note.append(`${words.changed} `, button)
    live.before(note)
    say(words.changed)
  })
}

/** `/` leads to the search, `?` shows the keys; not while something is typed. */
function listenToKeys() {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return
    if (event.key === '/') document.querySelector('.find-all [type=search]')?.focus()
    else if (event.key === '?') document.getElementById('keys')?.showModal()
    else return
    event.preventDefault()
  })
}

function countDown() {
  const card = document.querySelector('[data-countdown]')
  const left = card?.querySelector('.left')
  if (!left) return
  const at = Date.parse(card.dataset.countdown)
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' })
  const show = () => {
    const minutes = Math.round((at - Date.now()) / 60_000)
    left.textContent =
      Math.abs(minutes) < 90 ? format.format(minutes, 'minute') : format.format(Math.round(minutes / 60), 'hour')
  }
  show()
  setInterval(show, 20_000)
}

/** Replaces the URL of a page that answers a form, so that the back button does not submit the form again. */
function settleAddress() {
  const address = document.querySelector('main [data-address]')?.dataset.address
  if (address) history.replaceState(null, '', address)
}

settleAddress()
watchConnection()
guardForms()
followChanges()
openCalls(words)
listenToKeys()
countDown()
document.querySelector('[role="alert"], #faults')?.focus?.()
