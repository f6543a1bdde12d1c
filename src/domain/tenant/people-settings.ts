// PURE. A tenant's settings for sign-in, the workspace and privacy, with their defaults.
import type { ContactField, Role } from '../../kernel/permissions/roles.ts'

/** An OpenID Connect provider. Its client secret is stored separately. */
export type Provider = {
  id: string
  name: string
  issuer: string
  clientId: string
  scope?: string | undefined
  /** The claim whose values map to roles; with several values the first matching rule applies. */
  roleClaim?: string | undefined
  roles?: readonly { value: string; role: Role }[] | undefined
  /** Role of people whom no rule matches; absent = they may sign in only if invited. */
  defaultRole?: Role | undefined
}

/** A service that vouches for citizens (OpenID Connect). Its client secret is stored separately. */
export type CitizenProvider = {
  id: string
  name: string
  /** `spid` and `cie`: the Italian profiles, with signed requests, a federation and the fiscal number. */
  profile: 'openid' | 'spid' | 'cie'
  issuer: string
  clientId: string
  scope?: string | undefined
  /** Level of assurance that is asked for and checked, from 1 to 3; 2 for SPID and CIE. */
  level?: number | undefined
  /** `acr_values` of other providers; the answer must name one of them. */
  acrValues?: string | undefined
  /** The client signs with the tenant's key (private_key_jwt, RFC 7523) instead of a secret; always so with SPID and CIE. */
  signsWithKey?: boolean | undefined
  /** The claim with the fiscal number. */
  fiscalNumberClaim?: string | undefined
  /** Address of the federation's trust anchor; absent = the provider's own metadata is trusted. */
  trustAnchor?: string | undefined
}

/** What this organisation says of itself in a federation (OpenID Federation 1.0). */
type Federation = {
  authorityHints?: readonly string[] | undefined
  contacts?: readonly string[] | undefined
  trustMarks?: readonly { id: string; trustMark: string }[] | undefined
}

export type SignIn = {
  /** Maximum duration of a session, in hours. */
  sessionHours: number
  /** Minutes without use after which a session ends. */
  idleMinutes: number
  /** Roles that must use a second factor; by default administrators. */
  secondFactorFor: readonly Role[]
  /** false: people sign in through providers only; administrators keep their password for emergencies. */
  passwords: boolean
  providers: readonly Provider[]
  citizenProviders: readonly CitizenProvider[]
  federation: Federation
}
export const DEFAULT_SIGN_IN: SignIn = {
  sessionHours: 12,
  idleMinutes: 120,
  secondFactorFor: ['administrator'],
  passwords: true,
  providers: [],
  citizenProviders: [],
  federation: {},
}

/** A page of another system, shown beside a contact, appointment or callback; its URL contains the signed context. */
type Widget = {
  id: string
  name: string
  url: string
  places: readonly ('contact' | 'appointment' | 'callback')[]
  /** Where on the contact screen: beside the person (default), or in the middle with the script. */
  area?: 'who' | 'say' | undefined
  /** Height in pixels; 270 by default. */
  height?: number | undefined
}

/** An attribute of contacts that the contact screen shows. */
type ShownAttribute = {
  name: string
  label: { it?: string | undefined; en?: string | undefined }
  /** Whether scripts may write it. */
  byScripts?: boolean | undefined
}
export type WorkspaceSettings = {
  widgets: readonly Widget[]
  /** Sites that may show the workspace in a frame. */
  allowedOrigins: readonly string[]
  /** Attributes of contacts on the contact screen, in this order. */
  attributes: readonly ShownAttribute[]
  /** Script of incoming calls. */
  incomingScriptId?: string | undefined
  /** Reasons for a pause, as people choose them. */
  pauseReasons: readonly string[]
}
export const DEFAULT_WORKSPACE: WorkspaceSettings = {
  widgets: [],
  allowedOrigins: [],
  attributes: [],
  pauseReasons: ['Pausa', 'Riunione', 'Formazione'],
}

export type Privacy = {
  /** Days without activity after which contacts are anonymised; 0 = never. */
  contactDays: number
  /** Days after which personal data of appointments (answers, notes) is erased; 0 = never. Audit log rows are not changed. */
  answerDays: number
  /** Contact fields hidden from a role; replaces the defaults. */
  hidden: Partial<Record<Role, readonly ContactField[]>>
}
export const DEFAULT_PRIVACY: Privacy = { contactDays: 0, answerDays: 0, hidden: {} }
