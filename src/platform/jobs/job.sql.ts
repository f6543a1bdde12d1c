// All SQL for the queue of background jobs: written with their cause, claimed with a lease, deleted when done.
import { sql, type Selectable } from 'kysely'
import type { JobRow } from '../database/message-tables.ts'
import type { Db, Tx } from '../database/tx.ts'

export type Job = Selectable<JobRow>
export type NewJob = {
  tenantId: string
  id: string
  queue: string
  /** Jobs of one lane run one after the other. */
  lane?: string | undefined
  /** At most one job with this key waits: a later one replaces it. */
  key?: string | undefined
  due: Date
  now: Date
  payload?: Record<string, unknown> | undefined
}

const rowOf = (job: NewJob) => ({
  tenant_id: job.tenantId,
  id: job.id,
  queue: job.queue,
  lane: job.lane ?? null,
  key: job.key ?? null,
  due_at: job.due,
  payload: JSON.stringify(job.payload ?? {}),
  created_at: job.now,
})

/** Inserts jobs; a job whose key exists replaces the time and payload of the existing one. */
export async function putJobs(tx: Tx | Db, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return
  await tx
    .insertInto('jobs')
    .values(jobs.map(rowOf))
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'queue', 'key'])
        .where('key', 'is not', null)
        .doUpdateSet((eb) => ({
          due_at: eb.ref('excluded.due_at'),
          payload: eb.ref('excluded.payload'),
          attempts: 0,
          failure: null,
          parked_at: null,
        })),
    )
    .execute()
}

/** Inserts jobs whose key does not exist; existing jobs stay unchanged. */
export async function ensureJobs(db: Db, jobs: readonly (NewJob & { key: string })[]): Promise<void> {
  if (jobs.length === 0) return
  await db
    .insertInto('jobs')
    .values(jobs.map(rowOf))
    .onConflict((conflict) => conflict.columns(['tenant_id', 'queue', 'key']).where('key', 'is not', null).doNothing())
    .execute()
}

/** Deletes jobs whose key begins with `prefix`, except the keys in `except`. */
export async function dropJobs(
  tx: Tx | Db,
  tenantId: string,
  queue: string,
  prefix: string,
  except: readonly string[] = [],
): Promise<void> {
  await tx
    .deleteFrom('jobs')
    .where('tenant_id', '=', tenantId)
    .where('queue', '=', queue)
    .where('key', '>=', prefix)
    .where('key', '<', `${prefix}\u{10ffff}`)
    .where((eb) => eb.not(eb('key', '=', sql<string>`any(${sql.val(except)}::text[])`)))
    .execute()
}

export type WhereDue = { tenantId: string; queue: string; due: Date }

/** When the next job of these queues of a tenant is due, or its claim ends, after `after`; null = there is none. */
export async function nextJob(db: Db, tenantId: string, queues: readonly string[], after: Date): Promise<Date | null> {
  const row = await db
    .selectFrom('jobs')
    .select('due_at')
    .where('tenant_id', '=', tenantId)
    .where('parked_at', 'is', null)
    .where('queue', 'in', queues)
    .where('due_at', '>', after)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  return row?.due_at ?? null
}

/** Tenants and queues with jobs due by `until`, over all tenants or of one; a hint. */
export async function whereDue(db: Db, until: Date, tenantId: string | null = null): Promise<WhereDue[]> {
  const ofTenant = tenantId === null ? sql`` : sql`j.tenant_id = ${tenantId} and`
  const { rows } = await sql<WhereDue>`select j.tenant_id as "tenantId", j.queue, min(j.due_at) as due from jobs j
     where ${ofTenant} j.parked_at is null and j.due_at <= ${until} group by j.tenant_id, j.queue order by due`.execute(
    db,
  )
  return rows
}

/**
 * Claims due jobs of one tenant until `lease`, oldest first. Of each lane only the first job: it blocks the others even when it
 * fails, so that messages about one subject are sent in order.
 */
