// The declaration by which a configuration table becomes a REST collection.
import type { TObject } from 'typebox'
import type { Deps } from '../../deps.ts'
import type { Tx } from '../../../platform/database/tx.ts'
import type { Reached } from '../../../kernel/permissions/principal.ts'
import type { Scope } from '../../../kernel/permissions/scopes.ts'

export type ResourceTable =
  | 'locations'
  | 'services'
  | 'pools'
  | 'agents'
  | 'schedules'
  | 'openings'
  | 'absences'
  | 'closures'
  | 'holiday_calendars'
  | 'campaigns'
  | 'contacts'
  | 'scripts'
  | 'saved_messages'

export type Body = Record<string, unknown>

/** Context of a write; `before` is the stored record, undefined on creation. */
export type WriteContext = { tx: Tx; tenantId: string; id: string; now: number; before: Row | undefined; deps: Deps }

export type Resource = {
  /** Last part of the URL, and the tag in the API reference. */
  path: string
  /** Singular, for messages and operation ids. */
  name: string
  table: ResourceTable
  description: string
  body: TObject
  /** Body fields stored in their own columns. */
  columns: Readonly<Record<string, string>>
  /** Query parameters of the list, mapped to columns. */
  filters: Readonly<Record<string, string>>
  scopes: { read: Scope; write: Scope }
  /** What a write touches, for people with limited reach; without it they may not write. */
  reach?: Reached
  /** Fields that a patch replaces as a whole, because their parts belong together. */
  replaced?: readonly string[]
  /** Whether a change affects what can be booked. */
  isConfiguration: boolean
  /** Checks references and rules, may complete the body, and returns further columns. Throws errors with pointers. */
  prepare?: (context: WriteContext, body: Body) => Promise<Record<string, unknown>>
  /** Follow-up writes in the same transaction. */
  afterWrite?: (context: WriteContext, body: Body) => Promise<void>
  /** Throws if archiving would break something. */
  beforeArchive?: (context: WriteContext) => Promise<void>
  /** Response fields in addition to the body. */
  present?: (row: Row) => Body
  /** Schema of those fields. */
  presented?: TObject['properties']
}

export type Row = {
  id: string
  document: Record<string, unknown>
  version: number
  created_at: Date
  updated_at: Date
  archived_at: Date | null
} & Record<string, unknown>
