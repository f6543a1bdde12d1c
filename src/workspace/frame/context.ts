// PURE. What every workspace page is given: the signed-in person, the tenant's configuration, words, and access to the API.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { StaffLanguage } from '../../kernel/language.ts'
import type { WorkspaceWords } from '../words/workspace.en.ts'
import type { PageWords } from '../../locales/pages.en.ts'
import type { Person } from '../../kernel/permissions/principal.ts'
import type { Scope } from '../../kernel/permissions/scopes.ts'
import type { Fields } from '../../ui/form-input.ts'

export const LOOKS = ['light', 'dark'] as const

type Look = (typeof LOOKS)[number]

/** An API error, as a page shows it. */
export type Refusal = {
  code: string
  title: string
  detail: string
  errors: { pointer: string; detail: string; code: string }[]
  extra: Record<string, unknown>
}

export type Answered<T> =
  | { ok: true; status: number; body: T; headers: Record<string, string> }
  | { ok: false; status: number; refusal: Refusal }

export type Call = { body?: unknown; headers?: Record<string, string> }

export type Workspace = {
  person: Person
  config: TenantConfig
  language: StaffLanguage
  words: WorkspaceWords
  pageWords: PageWords
  csrf: string
  now: number
  /** Whether this is a test tenant: its pages say so. */
  isTest: boolean
  zone: string
  /** URL of the page without the language. */
  here: string
  isFramed: boolean
  /** Light or dark, as chosen by the person; null = as the device is set. */
  look: Look | null
  /** The submitted form, if it was refused and this page shows it again, and the path it was sent to. */
  sent: { to: string; form: Fields } | null
  /** The action just completed, from the URL; a key of the words `done`. */
  done: string | undefined
  settings: TenantConfig['settings']
  can: (scope: Scope) => boolean
  /** Writes an audit entry for an action that no API route performs. */
  note: (action: string, data: Record<string, unknown>) => Promise<void>
  /** A secret of the tenant, by purpose. */
  secretFor: (purpose: string) => Promise<string>
  /** Calls an API route as this person. */
  api: <T = unknown>(method: string, url: string, call?: Call) => Promise<Answered<T>>
  /** A GET that must succeed; an error becomes an error page. */
  read: <T = unknown>(url: string) => Promise<T>
}
