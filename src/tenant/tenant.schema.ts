// Body of a tenant: an organisation with its zone, language, country and defaults.
import Type from 'typebox'
import { Envelope, Name, Zone } from '../rest/schema.ts'

export const TenantBody = Type.Object(
  {
    slug: Type.String({
      pattern: '^[a-z0-9](-?[a-z0-9]){1,39}$',
      description: 'Short name in addresses; cannot be changed',
    }),
    name: Name,
    timeZone: Type.Optional({ ...Zone, default: 'Europe/Rome' }),
    locale: Type.Optional(Type.Union([Type.Literal('it'), Type.Literal('en')], { default: 'it' })),
    country: Type.Optional(
      Type.String({
        pattern: '^[A-Z]{2}$',
        default: 'IT',
        description: 'Country of phone numbers written without a prefix',
      }),
    ),
    holdMinutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 120,
        default: 10,
        description: 'How long a slot is held while a form is filled in',
      }),
    ),
  },
  { additionalProperties: false },
)

export const TenantChange = Type.Object(
  {
    name: Type.Optional(Name),
    timeZone: Type.Optional(Zone),
    locale: Type.Optional(Type.Union([Type.Literal('it'), Type.Literal('en')])),
    country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
    holdMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 120 })),
  },
  { additionalProperties: false, minProperties: 1 },
)

export const TenantShown = Type.Object(
  {
    ...Envelope,
    slug: Type.String(),
    name: Type.String(),
    timeZone: Type.String(),
    locale: Type.String(),
    country: Type.String(),
    holdMinutes: Type.Integer(),
  },
  { title: 'Tenant', additionalProperties: false },
)
