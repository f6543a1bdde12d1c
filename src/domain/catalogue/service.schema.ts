// Schema of a service: what can be booked, and under which rules.
import { NEEDS } from './tenant-config.ts'
import Type from 'typebox'
import {
  ContentLanguage,
  ExternalId,
  Id,
  LongText,
  Minutes,
  Name,
  oneOf,
  ShortText,
} from '../../platform/schema/schema.ts'

const WEEK = 7 * 24 * 60

export const ChannelName = oneOf(['in_person', 'phone', 'video'])

export const QuestionBody = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-zA-Z0-9_]{0,39}$' }),
    label: Name,
    type: oneOf(['text', 'long_text', 'number', 'date', 'boolean', 'choice', 'choices', 'email', 'phone']),
    required: Type.Optional(Type.Boolean({ default: false })),
    maxLength: Type.Optional(Type.Integer({ minimum: 1, maximum: 4000 })),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    options: Type.Optional(Type.Array(Name, { minItems: 1, maxItems: 100, uniqueItems: true })),
  },
  { additionalProperties: false },
)

export const NeedName = oneOf(NEEDS)

/** The texts of a service in another language. A text that is missing is shown in the tenant's language, and marked so. */
const ServiceTranslation = Type.Object(
  {
    language: ContentLanguage,
    name: Type.Optional(Name),
    description: Type.Optional(LongText),
    whatToBring: Type.Optional(LongText),
    cost: Type.Optional(ShortText),
    whoCanGo: Type.Optional(ShortText),
    category: Type.Optional(Name),
    keywords: Type.Optional(Type.Array(Name, { maxItems: 50 })),
    questions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.String({ maxLength: 40, description: 'Id of the question' }),
            label: Type.Optional(Name),
            options: Type.Optional(Type.Array(Name, { maxItems: 100, description: 'In the order of the options' })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 30 },
      ),
    ),
  },
  { additionalProperties: false },
)

export const ServiceBody = Type.Object(
  {
    name: Name,
    externalId: Type.Optional(ExternalId),
    description: Type.Optional(LongText),
    whatToBring: Type.Optional(LongText),
    cost: Type.Optional({ ...ShortText, description: 'What it costs, in words' }),
    whoCanGo: Type.Optional({ ...ShortText, description: 'Who may come instead, and with what' }),
    keywords: Type.Optional(
      Type.Array(Name, { maxItems: 50, default: [], description: 'Other words that people search it by' }),
    ),
    supports: Type.Optional(
      Type.Array(NeedName, {
        uniqueItems: true,
        maxItems: 4,
        default: [],
        description: 'Needs that this service meets',
      }),
    ),
    category: Type.Optional(Name),
    translations: Type.Optional(Type.Array(ServiceTranslation, { maxItems: 20, default: [] })),
    locationIds: Type.Optional(
      Type.Array(Id, { maxItems: 500, uniqueItems: true, default: [], description: 'Empty = at every location' }),
    ),
    durationMinutes: Type.Integer({ minimum: 1, maximum: 24 * 60 }),
    durationOptions: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 24 * 60 }), {
        maxItems: 20,
        uniqueItems: true,
        default: [],
        description: 'Further durations to choose from',
      }),
    ),
    stepMinutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 24 * 60,
        description: 'Distance of offered starts; the duration by default',
      }),
    ),
    stepAlignment: Type.Optional(
      Type.Union([Type.Literal('opening'), Type.Literal('clock')], {
        default: 'opening',
        description: 'Count steps from the start of the opening or from local midnight',
      }),
    ),
    bufferBeforeMinutes: Type.Optional({ ...Minutes(24 * 60, 'Kept free before'), default: 0 }),
    bufferAfterMinutes: Type.Optional({ ...Minutes(24 * 60, 'Kept free after'), default: 0 }),
    minimumNoticeMinutes: Type.Optional({ ...Minutes(52 * WEEK, 'Earliest start from now'), default: 0 }),
    horizon: Type.Optional(
      Type.Object(
        {
          days: Type.Integer({ minimum: 0, maximum: 400 }),
          unit: Type.Optional(Type.Union([Type.Literal('days'), Type.Literal('business_days')], { default: 'days' })),
        },
        {
          additionalProperties: false,
          default: { days: 90, unit: 'days' },
          description: 'Latest bookable local date: today + days',
        },
      ),
    ),
    nextDayCutoff: Type.Optional(
      Type.String({ format: 'clock', description: 'HH:MM; from this local time on, tomorrow is no longer offered' }),
    ),
    seats: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, default: 1, description: 'Places of a group session' }),
    ),
    limits: Type.Optional(
      Type.Array(
        Type.Object(
          {
            scope: oneOf(['agent', 'service', 'contact']),
            period: oneOf(['day', 'week']),
            max: Type.Integer({ minimum: 0, maximum: 100_000 }),
            audience: Type.Optional(oneOf(['public', 'staff'])),
          },
          { additionalProperties: false },
        ),
        {
          maxItems: 12,
          default: [],
          description: 'Most appointments a local day or ISO week; with audience, a quota of that audience',
        },
      ),
    ),
    channels: Type.Optional(
      Type.Array(
        Type.Object(
          {
            type: ChannelName,
            linkTemplate: Type.Optional(
              Type.String({
                format: 'web-url',
                'x-template': true,
                maxLength: 500,
                description: 'Video: {code} is replaced',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 3, default: [{ type: 'in_person' }] },
      ),
    ),
    questions: Type.Optional(Type.Array(QuestionBody, { maxItems: 30, default: [] })),
    approvalRequired: Type.Optional(Type.Boolean({ default: false })),
    cancelNoticeMinutes: Type.Optional({ ...Minutes(52 * WEEK, 'Latest cancellation before the start'), default: 0 }),
    moveNoticeMinutes: Type.Optional({ ...Minutes(52 * WEEK, 'Latest move before the start'), default: 0 }),
    releaseDelayMinutes: Type.Optional({ ...Minutes(WEEK, 'A released slot stays closed for the public'), default: 0 }),
    scriptId: Type.Optional({ ...Id, description: 'Script of conversations about its appointments' }),
    combinable: Type.Optional(Type.Boolean({ default: true, description: 'May share a visit with other services' })),
  },
  { additionalProperties: false },
)
