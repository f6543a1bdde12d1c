// All SQL of waiting rooms. Numbers are given by one statement for all who ask a process at the same time.
import { sql, type Selectable } from 'kysely'
import type { WaitingDrawRow, WaitingRoomRow } from '../../platform/database/tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'
import { uuidAt } from '../../kernel/uuid.ts'
import { burstOf, type Draw, type Line } from './line.ts'

/** The line before the booking pages; so far a tenant has no other. */
const NAME = 'booking'

const lineOf = (row: Selectable<WaitingRoomRow>): Line => ({
  ...{
    issued: Number(row.issued),
    called: Number(row.called),
    calledAt: row.called_at.getTime(),
    pace: Number(row.pace),
  },
})
const drawOf = (row: Selectable<WaitingDrawRow>): Draw => ({
  ...{ at: row.at.getTime(), count: Number(row.count), seed: row.seed },
  before: row.before === null ? null : Number(row.before),
})

/** The line of a tenant (null before anybody stood in it), and its draws after `since`. */
export async function findLine(db: Db, tenantId: string, since: Date): Promise<{ line: Line | null; draws: Draw[] }> {
  const [lines, draws] = await Promise.all([
    db.selectFrom('waiting_rooms').selectAll().where('tenant_id', '=', tenantId).where('name', '=', NAME).execute(),
    db.selectFrom('waiting_draws').selectAll().where('tenant_id', '=', tenantId).where('at', '>', since).execute(),
  ])
  return { line: lines[0] ? lineOf(lines[0]) : null, draws: draws.map(drawOf) }
}

type Taking = { tenantId: string; count: number; pace: number; now: number }

/** Gives the next `count` numbers; they end with `issued` of the line it returns. A new pace counts from now on. */
export async function takeNumbers(
  db: Db,
  { tenantId, count, pace, now }: Taking,
  spare = burstOf(pace),
): Promise<Line> {
  const at = new Date(now)
  const { rows } = await sql<Selectable<WaitingRoomRow>>`
    insert into waiting_rooms as w (tenant_id, name, issued, called, called_at, pace)
    values (${tenantId}, ${NAME}, ${count}::bigint, ${spare}::float8, ${at}, ${pace}::float8)
        on conflict (tenant_id, name) do update
       set issued = w.issued + ${count}::bigint, pace = ${pace}::float8, called_at = greatest(w.called_at, ${at}),
           called = least(w.called + w.pace / 60 * greatest(0, extract(epoch from ${at}::timestamptz - w.called_at)),
                          w.issued + ${spare}::int)
    returning *`.execute(db)
  return lineOf(rows[0]!)
}

/** Lets `count` people into the draw for the opening `at` (epoch ms); null if it has taken place. */
export async function joinDraw(db: Db, tenantId: string, count: number, at: number): Promise<Draw | null> {
  const { rows } = await sql<Selectable<WaitingDrawRow>>`
    insert into waiting_draws as d (tenant_id, at, count) values (${tenantId}, ${new Date(at)}, ${count}::bigint)
        on conflict (tenant_id, at) do update set count = d.count + ${count}::bigint where d.before is null
    returning *`.execute(db)
  return rows[0] ? drawOf(rows[0]) : null
}

/** Draws the order for the opening `at` (epoch ms): its people get the next numbers, as of then. Does nothing if it has taken place. */
export async function draw(
  tx: Tx,
  { tenantId, pace, at, seed }: { tenantId: string; pace: number; at: number; seed: string },
): Promise<void> {
  const opening = new Date(at)
  const undrawn = await tx
    .selectFrom('waiting_draws')
    .select('count')
    .where('tenant_id', '=', tenantId)
    .where('at', '=', opening)
    .where('before', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!undrawn) return
  const count = Number(undrawn.count)
  const { issued } = await takeNumbers(tx, { tenantId, count, pace, now: at }, 0)
  await tx
    .updateTable('waiting_draws')
    .set({ before: issued - count, seed })
    .where('tenant_id', '=', tenantId)
    .where('at', '=', opening)
    .execute()
}

/** Marks forms as used; returns those that were not used before. */
export async function useForms(db: Db, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .insertInto('waiting_forms')
    .values(ids.map((id) => ({ tenant_id: tenantId, id })))
    .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doNothing())
    .returning('id')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Forgets used forms that were made before `made` (epoch ms) and draws before that day. */
export async function forgetLine(db: Db, tenantId: string, made: number): Promise<void> {
  await db.deleteFrom('waiting_forms').where('tenant_id', '=', tenantId).where('id', '<', uuidAt(made)).execute()
  await db.deleteFrom('waiting_draws').where('tenant_id', '=', tenantId).where('at', '<', new Date(made)).execute()
}
