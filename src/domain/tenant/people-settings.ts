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
}
export const DEFAULT_SIGN_IN: SignIn = {
  sessionHours: 12,
  idleMinutes: 120,
  secondFactorFor: ['administrator'],
  passwords: true,
  providers: [],
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
