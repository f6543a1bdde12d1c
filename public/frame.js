// In the frame of another site: reports height and step to the embedding page. Talks only to sites the tenant allows, after
// their first message.
let parentOrigin = null

function send(message) {
  if (parentOrigin) window.parent.postMessage({ source: 'agenda', ...message }, parentOrigin)
}

const height = () => send({ type: 'resize', height: document.documentElement.scrollHeight })

/** Reports the page that is now shown. */
export function tellFrame() {
  const name = document.getElementById('main')?.dataset.event
  if (name) send({ type: 'step', step: name })
  height()
}

export function startFrame() {
  const allowed = document.querySelector('meta[name=agenda-origins]')?.content.split(' ') ?? []
  if (window.parent === window || allowed.length === 0) return
  window.addEventListener('message', ({ data, origin, source }) => {
    if (source !== window.parent || data?.source !== 'agenda-embed' || !allowed.includes(origin)) return
    parentOrigin = origin
    tellFrame()
  })
  new ResizeObserver(height).observe(document.body)
}
