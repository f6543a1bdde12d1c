// Repeats the chosen time beside the button, so that it is seen wherever the reader is in the list.
export function startTimes() {
  const form = document.querySelector('form[data-chosen]')
  if (!form) return
  const line = form.querySelector('.chosen')
  const show = () => {
    const input = form.querySelector('input[name=at]:checked')
    if (!input) return
    const day = input.closest('.day')?.querySelector('h3')?.textContent.trim() ?? ''
    const clock = form.querySelector(`label[for="${input.id}"]`).textContent.trim()
    line.textContent = form.dataset.chosen.replace('{time}', `${day}, ${clock}`)
  }
  form.addEventListener('change', show)
  show()
}
