// The text of a step, and values that may be missing.
import { words } from './script-model.js'
import { texts } from './script-fields.js'

export const TEXTS = () => ({ it: words.textIt, en: words.textEn })
export const bodyOf = (step) => texts(step, 'text', TEXTS(), { hint: words.textHint })

/** Sets a value, or leaves it out. */
export function setOrDelete(step, name, value) {
  if (value === undefined || value === '') delete step[name]
  else step[name] = value
}
