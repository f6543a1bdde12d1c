// Passkeys: the form asks the person's device for a response and submits it. Stays hidden if the browser has no support.

/** Whether this browser supports passkeys for the form's host. */
const isAble = (form) =>
  // Passkeys belong to names of hosts, not to addresses.
  !/^[\d.]+$|:/.test(location.hostname) &&
  typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function' &&
  (location.hostname === form.dataset.host || location.hostname.endsWith(`.${form.dataset.host}`))

async function ask(form) {
  const isNew = form.dataset.passkey === 'new'
  const asked = isNew ? { method: 'POST', body: new URLSearchParams(new FormData(form)) } : {}
  const answer = await fetch(form.dataset.options, { headers: { accept: 'application/json' }, ...asked })
  const { options, state, fault } = await answer.json()
  if (!options) throw Object.assign(new Error(String(answer.status)), { fault })
  const credential = isNew
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
          fault.textContent =
            error.fault ?? (error.name === 'InvalidStateError' ? form.dataset.known : form.dataset.failed)
          fault.hidden = false
        },
      )
    })
  }
}
