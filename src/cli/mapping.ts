// PURE. The mapping file: the meaning of each column, and how rows become bookings.
import Type from 'typebox'
import { isCalendarDate } from '../kernel/time/zone.ts'

const Column = Type.String({ minLength: 1, maxLength: 200 })
const Words = Type.Record(Type.String(), Type.String())

export const MappingSchema = Type.Object(
  {
    source: Type.String({
      pattern: '^[a-z0-9-]{1,40}$',
      description: 'Prefix of external ids, so that loading twice changes nothing',
    }),
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1, default: ',' })),
    columns: Type.Object(
      {
        id: Column,
        location: Type.Optional(Column),
        agent: Type.Optional(Column),
        service: Type.Optional(Column),
        bookedAt: Type.Optional(Column),
        start: Type.Optional({ ...Column, description: 'Instant of the appointment' }),
        day: Type.Optional({
          ...Column,
          description: 'Only its day is known: the first free slot of the day is taken',
        }),
        outcome: Type.Optional(Column),
        contactId: Type.Optional(Column),
        firstName: Type.Optional(Column),
        lastName: Type.Optional(Column),
        email: Type.Optional(Column),
        phone: Type.Optional(Column),
      },
      { additionalProperties: false },
    ),
    outcomes: Type.Optional({ ...Words, description: 'Text in the outcome column → completed, no_show or cancelled' }),
    /** Defaults of records created for unknown names. */
    defaults: Type.Object(
      {
        service: Type.Object(
          { name: Type.String(), body: Type.Object({}, { additionalProperties: true }) },
          { additionalProperties: false },
        ),
        location: Type.Object(
          { name: Type.String(), body: Type.Optional(Type.Object({}, { additionalProperties: true })) },
          { additionalProperties: false },
        ),
        pool: Type.Optional(
          Type.Object({ size: Type.Integer({ minimum: 1, maximum: 500 }) }, { additionalProperties: false }),
        ),
        hours: Type.Array(Type.Object({}, { additionalProperties: true }), {
          minItems: 1,
          description: 'Rules of the schedule of each new agent or pool',
        }),
        validFrom: Type.String({ format: 'calendar-date' }),
        firstName: Type.Optional(Type.String()),
        lastName: Type.Optional(Type.String()),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)

export type Mapping = {
  source: string
  delimiter: string
  columns: { id: string } & Partial<
    Record<
      | 'location'
      | 'agent'
      | 'service'
      | 'bookedAt'
      | 'start'
      | 'day'
      | 'outcome'
      | 'contactId'
      | 'firstName'
      | 'lastName'
      | 'email'
      | 'phone',
      string
    >
  >
  outcomes?: Record<string, string>
  defaults: {
    service: { name: string; body: Record<string, unknown> }
    location: { name: string; body?: Record<string, unknown> }
    pool?: { size: number }
    hours: Record<string, unknown>[]
    validFrom: string
    firstName?: string
    lastName?: string
  }
}

export type Row = Readonly<Record<string, string>>
export type RowFault = { column: string; code: string; params?: Record<string, string> }
type Outcome = 'completed' | 'no_show' | 'cancelled'

export type Entry = {
  line: number
  row: Row
  externalId: string
  location: string
  agent: string | null
  service: string
  /** When it was booked, epoch ms; null = now. */
  bookedAt: number | null
  start: number | null
  day: string | null
  outcome: Outcome | null
  contact: { externalId?: string; firstName: string; lastName: string; email?: string; phone?: string }
}

const isOutcome = (text: string): text is Outcome => ['completed', 'no_show', 'cancelled'].includes(text)

/** Columns of the mapping that are missing in the file. */
export function missingColumns(mapping: Mapping, header: readonly string[]): string[] {
  return Object.values(mapping.columns).filter((column) => column !== undefined && !header.includes(column))
}

type Reader = (name: keyof Mapping['columns']) => string

function readerOf({ columns }: Mapping, row: Row): Reader {
  return (name) => (columns[name] === undefined ? '' : (row[columns[name]] ?? '').trim())
}

/** Epoch ms; null if empty, undefined if invalid. */
function readInstant(text: string): number | null | undefined {
  if (text === '') return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

function readContact(text: Reader, { source, defaults }: Mapping): Entry['contact'] {
  const contactId = text('contactId')
  return {
    ...(contactId === '' ? {} : { externalId: `${source}:${contactId}` }),
    firstName: text('firstName') || (defaults.firstName ?? 'N.'),
    lastName: text('lastName') || contactId || (defaults.lastName ?? 'N.'),
    ...(text('email') === '' ? {} : { email: text('email') }),
    ...(text('phone') === '' ? {} : { phone: text('phone') }),
  }
}

/** Reads one row; returns its first fault, with the column's name. */
export function readEntry(mapping: Mapping, row: Row, line: number): Entry | RowFault {
  const { columns, defaults, outcomes = {} } = mapping
  const text = readerOf(mapping, row)
  const id = text('id')
  if (id === '') return { column: columns.id, code: 'missing' }
  const fault = (column: string | undefined, code: string, limit: string): RowFault => ({
    column: column ?? columns.id,
    code,
    params: { limit },
  })
  const [bookedAt, start] = [readInstant(text('bookedAt')), readInstant(text('start'))]
  if (bookedAt === undefined) return fault(columns.bookedAt, 'wrong_format', 'RFC 3339')
  if (start === undefined) return fault(columns.start, 'wrong_format', 'RFC 3339')
  const day = text('day').slice(0, 10)
  if (start === null && !isCalendarDate(day)) return fault(columns.day ?? columns.start, 'wrong_format', 'YYYY-MM-DD')
  const word = text('outcome')
  const outcome = word === '' ? null : (outcomes[word] ?? word)
  if (outcome !== null && !isOutcome(outcome))
    return fault(columns.outcome, 'not_allowed', Object.keys(outcomes).join(', '))
  return {
    line,
    row,
    externalId: `${mapping.source}:${id}`,
    location: text('location') || defaults.location.name,
    agent: text('agent') || null,
    service: text('service') || defaults.service.name,
    bookedAt,
    start,
    day: start === null ? day : null,
    outcome,
    contact: readContact(text, mapping),
  }
}
