// Texts for scripts, put into the page by the server in the reader's language.
export const word = (name) => document.getElementById('words')?.dataset[name] ?? ''

/** Announces a text to screen readers without moving the focus. */
export function announce(text) {
  const status = document.getElementById('status')
  if (!status) return
  status.textContent = ''
  setTimeout(() => (status.textContent = text), 50)
}
