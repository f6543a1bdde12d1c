// Request schema of a campaign: hours, promises, retries, limits, routing.
import Type from 'typebox'
import { ExternalId, Id, LongText, Minutes, Name, ShortText, Zone, oneOf } from '../../../platform/schema/schema.ts'
import { WEEKDAYS } from './calling-hours.ts'
import { OUTCOMES } from './retry.ts'

const Hours = Type.Array(
  Type.Object(
    {
      days: Type.Array(oneOf(WEEKDAYS), { minItems: 1, maxItems: 7, uniqueItems: true }),
      from: Type.String({ format: 'clock' }),
      to: Type.String({ format: 'clock-end', description: 'At or before `from`: on the next day' }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 40 },
)
const EVERY_DAY = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const Priority = Type.Integer({ minimum: -100, maximum: 100 })

/** A condition on an attribute; scripts also name variables such as `answers.reason`. */
export const Condition = Type.Object(
  {
    attribute: Type.String({
      pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}(\\.[a-zA-Z][a-zA-Z0-9_]{0,39}){0,2}$',
      description: 'Of the request’s data, else of the contact; `channel`, `country` and `reason` are of the request',
    }),
    is: oneOf(['equal', 'not_equal', 'one_of', 'at_least', 'at_most', 'present', 'absent'] as const),
    value: Type.Optional(
      Type.Union([
        Type.String({ maxLength: 500 }),
        Type.Number(),
        Type.Boolean(),
        Type.Array(Type.String({ maxLength: 500 }), { maxItems: 100 }),
      ]),
    ),
  },
  { additionalProperties: false },
)

const Delays = Type.Object(
  { afterMinutes: Type.Array(Type.Integer({ minimum: 0, maximum: 10_080 }), { minItems: 1, maxItems: 20 }) },
  { additionalProperties: false },
)

const BatchSize = Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 }))
const Connector = Type.Union(
  [
    Type.Object({ kind: Type.Literal('pull') }, { additionalProperties: false }),
    Type.Object(
      {
        kind: Type.Literal('http'),
        url: Type.String({ format: 'web-url', maxLength: 1000 }),
        batchSize: BatchSize,
        timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, default: 10 })),
      },
      { additionalProperties: false },
    ),
    Type.Object({ kind: Type.Literal('amqp'), batchSize: BatchSize }, { additionalProperties: false }),
    Type.Object({ kind: Type.Literal('log') }, { additionalProperties: false }),
  ],
  {
    default: { kind: 'pull' },
    description:
      'How due callbacks leave: fetched by leases (pull), sent signed to an address (http), published ' +
      'to the operator’s broker (amqp), or written to the log',
  },
)

