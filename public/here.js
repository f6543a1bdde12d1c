// "I am here" by place: asks the device once, on a press, and sends what it says with the form; the page decides nothing itself.

/** Shows the button where the device can tell its place. */
export function startHere() {
  const form = document.querySelector('form[data-here]')
  if (!form || !('geolocation' in navigator)) return
  form.hidden = false
  const note = form.querySelector('[role=status]')
  form.addEventListener('submit', (event) => {
    if (form.elements.latitude.value !== '') return
    event.preventDefault()
    event.stopImmediatePropagation()
    const button = form.querySelector('button')
    button.setAttribute('aria-busy', 'true')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = String(coords.latitude)
        form.elements.longitude.value = String(coords.longitude)
        button.removeAttribute('aria-busy')
        form.requestSubmit()
      },
      () => {
        button.removeAttribute('aria-busy')
        note.textContent = form.dataset.refused
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    )
  })
}
