// Ready for contacts: the next one comes by itself while its person is free, by the key n at any time; the last outcome can be taken back
// for ten seconds.
import { call } from './workspace.js'

const UNDO = 10_000
/** How often it is looked again, besides when the stream tells of a change; ms. */
const AGAIN = 15_000

const ready = () => document.querySelector('[data-ready]')
let isLooking = false

async function next() {
  if (isLooking) return
  isLooking = true
  try {
    const { callback } = await call('POST', '/v1/me/next')
    if (callback) {
      // The first sentence of the script is in sight when the page opens; there may be no script.
      await call('POST', '/v1/conversations', { callbackId: callback.id }).catch(() => null)
      return location.assign(`/agenda/contact/callback/${callback.id}`)
    }
    await refresh()
  } catch {
    // Not reachable now: the page says so, and it is tried again.
  } finally {
    isLooking = false
  }
}

/** Reads the state and the queue again, without touching a number that is being typed. */
async function refresh() {
  // The page may be the answer to a form, whose address is no page.
  const here = document.querySelector('[data-part=team]') ? '/agenda/contact/team' : '/agenda/contact'
  const answer = await fetch(here, { headers: { accept: 'text/html' } })
  if (!answer.ok || answer.redirected) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const selector of ['[data-queue]', '[data-ready]', '[data-part=team]']) {
    const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)]
    if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh)
  }
}

function showWrapUp() {
  const card = ready()
  const left = card?.querySelector('.left')
  if (!left || !card.dataset.until) return
  const seconds = Math.max(0, Math.round((Date.parse(card.dataset.until) - Date.now()) / 1000))
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  if (seconds === 0) refresh()
}

/** Nothing comes while its person writes: their keys would go to a contact that they have not seen. */
const isWriting = () => document.activeElement?.matches('main :is(input, select, textarea)') ?? false
const isFree = () => ready()?.dataset.state === 'free' && !isWriting()

function lookAfterUndo() {
  const notice = document.querySelector('[data-just-done]')
  if (!notice) return isFree() && next()
  const auto = notice.querySelector('[data-auto]')
  if (auto) auto.hidden = !isFree()
  history.replaceState(null, '', location.pathname)
  setTimeout(() => {
    notice.remove()
    if (isFree()) next()
  }, UNDO)
}

export function startReady() {
  if (document.querySelector('[data-part=team]')) {
    addEventListener('agenda-live', ({ detail: { type } }) => type === 'agent.state' && refresh())
    return
  }
  if (!ready()) return
  document.querySelector('form[action$="/next"]').addEventListener('submit', (event) => {
    event.preventDefault()
    next()
  })
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select')) return
    if (event.key === 'c') document.getElementById('number')?.focus()
    else if (event.key === 'z') document.querySelector('[data-just-done] .undo')?.click()
    // Who is in a pause ends it first.
    else if (event.key === 'n' && ready()?.dataset.state === 'pause') ready().querySelector('button')?.focus()
    else if (event.key === 'n') next()
    else return
    event.preventDefault()
  })
  setInterval(showWrapUp, 1000)
  // A number that was refused is put right before anything comes.
  document.querySelector('main [aria-invalid=true]')?.focus()
  lookAfterUndo()
  const again = () => isFree() && !document.querySelector('[data-just-done]') && next()
  setInterval(() => again() || refresh(), AGAIN)
  addEventListener('agenda-live', ({ detail: { type } }) => {
    if (type.startsWith('callback.')) again()
    else if (type === 'agent.state') refresh()
  })
}
