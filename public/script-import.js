// Imports the file of a script as a new draft.
import { el } from './dom.js'
import { call } from './workspace.js'

const place = document.getElementById('import')

async function take(file, note) {
  try {
    const { $schema: _schema, ...body } = JSON.parse(await file.text())
    const { id } = await call('POST', '/v1/scripts', body)
    location.assign(`/agenda/scripts/${id}`)
  } catch (problem) {
    const faults = (problem.errors ?? []).map((one) => `${one.pointer}: ${one.detail}`)
    note.textContent = [problem.detail ?? place.dataset.broken, ...faults.slice(0, 3)].join(' ')
  }
}

if (place) {
  const note = el('p', { class: 'fault', role: 'alert' })
  const input = el('input', {
    type: 'file',
    id: 'script-file',
    accept: '.json,application/json',
    change: () => input.files[0] && take(input.files[0], note),
  })
  const label = el('label', { for: 'script-file' }, place.dataset.label)
  place.append(el('div', { class: 'field' }, label, el('p', { class: 'hint' }, place.dataset.hint), input), note)
}
