// One stream of changes for all pages of a browser: the page that holds the lock reads it and tells the others, because browsers allow
// only a few connections to one site.
const NAME = 'agenda-live'
const TYPES = [
  ...['booked', 'approved', 'refused', 'moved', 'reassigned', 'changed', 'cancelled', 'arrived', 'completed'].map(
    (type) => `appointment.${type}`,
  ),
  ...['appointment.no_show', 'appointment.outcome_undone'],
  ...[
    'promised',
    'postponed',
    'cancelled',
    'leased',
    'attempted',
    'attempt_undone',
    'escalated',
    'given_back',
    'lease_lost',
  ].map((type) => `callback.${type}`),
  ...['callback.identified', 'callback.booked', 'agent.state', 'message.received', 'call.announced'],
]
/** Whose stream it is: after a change of person the old stream is not theirs. */
const person = document.querySelector('meta[name="agenda-live"]')?.content
const here = `${Date.now()}-${Math.random()}`
const channel = 'BroadcastChannel' in window ? new BroadcastChannel(`${NAME} ${person}`) : null

/** Whether this page is the one that its person looked at last; a call opens only there. */
export const isInFront = () => (localStorage.getItem(NAME) ?? here) === here

const tell = (change) => dispatchEvent(new CustomEvent('agenda-live', { detail: change }))

function readStream() {
  const stream = new EventSource('/v1/agenda/stream')
  for (const type of TYPES)
    stream.addEventListener(type, (event) => {
      const change = { type, ...JSON.parse(event.data) }
      channel?.postMessage(change)
      tell(change)
    })
  addEventListener('pagehide', () => stream.close())
}

function start() {
  const toFront = () => localStorage.setItem(NAME, here)
  if (document.visibilityState === 'visible') toFront()
  addEventListener('focus', toFront)
  addEventListener('visibilitychange', () => document.visibilityState === 'visible' && toFront())
  addEventListener('pagehide', () => localStorage.getItem(NAME) === here && localStorage.removeItem(NAME))
  channel?.addEventListener('message', ({ data }) => tell(data))
  if (!navigator.locks || !channel) return readStream()
  // Held until the page is left; then the next page of the same person reads the stream.
  navigator.locks.request(`${NAME} ${person}`, () => new Promise(readStream))
}

if (person && 'EventSource' in window) start()
