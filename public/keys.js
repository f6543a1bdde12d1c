// Records an outcome with one key (its digit), unless a field has the focus.

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input, textarea, select')) return
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
  if (!button) return
  event.preventDefault()
  button.focus()
  button.click()
})
