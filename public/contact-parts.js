// Parts of a contact screen that live: the time line goes on as it comes in sight; a message shows its length and how it arrives.

const more = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) loadMore(target)
})

async function loadMore(link) {
  more.unobserve(link)
  const answer = await fetch(link.href, { headers: { accept: 'text/html' } }).catch(() => null)
  if (!answer?.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const story = link.closest('#story')
  const fresh = page.getElementById('story')
  if (!story || !fresh) return
  story.querySelector('ol')?.append(...(fresh.querySelector('ol')?.children ?? []))
  link.closest('.more').replaceWith(...fresh.querySelectorAll('.more'))
  enliven()
}

/** GSM 03.38, basic alphabet and extension; other characters make shorter texts. */
const BASIC = /^[\w@£$¥èéùìòÇ\n ØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà^{}[\]~|€\\]*$/

/** Length of a text message, and the message as it arrives. */
export function showMessage() {
  const place = document.querySelector('[data-length]')
  if (!place) return
  const form = place.closest('form')
  const { elements } = form
  const text = elements.namedItem('text').value
  const isMail = new FormData(form).get('channel') === 'email'
  const subject = isMail ? elements.namedItem('subject').value : ''
  document.querySelector('[data-preview]').textContent = [subject, text].filter(Boolean).join('\n\n')
  // Mails have no length, texts have no subject.
  place.hidden = isMail
  elements.namedItem('subject').closest('.field').hidden = !isMail
  const [one, many] = BASIC.test(text) ? [160, 153] : [70, 67]
  const texts = text.length <= one ? 1 : Math.ceil(text.length / many)
  place.textContent = place.dataset.length.replace('{characters}', text.length).replace('{texts}', texts)
}

/** The button says which time it books. */
export function showChosen() {
  const place = document.querySelector('[data-chosen]')
  const chosen = document.querySelector('table[data-slots] input:checked')
  if (place && chosen) place.textContent = `– ${chosen.dataset.said}`
}

/** Brings new areas to life. */
export function enliven() {
  for (const link of document.querySelectorAll('a[data-more]')) more.observe(link)
  showMessage()
  showChosen()
}
