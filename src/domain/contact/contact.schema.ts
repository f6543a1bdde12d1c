// Schema of a contact: the citizen who books.
import Type from 'typebox'
import { LanguageName, Email, ExternalId, LongText, Metadata, oneOf } from '../../platform/schema/schema.ts'

const PersonName = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })

export const ContactBody = Type.Object(
  {
    firstName: PersonName,
    lastName: PersonName,
    email: Type.Optional(Email),
    phone: Type.Optional(Type.String({ minLength: 3, maxLength: 40, description: 'Answered as E.164' })),
    furtherPhones: Type.Optional(
      Type.Array(Type.String({ minLength: 3, maxLength: 40 }), {
        maxItems: 10,
        description: 'Other numbers of the person, by which they are recognised; answered as E.164',
      }),
    ),
    furtherEmails: Type.Optional(
      Type.Array(Email, { maxItems: 10, description: 'Other addresses of the person; answered in lower case' }),
    ),
    phoneCountry: Type.Optional(
      Type.String({
        pattern: '^[A-Z]{2}$',
        description: 'Country of a phone written without a prefix; the tenant’s by default. Not stored',
      }),
    ),
    locale: Type.Optional(LanguageName),
    externalId: Type.Optional(ExternalId),
    attributes: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$' }),
        Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
        {
          maxProperties: 50,
          additionalProperties: false,
          description: 'Facts for segments and scripts',
        },
      ),
    ),
    reminders: Type.Optional(
      Type.Object(
        {
          when: Type.Optional(oneOf(['office', 'none', 'day', 'twoHours', 'both'])),
          channel: Type.Optional(oneOf(['best', 'email', 'sms'])),
        },
        { additionalProperties: false, description: 'What the person wants instead of the office’s reminders' },
      ),
    ),
    notes: Type.Optional(LongText),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false },
)

export const SearchBody = Type.Object(
  {
    email: Type.Optional(Email),
    phone: Type.Optional(Type.String({ minLength: 3, maxLength: 40 })),
    phoneCountry: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
    externalId: Type.Optional(ExternalId),
  },
  { additionalProperties: false, minProperties: 1 },
)
