// <agenda-booking tenant="comune" service="cie"></agenda-booking>: embeds the booking pages in another site;
// with callback="campaign" (or only callback) it embeds the request for a callback.
// Events: agenda-step (detail.step) on every page, agenda-booked after a booking. They contain no personal data.
const base = new URL('.', import.meta.url).origin

class AgendaBooking extends HTMLElement {
  static observedAttributes = ['tenant', 'callback', 'service', 'location', 'channel', 'agent', 'lang']

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' })
    this.load()
    this.listener = (event) => this.hear(event)
    window.addEventListener('message', this.listener)
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.listener)
  }

  attributeChangedCallback() {
    if (this.isConnected && this.shadowRoot) this.load()
  }

  address() {
    const service = this.getAttribute('service')
    const callback = this.getAttribute('callback')
    const path = callback === null ? (service ? '/book' : '') : '/callback'
    const url = new URL(`/${encodeURIComponent(this.getAttribute('tenant') ?? '')}${path}`, base)
    if (callback) url.searchParams.set('campaign', callback)
    for (const name of service ? service.split(/\s+/) : []) url.searchParams.append('service', name)
    for (const name of ['location', 'channel', 'agent', 'lang']) {
      const value = this.getAttribute(name)
      if (value) url.searchParams.set(name, value)
    }
    url.searchParams.set('framed', '1')
    return url.href
  }

  load() {
    const frame = document.createElement('iframe')
    frame.src = this.address()
    frame.title = this.getAttribute('label') ?? 'Agenda'
    frame.setAttribute('part', 'frame')
    Object.assign(frame.style, { width: '100%', border: '0', display: 'block', minHeight: '30rem' })
    frame.addEventListener('load', () => frame.contentWindow.postMessage({ source: 'agenda-embed' }, base))
    this.frame = frame
    this.shadowRoot.replaceChildren(frame)
  }

  hear({ data, origin, source }) {
    if (origin !== base || source !== this.frame?.contentWindow || data?.source !== 'agenda') return
    if (data.type === 'resize' && data.height > 0) this.frame.style.height = `${Math.ceil(data.height)}px`
    if (data.type !== 'step') return
    // The next step begins at the top of the frame: bring it into view, if the reader has scrolled past it.
    if (this.step !== undefined && this.frame.getBoundingClientRect().top < 0)
      this.frame.scrollIntoView({ block: 'start', behavior: 'instant' })
    this.step = data.step
    this.dispatchEvent(new CustomEvent('agenda-step', { detail: { step: data.step }, bubbles: true }))
    if (data.step === 'booked') this.dispatchEvent(new CustomEvent('agenda-booked', { bubbles: true }))
  }
}

if (!customElements.get('agenda-booking')) customElements.define('agenda-booking', AgendaBooking)
