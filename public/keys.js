// Outcomes with one key: its digit, while nothing is being typed.

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input, textarea, select')) return
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
  if (!button) return
  event.preventDefault()
  button.focus()
  button.click()
})
