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

/** Opens an announced call here, unless something else is being handled or written: then it is offered. */
export function openCalls(words) {
  addEventListener('agenda-live', ({ detail: { type, subjectId } }) => {
    const url = `/agenda/contact/call/${subjectId}`
    if (type !== 'call.announced' || location.pathname === url || !isInFront() || isOld(subjectId)) return
    const isTaken = document.querySelector('.contact-screen form.outcome')
    const isTyping = [
      ...document.querySelectorAll('main form[method=post] :is(input:not([type=hidden]), textarea)'),
    ].some((field) => field.value !== field.defaultValue)
    if (!isTaken && !isTyping) return location.assign(url)
    const note = document.createElement('p')
    note.className = 'notice note call'
    note.setAttribute('role', 'alert')
    const link = document.createElement('a')
    link.className = 'button'
    link.href = url
    link.textContent = words.open
    note.append(`${words.call} `, link)
    document.getElementById('main').prepend(note)
  })
}
