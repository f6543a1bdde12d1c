// All SQL of conversations: their state, the steps they have shown, and the figures of reports.
import { sql, type Selectable } from 'kysely'
import type { ScriptRunRow } from '../../platform/database/contact-screen-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { Answer } from './script.ts'

export type Run = Selectable<ScriptRunRow>
export type RunStep = {
  position: number
  scriptId: string
  version: number
  stepId: string
  answer: Answer | null
  enteredAt: Date
  leftAt: Date | null
}

export async function insertRun(tx: Tx, run: Omit<Run, 'document'> & { document: object }): Promise<void> {
  await tx
    .insertInto('script_runs')
    .values({ ...run, document: JSON.stringify(run.document) })
    .execute()
}

export async function findRun(db: Db, tenantId: string, id: string): Promise<Run | undefined> {
  return db
    .selectFrom('script_runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function lockRun(tx: Tx, tenantId: string, id: string): Promise<Run | undefined> {
  return tx
    .selectFrom('script_runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** What a conversation is about; the first of these counts. */
export type Subject = {
  callbackId?: string | undefined
  appointmentId?: string | undefined
  callId?: string | undefined
  contactId?: string | undefined
}

/** The latest conversation about a subject since `since`; undefined when there is none. */
export async function latestRun(db: Db, tenantId: string, subject: Subject, since: Date): Promise<Run | undefined> {
  let query = db
    .selectFrom('script_runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('started_at', '>=', since)
    .orderBy('id', 'desc')
    .limit(1)
  if (subject.callbackId !== undefined) query = query.where('callback_id', '=', subject.callbackId)
  else if (subject.appointmentId !== undefined) query = query.where('appointment_id', '=', subject.appointmentId)
  else if (subject.callId !== undefined) query = query.where('call_id', '=', subject.callId)
  else
    query = query
      .where('contact_id', '=', subject.contactId ?? null)
      .where('callback_id', 'is', null)
      .where('appointment_id', 'is', null)
      .where('call_id', 'is', null)
  return query.executeTakeFirst()
}

/** Whether another conversation about the same callback began before. */
export async function hasEarlierRun(tx: Tx, run: Pick<Run, 'tenant_id' | 'callback_id' | 'id'>): Promise<boolean> {
  if (run.callback_id === null) return false
  const row = await tx
    .selectFrom('script_runs')
    .select('id')
    .where('tenant_id', '=', run.tenant_id)
    .where('callback_id', '=', run.callback_id)
    .where('id', '<', run.id)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Forgets what was said to a step that was opened again and not answered. */
export async function forgetAnswer(tx: Tx, tenantId: string, runId: string, position: number): Promise<void> {
  await tx
    .updateTable('script_run_steps')
    .set({ answer: null })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('position', '=', position)
    .where('left_at', 'is', null)
    .execute()
}

/** Deletes a conversation with its steps. */
export async function deleteRun(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.deleteFrom('script_run_steps').where('tenant_id', '=', tenantId).where('run_id', '=', id).execute()
  await tx.deleteFrom('script_runs').where('tenant_id', '=', tenantId).where('id', '=', id).execute()
}

type RunChange = Partial<Pick<Run, 'position' | 'ended_at' | 'contact_id'>> & { document?: object }

export async function updateRun(tx: Tx, tenantId: string, id: string, change: RunChange, now: Date): Promise<void> {
  const { document, ...columns } = change
  await tx
    .updateTable('script_runs')
    .set({ ...columns, ...(document === undefined ? {} : { document: JSON.stringify(document) }), updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** The steps of a conversation in the order in which they were shown. */
export async function stepsOfRun(db: Db, tenantId: string, runId: string): Promise<RunStep[]> {
  const rows = await db
    .selectFrom('script_run_steps')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute()
  return rows.map((row) => ({
    position: row.position,
    scriptId: row.script_id,
    version: row.script_version,
    stepId: row.step_id,
    answer: row.answer as Answer | null,
    enteredAt: row.entered_at,
    leftAt: row.left_at,
  }))
}

type NewStep = { runId: string; position: number; scriptId: string; version: number; stepId: string; now: Date }

export async function enterStep(tx: Tx, tenantId: string, step: NewStep): Promise<void> {
  await tx
    .insertInto('script_run_steps')
    .values({
      tenant_id: tenantId,
      run_id: step.runId,
      position: step.position,
      script_id: step.scriptId,
      script_version: step.version,
      step_id: step.stepId,
      answer: null,
      entered_at: step.now,
      left_at: null,
    })
    .execute()
}

/** Stores the answer of a step and the time at which it was left. */
export async function leaveStep(
  tx: Tx,
  tenantId: string,
  { runId, position, answer, now }: { runId: string; position: number; answer: Answer | null; now: Date },
): Promise<void> {
  await tx
    .updateTable('script_run_steps')
    .set({ answer: answer === null ? null : JSON.stringify(answer), left_at: now })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('position', '=', position)
    .execute()
}

/** Goes back to a step: forgets those after it, and opens it again with its answer kept. */
export async function returnToStep(tx: Tx, tenantId: string, runId: string, position: number): Promise<void> {
  await tx
    .deleteFrom('script_run_steps')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('position', '>', position)
    .execute()
  await tx
    .updateTable('script_run_steps')
    .set({ left_at: null })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('position', '=', position)
    .execute()
}

/** Removes the answers that were given about a contact; which steps were shown when stays. */
export async function eraseConversations(tx: Tx, tenantId: string, contactId: string): Promise<void> {
  const runs = sql`array(select r.id from script_runs r where r.tenant_id = ${tenantId} and r.contact_id = ${contactId})`
  await sql`update script_run_steps s set answer = null where s.tenant_id = ${tenantId} and s.run_id = any(${runs})`.execute(
    tx,
  )
  await sql`update script_runs r set document = '{}' where r.tenant_id = ${tenantId} and r.contact_id = ${contactId}`.execute(
    tx,
  )
}

type Range = { from: Date; to: Date }

type StepFigures = {
  version: number
  stepId: string
  shown: number
  left: number
  stopped: number
  seconds: number
}

/** How often each step was shown and left, where conversations stopped, and the seconds spent on it (mean). */
export async function stepFigures(
  db: Db,
  tenantId: string,
  scriptId: string,
  { from, to }: Range,
): Promise<StepFigures[]> {
  const { rows } = await sql<StepFigures>`
    select s.script_version as version, s.step_id as "stepId", count(*)::int as shown, count(s.left_at)::int as left,
           count(*) filter (where s.left_at is null and r.position = s.position)::int as stopped,
           coalesce(avg(extract(epoch from s.left_at - s.entered_at)), 0)::float8 as seconds
      from script_run_steps s
      join script_runs r on r.tenant_id = ${tenantId} and r.id = s.run_id
     where s.tenant_id = ${tenantId} and s.script_id = ${scriptId} and s.entered_at >= ${from} and s.entered_at < ${to}
     group by 1, 2 order by 1 desc, 2`.execute(db)
  return rows
}

export type AnswerFigures = { version: number; stepId: string; answer: string; n: number }

/** How often each answer was given; each choice of a list counts. Long texts are counted together as `*`. */
export async function answerFigures(
  db: Db,
  tenantId: string,
  scriptId: string,
  { from, to }: Range,
): Promise<AnswerFigures[]> {
  const { rows } = await sql<AnswerFigures>`
    select s.script_version as version, s.step_id as "stepId", a.answer, count(*)::int as n
      from script_run_steps s
     cross join lateral (
       select case when length(e.value) > 40 then '*' else e.value end as answer
         from jsonb_array_elements_text(case jsonb_typeof(s.answer) when 'array' then s.answer else jsonb_build_array(s.answer) end)
           as e (value)) a
     where s.tenant_id = ${tenantId} and s.script_id = ${scriptId} and s.answer is not null
       and s.entered_at >= ${from} and s.entered_at < ${to}
     group by 1, 2, 3 order by 1 desc, 2, 4 desc, 3
     limit 2000`.execute(db)
  return rows
}

export type AnswerRow = {
  runId: string
  at: Date
  version: number
  stepId: string
  answer: unknown
  contactId: string | null
  callbackId: string | null
  agentId: string | null
  campaignId: string | null
}

/** Single answers for export, oldest first, after the given place. */
export async function answerRows(
  db: Db,
  tenantId: string,
  { scriptId, from, to, after, limit }: Range & { scriptId: string; after: { at: Date; key: string }; limit: number },
): Promise<AnswerRow[]> {
  const { rows } = await sql<AnswerRow>`
    select s.run_id as "runId", s.left_at as at, s.script_version as version, s.step_id as "stepId", s.answer,
           r.contact_id as "contactId", r.callback_id as "callbackId", r.agent_id as "agentId", r.campaign_id as "campaignId"
      from script_run_steps s
      join script_runs r on r.tenant_id = ${tenantId} and r.id = s.run_id
     where s.tenant_id = ${tenantId} and s.script_id = ${scriptId} and s.answer is not null
       and s.left_at >= ${from} and s.left_at < ${to}
       and (s.left_at, s.run_id::text || s.position::text) > (${after.at}::timestamptz, ${after.key}::text)
     order by s.left_at, s.run_id::text || s.position::text
     limit ${limit}`.execute(db)
  return rows
}
