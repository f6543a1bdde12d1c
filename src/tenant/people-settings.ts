// PURE. What a tenant sets about people who sign in, about the workspace, and about privacy; with the defaults.
import type { ContactField, Role } from '../auth/roles.ts'

/** A service that vouches for people by OpenID Connect. Its client secret is kept apart. */
export type Provider = {
  id: string
  name: string
  issuer: string
  clientId: string
  scope?: string | undefined
  /** The claim whose values give roles; several values: the first rule that fits. */
  roleClaim?: string | undefined
  roles?: readonly { value: string; role: Role }[] | undefined
  /** The role of whoever no rule fits; absent = they are not let in unless they were invited. */
  defaultRole?: Role | undefined
}

export type SignIn = {
  /** A session ends after so many hours, whatever happens. */
  sessionHours: number
  /** And after so many minutes without use. */
  idleMinutes: number
  /** Roles that must have a second factor: administrators, unless the tenant says otherwise. */
  secondFactorFor: readonly Role[]
  /** false: only providers let people in; administrators keep their password for emergencies. */
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

/** Another system's page, shown beside a contact, appointment or callback; its address is signed with the context. */
export type Widget = {
  id: string
  name: string
  url: string
  places: readonly ('contact' | 'appointment' | 'callback')[]
}
export type WorkspaceSettings = {
  widgets: readonly Widget[]
  /** Sites that may show the workspace in a frame. */
  allowedOrigins: readonly string[]
}
export const DEFAULT_WORKSPACE: WorkspaceSettings = { widgets: [], allowedOrigins: [] }

export type Privacy = {
  /** Contacts without anything for so many days are anonymised; 0 = never. */
  contactDays: number
  /** Rows of the audit log are what they are; what appointments say of a person (answers, notes) is erased after so many days; 0 = never. */
  answerDays: number
  /** Fields of contacts that a role does not see, in place of the defaults. */
  hidden: Partial<Record<Role, readonly ContactField[]>>
}
export const DEFAULT_PRIVACY: Privacy = { contactDays: 0, answerDays: 0, hidden: {} }
