// What a step does: book, promise, send, set the outcome, open a page, add a note.
import { bodyOf, setOrDelete, TEXTS } from './script-body.js'
import { nextField, selectField, texts } from './script-fields.js'
import { choices, REFERENCES, words } from './script-model.js'

/** Acts that can refer to something: without pages of other systems, for example, none can be opened. */
const possible = (act) =>
  choices.act.filter(({ value }) => {
    const [, list] = REFERENCES[value] ?? []
    return value === act.kind || value === 'promise' || list === undefined || choices[list].length > 0
  })

/** Fields of an act; `draw` draws the form again. */
export function doFields(step, draw) {
  const { act } = step
  const setKind = (kind) => {
    const [name, list] = REFERENCES[kind] ?? []
    step.act =
      kind === 'note'
        ? { kind, text: { it: '', en: '' } }
        : { kind, ...(name && kind !== 'promise' ? { [name]: choices[list][0]?.value } : {}) }
    draw()
  }
  const [name, list] = REFERENCES[act.kind] ?? []
  const isShown = ['book', 'promise', 'send', 'widget'].includes(act.kind)
  return [
    selectField(words.act, act.kind, possible(act), setKind),
    name
      ? selectField(words[list], act[name], choices[list], (value) => setOrDelete(act, name, value), {
          ...(act.kind === 'promise' ? { none: words.ownCampaign } : {}),
        })
      : texts(act, 'text', TEXTS()),
    isShown ? bodyOf(step) : null,
    nextField(words.next, step.next, step, (next) => (step.next = next)),
  ]
}
