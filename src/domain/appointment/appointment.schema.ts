// Schemas of requests and answers about holds and appointments.
import { APPOINTMENT_ORDERS } from './appointment-order.ts'
import Type, { type TProperties } from 'typebox'
import { OVERRIDABLE } from './override.ts'
import { ContactBody } from '../contact/contact.schema.ts'
import { PageQuery } from '../../platform/schema/paging.ts'
import {
  DateTime,
  ExternalId,
  Id,
  Instant,
  LanguageName,
  LongText,
  Metadata,
  MetadataChange,
  Name,
  Nullable,
  RecordOf,
  defaulted,
  oneOf,
} from '../../platform/schema/schema.ts'
import { ChannelName, NeedName } from '../catalogue/service.schema.ts'

const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' })
const RuleName = oneOf(OVERRIDABLE)
const Override = Type.Object(
  {
    reason: Reason,
    rules: Type.Optional(
      Type.Array(RuleName, {
        minItems: 1,
        uniqueItems: true,
        description:
          'The rules that are set aside; absent = all of time and number, and with agentId also those of working hours. ' +
          'An agent who does not work then is never chosen, only named.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'Sets rules of time and number aside, never a closure, an absence or time that is taken; needs appointments:staff',
  },
)
const AsWhom = Type.Union([Type.Literal('public'), Type.Literal('staff')], {
  default: 'public',
  description: 'staff needs appointments:staff',
})
const Answers = Type.Record(
  Type.String({ pattern: '^[a-z][a-zA-Z0-9_]{0,39}$' }),
  Type.Union([
    Type.String({ maxLength: 4000 }),
    Type.Number(),
    Type.Boolean(),
    Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
  ]),
  { maxProperties: 60, additionalProperties: false },
)

const placement = {
  serviceIds: Type.Array(Id, {
    minItems: 1,
    maxItems: 10,
    description: 'Several make one visit; repeat a service to book it twice',
  }),
  durationMinutes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1440, description: 'One of the service’s durationOptions' }),
  ),
  start: Instant,
  locationId: Type.Optional(Id),
  agentId: Type.Optional({ ...Id, description: 'Absent = any free agent' }),
  channel: Type.Optional(ChannelName),
  places: defaulted(Type.Integer({ minimum: 1, maximum: 1000, default: 1 })),
  as: defaulted(AsWhom),
  override: Type.Optional(Override),
}

const details = {
  contactId: Type.Optional(Id),
  contact: Type.Optional(ContactBody),
  answers: Type.Optional(Answers),
  notes: Type.Optional(LongText),
  externalId: Type.Optional(ExternalId),
  locale: Type.Optional(LanguageName),
  attendees: Type.Optional(
    Type.Array(Name, { maxItems: 20, description: 'Names of those who come, if not only the contact' }),
  ),
  needs: Type.Optional(Type.Array(NeedName, { maxItems: 4, uniqueItems: true, description: 'What they need' })),
  interpreterLanguage: Type.Optional(Type.String({ maxLength: 60 })),
  metadata: Type.Optional(Metadata),
}

export const HoldBody = Type.Object(placement, { additionalProperties: false })

export const BookingBody = Type.Object(
  {
    holdId: Type.Optional({
      ...Id,
      description: 'Confirms this hold; then serviceIds, start and the like are left out',
    }),
    ...placement,
    serviceIds: Type.Optional(placement.serviceIds),
    start: Type.Optional(Instant),
    ...details,
    preferPreviousAgent: Type.Optional(Type.Boolean()),
    fromCallbackId: Type.Optional({ ...Id, description: 'The callback that it comes from; both histories say so' }),
  },
  { additionalProperties: false },
)

export const CancellationBody = Type.Object(
  { reason: Type.Optional(Reason), as: defaulted(AsWhom) },
  { additionalProperties: false },
)
export const MoveBody = Type.Object(
  {
    start: Instant,
    durationMinutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1440,
        description: 'One of the service’s durationOptions; as before by default',
      }),
    ),
    locationId: Type.Optional(Id),
    agentId: Type.Optional(Id),
    reason: Type.Optional(Reason),
    as: defaulted(AsWhom),
    override: Type.Optional(Override),
    notify: Type.Optional(Type.Boolean({ description: 'Whether the person is told; staff only. true by default' })),
    notifyAfterSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600,
        description: 'Tells the person only after so long, so that the move can be taken back before; staff only',
      }),
    ),
  },
  { additionalProperties: false },
)
export const ReassignmentBody = Type.Object(
  {
    agentId: Type.Optional({ ...Id, description: 'Absent = the fairest other agent who works then' }),
    reason: Type.Optional(Reason),
    rules: Type.Optional(
      Type.Array(RuleName, {
        uniqueItems: true,
        description:
          'Rules that are set aside for the named agent, beside the notice and the grid, which the promised time is exempt from',
      }),
    ),
  },
  { additionalProperties: false },
)
export const ApprovalBody = Type.Object(
  { decision: Type.Union([Type.Literal('approve'), Type.Literal('refuse')]), reason: Type.Optional(Reason) },
  { additionalProperties: false },
)
export const OutcomeBody = Type.Object(
  { outcome: Type.Union([Type.Literal('completed'), Type.Literal('no_show')]), note: Type.Optional(Reason) },
  { additionalProperties: false },
)
export const AmendBody = Type.Object(
  {
    notes: Type.Optional(Nullable(LongText)),
    answers: Type.Optional(Answers),
    metadata: Type.Optional(MetadataChange),
  },
  { additionalProperties: false, minProperties: 1 },
)