export async function claimJobs(
  db: Db,
  tenantId: string,
  queue: string,
  now: Date,
  lease: Date,
  limit: number,
): Promise<Job[]> {
  const { rows } = await sql<Job>`
    update jobs j set due_at = ${lease}, attempts = j.attempts + 1, failure = null
     where j.tenant_id = ${tenantId} and j.id = any(array(
       select d.id from jobs d
        where d.tenant_id = ${tenantId} and d.queue = ${queue} and d.due_at <= ${now} and d.parked_at is null
          and (d.lane is null or not exists (
            select 1 from jobs e
             where e.tenant_id = ${tenantId} and e.queue = ${queue} and e.lane = d.lane and e.id < d.id and e.parked_at is null))
        order by d.due_at, d.id limit ${limit} for update skip locked))
    returning j.*`.execute(db)
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Extends the claim of a job to `lease`; false when the job was rescheduled meanwhile. Updates `job.due_at`. */
export async function renewJob(db: Db, job: Job, lease: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set({ due_at: lease })
    .where('tenant_id', '=', job.tenant_id)
    .where('id', '=', job.id)
    .where('due_at', '=', job.due_at)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) job.due_at = lease
  return numUpdatedRows > 0n
}

/** Deletes a claimed job; false when it was rescheduled meanwhile and waits again. */
export async function finishJob(tx: Tx | Db, job: Job): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('jobs')
    .where('tenant_id', '=', job.tenant_id)
    .where('id', '=', job.id)
    .where('due_at', '=', job.due_at)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Reschedules a claimed job, or parks it (`at` = null) for a person to see. */
export async function putOffJob(
  db: Db,
  job: Job,
  at: Date | null,
  failure: string,
  now: Date,
  isUntried = false,
): Promise<void> {
  await db
    .updateTable('jobs')
    .set(
      at === null
        ? { parked_at: now, failure }
        : { due_at: at, failure, attempts: isUntried ? job.attempts - 1 : job.attempts },
    )
    .where('tenant_id', '=', job.tenant_id)
    .where('id', '=', job.id)
    .where('due_at', '=', job.due_at)
    .execute()
}

/** Due and parked jobs per queue over all tenants, for the metrics of the operator; `oldest` in seconds. */
export async function countJobs(
  db: Db,
  now: Date,
): Promise<{ queue: string; due: number; parked: number; oldest: number }[]> {
  const { rows } = await sql<{
    queue: string
    due: number
    parked: number
    oldest: number
  }>`select j.queue, count(*) filter (where j.parked_at is null)::int as due,
           count(*) filter (where j.parked_at is not null)::int as parked,
           coalesce(extract(epoch from ${now}::timestamptz - min(j.due_at) filter (where j.parked_at is null)), 0)::float8 as oldest
      from jobs j where j.due_at <= ${now} or j.parked_at is not null group by j.queue`.execute(db)
  return rows
}

/** Parked jobs of a tenant, newest first. */
export async function listParked(db: Db, tenantId: string, before: string | null, limit: number): Promise<Job[]> {
  let query = db.selectFrom('jobs').selectAll().where('tenant_id', '=', tenantId).where('parked_at', 'is not', null)
  if (before !== null) query = query.where('id', '<', before)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

/** Makes a parked job, or one that waits for a retry, due now. A running job is not touched: it has no `failure`. */
export async function wakeJob(
  db: Db,
  tenantId: string,
  id: string,
  now: Date,
  queue: string | null = null,
): Promise<boolean> {
  const query = db
    .updateTable('jobs')
    .set({ due_at: now, attempts: 0, failure: null, parked_at: null })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where((eb) => eb.or([eb('parked_at', 'is not', null), eb('failure', 'is not', null)]))
  const { numUpdatedRows } = await (queue === null ? query : query.where('queue', '=', queue)).executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Deletes jobs that were parked before `before`; returns how many. */
export async function forgetParked(db: Db, tenantId: string, before: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('jobs')
    .where('tenant_id', '=', tenantId)
    .where('parked_at', '<', before)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
