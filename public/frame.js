// Inside another site's frame: tells the embedding page its height and how far the citizen is. Speaks only to sites that the
// tenant allows, after they spoke first.
let parentOrigin = null

function send(message) {
  if (parentOrigin) window.parent.postMessage({ source: 'agenda', ...message }, parentOrigin)
}

const height = () => send({ type: 'resize', height: document.documentElement.scrollHeight })

/** Tells of the page that is shown now. */
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
