// Row types of users and their sign-in, of the audit log, and of consents.
import type { Generated } from 'kysely'
import type { Role } from '../../kernel/permissions/roles.ts'
import type { Document, Json } from './json.ts'

export type UserStatus = 'invited' | 'active' | 'blocked'
export type UserRow = {
  tenant_id: string
  id: string
  email: string
  name: string
  role: Role
  agent_id: string | null
  password_hash: string | null
  totp_secret: string | null
  totp_step: number | null
  recovery_hashes: Generated<string[]>
  passkey_count: Generated<number>
  subject: string | null
  status: Generated<UserStatus>
  document: Json<Document>
  version: Generated<number>
  created_at: Date
  updated_at: Date
  signed_in_at: Date | null
}

export type SessionRow = {
  tenant_id: string
  id: string
  user_id: string
  secret_hash: string
  previous_hash: string | null
  rotated_at: Date
  proof: string
  browser: string
  created_at: Date
  seen_at: Date
  expires_at: Date
  ended_at: Date | null
}

export type PasskeyRow = {
  tenant_id: string
  id: string
  user_id: string
  /** Base64url, as in the browser's API. */
  credential_id: string
  /** COSE key (RFC 9052), base64url. */
  public_key: string
  counter: number
  transports: string[]
  name: string
  created_at: Date
  used_at: Date | null
}

export type LinkPurpose = 'invitation' | 'reset' | 'frame' | 'first'
export type LinkRow = {
  tenant_id: string
  id: string
  user_id: string
  purpose: LinkPurpose
  secret_hash: string
  created_at: Date
  expires_at: Date
  used_at: Date | null
}

export type AuditRow = {
  tenant_id: string
  id: string
  at: Date
  actor: string
  action: string
  subject: string | null
  result: number
  data: Json<Document>
  seal: Generated<number | null>
}

export type AuditSealRow = {
  tenant_id: string
  number: number
  entries: number
  hash: string
  signature: string
  created_at: Date
}

export type PeopleTables = {
  users: UserRow
  sessions: SessionRow
  one_time_links: LinkRow
  passkeys: PasskeyRow
  sign_in_failures: {
    tenant_id: string
    key: string
    failures: number
    first_at: Date
    closed_until: Date | null
  }
  audit_entries: AuditRow
  audit_seals: AuditSealRow
  contact_merges: {
    tenant_id: string
    id: string
    kept_id: string
    other_id: string
    moved: Json<Document>
    filled: Json<string[]>
    created_at: Date
    undone_at: Date | null
  }
  contact_notes: {
    tenant_id: string
    id: string
    contact_id: string
    author: string
    content: string
    created_at: Date
  }
  consents: {
    tenant_id: string
    id: string
    contact_id: string
    purpose: string
    is_given: boolean
    wording: string | null
    source: string
    created_at: Date
  }
}
