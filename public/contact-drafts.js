// Keeps what is typed on a contact screen until it is sent: through other forms' answers, a reload, and a lost connection. Only in this
// tab, and only until the tab is closed.
const root = () => document.querySelector('.contact-screen')
const storeName = () => `agenda-draft ${root()?.dataset.contact}`

const read = () => JSON.parse(sessionStorage.getItem(storeName()) ?? '{}')
const write = (drafts) =>
  Object.keys(drafts).length === 0
    ? sessionStorage.removeItem(storeName())
    : sessionStorage.setItem(storeName(), JSON.stringify(drafts))

/** A form by its act; an answer also by the step it answers, a message by the saved text it began with. */
export const draftName = (form) =>
  [
    form.getAttribute('action'),
    ...(form.elements.namedItem('position') ? ['talk', 'position'] : ['saved']).map(
      (name) => form.elements.namedItem(name)?.value ?? '',
    ),
  ].join(' ')

const isKept = (field) => field.name !== '' && !['hidden', 'submit', 'button', 'radio'].includes(field.type)
const fieldsOf = (form) => [...form.elements].filter(isKept)
const valueOf = (field) => (field.type === 'checkbox' ? field.checked : field.value)

/** Keeps the fields of a form in which something was typed. */
export function keep(form) {
  if (form.method !== 'post' || !root()?.contains(form)) return
  const drafts = read()
  drafts[draftName(form)] = fieldsOf(form).map((field) => [
    field.name,
    field.type === 'checkbox' ? field.value : '',
    valueOf(field),
  ])
  write(drafts)
}

/** Sent: what was typed in it is kept by the service now. */
export function forget(name) {
  const drafts = read()
  delete drafts[name]
  write(drafts)
}

/** Puts kept values into the forms of the page. */
export function restore() {
  const drafts = read()
  for (const form of root()?.querySelectorAll('form') ?? []) {
    const kept = drafts[draftName(form)]
    if (form.method !== 'post' || !kept) continue
    for (const [name, option, value] of kept) {
      const field = fieldsOf(form).find((one) => one.name === name && (option === '' || one.value === option))
      if (!field) continue
      if (field.type === 'checkbox') field.checked = value
      else field.value = value
    }
    const closed = form.closest('details:not([open])')
    if (closed && kept.some(([, , value]) => value !== '' && value !== false)) closed.open = true
  }
}
