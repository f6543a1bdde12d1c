// Follows links and submits forms of our pages without a reload: the content of the new page replaces the old one. Typed data
// stays in the page until the response arrives, so a lost connection loses nothing.
import { clearLost, retype, showLost, showRefused, typedNow } from './keeping.js'
import { announce, word } from './words.js'

let enliven = () => {}
let running = null
/** Path and query of the shown page; the browser itself handles changes of the hash alone. */
let shown = location.pathname + location.search

/** Typed data of pages that were left, for the back button; only in memory. */
const left = new Map()

const isOurs = (url) => url.origin === location.origin && url.pathname.split('/')[1] === location.pathname.split('/')[1]

function focusOn(hash) {
  const main = document.getElementById('main')
  // Focus the faults or the latest notice first, else the target of the hash, else the heading of the new page.
  const news = document.getElementById('faults') ?? main.querySelector('.notice[role=alert], .notice[role=status]')
  const target = news ?? (hash ? document.getElementById(decodeURIComponent(hash.slice(1))) : null)
  if (target) {
    target.tabIndex = -1
    target.focus()
    target.scrollIntoView({ block: 'nearest', behavior: 'instant' })
    return
  }
  const heading = main.querySelector('h1')
  if (heading) heading.tabIndex = -1
  ;(heading ?? main).focus({ preventScroll: true })
  // A new page starts at its top; without animation, so that nothing moves under the pointer.
  window.scrollTo({ top: 0, behavior: 'instant' })
}

/** Whether the response is a complete page of this service, and not an error of a proxy. */
const isPage = (next) => next.querySelector('main#main[data-element]') !== null

/** Responses to requests that were not processed: too large, too many, or a server error. */
const isRefusal = (status) => status === 413 || status === 429 || status >= 500

/** The response's own explanation, if it is ours; messages of a proxy are for operators. */
const sentenceOf = (next) => next.querySelector('main .lead')?.textContent.trim() ?? ''

function swap(next, url, push, keepAt, typed, isDone) {
  const main = next.getElementById('main')
  const version = (doc) => doc.querySelector('script[type=module]')?.getAttribute('src')
  // After an update of the service, new pages need the new script.
  if (version(next) !== version(document)) return location.assign(url)
  document.documentElement.lang = next.documentElement.lang
  document.documentElement.dir = next.documentElement.dir
  document.title = next.title
  for (const selector of ['header.top', 'footer.bottom', '#words', '.skip']) {
    const [old, fresh] = [document.querySelector(selector), next.querySelector(selector)]
    if (old && fresh) old.replaceWith(fresh)
  }
  const scroll = window.scrollY
  left.set(shown, typedNow())
  // Submitted or given up: typed data is no longer needed.
  if (isDone) left.clear()
  document.getElementById('main').replaceWith(main)
  retype(typed)
  if (push) history.pushState({}, '', url)
  else history.replaceState({}, '', url)
  shown = location.pathname + location.search
  enliven()
  if (keepAt) {
    window.scrollTo({ top: scroll, behavior: 'instant' })
    const at = document.getElementById(keepAt)
    if (at) {
      at.tabIndex = -1
      at.focus({ preventScroll: true })
    }
  } else focusOn(new URL(url, location.href).hash)
}

/** Loads a page and shows it. `from`: the element that was pressed; it is disabled meanwhile. */
async function go(url, options, push, from, keepAt = '', typed = null) {
  if (running && options.method === 'POST') return
  running?.abort()
  const mine = new AbortController()
  running = mine
  from?.setAttribute('aria-disabled', 'true')
  const late = setTimeout(() => announce(word('loading')), 600)
  try {
    const answer = await fetch(url, {
      ...options,
      signal: mine.signal,
      headers: { accept: 'text/html', ...options.headers },
    })
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
    clearLost()
    if (isRefusal(answer.status) || (!isPage(next) && options.method === 'POST'))
      return showRefused(sentenceOf(next), next.querySelector('main a[href^="tel:"]'), () =>
        go(url, options, push, from, keepAt, typed),
      )
    if (!isPage(next)) return location.assign(url)
    const at = new URL(answer.url)
    if (!answer.redirected) at.hash = new URL(url, location.href).hash
    const isDone = options.method === 'POST' && answer.redirected && !at.pathname.includes('/book/')
    swap(next, at.href, push && at.href !== location.href, keepAt, typed, isDone)
  } catch (error) {
    if (error.name !== 'AbortError') showLost(() => go(url, options, push, from, keepAt, typed))
  } finally {
    clearTimeout(late)
    from?.removeAttribute('aria-disabled')
    if (running === mine) running = null
  }
}

function onClick(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  const link = event.target.closest('a[href]')
  if (!link || link.target || link.hasAttribute('download') || 'plain' in link.dataset) return
  const url = new URL(link.href)
  if (!isOurs(url) || (url.pathname === location.pathname && url.search === location.search && url.hash)) return
  event.preventDefault()
  // Paging through days and months keeps the scroll position, and names the element to go on from.
  const keepAt = link.dataset.keep ?? ''
  go(url.href, { method: 'GET' }, true, link, keepAt, link.hreflang ? typedNow() : null)
}

function onSubmit(event) {
  if (event.defaultPrevented) return
  const form = event.target
  if ('plain' in form.dataset) return
  const url = new URL(event.submitter?.getAttribute('formaction') ?? form.action, location.href)
  if (!isOurs(url)) return
  event.preventDefault()
  const button = event.submitter
  if (button?.getAttribute('aria-disabled') === 'true') return
  const fields = new URLSearchParams(new FormData(form, button))
  if (form.method === 'get') {
    url.search = fields.toString()
    return go(url.href, { method: 'GET' }, true, button)
  }
  go(url.href, { method: 'POST', body: fields }, true, button)
}

export function startNavigation(whenShown) {
  enliven = whenShown
  document.addEventListener('click', onClick)
  document.addEventListener('submit', onSubmit)
  window.addEventListener('popstate', () => {
    const to = location.pathname + location.search
    if (to !== shown) go(location.href, { method: 'GET' }, false, null, '', left.get(to))
  })
}
