// All SQL for callbacks, except bulk work (claim.sql.ts) and counters.
import { sql, type Selectable } from 'kysely'
import type { CallbackRow, CallbackStatus } from '../../platform/database/tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'
import { nextCheck } from './next-check.ts'
import type { Reach } from '../../kernel/permissions/principal.ts'

export type Callback = Selectable<CallbackRow>
export type CallbackDocument = {
  reason?: string
  data: Record<string, unknown>
  /** All numbers in the order in which they are tried; `current` is the index of the one in the column `number`. */
  numbers: string[]
  current: number
  /** The time zone stated for the person; when set, it applies to all numbers. */
  timeZone?: string | undefined
  /** Time zones the person may be in, for the number that is called next. */
  zones: string[]
  priority: number
  scriptRef?: string
  /** Script that its segment asks for; else that of its campaign. */
  scriptId?: string
  segment?: string
  source: string
  /** What the integrator keeps with it. */
  metadata?: Record<string, string>
  /** Why the exclusive claim of the owner agent ended. */
  released?: 'owner_absent' | 'owner_late' | undefined
  cancellation?: { by: string; reason?: string }
  /** What the latest result changed, so that it can be undone; `version`: of the callback after that result. */
  undo?: { version: number; before: RestorableDocument; current: number; zones: string[]; counts: Count[] }
}
/** Column values before a result; instants in RFC 3339. */
export type RestorableDocument = {
  number: string | null
  due_at: string
  hours_end: string
  expires_at: string
  rank_at: string
  attempts: number
  outcome: string | null
  settled: string[]
  lease_id: string | null
  lease_until: string | null
  owner_until: string | null
  escalate_at: string | null
}

export type NewCallback = Omit<
  Callback,
  | 'attempts'
  | 'version'
  | 'lease_id'
  | 'lease_until'
  | 'queued_at'
  | 'finished_at'
  | 'outcome'
  | 'document'
  | 'updated_at'
  | 'look_at'
  | 'leased_at'
  | 'escalated_at'
  | 'delivery_id'
  | 'settled'
> & { document: CallbackDocument }

/** The columns of a new callback. */
export const rowOf = (callback: NewCallback) => ({
  ...callback,
  document: JSON.stringify(callback.document),
  updated_at: callback.created_at,
  look_at: nextCheck({ ...callback, lease_until: null }, callback.created_at.getTime()),
})

export async function insertCallback(tx: Tx, callback: NewCallback): Promise<Callback> {
  return tx.insertInto('callbacks').values(rowOf(callback)).returningAll().executeTakeFirstOrThrow()
}

