// Keeps typed data through a lost connection and a change of language.
import { word } from './words.js'

/** Says that the connection was lost and typed data is kept, with a button that tries again. */
export const showLost = (retry) => showBox(word('lost'), null, retry)

/** Says why the request failed, in the service's own words if it has some, and how to reach the office. */
export const showRefused = (sentence, telephone, retry) =>
  showBox(sentence === '' ? word('away') : `${sentence} ${word('kept')}`, telephone, retry)

function showBox(sentence, telephone, retry) {
  clearLost()
  const box = document.createElement('div')
  box.className = 'notice warning lost'
  box.setAttribute('role', 'alert')
  const text = document.createElement('p')
  text.textContent = sentence
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = word('retry')
  button.addEventListener('click', retry)
  if (telephone) text.append(' ', telephone)
  box.append(text, button)
  document.getElementById('main').prepend(box)
  button.focus()
}

export const clearLost = () => document.querySelector('.lost')?.remove()

/** Typed values that are not submitted yet, by name, to keep them through a change of language. */
export const typedNow = () =>
  [...document.querySelectorAll('main form[method=post] :is(input:not([type=hidden]), select, textarea)')].map(
    (field) => ({
      name: field.name,
      value: field.value,
      checked: field.checked,
    }),
  )

/** Puts typed values into the new page. */
export function retype(typed) {
  for (const { name, value, checked } of typed ?? []) {
    for (const field of document.getElementsByName(name)) {
      if (field.type === 'radio' || field.type === 'checkbox') {
        if (field.value === value) field.checked = checked
      } else field.value = value
    }
  }
}
