// PURE. Events as the API shows them: the state before and after, and details, each field with one type in every event. What is stored
// differs between kinds of events.

type Fields = Record<string, unknown>

/** Parts of the state of an appointment or callback. */
const STATE_FIELDS = ['status', 'start', 'durationMinutes', 'agentId', 'locationId', 'from', 'to'] as const
/** Events whose own fields state what there is after them. */
const STATES_AFTER = new Set([
  ...['appointment.held', 'appointment.booked'],
  ...['callback.promised', 'callback.loaded', 'callback.postponed'],
])

/** The state in which events leave their object, where they do not store it. */
const STATUS_AFTER: Readonly<Record<string, string>> = {
  'appointment.approved': 'confirmed',
  'appointment.refused': 'cancelled',
  'appointment.not_approved': 'cancelled',
  'appointment.cancelled': 'cancelled',
  'appointment.completed': 'completed',
  'appointment.no_show': 'no_show',
  'appointment.outcome_undone': 'confirmed',
}

export type ShownEvent = { before: Fields | null; after: Fields | null; details: Fields }

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

function stateOf(value: unknown): Fields {
  if (typeof value === 'string') return { status: value }
  if (!isFields(value)) return {}
  return Object.fromEntries(STATE_FIELDS.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])))
}

const orNull = (state: Fields): Fields | null => (Object.keys(state).length === 0 ? null : state)

/** Fields that some events store as a text and others as an object. */
const asReason = (value: unknown): unknown => (typeof value === 'string' ? { reason: value } : value)

/** The event's data in the one shape of the API. */
export function shownEvent(type: string, data: unknown): ShownEvent {
  const { before, after, ...rest } = isFields(data) ? data : {}
  const isState = STATES_AFTER.has(type)
  const details = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => {
      if (isState && (STATE_FIELDS as readonly string[]).includes(name)) return []
      return [[name, name === 'assignment' || name === 'override' ? asReason(value) : value]]
    }),
  )
  return {
    before: orNull(stateOf(before)),
    after: orNull({ ...stateOf(STATUS_AFTER[type]), ...stateOf(after), ...(isState ? stateOf(rest) : {}) }),
    details,
  }
}

type Stored = { id: string; type: string; at: Date; actor: string; data: unknown }

/** An event as JSON. */
export const presentEvent = ({ id, type, at, actor, data }: Stored) => ({
  id,
  type,
  at: at.toISOString(),
  actor,
  ...shownEvent(type, data),
})