export async function findCallback(db: Db, tenantId: string, id: string): Promise<Callback | undefined> {
  return db
    .selectFrom('callbacks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Finds a callback by the code that the citizen was given. */
export async function findCallbackByCode(db: Db, tenantId: string, code: string): Promise<Callback | undefined> {
  return db
    .selectFrom('callbacks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('code', '=', code)
    .executeTakeFirst()
}

/** Callbacks with these ids, keyed by id. */
export async function findCallbacks(db: Db, tenantId: string, ids: readonly string[]): Promise<Map<string, Callback>> {
  const rows = await db
    .selectFrom('callbacks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

export async function lockCallback(tx: Tx, tenantId: string, id: string): Promise<Callback | undefined> {
  return tx
    .selectFrom('callbacks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** Ids of the open callbacks whose next call goes to the number. */
export async function openWithNumber(db: Db, tenantId: string, number: string): Promise<string[]> {
  const rows = await db
    .selectFrom('callbacks')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('number', '=', number)
    .where('status', 'in', ['scheduled', 'queued', 'in_progress'])
    .execute()
  return rows.map((row) => row.id)
}

/** Locks and returns the callback whose current delivery this is; undefined when it has another one or none by now. */
export async function lockByDelivery(tx: Tx, tenantId: string, deliveryId: string): Promise<Callback | undefined> {
  const delivery = await tx
    .selectFrom('deliveries')
    .select('callback_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', deliveryId)
    .executeTakeFirst()
  const c = delivery && (await lockCallback(tx, tenantId, delivery.callback_id))
  return c?.delivery_id === deliveryId ? c : undefined
}

/** The open callback for a number in a campaign. */
export async function findOpen(
  db: Db,
  tenantId: string,
  campaignId: string,
  number: string,
): Promise<Callback | undefined> {
  return db
    .selectFrom('callbacks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('number', '=', number)
    .where('status', 'in', ['scheduled', 'queued', 'in_progress'])
    .executeTakeFirst()
}

export async function findByExternalCallbackId(
  db: Db,
  tenantId: string,
  externalId: string,
): Promise<Callback | undefined> {
  return db
    .selectFrom('callbacks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('external_id', '=', externalId)
    .executeTakeFirst()
}

export type CallbackChange = Partial<{
  contact_id: string
  status: CallbackStatus
  number: string | null
  window_from: Date
  window_to: Date
  due_at: Date
  hours_end: Date
  expires_at: Date
  rank_at: Date
  attempts: number
  lease_id: string | null
  lease_until: Date | null
  leased_at: Date | null
  queued_at: Date | null
  delivery_id: string | null
  finished_at: Date | null
  outcome: string | null
  bucket_start: Date | null
  reservation_id: string | null
  owner_until: Date | null
  escalate_at: Date | null
  escalated_at: Date | null
  look_at: Date
  settled: string[]
  document: CallbackDocument
}>

export async function updateCallback(
  tx: Tx,
  tenantId: string,
  id: string,
  { document, ...columns }: CallbackChange,
  now: Date,
): Promise<Callback> {
  return tx
    .updateTable('callbacks')
    .set((eb) => ({
      ...columns,
      ...(document ? { document: JSON.stringify(document) } : {}),
      version: eb('version', '+', 1),
      updated_at: now,
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Locks the row of the campaign, so that concurrent requests cannot exceed its limits. */
export async function lockCampaign(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx
    .selectFrom('campaigns')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .execute()
}

/** Counts the callbacks requested for a number since `since`, in all campaigns. */
export async function countRequests(db: Db, tenantId: string, number: string, since: Date): Promise<number> {
  const { n } = await db
    .selectFrom('callbacks')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('tenant_id', '=', tenantId)
    .where('number', '=', number)
    .where('created_at', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(n)
}

export async function countOpenCallbacks(db: Db, tenantId: string, campaignId: string): Promise<number> {
  const { n } = await db
    .selectFrom('callbacks')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('status', 'in', ['scheduled', 'queued', 'in_progress'])
    .executeTakeFirstOrThrow()
  return Number(n)
}

export type CallbackFilter = {
  campaignId?: string | undefined
  status?: CallbackStatus | undefined
  number?: string | undefined
  contactId?: string | undefined
  ownerAgentId?: string | undefined
  externalId?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
  /** Only open callbacks whose window has ended by this instant. */
  late?: Date | undefined
  /** Only open callbacks that were escalated to the supervisor because nobody called in time. */
  escalated?: boolean | undefined
  /** Only callbacks without an owner, or owned by one of these agents. */
  within?: Reach
  after: { at: Date; id: string } | null
  limit: number
  latestFirst?: boolean
}

/** Lists callbacks ordered by the start of their window, then by id. */
export async function listCallbacks(db: Db, tenantId: string, f: CallbackFilter): Promise<Callback[]> {
  let query = db.selectFrom('callbacks').selectAll().where('tenant_id', '=', tenantId)
  if (f.campaignId) query = query.where('campaign_id', '=', f.campaignId)
  if (f.status) query = query.where('status', '=', f.status)
  if (f.number) query = query.where('number', '=', f.number)
  if (f.contactId) query = query.where('contact_id', '=', f.contactId)
  if (f.ownerAgentId) query = query.where('owner_agent_id', '=', f.ownerAgentId)
  if (f.externalId) query = query.where('external_id', '=', f.externalId)
  if (f.from) query = query.where('window_from', '>=', f.from)
  if (f.to) query = query.where('window_from', '<', f.to)
  if (f.late)
    query = query.where('window_to', '<=', f.late).where('status', 'in', ['scheduled', 'queued', 'in_progress'])
  if (f.escalated)
    query = query.where('escalated_at', 'is not', null).where('status', 'in', ['scheduled', 'queued', 'in_progress'])
  const { within } = f
  if (within) {
    query = query.where((eb) =>
      eb.or([
        eb('owner_agent_id', 'is', null),
        eb('owner_agent_id', '=', sql<string>`any(${sql.val([...within.agentIds])}::uuid[])`),
      ]),
    )
  }
  if (f.after) {
    const { at, id } = f.after
    query = query.where((eb) =>
      eb.or([eb('window_from', '>', at), eb.and([eb('window_from', '=', at), eb('id', '>', id)])]),
    )
  }
  const order = f.latestFirst ? 'desc' : 'asc'
  return query.orderBy('window_from', order).orderBy('id', order).limit(f.limit).execute()
}

export type Count = { campaignId: string; day: string; kind: CountKind; n: number; seconds: number }

/**
 * `attempt:<outcome>`; `kept`: the first attempt began by the end of the window, `late`: after it, both with the seconds
 * from the start of the window; `missed`: expired without an attempt.
 */
type CountKind = 'kept' | 'late' | 'missed' | `attempt:${string}`

/** Removes numbers, data and reasons from a contact's finished callbacks; their states and times stay for reports. */
export async function eraseFromCallbacks(tx: Tx, tenantId: string, contactId: string, now: Date): Promise<void> {
  await sql`
    update callbacks set number = '', external_id = null, updated_at = ${now}, version = version + 1,
           document = document - 'reason' - 'numbers' - 'data' - 'cancellation' - 'metadata' || '{"data": {}, "numbers": []}'::jsonb
     where tenant_id = ${tenantId} and contact_id = ${contactId}
       and status not in ('scheduled', 'queued', 'in_progress')`.execute(tx)
}
