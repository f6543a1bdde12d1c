// Searches the documentation in the reader's browser: the index is a file, nothing is sent anywhere.
import MiniSearch from './minisearch.js'
import { findIn, INDEXED } from './search-options.js'

const MOST = 20
const LENGTH = 180
const form = document.querySelector('form[role="search"]')
const field = form.querySelector('input')
const results = document.getElementById('results')
let index

document.addEventListener('keydown', (event) => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  field.focus()
})

/** The part of a text around the first word that was found. */
function around(text, terms) {
  const lower = text.toLowerCase()
  const at = Math.max(0, Math.min(...terms.map((term) => lower.indexOf(term)).filter((i) => i >= 0), lower.length) - 60)
  const start = at >= lower.length - 60 ? 0 : at
  return `${start > 0 ? '…' : ''}${text.slice(start, start + LENGTH)}${text.length > start + LENGTH ? '…' : ''}`
}

function line({ id, title, heading, text, terms }) {
  const item = document.createElement('li')
  const link = Object.assign(document.createElement('a'), { href: id, textContent: heading })
  const where = Object.assign(document.createElement('span'), { className: 'where', textContent: title })
  const part = Object.assign(document.createElement('p'), { textContent: around(text, terms) })
  item.append(link, ...(title === heading ? [] : [' ', where]), part)
  return item
}

async function show() {
  const asked = field.value.trim()
  const status = document.getElementById('found')
  if (asked === '') {
    results.replaceChildren()
    status.textContent = 'Write a word to look for.'
    return
  }
  index ??= MiniSearch.loadJSON(await (await fetch('/docs/search-index.json')).text(), INDEXED)
  const found = findIn(index, asked)
  results.replaceChildren(...found.slice(0, MOST).map(line))
  const places = found.length === 1 ? 'One place' : `${found.length} places`
  const count = found.length === 0 ? 'Nothing' : found.length > MOST ? `The best ${MOST} of ${places}` : places
  status.textContent = `${count} found for “${asked}”.${found.length === 0 ? ' Try fewer or shorter words.' : ''}`
}

if (results) {
  field.value = new URLSearchParams(location.search).get('q') ?? ''
  let timer
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(show, 150)
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    history.replaceState(null, '', `?q=${encodeURIComponent(field.value)}`)
    void show()
  })
  field.focus()
  void show()
}
