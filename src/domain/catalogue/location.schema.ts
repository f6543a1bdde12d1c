// Schemas of locations and their holiday calendars.
import Type from 'typebox'
import { NeedName } from './service.schema.ts'
import { ContentLanguage, ExternalId, Id, LongText, Name, ShortText, Zone } from '../../platform/schema/schema.ts'

const Address = Type.Object(
  {
    street: Type.Optional(ShortText),
    postalCode: Type.Optional(Type.String({ maxLength: 20 })),
    city: Type.Optional(Type.String({ maxLength: 100 })),
    province: Type.Optional(Type.String({ maxLength: 100 })),
    country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' })),
    latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
    longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  },
  { additionalProperties: false },
)

export const LocationBody = Type.Object(
  {
    name: Name,
    externalId: Type.Optional(ExternalId),
    kind: Type.Optional(Type.Union([Type.Literal('office'), Type.Literal('call_room')], { default: 'office' })),
    address: Type.Optional(Address),
    timeZone: Type.Optional(Zone),
    phone: Type.Optional(Type.String({ maxLength: 40 })),
    email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
    directions: Type.Optional(LongText),
    features: Type.Optional(
      Type.Array(NeedName, {
        uniqueItems: true,
        maxItems: 4,
        default: [],
        description: 'Needs that this office meets',
      }),
    ),
    arrivalRadius: Type.Optional(
      Type.Integer({
        ...{ minimum: 20, maximum: 2000 },
        description: 'Metres around the address within which “I am here” is believed without the sign',
      }),
    ),
    arrivalCode: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9-]{3,12}$',
        description: 'Code on the sign at the entrance, by which citizens say that they are there',
      }),
    ),
    translations: Type.Optional(
      Type.Array(
        Type.Object(
          { language: ContentLanguage, name: Type.Optional(Name), directions: Type.Optional(LongText) },
          { additionalProperties: false },
        ),
        { maxItems: 20, default: [] },
      ),
    ),
    holidayCalendarId: Type.Optional(Id),
  },
  { additionalProperties: false },
)

const MonthDayOrDate = Type.String({
  format: 'month-day-or-date',
  maxLength: 10,
  description: 'MM-DD every year, or YYYY-MM-DD once',
})

export const HolidayCalendarBody = Type.Object(
  {
    name: Name,
    externalId: Type.Optional(ExternalId),
    country: Type.Optional(
      Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2; public holidays by date-holidays' }),
    ),
    region: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: 'Region code of date-holidays, such as 32 for Lombardy',
      }),
    ),
    additions: Type.Optional(
      Type.Array(Type.Object({ date: MonthDayOrDate, name: Name }, { additionalProperties: false }), {
        maxItems: 200,
        default: [],
      }),
    ),
    exceptions: Type.Optional(
      Type.Array(MonthDayOrDate, { maxItems: 200, default: [], description: 'Holidays that are worked' }),
    ),
  },
  { additionalProperties: false },
)
