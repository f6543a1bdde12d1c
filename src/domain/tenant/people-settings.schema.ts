// Schemas of a tenant's settings for sign-in, the workspace and privacy.
import Type from 'typebox'
import { oneOf } from '../../platform/schema/schema.ts'
import { CONTACT_FIELDS, ROLES } from '../../kernel/permissions/roles.ts'

const RoleName = oneOf(ROLES)
const WebAddress = Type.String({ format: 'web-url', maxLength: 500 })

const ProviderBase = {
  id: Type.String({ pattern: '^[a-z0-9-]{1,30}$' }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  issuer: WebAddress,
  clientId: Type.String({ minLength: 1, maxLength: 200 }),
  scope: Type.Optional(
    Type.String({ pattern: '^[a-zA-Z0-9_:./ -]{1,200}$', description: 'openid email profile by default' }),
  ),
}

const CitizenProviderBody = Type.Object(
  {
    ...ProviderBase,
    profile: oneOf(['openid', 'spid', 'cie'], {
      description: '`spid`, `cie`: signed requests, encrypted answers, fiscal number (spid-cie-oidc-docs)',
    }),
    level: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3, description: 'Level of assurance of SPID and CIE; 2 by default' }),
    ),
    acrValues: Type.Optional(
      Type.String({ pattern: '^[!-~ ]{1,300}$', description: 'Of other providers; the answer must name one of them' }),
    ),
    signsWithKey: Type.Optional(
      Type.Boolean({ description: 'private_key_jwt with the key at /{tenant}/mine/jwks.json, instead of a secret' }),
    ),
    fiscalNumberClaim: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'fiscal_number by default; fixed for SPID and CIE' }),
    ),
    trustAnchor: Type.Optional(
      Type.String({
        ...{ format: 'web-url', maxLength: 500 },
        description: 'The provider is trusted through this anchor (OpenID Federation)',
      }),
    ),
  },
  { additionalProperties: false },
)

const FederationBody = Type.Object(
  {
    authorityHints: Type.Optional(Type.Array(WebAddress, { maxItems: 5 })),
    contacts: Type.Optional(Type.Array(Type.String({ format: 'email', maxLength: 254 }), { maxItems: 5 })),
    trustMarks: Type.Optional(
      Type.Array(
        Type.Object(
          { id: WebAddress, trustMark: Type.String({ minLength: 1, maxLength: 5_000 }) },
          { additionalProperties: false },
        ),
        { maxItems: 5 },
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'This organisation in a federation: /{tenant}/.well-known/openid-federation',
  },
)

export const SignInBody = Type.Object(
  {
    sessionHours: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 720, description: 'A session ends after so many hours; 12 by default' }),
    ),
    idleMinutes: Type.Optional(
      Type.Integer({
        minimum: 5,
        maximum: 10_080,
        description: 'And after so many minutes without use; 120 by default',
      }),
    ),
    secondFactorFor: Type.Optional(
      Type.Array(RoleName, { maxItems: 5, uniqueItems: true, description: 'Roles that must have a second factor' }),
    ),
    passwords: Type.Optional(
      Type.Boolean({
        description: 'false: only providers let people in; administrators keep their password for emergencies',
      }),
    ),
    providers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...ProviderBase,
            roleClaim: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
            roles: Type.Optional(
              Type.Array(
                Type.Object(
                  { value: Type.String({ minLength: 1, maxLength: 200 }), role: RoleName },
                  { additionalProperties: false },
                ),
                { maxItems: 20 },
              ),
            ),
            defaultRole: Type.Optional(RoleName),
          },
          { additionalProperties: false },
        ),
        { maxItems: 5, description: 'Services that vouch for people (OpenID Connect)' },
      ),
    ),
    citizenProviders: Type.Optional(
      Type.Array(CitizenProviderBody, {
        maxItems: 30,
        description: 'Services that vouch for citizens on “My appointments”; ids differ from those of `providers`',
      }),
    ),
    federation: Type.Optional(FederationBody),
  },
  { additionalProperties: false, title: 'SignInSettings', description: 'How people sign in' },
)

export const WorkspaceBody = Type.Object(
  {
    widgets: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.String({ pattern: '^[a-z0-9-]{1,30}$' }),
            name: Type.String({ minLength: 1, maxLength: 60 }),
            url: WebAddress,
            places: Type.Array(oneOf(['contact', 'appointment', 'callback']), {
              minItems: 1,
              maxItems: 3,
              uniqueItems: true,
            }),
            area: Type.Optional(
              oneOf(['who', 'say'], {
                description: 'On the contact screen: beside the person (default), or with the script',
              }),
            ),
            height: Type.Optional(Type.Integer({ minimum: 100, maximum: 1200, description: 'Pixels; 270 by default' })),
          },
          { additionalProperties: false },
        ),
        {
          maxItems: 10,
          description: 'Pages of other systems beside a contact; the address is signed with the context',
        },
      ),
    ),
    allowedOrigins: Type.Optional(
      Type.Array(Type.String({ pattern: '^https?://[a-z0-9.-]+(:[0-9]{1,5})?$', maxLength: 260 }), {
        maxItems: 20,
        uniqueItems: true,
        description: 'Sites that may show the workspace in a frame',
      }),
    ),
    attributes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$' }),
            label: Type.Object(
              { it: Type.Optional(Type.String({ maxLength: 60 })), en: Type.Optional(Type.String({ maxLength: 60 })) },
              { additionalProperties: false },
            ),
            byScripts: Type.Optional(Type.Boolean({ description: 'Scripts may write it' })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 30, description: 'Attributes of contacts on the contact screen, in this order' },
      ),
    ),
    incomingScriptId: Type.Optional(
      Type.String({ format: 'uuid', description: 'Script of incoming calls and of contacts without a campaign' }),
    ),
    pauseReasons: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { minItems: 1, maxItems: 12, uniqueItems: true }),
    ),
  },
  { additionalProperties: false, title: 'WorkspaceSettings', description: 'The workspace of agents' },
)

const Fields = Type.Array(oneOf(CONTACT_FIELDS), {
  maxItems: 7,
  uniqueItems: true,
})
export const PrivacyBody = Type.Object(
  {
    contactDays: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 36_500,
        description: 'Contacts with nothing for so many days are anonymised; 0 (default) = never',
      }),
    ),
    answerDays: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 36_500,
        description: 'Answers and notes of appointments are erased so many days after them; 0 (default) = never',
      }),
    ),
    hidden: Type.Optional(
      Type.Object(Object.fromEntries(ROLES.map((role) => [role, Type.Optional(Fields)])), {
        additionalProperties: false,
        description: 'Fields of contacts that a role does not see, in place of the defaults',
      }),
    ),
  },
  { additionalProperties: false, title: 'PrivacySettings', description: 'What is kept, and who sees it' },
)
