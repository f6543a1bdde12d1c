// Checks a field when it is left and all of them before they are sent, in the page's own words. The server has the last word.
import { announce, word } from './words.js'

function faultOf(field) {
  const { validity } = field
  if (validity.valueMissing || (field.required && field.value.trim() === '')) return word('missing')
  if (validity.typeMismatch && field.type === 'email') return word('email')
  if (field.type === 'tel' && field.value !== '' && !/^[+\d][\d\s()./-]{4,38}$/.test(field.value.trim()))
    return word('phone')
  if (validity.tooLong) return word('long')
  if (validity.rangeOverflow || validity.rangeUnderflow || validity.badInput) return word('number')
  return ''
}

function show(field, text) {
  const group = field.closest('fieldset.choices')
  const owner = group ?? field
  const id = `${owner.id}-fault`
  let fault = document.getElementById(id)
  const described = (owner.getAttribute('aria-describedby') ?? '').split(' ').filter((part) => part && part !== id)
  if (text === '') {
    fault?.remove()
    owner.removeAttribute('aria-invalid')
  } else {
    if (!fault) {
      fault = document.createElement('p')
      fault.id = id
      fault.className = 'fault'
      if (group) group.querySelector('legend').after(fault)
      else field.before(fault)
    }
    fault.textContent = text
    owner.setAttribute('aria-invalid', 'true')
    described.push(id)
  }
  if (described.length > 0) owner.setAttribute('aria-describedby', described.join(' '))
  else owner.removeAttribute('aria-describedby')
}

const isChecked = (field) => field.name && !['hidden', 'submit', 'button'].includes(field.type)

/** A required group of boxes has no attribute of its own in HTML: the star says so. */
function groupFault(field) {
  const group = field.closest('fieldset.choices')
  if (!group?.querySelector('legend .star')) return ''
  return group.querySelector(':checked') ? '' : word('missing')
}

const check = (field) => {
  const text = field.type === 'checkbox' || field.type === 'radio' ? groupFault(field) : faultOf(field)
  show(field, text)
  return text
}

export function startChecks() {
  for (const form of document.querySelectorAll('form[data-checked]')) {
    form.noValidate = true
    form.addEventListener('focusout', ({ target }) => {
      // Leaving an empty field untouched is no fault yet; radio groups are judged when sent.
      if (isChecked(target) && target.value !== '' && target.type !== 'radio' && target.type !== 'checkbox')
        check(target)
    })
    form.addEventListener('input', ({ target }) => {
      if (target.closest('[aria-invalid]')) check(target)
    })
    form.addEventListener(
      'submit',
      (event) => {
        const wrong = [...form.elements].filter((field) => isChecked(field) && check(field) !== '')
        if (wrong.length === 0) return
        event.preventDefault()
        announce(wrong.map((field) => faultOf(field) || groupFault(field))[0])
        wrong[0].focus()
      },
      true,
    )
  }
}
