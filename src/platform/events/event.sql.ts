// All SQL for events, which are written in the same transaction as the change and as the job that relays them.
import { CompiledQuery, sql } from 'kysely'
import { HAS_WON, together } from '../database/together.ts'
import type { Db, Tx } from '../database/tx.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { timeOfUuid, uuidAt } from '../../kernel/uuid.ts'
import { relayOf } from './catalogue.ts'

export type NewEvent = {
  tenantId: string
  subjectId: string
  id: string
  type: string
  at: Date
  actor: string
  data: Record<string, unknown>
}

export type SharedEvent = { type: string; at: Date; actor: string; data: Record<string, unknown> }

const JOB = 'insert into jobs (tenant_id, id, queue, lane, due_at, payload, created_at)'
const IS_SUBSCRIBED = `exists (select 1 from webhooks w where w.tenant_id = $1 and w.status = 'active')`

/** The statements that insert an event and the job that relays it; jobs of one subject run in order. */
export function insertEvent(e: NewEvent): CompiledQuery[] {
  const event = together(
    CompiledQuery.raw(
      'insert into events (tenant_id, subject_id, id, type, at, actor, data) values ($1, $2, $3, $4, $5, $6, $7)',
      [e.tenantId, e.subjectId, e.id, e.type, e.at, e.actor, JSON.stringify(e.data)],
    ),
    EVENTS_OF_MANY,
    { subject_id: e.subjectId, id: e.id, type: e.type, at: e.at, actor: e.actor, data: e.data },
  )
  // A cancelled hold was never announced.
  const relay = e.data.before === 'held' ? 'never' : relayOf(e.type, e.actor)
  if (relay === 'never') return [event]
  const values = `$1::uuid, $2::uuid, 'events', $3::text, $4::timestamptz, '{}'::jsonb, $4::timestamptz`
  const text =
    relay === 'always'
      ? `${JOB} values ($1, $2, 'events', $3, $4, '{}', $4)`
      : `${JOB} select ${values} where ${IS_SUBSCRIBED}`
  const job = CompiledQuery.raw(text, [e.tenantId, e.id, e.subjectId, e.at])
  const ofMany = relay === 'always' ? JOBS_OF_MANY : `${JOBS_OF_MANY} and ${IS_SUBSCRIBED}`
  return [event, together(job, ofMany, { id: e.id, lane: e.subjectId, at: e.at })]
}

// Without the rows of transactions that have lost.
const EVENTS_OF_MANY = `
  insert into events (tenant_id, subject_id, id, type, at, actor, data)
  select $1, u.subject_id, u.id, u.type, u.at, u.actor, u.data
    from json_to_recordset($2::json)
           as u (needs uuid, subject_id uuid, id uuid, type text, at timestamptz, actor text, data jsonb)
   where ${HAS_WON}`
const JOBS_OF_MANY = `
  ${JOB}
  select $1::uuid, u.id, 'events', u.lane, u.at, '{}'::jsonb, u.at
    from json_to_recordset($2::json) as u (needs uuid, id uuid, lane text, at timestamptz)
   where ${HAS_WON}`

/** Writes an event; true when a job to relay it was written. */
export async function putEvent(tx: Tx, e: NewEvent): Promise<boolean> {
  const [event, job] = insertEvent(e)
  await tx.executeQuery(event!)
  return job !== undefined && ((await tx.executeQuery(job)).numAffectedRows ?? 0n) > 0n
}

