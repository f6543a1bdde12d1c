// Passkeys: the form asks the person's device for a response and submits it. Stays hidden if the browser has no support.

/** Whether this browser supports passkeys for the form's host. */
const isAble = (form) =>
  typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function' &&
  (location.hostname === form.dataset.host || location.hostname.endsWith(`.${form.dataset.host}`))

async function ask(form) {
  const answer = await fetch(form.dataset.options, { headers: { accept: 'application/json' } })
  if (!answer.ok) throw new Error(String(answer.status))
  const { options, state } = await answer.json()
  const credential =
    form.dataset.passkey === 'new'
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
  return { state, answer: JSON.stringify(credential.toJSON()) }
}

export function startPasskeys() {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (!isAble(form)) continue
    form.hidden = false
    const section = form.closest('[data-passkey-section]')
    if (section) section.hidden = false
    const fault = form.querySelector('.fault[role=alert]')
    addEventListener('pageshow', () => (form.elements.answer.value = ''))
    form.addEventListener('submit', (event) => {
      if (form.elements.answer.value !== '') return
      // Stop all other handlers: the form is submitted when the device has answered.
      event.preventDefault()
      event.stopImmediatePropagation()
      const button = event.submitter
      button?.setAttribute('aria-disabled', 'true')
      fault.hidden = true
      ask(form).then(
        ({ state, answer }) => {
          form.elements.state.value = state
          form.elements.answer.value = answer
          form.requestSubmit(button)
        },
        (error) => {
          button?.removeAttribute('aria-disabled')
          fault.textContent = error.name === 'InvalidStateError' ? form.dataset.known : form.dataset.failed
          fault.hidden = false
        },
      )
    })
  }
}
