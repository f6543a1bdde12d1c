// PURE. The catalogue of event types: which ones subscribers may receive, and which always cause follow-up work.

/** Event type → its meaning, as shown in the documentation of webhooks. */
export const EVENTS = {
  'appointment.booked': 'An appointment was made; `status` says whether it is confirmed or waits for approval',
  'appointment.approved': 'The office approved a request',
  'appointment.refused': 'The office refused a request',
  'appointment.not_approved': 'Its time came and nobody had approved it: the request has ended',
  'appointment.moved': 'It has another time, place or agent',
  'appointment.reassigned': 'Another agent has it, at the same time',
  'appointment.changed': 'Notes or answers were changed',
  'appointment.cancelled': 'It was cancelled',
  'appointment.accepted': 'The citizen’s calendar answered that they come',
  'appointment.arrived': 'The citizen is at the office',
  'appointment.arrival_undone': 'A mistaken arrival was taken back',
  'appointment.completed': 'The citizen came',
  'appointment.no_show': 'The citizen did not come',
  'appointment.outcome_undone': 'A mistaken outcome was taken back',
  'appointment.rated': 'The citizen rated the visit',
  'callback.promised': 'A callback was promised',
  'callback.loaded': 'A contact came with a list',
  'callback.postponed': 'Another window was promised',
  'callback.changed': 'Its metadata was changed',
  'callback.cancelled': 'It was cancelled',
  'callback.queued': 'It was handed to the contact center’s queue',
  'callback.leased': 'Somebody has begun with it',
  'callback.released': 'Its own agent is not there: everybody may call',
  'callback.given_back': 'Whoever had it gave it back untried',
  'callback.recalled': 'It was taken back from the queue',
  'callback.deferred': 'It waits for the next allowed hours',
  'callback.lease_lost': 'Whoever had it was not heard of again',
  'callback.parked': 'The queue refused it: a person must look',
  'callback.escalated': 'Its window is over and nobody has called',
  'callback.identified': 'It is known who is to be called',
  'callback.booked': 'An appointment was made from it',
  'callback.attempted': 'An attempt has a result',
  'callback.attempt_undone': 'A mistaken result was taken back: it is as it was before',
  'callback.expired': 'It ended without being kept',
  'waiting.offered': 'Somebody on the waiting list was offered an earlier time',
  'waiting.taken': 'The earlier time was taken',
  'webhook.disabled': 'A subscription failed for days and was switched off',
  'calendar.failing': 'An external calendar cannot be read; the last known state counts',
} as const
export type EventType = keyof typeof EVENTS
export const EVENT_TYPES = Object.keys(EVENTS) as EventType[]
/** What a subscription or a filter can name: types, groups of them, or everything. */
export const WANTED_TYPES = [
  '*',
  ...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]!}.*` as const)),
  ...EVENT_TYPES,
]

/** Never relayed, such as holds. */
const SILENT = new Set(['appointment.held', 'appointment.expired', 'demo.loaded', 'demo.loading'])
/** Always relayed, with or without subscribers: they cause messages, reminders or offers. */
const WORKING = new Set<string>([
  ...EVENT_TYPES.filter((type) => type.startsWith('appointment.') && !type.startsWith('appointment.arriv')),
  ...['callback.promised', 'callback.postponed', 'callback.escalated', 'callback.expired', 'callback.cancelled'],
])

/** Actors whose events cause no messages to people: these things happened elsewhere, or long ago. */
export const QUIET_ACTORS = new Set(['demo', 'import'])

/** Whether an event is always relayed, never, or only when somebody subscribes. */
export function relayOf(type: string, actor: string): 'always' | 'never' | 'subscribed' {
  if (SILENT.has(type)) return 'never'
  return WORKING.has(type) && !QUIET_ACTORS.has(actor) ? 'always' : 'subscribed'
}

/** The permission needed to read the subject of an event; null when it is not about a person. */
export function readingOf(type: string): 'appointments:read' | 'callbacks:read' | null {
  if (type.startsWith('appointment.') || type.startsWith('waiting.')) return 'appointments:read'
  return type.startsWith('callback.') ? 'callbacks:read' : null
}

/** Whether a subscription to `types` includes `type`: by name, by a pattern such as `appointment.*`, or by `*`. */
export const isWanted = (types: readonly string[], type: string): boolean =>
  types.includes('*') || types.includes(type) || types.includes(`${type.split('.')[0]}.*`)
