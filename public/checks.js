// Checks a field when it is left, and all fields before submitting, with the page's texts. The server validates again.
import { word } from './words.js'

const isChoice = (field) => field.type === 'radio' || field.type === 'checkbox'
const groupOf = (field) => (isChoice(field) ? field.closest('fieldset.choices') : null)

/** The fault of a field or of its group; '' if none. */
function faultOf(field) {
  const group = groupOf(field)
  if (group) {
    const isAsked = group.querySelector('legend .star') && !group.querySelector(':checked')
    if (!isAsked) return ''
    return word(field.type === 'checkbox' && group.querySelectorAll('input').length === 1 ? 'box' : 'choice')
  }
  const { validity } = field
  if (validity.valueMissing || (field.required && field.value.trim() === '')) return word('missing')
  if (validity.typeMismatch && field.type === 'email') return word('email')
  // Phone numbers have many formats, with brackets and extensions: reject only what has too few digits.
  const isNumber = /^(?=(?:\D*\d){5})[^@]{5,40}$/.test(field.value.trim())
  if (field.type === 'tel' && field.value !== '' && !isNumber) return word('phone')
  if (validity.tooLong) return word('long')
  if (validity.rangeOverflow || validity.rangeUnderflow || validity.badInput) return word('number')
  return ''
}

/** Attaches a fault to its field, or to every button of its group; '' removes it. */
function show(field, text) {
  const group = groupOf(field)
  const id = `${(group ?? field).id}-fault`
  let fault = document.getElementById(id)
  if (text === '') fault?.remove()
  else {
    if (!fault) {
      fault = document.createElement('p')
      fault.id = id
      fault.className = 'fault'
      if (group) group.querySelector('legend').after(fault)
      else field.before(fault)
    }
    fault.textContent = text
  }
  group?.classList.toggle('wrong', text !== '')
  for (const input of group ? group.querySelectorAll('input') : [field]) {
    const described = (input.getAttribute('aria-describedby') ?? '').split(' ').filter((part) => part && part !== id)
    if (text !== '') described.push(id)
    if (described.length > 0) input.setAttribute('aria-describedby', described.join(' '))
    else input.removeAttribute('aria-describedby')
    if (text === '') input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
  }
}

function check(field) {
  const text = faultOf(field)
  show(field, text)
  return text
}

const nameOf = (field) =>
  (groupOf(field)?.querySelector('legend') ?? field.labels[0]).textContent.replace('*', '').replace(/\s+/g, ' ').trim()

/** Builds the same fault list as the server: each fault with its field's name and a link to it. */
function list(form, wrong) {
  document.getElementById('faults')?.remove()
  const box = document.createElement('div')
  Object.assign(box, { id: 'faults', className: 'summary-faults', tabIndex: -1 })
  box.setAttribute('role', 'alert')
  const title = document.createElement('h2')
  title.textContent = word('faults')
  const items = document.createElement('ul')
  for (const { field, text } of wrong) {
    const link = document.createElement('a')
    link.href = `#${field.id}`
    link.textContent = `${nameOf(field)}: ${text}`
    const item = document.createElement('li')
    item.append(link)
    items.append(item)
  }
  box.append(title, items)
  form.before(box)
  box.focus()
}

const isChecked = (field) => field.name && !['hidden', 'submit', 'button'].includes(field.type)

export function startChecks() {
  for (const form of document.querySelectorAll('form[data-checked]')) {
    form.noValidate = true
    form.addEventListener('focusout', ({ target }) => {
      // An empty field that is left is no fault yet; groups are checked on submit.
      if (isChecked(target) && target.value !== '' && !isChoice(target)) check(target)
    })
    form.addEventListener('input', ({ target }) => {
      if (target.getAttribute('aria-invalid') === 'true') check(target)
    })
    form.addEventListener(
      'submit',
      (event) => {
        if (event.submitter?.formNoValidate) return
        const seen = new Set()
        const wrong = [...form.elements].flatMap((field) => {
          if (!isChecked(field) || seen.has(field.name)) return []
          seen.add(field.name)
          const text = check(field)
          return text === '' ? [] : [{ field, text }]
        })
        if (wrong.length === 0) return
        event.preventDefault()
        list(form, wrong)
      },
      true,
    )
  }
}