const StatusName = oneOf(['held', 'pending', 'confirmed', 'cancelled', 'completed', 'no_show'])
/** Fields that may be missing, because they are set later or hidden from the caller. */
const Open = <T extends TProperties>(properties: T) =>
  Type.Partial(Type.Object(properties), { additionalProperties: true })
const Any = Type.Object({}, { additionalProperties: true })

const shown = {
  id: Id,
  code: Type.String({ description: 'Eight characters, to be read over the telephone' }),
  status: StatusName,
  serviceIds: Type.Array(Id),
  locationId: Id,
  agentId: Id,
  start: DateTime,
  end: DateTime,
  timeZone: Type.String(),
  durationMinutes: Type.Integer(),
  channel: ChannelName,
  places: Type.Integer(),
  contactId: Nullable(Id),
  externalId: Type.Optional(Type.String()),
  joinLink: Type.Optional(Type.String()),
  answers: Any,
  audience: Type.Optional(Type.String()),
  notes: Type.Optional(Type.String()),
  attendees: Type.Optional(Type.Array(Type.String())),
  needs: Type.Optional(Type.Array(NeedName)),
  interpreterLanguage: Type.Optional(Type.String()),
  callbackId: Type.Optional(Id),
  metadata: Type.Optional(Metadata),
  contact: Type.Optional(RecordOf('Contact')),
  services: Type.Optional(Type.Array(RecordOf('Service'))),
  agent: Type.Optional(RecordOf('Agent')),
  location: Type.Optional(RecordOf('Location')),
  assignment: Type.Optional(Any),
  override: Type.Optional(Any),
  cancellation: Type.Optional(Open({ by: Type.String(), code: Type.String(), reason: Type.String() })),
  outcome: Type.Optional(Open({ by: Type.String(), note: Type.String() })),
  arrivedAt: Type.Optional(DateTime),
  rating: Type.Optional(
    Open({
      stars: Type.Integer(),
      recommendation: Type.Integer(),
      comment: Type.String(),
      at: Type.String({ format: 'date-time' }),
    }),
  ),
  holdExpiresAt: Nullable(DateTime),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
}
export const AppointmentShown = Type.Object(shown, { title: 'Appointment', additionalProperties: false })
export const BookedShown = Type.Object(
  {
    ...shown,
    manageToken: Type.String({ description: 'Bearer token that reads, moves and cancels this one appointment' }),
    contactMatched: Type.Optional(
      oneOf(['externalId', 'email', 'phone', 'new'], {
        description: 'By what the contact that was sent was found; `new`: it was made',
      }),
    ),
    contactIgnored: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Fields of the contact that were sent, differ from what is known and were not stored: change the contact itself',
      }),
    ),
  },
  { title: 'BookedAppointment', additionalProperties: false },
)

const ExpandQuery = {
  expand: Type.Optional(
    Type.Array(oneOf(['contact', 'services', 'agent', 'location']), {
      maxItems: 4,
      uniqueItems: true,
      description: 'Whole records beside their ids: expand=contact&expand=services',
    }),
  ),
}
export const GetQuery = Type.Object(ExpandQuery, { additionalProperties: false })
export const ListQuery = Type.Object(
  {
    ...PageQuery,
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
    agentId: Type.Optional(Id),
    locationId: Type.Optional(Id),
    serviceId: Type.Optional(Id),
    contactId: Type.Optional(Id),
    status: Type.Optional(
      Type.Array(StatusName, {
        maxItems: 7,
        uniqueItems: true,
        description: 'One or several: status=held&status=confirmed',
      }),
    ),
    externalId: Type.Optional(ExternalId),
    code: Type.Optional(
      Type.String({ minLength: 4, maxLength: 20, description: 'As citizens read it; case does not matter' }),
    ),
    updatedAfter: Type.Optional(
      Type.String({
        format: 'instant',
        description: 'Changed after this; sorted by the change, for reading on where one stopped',
      }),
    ),
    displaced: Type.Optional(Type.Boolean({ description: 'Only those hit by an absence or closure' })),
    sort: Type.Optional(
      oneOf(APPOINTMENT_ORDERS, {
        description:
          '`-` begins with the last; by start, with updatedAfter by the change. A cursor belongs to its order',
      }),
    ),
    ...ExpandQuery,
  },
  { additionalProperties: false },
)

export const NoticeShown = Type.Object(
  { channel: Nullable(Type.String()), recipient: Nullable(Type.String()) },
  { title: 'NoticeWay', additionalProperties: false },
)
