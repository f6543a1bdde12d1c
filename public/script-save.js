// Saves the script by itself, soon after each change, and reads what the checks find. Without a connection everything stays in the
// browser until it can be saved.
import { el } from './dom.js'
import { id, mayWrite, nameOf, script, setFindings, setVersion, version, words } from './script-model.js'
import { call } from './workspace.js'

const WAIT = 800
const DRAFT = `agenda-script ${id}`
const note = () => document.getElementById('saved')
let timer = null
let running = null
/** Whether what is shown is stored: nothing is published before. */
let isStored = true

const say = (text) => (note().textContent = text)
const body = () => JSON.stringify(script)
const keep = () => sessionStorage.setItem(DRAFT, JSON.stringify({ version, body: body() }))

function conflict() {
  const take = el('button', { type: 'button', class: 'secondary', click: leave }, words.takeTheirs)
  const mine = el('button', { type: 'button', class: 'secondary', click: () => save('*') }, words.keepMine)
  note().replaceChildren(words.conflict, ' ', take, ' ', mine)
}

function leave() {
  sessionStorage.removeItem(DRAFT)
  location.reload()
}

/** Why the service does not store it: the first fault of each step, with the step's name. */
function faultsOf(problem) {
  const seen = new Set()
  const faults = (problem.errors ?? []).flatMap(({ pointer, detail }) => {
    const at = /^\/steps\/(\d+)/.exec(pointer)?.[1]
    const where = at === undefined ? '' : `${nameOf(script.steps[at])}: `
    if (seen.has(where)) return []
    seen.add(where)
    return [where + detail]
  })
  return words.refused + (faults.length > 0 ? faults.slice(0, 3).join(' ') : problem.detail)
}

async function write(match) {
  const sent = body()
  try {
    const saved = await call('PATCH', `/v1/scripts/${id}`, JSON.parse(sent), { 'if-match': match })
    setVersion(saved.version)
    isStored = sent === body()
    if (isStored) sessionStorage.removeItem(DRAFT)
    say(words.saved)
    document.getElementById('changed')?.removeAttribute('hidden')
    setFindings((await call('GET', `/v1/scripts/${id}/findings`)).findings)
  } catch (problem) {
    if (problem?.code === 'precondition_failed') conflict()
    else say(problem?.detail ? faultsOf(problem) : words.unsaved)
  }
}

/** Saves now; a save under way is waited for. `match`: `*` overwrites what a colleague has written. */
export async function save(match = '') {
  clearTimeout(timer)
  timer = null
  await running
  say(words.saving)
  running = write(match === '*' ? '*' : `"${version}"`)
  await running
}

export function saveSoon() {
  if (!mayWrite) return
  isStored = false
  keep()
  clearTimeout(timer)
  timer = setTimeout(save, WAIT)
}

/** What was typed and not saved when the page was left; when a colleague has written since, the author chooses. */
export function restoreDraft() {
  const kept = JSON.parse(sessionStorage.getItem(DRAFT) ?? 'null')
  if (!kept || !mayWrite || kept.body === body()) return
  Object.assign(script, JSON.parse(kept.body))
  if (kept.version === version) return saveSoon()
  isStored = false
  setTimeout(conflict)
}

/** Before it is published, or looked at elsewhere, what is typed is saved; what could not be saved is not published. */
export function saveFirst() {
  const wait = async (event, go) => {
    if (isStored) return
    event.preventDefault()
    if (timer !== null) await save()
    if (isStored) go()
  }
  const publication = document.querySelector('form:has(.publish)')
  publication?.addEventListener('submit', (event) => wait(event, () => publication.submit()))
  // The draft that is published is the one that is shown.
  publication?.addEventListener('formdata', ({ formData }) => formData.set('version', version))
  for (const link of document.querySelectorAll('.tabs a'))
    link.addEventListener('click', (event) => wait(event, () => location.assign(link.href)))
  addEventListener('online', () => !isStored && save())
}