export const CampaignBody = Type.Object(
  {
    name: Name,
    externalId: Type.Optional(ExternalId),
    timeZone: Type.Optional({ ...Zone, description: 'Of its hours and buckets; the tenant’s by default' }),
    hours: Type.Optional({
      ...Hours,
      default: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR'], from: '09:00', to: '18:00' }],
      description: 'When the contact center calls',
    }),
    citizenHours: Type.Optional({
      ...Hours,
      default: [{ days: EVERY_DAY, from: '08:00', to: '20:00' }],
      description:
        'When people may be called, on their own clock: in every zone of the number’s country, or the one stated',
    }),
    holidayCalendarId: Type.Optional(Id),
    bucketMinutes: Type.Optional(
      Type.Integer({ minimum: 5, maximum: 240, default: 30, description: 'Length of a window' }),
    ),
    leadMinutes: Type.Optional({ ...Minutes(10_080, 'Earliest window from now'), default: 0 }),
    horizonDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 90, default: 14 })),
    capacity: Type.Optional(
      Type.Union(
        [
          Type.Object(
            { kind: Type.Literal('fixed'), perBucket: Type.Integer({ minimum: 0, maximum: 100_000 }) },
            { additionalProperties: false },
          ),
          Type.Object(
            {
              kind: Type.Literal('staffed'),
              serviceId: { ...Id, description: 'The skill whose agents call' },
              handlingMinutes: Type.Number({ exclusiveMinimum: 0, maximum: 480 }),
              share: Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Of their free time' }),
            },
            { additionalProperties: false },
          ),
        ],
        { default: { kind: 'fixed', perBucket: 10 }, description: 'Callbacks that may be promised in a bucket' },
      ),
    ),
    graceMinutes: Type.Optional({
      ...Minutes(10_080, 'A callback may still be made so long after its window; then it expires'),
      default: 240,
    }),
    maxAttempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 3 })),
    retries: Type.Optional(
      Type.Object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, Type.Optional(Delays)])), {
        default: {
          busy: { afterMinutes: [5, 15, 60] },
          no_answer: { afterMinutes: [30, 120] },
          machine: { afterMinutes: [60] },
          failed: { afterMinutes: [10] },
        },
        additionalProperties: false,
        description: 'Minutes from the attempt to the next one, by outcome; one for each further attempt',
      }),
    ),
    nextDayFrom: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 50,
        default: 0,
        description: 'From this attempt on the next is on another day at another time; 0 = never',
      }),
    ),
    priority: Type.Optional({ ...Priority, default: 0 }),
    minutesPerPriority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 60,
        default: 1,
        description: 'A point of priority counts as so many minutes of waiting',
      }),
    ),
    maxOpen: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, default: 0, description: '0 = no limit' })),
    maxPerNumberAndDay: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, default: 6, description: '0 = no limit' }),
    ),
    maxOutstanding: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100_000, default: 0, description: 'Leased or queued at once; 0 = no limit' }),
    ),
    ownerGraceMinutes: Type.Optional({
      ...Minutes(10_080, 'A personal callback is its agent’s alone until so long after it was due'),
      default: 15,
    }),
    personalMinutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 480,
        default: 10,
        description: 'A personal callback at a time or in a window takes so much of its agent’s time',
      }),
    ),
    escalateMinutes: Type.Optional({
      ...Minutes(10_080, 'A callback that nobody has tried so long after its window is the supervisor’s; 0 = never'),
      default: 15,
    }),
    pushesPerSecond: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 10_000,
        default: 0,
        description: 'Callbacks handed over a second, by leases too; 0 = no limit',
      }),
    ),
    channels: Type.Optional(
      Type.Array(oneOf(['phone', 'web'] as const), {
        minItems: 1,
        maxItems: 2,
        uniqueItems: true,
        default: ['phone'],
        description: 'How citizens may be reached: by telephone, or by a join link',
      }),
    ),
    countries: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
        minItems: 1,
        maxItems: 250,
        uniqueItems: true,
        description:
          'ISO 3166-1 alpha-2 countries whose numbers are called; the tenant’s own by default. Premium, ' +
          'shared cost and satellite numbers never are',
      }),
    ),
    connector: Type.Optional(Connector),
    scriptRef: Type.Optional(ShortText),
    scriptId: Type.Optional({ ...Id, description: 'Script of its conversations; instead of scriptRef' }),
    agentIds: Type.Optional(
      Type.Array(Id, {
        maxItems: 500,
        uniqueItems: true,
        description: 'Who is given its callbacks by “next”; everybody by default',
      }),
    ),
    wrapUpSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3600,
        default: 0,
        description: 'Time for notes after a contact before the next; 0 = none',
      }),
    ),
    joinLinkTemplate: Type.Optional(
      Type.String({
        format: 'web-url',
        'x-template': true,
        maxLength: 500,
        description: 'Web callbacks: {code} is replaced',
      }),
    ),
    segments: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Name,
            when: Type.Array(Condition, { maxItems: 20, description: 'All must hold; none always holds' }),
            campaignId: Type.Optional(Id),
            priority: Type.Optional(Priority),
            scriptRef: Type.Optional(ShortText),
            scriptId: Type.Optional(Id),
          },
          { additionalProperties: false },
        ),
        { maxItems: 100, default: [], description: 'Tried in order; the first that fits routes the callback' },
      ),
    ),
    callerNumber: Type.Optional(
      Type.String({ minLength: 3, maxLength: 40, description: 'The number that citizens see when they are called' }),
    ),
    isPublic: Type.Optional(
      Type.Boolean({ default: false, description: 'Citizens may ask for its callbacks on the pages' }),
    ),
    notes: Type.Optional(LongText),
  },
  { additionalProperties: false },
)
