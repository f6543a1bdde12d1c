// Runs the proof of work of a form in solver.js while the form is filled in; no puzzle, and no third party. If it cannot run,
// the server asks for confirmation by e-mail instead.
import { announce } from './words.js'

let worker = null

export function startCaptcha() {
  worker?.terminate()
  worker = null
  const form = document.querySelector('form[data-challenge]')
  if (!form || !globalThis.Worker || !globalThis.WebAssembly) return
  const note = form.querySelector('.captcha')
  const field = form.elements.altcha
  const challenge = JSON.parse(form.dataset.challenge)
  const solved = new Promise((resolve) => {
    worker = new Worker(form.dataset.worker, { type: 'module' })
    worker.onerror = () => resolve(null)
    worker.onmessage = ({ data }) => resolve(data)
    worker.postMessage(challenge)
  }).then((solution) => {
    worker?.terminate()
    worker = null
    if (!solution) return
    field.value = btoa(JSON.stringify({ challenge, solution }))
    note.textContent = note.dataset.done
    if (form.hasAttribute('data-by-itself') && form.isConnected) form.requestSubmit()
  })
  note.textContent = note.dataset.working
  form.addEventListener('submit', (event) => {
    if (field.value !== '' || event.defaultPrevented || event.submitter?.formNoValidate) return
    // Submitted before the work is done: submit as soon as it is.
    event.preventDefault()
    event.stopPropagation()
    const button = event.submitter
    button?.setAttribute('aria-disabled', 'true')
    // What takes time says so, and counts.
    const began = Date.now()
    const tell = () => {
      note.textContent = note.dataset.waiting.replace('{n}', Math.round((Date.now() - began) / 1000))
    }
    tell()
    // Said once: a live region would be read out every second.
    announce(note.textContent)
    note.classList.add('waiting')
    note.scrollIntoView({ block: 'center' })
    const ticking = setInterval(tell, 1000)
    const wait = Promise.race([solved, new Promise((resolve) => setTimeout(resolve, 60_000))])
    void wait.then(() => {
      clearInterval(ticking)
      note.classList.remove('waiting')
      button?.removeAttribute('aria-disabled')
      if (field.value === '') field.value = 'unsolved'
      form.requestSubmit(button)
    })
  })
}
