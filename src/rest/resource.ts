// What a feature declares so that its configuration table becomes a REST collection.
import type { TObject } from 'typebox'
import type { Deps } from '../deps.ts'
import type { Tx } from '../db/tx.ts'
import type { Reached, Scope } from '../auth/scopes.ts'
import type { Row } from './resource.sql.ts'

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

export type Body = Record<string, unknown>

/** What a write needs to know: the tenant, the present, and the record before (undefined on creation). */
export type WriteContext = { tx: Tx; tenantId: string; id: string; now: number; before: Row | undefined; deps: Deps }

export type Resource = {
  /** Last part of the address, also the tag in the API reference. */
  path: string
  /** Singular, for messages and operation ids. */
  name: string
  table: ResourceTable
  description: string
  body: TObject
  /** Body fields kept in columns of their own. */
  columns: Readonly<Record<string, string>>
  /** Query parameters of the list → column. */
  filters: Readonly<Record<string, string>>
  scopes: { read: Scope; write: Scope }
  /** What a write touches, for people of limited reach; without it they may not. */
  reach?: Reached
  /** Fields that a patch replaces whole: their parts belong together. */
  replaced?: readonly string[]
  /** Whether a change alters what can be booked. */
  isConfiguration: boolean
  /** Checks references and rules and returns further columns; throws refusals with pointers. May complete the body. */
  prepare?: (context: WriteContext, body: Body) => Promise<Record<string, unknown>>
  /** Follow-up writes in the same transaction. */
  afterWrite?: (context: WriteContext, body: Body) => Promise<void>
  /** Refuses an archive that would break something. */
  beforeArchive?: (context: WriteContext) => Promise<void>
  /** Fields that the answer shows in addition to the body. */
  present?: (row: Row) => Body
  /** Schema of those fields. */
  presented?: TObject['properties']
}
