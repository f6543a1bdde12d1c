// All SQL of callbacks and their history.
import { CompiledQuery, sql, type Selectable } from 'kysely'
import type { CallbackRow } from '../db/tables.ts'
import type { Db, Tx } from '../db/tx.ts'
import type { CallbackStatus } from './states.ts'

export type Callback = Selectable<CallbackRow>
export type CallbackDocument = {
  reason?: string
  data: Record<string, unknown>
  /** All numbers in the order in which they are tried; `current` is the one in the column. */
  numbers: string[]
  current: number
  /** Zones that the clock of the person may show. */
  zones: string[]
  priority: number
  scriptRef?: string
  segment?: string
  source: string
  /** Lease whose result was taken: the same result again changes nothing. */
  settledLease?: string
  cancellation?: { by: string; reason?: string }
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
> & { document: CallbackDocument }

export async function insertCallback(tx: Tx, callback: NewCallback): Promise<Callback> {
  return tx
    .insertInto('callbacks')
    .values({ ...callback, document: JSON.stringify(callback.document), updated_at: callback.created_at })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findCallback(db: Db, tenantId: string, id: string): Promise<Callback | undefined> {
  return db
    .selectFrom('callbacks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
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

/** The open request of a number in a campaign. */
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
  queued_at: Date | null
  finished_at: Date | null
  outcome: string | null
  bucket_start: Date | null
  reservation_id: string | null
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

export type Claim = {
  tenantId: string
  campaignId: string
  leaseId: string
  now: Date
  until: Date
  /** Whose personal callbacks come too; null = nobody's before their grace is over. */
  agentId: string | null
  /** Personal callbacks due before this are everybody's. */
  ownedBefore: Date
  /** Nothing that is due now ranks after this. */
  latestRank: Date
  limit: number
}

/**
 * Leases due callbacks in the order of their rank. A lease never reaches past the allowed hours. Rivals skip what is locked.
 * An array, not `in`: a subquery that the planner runs once for each row would lock and take more than the limit (seen).
 * `latestRank` keeps the walk along the index short when millions lie in the future and few are due.
 */
export async function claimCallbacks(tx: Tx, c: Claim): Promise<Callback[]> {
  const { rows } = await sql<Callback>`
    update callbacks c
       set status = 'in_progress', lease_id = ${c.leaseId}, lease_until = least(${c.until}::timestamptz, c.hours_end),
           queued_at = null, version = c.version + 1, updated_at = ${c.now}
     where c.tenant_id = ${c.tenantId} and c.id = any(array(
       select d.id from callbacks d
        where d.tenant_id = ${c.tenantId} and d.campaign_id = ${c.campaignId} and d.status = 'scheduled'
          and d.rank_at <= ${c.latestRank} and d.due_at <= ${c.now} and d.hours_end > ${c.now} and d.expires_at > ${c.now}
          and not exists (select 1 from do_not_call n where n.tenant_id = ${c.tenantId} and n.number = d.number)
          and (d.owner_agent_id is null or d.owner_agent_id = ${c.agentId}::uuid or d.due_at <= ${c.ownedBefore})
        order by d.rank_at, d.id limit ${c.limit} for update skip locked))
    returning c.*`.execute(tx)
  return rows.sort((a, b) => a.rank_at.getTime() - b.rank_at.getTime() || (a.id < b.id ? -1 : 1))
}

/** How many callbacks of a campaign are out for dialling. */
export async function countOutstanding(db: Db, tenantId: string, campaignId: string): Promise<number> {
  const { n } = await db
    .selectFrom('callbacks')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('status', 'in', ['queued', 'in_progress'])
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** Locks the campaign's row, so that its limits of number are kept among rivals. */
export async function lockCampaign(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx
    .selectFrom('campaigns')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .execute()
}

/** Ids of one tenant's callbacks whose time has come in one of three ways; at most `limit` of each. */
export async function dueForSweep(
  db: Db,
  tenantId: string,
  now: Date,
  limit: number,
): Promise<{ lost: string[]; expired: string[]; outside: string[] }> {
  const ids = async (column: 'lease_until' | 'expires_at' | 'hours_end', statuses: CallbackStatus[]) =>
    (
      await db
        .selectFrom('callbacks')
        .select('id')
        .where('tenant_id', '=', tenantId)
        .where('status', 'in', statuses)
        .where(column, '<=', now)
        .orderBy(column)
        .limit(limit)
        .execute()
    ).map((row) => row.id)
  return {
    lost: await ids('lease_until', ['in_progress']),
    expired: await ids('expires_at', ['scheduled', 'queued']),
    outside: await ids('hours_end', ['scheduled']),
  }
}

/** Requests of a number since `since`, in all campaigns. */
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
  from?: Date | undefined
  to?: Date | undefined
  /** Open ones whose window has passed. */
  late?: Date | undefined
  after: { at: Date; id: string } | null
  limit: number
}

/** Callbacks by start of their window, then id. */
export async function listCallbacks(db: Db, tenantId: string, f: CallbackFilter): Promise<Callback[]> {
  let query = db.selectFrom('callbacks').selectAll().where('tenant_id', '=', tenantId)
  if (f.campaignId) query = query.where('campaign_id', '=', f.campaignId)
  if (f.status) query = query.where('status', '=', f.status)
  if (f.number) query = query.where('number', '=', f.number)
  if (f.contactId) query = query.where('contact_id', '=', f.contactId)
  if (f.ownerAgentId) query = query.where('owner_agent_id', '=', f.ownerAgentId)
  if (f.from) query = query.where('window_from', '>=', f.from)
  if (f.to) query = query.where('window_from', '<', f.to)
  if (f.late)
    query = query.where('window_to', '<=', f.late).where('status', 'in', ['scheduled', 'queued', 'in_progress'])
  if (f.after) {
    const { at, id } = f.after
    query = query.where((eb) =>
      eb.or([eb('window_from', '>', at), eb.and([eb('window_from', '=', at), eb('id', '>', id)])]),
    )
  }
  return query.orderBy('window_from').orderBy('id').limit(f.limit).execute()
}

export type Counters = {
  scheduled: number
  due: number
  queued: number
  outstanding: number
  late: number
  completed: number
  exhausted: number
  expired: number
  cancelled: number
}

/** What a campaign's callbacks are at. */
export async function countByState(db: Db, tenantId: string, campaignId: string, now: Date): Promise<Counters> {
  const { rows } = await sql<Counters>`
    select count(*) filter (where c.status = 'scheduled')::int as scheduled,
           count(*) filter (where c.status = 'scheduled' and c.due_at <= ${now})::int as due,
           count(*) filter (where c.status = 'queued')::int as queued,
           count(*) filter (where c.status = 'in_progress')::int as outstanding,
           count(*) filter (where c.status in ('scheduled', 'queued', 'in_progress') and c.window_to <= ${now})::int as late,
           count(*) filter (where c.status = 'completed')::int as completed,
           count(*) filter (where c.status = 'exhausted')::int as exhausted,
           count(*) filter (where c.status = 'expired')::int as expired,
           count(*) filter (where c.status = 'cancelled')::int as cancelled
      from callbacks c where c.tenant_id = ${tenantId} and c.campaign_id = ${campaignId}`.execute(db)
  return rows[0]!
}

/** History of many callbacks in one statement: the same type and data for all. */
export function insertEvents(
  tenantId: string,
  subjects: readonly { subjectId: string; id: string; data: Record<string, unknown> }[],
  type: string,
  at: Date,
  actor: string,
): CompiledQuery {
  return CompiledQuery.raw(
    `insert into events (tenant_id, subject_id, id, type, at, actor, data)
     select $1, u.subject_id, u.id, $2, $3, $4, u.data
       from unnest($5::uuid[], $6::uuid[], $7::jsonb[]) as u (subject_id, id, data)`,
    [
      tenantId,
      type,
      at,
      actor,
      subjects.map((s) => s.subjectId),
      subjects.map((s) => s.id),
      subjects.map((s) => JSON.stringify(s.data)),
    ],
  )
}
