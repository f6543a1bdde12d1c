// Saves the script by itself, soon after each change, and reads what the checks find. Without a connection everything stays in the
// browser until it can be saved.
import { el } from './dom.js'
import { id, mayWrite, script, setFindings, setVersion, version, words } from './script-model.js'
import { call } from './workspace.js'

const WAIT = 800
const DRAFT = `agenda-script ${id}`
const note = () => document.getElementById('saved')
let timer = null
let running = null

const say = (text) => (note().textContent = text)

/** Texts without empty languages, as the service stores them. */
const body = () => JSON.stringify(script)

function conflict() {
  const take = el('button', { type: 'button', class: 'secondary', click: () => leave() }, words.takeTheirs)
  const keep = el('button', { type: 'button', class: 'secondary', click: () => save('*') }, words.keepMine)
  note().replaceChildren(words.conflict, ' ', take, ' ', keep)
}

function leave() {
  sessionStorage.removeItem(DRAFT)
  location.reload()
}

async function write(match) {
  const sent = body()
  try {
    const saved = await call('PATCH', `/v1/scripts/${id}`, JSON.parse(sent), { 'if-match': match })
    setVersion(saved.version)
    if (sent === body()) sessionStorage.removeItem(DRAFT)
    say(words.saved)
    setFindings((await call('GET', `/v1/scripts/${id}/findings`)).findings)
  } catch (problem) {
    if (problem?.code === 'precondition_failed') conflict()
    else if (problem?.detail)
      say(words.refused + [problem.detail, ...(problem.errors ?? []).map((one) => one.detail)].join(' '))
    else say(words.unsaved)
  }
}

/** Saves now; a save under way is waited for. */
export async function save(match = `"${version}"`) {
  clearTimeout(timer)
  timer = null
  await running
  say(words.saving)
  running = write(match === '*' ? '*' : `"${version}"`)
  await running
}

export function saveSoon() {
  if (!mayWrite) return
  sessionStorage.setItem(DRAFT, body())
  clearTimeout(timer)
  timer = setTimeout(save, WAIT)
}

/** What was typed and not saved when the page was left. */
export function restoreDraft() {
  const kept = sessionStorage.getItem(DRAFT)
  if (!kept || !mayWrite || kept === body()) return false
  Object.assign(script, JSON.parse(kept))
  return true
}

/** Before it is published, or looked at in the preview, what is typed is saved. */
export function saveFirst() {
  const wait = async (event, go) => {
    if (timer === null) return
    event.preventDefault()
    await save()
    go()
  }
  document
    .querySelector('form:has(.publish)')
    ?.addEventListener('submit', (event) => wait(event, () => event.target.submit()))
  for (const link of document.querySelectorAll('.tabs a'))
    link.addEventListener('click', (event) => wait(event, () => location.assign(link.href)))
  addEventListener('online', () => sessionStorage.getItem(DRAFT) && save())
}
