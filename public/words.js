// The words that script needs, put into the page by the server in the reader's language.
export const word = (name) => document.getElementById('words')?.dataset[name] ?? ''

/** Says something to screen readers without moving the focus. */
export function announce(text) {
  const status = document.getElementById('status')
  if (!status) return
  status.textContent = ''
  setTimeout(() => (status.textContent = text), 50)
}