/** Writes events of many subjects in one statement; `shared` is sent once. True when there is something to relay. */
export async function putEvents(
  tx: Tx,
  tenantId: string,
  subjects: readonly { subjectId: string; id: string; data?: Record<string, unknown> }[],
  shared: SharedEvent,
): Promise<boolean> {
  const [subjectIds, ids] = [subjects.map((s) => s.subjectId), subjects.map((s) => s.id)]
  const common = [tenantId, shared.type, shared.at, shared.actor, subjectIds, ids]
  const isAlike = subjects.every((s) => s.data === undefined)
  await tx.executeQuery(
    isAlike
      ? CompiledQuery.raw(
          `insert into events (tenant_id, subject_id, id, type, at, actor, data)
           select $1, u.subject_id, u.id, $2, $3, $4, $7::jsonb from unnest($5::uuid[], $6::uuid[]) as u (subject_id, id)`,
          [...common, JSON.stringify(shared.data)],
        )
      : CompiledQuery.raw(
          `insert into events (tenant_id, subject_id, id, type, at, actor, data)
           select $1, u.subject_id, u.id, $2, $3, $4, u.data
             from unnest($5::uuid[], $6::uuid[], $7::jsonb[]) as u (subject_id, id, data)`,
          [...common, subjects.map((s) => JSON.stringify({ ...shared.data, ...s.data }))],
        ),
  )
  const relay = relayOf(shared.type, shared.actor)
  if (relay === 'never') return false
  const { numAffectedRows } = await tx.executeQuery(
    CompiledQuery.raw(
      `${JOB} select $1, u.id, 'events', u.subject_id::text, $2, '{}', $2
         from unnest($3::uuid[], $4::uuid[]) as u (id, subject_id) ${relay === 'always' ? '' : `where ${IS_SUBSCRIBED}`}`,
      [tenantId, shared.at, ids, subjectIds],
    ),
  )
  return (numAffectedRows ?? 0n) > 0n
}

const COLUMNS = ['id', 'type', 'at', 'actor', 'data'] as const

/** The smallest id that an event of this subject can have, a day earlier because clocks of processes differ; UUIDv7 alone has a time. */
const sinceMade = (subjectId: string): string => uuidAt(subjectId[14] === '7' ? timeOfUuid(subjectId) - DAY : 0)

/** Events of one subject, oldest first. */
export async function listEvents(db: Db, tenantId: string, subjectId: string) {
  return (
    db
      .selectFrom('events')
      .select(COLUMNS)
      .where('tenant_id', '=', tenantId)
      .where('subject_id', '=', subjectId)
      // Where events are in partitions by month, only those since the subject was made are read.
      .where('id', '>=', sinceMade(subjectId))
      .orderBy('id')
      .execute()
  )
}

export async function findEvent(db: Db, tenantId: string, subjectId: string, id: string) {
  return db
    .selectFrom('events')
    .select(COLUMNS)
    .where('tenant_id', '=', tenantId)
    .where('subject_id', '=', subjectId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Announced events of a tenant with ids above `after` and below `before`, oldest first. */
export async function eventsAfter(
  db: Db,
  tenantId: string,
  f: { after: string | null; before: string; types: readonly string[]; subjectId: string | undefined; limit: number },
) {
  let query = db
    .selectFrom('events')
    .select([...COLUMNS, 'subject_id'])
    .where('tenant_id', '=', tenantId)
    .where('id', '<', f.before)
    .where('type', '=', sql<string>`any(${sql.val([...f.types])}::text[])`)
    // The end of a hold was never announced.
    .where(sql<boolean>`(data->>'before') is distinct from 'held'`)
  if (f.after !== null) query = query.where('id', '>', f.after)
  if (f.subjectId !== undefined) query = query.where('subject_id', '=', f.subjectId)
  return query.orderBy('id').limit(f.limit).execute()
}

/** Removes free text and contact data from the histories of these subjects; type and time of each event stay. */
export async function eraseTexts(tx: Tx, tenantId: string, subjectIds: readonly string[]): Promise<void> {
  await sql`
    update events
       set data = data
         - 'reason' - 'note' - 'number' - 'numbers' - 'comment' - 'summary' - 'notes' - 'answers' - 'asked' - 'data' - 'contact'
     where tenant_id = ${tenantId} and subject_id = any(${sql.val(subjectIds)}::uuid[])`.execute(tx)
}
