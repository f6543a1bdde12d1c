// Booking on the phone without extra clicks: finds people and loads times while the agent types.

const form = document.getElementById('book')
const people = document.getElementById('people')
const times = document.getElementById('times')
const asked = document.getElementById('asked')
const phone = document.getElementById('phone')

const rounds = { times: 0, people: 0 }
/** Submits the form to one of its steps and replaces one part of the page with the response; ignores outdated responses. */
async function refresh(step, id, place) {
  const round = (rounds[id] += 1)
  const before = new FormData(form)
  const answer = await fetch(`/agenda/book/${step}`, { method: 'POST', body: new URLSearchParams(before) })
  if (!answer.ok || round !== rounds[id]) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const part = page.getElementById(id)
  if (part) place.replaceChildren(...part.childNodes)
  // A number that matches nobody belongs to the new person, unless another number is typed there.
  if (id === 'people') phone.value ||= page.getElementById('phone').value
  // The questions depend on the service.
  if (id === 'times') asked.replaceChildren(...page.getElementById('asked').childNodes)
}

function soon(work, ms) {
  let timer = 0
  return () => {
    clearTimeout(timer)
    timer = setTimeout(work, ms)
  }
}

const look = form.elements.namedItem('look')
look.addEventListener(
  'input',
  soon(() => {
    if (look.value.trim().length >= 3) void refresh('person', 'people', people)
  }, 250),
)
look.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return
  event.preventDefault()
  void refresh('person', 'people', people).then(() =>
    (people.querySelector('input') ?? document.getElementById('firstName')).focus(),
  )
})
// Typing a new person's name selects "new person", even if somebody was found before.
document.getElementById('new-person').addEventListener('input', () => {
  const isNew = people.querySelector('input[name="contact"][value="new"]')
  if (isNew) isNew.checked = true
})
for (const name of ['service', 'date', 'agent', 'location'])
  form.elements.namedItem(name)?.addEventListener('change', () => void refresh('times', 'times', times))
for (const button of form.querySelectorAll('[formaction$="/times"], [formaction$="/person"]')) button.hidden = true
if (look.value === '') look.focus()
