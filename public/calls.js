// Calls that a telephone system announces.
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
    const note = document.createElement('p')
    note.className = 'notice note call'
    note.setAttribute('role', 'alert')
    const link = document.createElement('a')
    link.className = 'button'
    link.href = url
    link.textContent = words.open
    const away = document.createElement('button')
    away.type = 'button'
    away.className = 'plain'
    away.textContent = words.away
    away.addEventListener('click', () => {
      keep(pending().filter((one) => one.url !== url))
      note.remove()
    })
    note.append(`${words.call} `, link, ' ', away)
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
