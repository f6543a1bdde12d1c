// Schema of a tenant: an organisation with its zone, language, country and defaults.
import { LANGUAGES, type Language } from '../../kernel/language.ts'
import Type from 'typebox'
import { FollowUpBody, NotificationsBody, WaitingListBody } from './notification-settings.schema.ts'
import { WaitingRoomBody } from './waiting-room-settings.schema.ts'
import { PrivacyBody, SignInBody, WorkspaceBody } from './people-settings.schema.ts'
import { LanguageName, Envelope, Name, patchOf, Zone, oneOf } from '../../platform/schema/schema.ts'

const Colour = Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: '#rrggbb' })
const WebAddress = Type.String({ format: 'web-url', maxLength: 500 })

const ThemeBody = Type.Object(
  {
    accent: Type.Optional({ ...Colour, description: 'Links and buttons; at least 4.5:1 on the page' }),
    headerBackground: Type.Optional(Colour),
    headerText: Type.Optional({ ...Colour, description: 'At least 4.5:1 on headerBackground' }),
    font: Type.Optional(oneOf(['system', 'humanist', 'serif'])),
    style: Type.Optional(
      oneOf(['plain', 'italia'], { description: 'italia: the look of the Italian public administration' }),
    ),
    logo: Type.Optional(
      Type.String({
        pattern: '^data:image/(png|jpeg|webp|svg\\+xml);base64,[A-Za-z0-9+/]+={0,2}$',
        maxLength: 90_000,
        description: 'data: URL of a PNG, JPEG, WebP or SVG of at most 64 KB',
      }),
    ),
  },
  { additionalProperties: false, title: 'Theme', description: 'Look of the public pages' },
)
/** The same schema for every language of the product. */
const byLanguage = <T>(schema: T) =>
  Object.fromEntries(LANGUAGES.map((language) => [language, schema])) as Record<Language, T>

const Texts = Type.Object(
  {
    intro: Type.Optional(Type.String({ maxLength: 1000 })),
    footer: Type.Optional(Type.String({ maxLength: 1000 })),
    consent: Type.Optional(Type.String({ maxLength: 500, description: 'Sentence beside the consent box' })),
  },
  { additionalProperties: false },
)
const BookingBody = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ description: 'false closes the public pages; true by default' })),
    emailRequired: Type.Optional(Type.Boolean({ description: 'false (default): a telephone number is enough' })),
    emailConfirmationMinutes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1440,
        description: 'A booking must be confirmed by e-mail within so many minutes; 0 (default) = at once',
      }),
    ),
    captcha: Type.Optional(
      Type.Union([Type.Literal('proof_of_work'), Type.Literal('none')], {
        description:
          'proof_of_work (default): the browser computes for a second; without script, confirmation by e-mail',
      }),
    ),
    maxOpenAppointments: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: 'Most open appointments of one e-mail address or number on the pages; 5 by default, 0 = no limit',
      }),
    ),
    unprovenPercent: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description:
          'Percent of a day’s working time that bookings without a confirmed e-mail address may take ' +
          'together; 20 by default, 100 = no limit',
      }),
    ),
    pendingHours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 720,
        description:
          'Hours after which a request that nobody vouches for ends if the office has not approved it; 48 by default, 0 = when it starts',
      }),
    ),
    privacyUrl: Type.Optional(WebAddress),
    termsUrl: Type.Optional(WebAddress),
    siteUrl: Type.Optional(WebAddress),
    accessibilityUrl: Type.Optional(WebAddress),
    legalUrl: Type.Optional(WebAddress),
    reportUrl: Type.Optional(WebAddress),
    parentName: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    parentUrl: Type.Optional(WebAddress),
    supportPhone: Type.Optional(Type.String({ minLength: 3, maxLength: 40 })),
    supportEmail: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
    allowedOrigins: Type.Optional(
      Type.Array(Type.String({ pattern: '^https?://[a-z0-9.-]+(:[0-9]{1,5})?$', maxLength: 260 }), {
        maxItems: 50,
        uniqueItems: true,
        description: 'Sites that may embed the pages and call the public API from a browser',
      }),
    ),
    texts: Type.Optional(
      Type.Object(byLanguage(Type.Optional(Texts)), {
        additionalProperties: false,
      }),
    ),
  },
  { additionalProperties: false, title: 'BookingSettings', description: 'Rules of the public pages' },
)
const pages = {
  theme: Type.Optional(ThemeBody),
  booking: Type.Optional(BookingBody),
  notifications: Type.Optional(NotificationsBody),
  waitingList: Type.Optional(WaitingListBody),
  waitingRoom: Type.Optional(WaitingRoomBody),
  followUp: Type.Optional(FollowUpBody),
  signIn: Type.Optional(SignInBody),
  workspace: Type.Optional(WorkspaceBody),
  privacy: Type.Optional(PrivacyBody),
}

export const TenantBody = Type.Object(
  {
    slug: Type.String({
      pattern: '^[a-z0-9](-?[a-z0-9]){1,39}$',
      description: 'Short name in addresses; cannot be changed',
    }),
    name: Name,
    timeZone: Type.Optional({ ...Zone, default: 'Europe/Rome' }),
    locale: Type.Optional({ ...LanguageName, default: 'it' as const }),
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
    ...pages,
  },
  { additionalProperties: false },
)

export const TenantChange = Type.Object(
  {
    name: Type.Optional(Name),
    timeZone: Type.Optional(Zone),
    locale: Type.Optional(LanguageName),
    country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
    holdMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 120 })),
    theme: Type.Optional(patchOf(ThemeBody)),
    booking: Type.Optional(patchOf(BookingBody)),
    notifications: Type.Optional(patchOf(NotificationsBody)),
    waitingList: Type.Optional(patchOf(WaitingListBody)),
    waitingRoom: Type.Optional(patchOf(WaitingRoomBody)),
    followUp: Type.Optional(patchOf(FollowUpBody)),
    signIn: Type.Optional(patchOf(SignInBody)),
    workspace: Type.Optional(patchOf(WorkspaceBody)),
    privacy: Type.Optional(patchOf(PrivacyBody)),
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
    theme: ThemeBody,
    booking: BookingBody,
    notifications: NotificationsBody,
    waitingList: WaitingListBody,
    waitingRoom: WaitingRoomBody,
    followUp: FollowUpBody,
    signIn: SignInBody,
    workspace: WorkspaceBody,
    privacy: PrivacyBody,
  },
  { title: 'Tenant', additionalProperties: false },
)
