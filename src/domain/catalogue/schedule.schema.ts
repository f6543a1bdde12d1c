// Schemas of schedules, openings, absences and closures.
import Type from 'typebox'
import { Id, Instant, LocalDate, ShortText, Zone } from '../../platform/schema/schema.ts'

const Clock = Type.String({ format: 'clock', description: 'HH:MM, wall clock' })
const ClockEnd = Type.String({
  format: 'clock-end',
  description: 'HH:MM, exclusive; 24:00 ends the day; at or before the start means the next day',
})
const WindowBody = Type.Object({ from: Clock, to: ClockEnd }, { additionalProperties: false })
const AudienceName = Type.Union([Type.Literal('public'), Type.Literal('staff')])
const OwnerKind = Type.Union([Type.Literal('agent'), Type.Literal('pool'), Type.Literal('location')])

export const RuleBody = Type.Object(
  {
    rrule: Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'RFC 5545 RRULE value, such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH',
    }),
    start: Type.Optional({ ...LocalDate, description: 'First date from which the rule counts; validFrom by default' }),
    exceptions: Type.Optional(Type.Array(LocalDate, { maxItems: 400 })),
    windows: Type.Array(WindowBody, { minItems: 1, maxItems: 20 }),
    breaks: Type.Optional(Type.Array(WindowBody, { maxItems: 20 })),
    locationId: Type.Optional(Id),
    audience: Type.Optional({ ...AudienceName, description: 'staff: given out by the office only' }),
    desks: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 500, description: 'Pools: desks staffed in these windows' }),
    ),
    publicDesks: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 500, description: 'Pools: of those, desks that the public may book' }),
    ),
  },
  { additionalProperties: false },
)

export const ScheduleBody = Type.Object(
  {
    ownerKind: OwnerKind,
    ownerId: Id,
    validFrom: LocalDate,
    validUntil: Type.Optional({ ...LocalDate, description: 'First date on which it is no longer valid' }),
    timeZone: Type.Optional({
      ...Zone,
      description: 'Zone of the wall-clock times; the location’s or tenant’s by default',
    }),
    rules: Type.Array(RuleBody, { maxItems: 50 }),
  },
  { additionalProperties: false },
)

/** Either instants, or whole local days (both included) in the owner's zone. */
const period = {
  from: Type.Optional(Instant),
  to: Type.Optional({ ...Instant, description: 'Exclusive' }),
  firstDay: Type.Optional(LocalDate),
  lastDay: Type.Optional({ ...LocalDate, description: 'Included' }),
}

export const OpeningBody = Type.Object(
  {
    ownerKind: OwnerKind,
    ownerId: Id,
    ...period,
    locationId: Type.Optional(Id),
    audience: Type.Optional(AudienceName),
    note: Type.Optional(ShortText),
  },
  { additionalProperties: false },
)

export const AbsenceBody = Type.Object(
  { agentId: Id, ...period, reason: Type.Optional(ShortText) },
  { additionalProperties: false },
)

export const ClosureBody = Type.Object(
  {
    locationId: Type.Optional({ ...Id, description: 'Absent = the whole tenant' }),
    ...period,
    reason: Type.Optional(ShortText),
  },
  { additionalProperties: false },
)
