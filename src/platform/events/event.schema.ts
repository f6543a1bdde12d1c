// Schemas of events: the state before and after, and the details that each type can have.
import Type, { type TSchema } from 'typebox'
import { DateTime, Id, Nullable } from '../schema/schema.ts'
import { EVENT_TYPES, type EventType } from './catalogue.ts'

export const EventStateShown = Type.Object(
  {
    status: Type.Optional(Type.String()),
    start: Type.Optional(DateTime),
    durationMinutes: Type.Optional(Type.Integer()),
    agentId: Type.Optional(Nullable(Id)),
    locationId: Type.Optional(Id),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'Start of the promised window' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'End of the promised window' })),
  },
  { title: 'EventState', additionalProperties: false, description: 'What an event tells of a state; instants in UTC' },
)

const FIELDS = {
  reason: Type.String({ description: 'What the caller wrote, or a code of the service' }),
  note: Type.String(),
  by: Type.String({ description: 'How it is known, such as calendar' }),
  agentId: Nullable(Id),
  contactId: Nullable(Id),
  appointmentId: Nullable(Id),
  callbackId: Id,
  holdId: Id,
  campaignId: Id,
  leaseId: Id,
  deliveryId: Id,
  loadId: Id,
  webhookId: Id,
  start: DateTime,
  at: DateTime,
  tellAt: Type.String({ format: 'date-time', description: 'The citizen is told then' }),
  assignment: Type.Object(
    {
      reason: Type.Optional(Type.String()),
      candidates: Type.Optional(Type.Integer()),
      load: Type.Optional(Type.Number()),
    },
    { title: 'EventAssignment', additionalProperties: false, description: 'Why this agent' },
  ),
  override: Type.Object(
    {
      reason: Type.Optional(Type.String()),
      by: Type.Optional(Type.String()),
      rules: Type.Optional(Type.Array(Type.String())),
    },
    { title: 'EventOverride', additionalProperties: false, description: 'Staff broke a rule, and why' },
  ),
  version: Type.Integer(),
  fields: Type.Array(Type.String(), { description: 'What was changed' }),
  stars: Type.Integer(),
  recommendation: Type.Integer(),
  isQuiet: Type.Boolean({ description: 'The citizen is not told' }),
  isUndo: Type.Boolean({ description: 'It takes back the change before' }),
  isLate: Type.Boolean({ description: 'The result came after another one; it only adds to the history' }),
  fromHold: Type.Boolean(),
  outcome: Type.String(),
  attempt: Type.Integer(),
  number: Type.Integer({ description: 'Which of its numbers was called, counted from 0' }),
  lateness: Type.Integer({ description: 'Seconds after the promised window; negative: before its end' }),
  answers: Type.Record(Type.String(), Type.Unknown()),
  asked: Type.Record(Type.String(), Type.Unknown()),
  source: Type.String(),
  code: Type.String(),
  failure: Type.String({ description: 'Short code' }),
} satisfies Record<string, TSchema>
type Detail = keyof typeof FIELDS

/** The details of a type beside those that all of its kind can have. */
const DETAILS: Partial<Record<EventType | 'appointment.held', readonly Detail[]>> = {
  'appointment.held': ['assignment', 'override', 'callbackId'],
  'appointment.booked': ['assignment', 'override', 'callbackId', 'fromHold'],
  'appointment.moved': ['assignment', 'override', 'version', 'reason', 'isQuiet', 'tellAt', 'isUndo'],
  'appointment.reassigned': ['assignment', 'override', 'version', 'reason', 'isQuiet', 'tellAt', 'isUndo'],
  'appointment.refused': ['reason'],
  'appointment.cancelled': ['reason'],
  'appointment.changed': ['fields'],
  'appointment.accepted': ['by'],
  'appointment.completed': ['note'],
  'appointment.no_show': ['note'],
  'appointment.rated': ['stars', 'recommendation'],
  'callback.promised': ['campaignId', 'source'],
  'callback.loaded': ['loadId', 'source'],
  'callback.changed': ['fields'],
  'callback.cancelled': ['reason'],
  'callback.queued': ['deliveryId'],
  'callback.leased': ['leaseId'],
  'callback.released': ['reason', 'agentId'],
  'callback.given_back': ['leaseId'],
  'callback.lease_lost': ['leaseId'],
  'callback.parked': ['deliveryId', 'code'],
  'callback.identified': ['contactId'],
  'callback.booked': ['appointmentId', 'start'],
  'callback.attempted': [
    ...(['outcome', 'attempt', 'number', 'at', 'lateness', 'leaseId', 'deliveryId'] as const),
    ...(['note', 'answers', 'asked', 'isLate'] as const),
  ],
  'callback.attempt_undone': ['outcome'],
  'waiting.offered': ['contactId', 'appointmentId', 'holdId', 'start'],
  'waiting.taken': ['contactId', 'appointmentId', 'start'],
  'webhook.disabled': ['webhookId', 'failure'],
  'calendar.failing': ['agentId', 'failure'],
}

/** The details that events of a type can have; a type without any has an empty object. */
export const detailsOfType = (type: string, title: string) =>
  Type.Object(
    Object.fromEntries((DETAILS[type as EventType] ?? []).map((name) => [name, Type.Optional(FIELDS[name])])),
    { title, additionalProperties: false },
  )

/** Names of fields that the type is not declared to have. */
export function undeclared(type: string, details: Record<string, unknown>): string[] {
  const known: readonly string[] = DETAILS[type as EventType] ?? []
  return Object.keys(details).filter((name) => !known.includes(name))
}

const EventDetailsShown = Type.Partial(Type.Object(FIELDS), {
  title: 'EventDetails',
  additionalProperties: false,
})

const common = {
  before: Nullable(EventStateShown),
  after: Nullable(EventStateShown),
  details: EventDetailsShown,
}
/** One entry of the history of an appointment or callback. */
export const HistoryShown = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          id: Id,
          type: Type.String(),
          at: DateTime,
          actor: Type.String(),
          actorName: Type.Optional(Type.String()),
          ...common,
        },
        { title: 'HistoryEntry', additionalProperties: false },
      ),
    ),
  },
  { title: 'History', additionalProperties: false },
)

export const EventShown = Type.Object(
  {
    id: Id,
    type: Type.Union(EVENT_TYPES.map((type) => Type.Literal(type))),
    at: DateTime,
    subjectId: Type.String({ format: 'uuid', description: 'The appointment, callback, subscription or calendar' }),
    actor: Type.String({ description: 'user:<id>, key:<id>, citizen, or a part of the service' }),
    ...common,
  },
  { title: 'Event', additionalProperties: false },
)
