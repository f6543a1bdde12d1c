// Calls that a telephone system announces.
import { el } from './dom.js'
import { isInFront } from './live.js'

const STORE = 'agenda-calls'
const MOST = 20

/** Whether the call was told in this browser before: after a lost connection the stream tells the last ones again. */
function isOld(id) {
  const told = JSON.parse(localStorage.getItem(STORE) ?? '[]')
  if (told.includes(id)) return true
  localStorage.setItem(STORE, JSON.stringify([...told, id].slice(-MOST)))
  return false
}

const PENDING = 'agenda-pending'
/** Calls that were not opened yet, with when they came; older ones are over. ms */
const FRESH = 10 * 60_000
const pending = () =>
  JSON.parse(localStorage.getItem(PENDING) ?? '[]').filter(
    ({ url, at }) => Date.now() - at < FRESH && url !== location.pathname,
  )
const keep = (calls) => localStorage.setItem(PENDING, JSON.stringify(calls))

/** Offers the calls that wait, on every page until they are opened or put away. */
function offer(words) {
  for (const note of document.querySelectorAll('.notice.call')) note.remove()
  for (const { url } of pending()) {
    const putAway = () => {
      keep(pending().filter((one) => one.url !== url))
      note.remove()
    }
    const note = el(
      'p',
      { class: 'notice note call', role: 'alert' },
      `${words.call} `,
      el('a', { class: 'button', href: url }, words.open),
      ' ',
      el('button', { type: 'button', class: 'plain', click: putAway }, words.away),
    )
    document.getElementById('main').prepend(note)
  }
}

/** Opens an announced call here, unless something else is being handled or written: then it is offered. */
export function openCalls(words) {
  keep(pending())
  offer(words)
  addEventListener('agenda-live', ({ detail: { type, subjectId } }) => {
    const url = `/agenda/contact/call/${subjectId}`
    if (type !== 'call.announced' || location.pathname === url || !isInFront() || isOld(subjectId)) return
    const isTaken = document.querySelector('.contact-screen form.outcome')
    const isTyping = [
      ...document.querySelectorAll('main form[method=post] :is(input:not([type=hidden]), textarea)'),
    ].some((field) => field.value !== field.defaultValue)
    if (!isTaken && !isTyping) return location.assign(url)
    keep([...pending(), { url, at: Date.now() }])
    offer(words)
  })
}
