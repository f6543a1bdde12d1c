// All SQL of waiting rooms. Numbers are given by one statement for all who ask a process at the same time.
import { sql, type Selectable } from 'kysely'
import type { WaitingRoomRow } from '../../platform/database/tables.ts'
import type { Db } from '../../platform/database/tx.ts'
import { burstOf, type Line } from './line.ts'

type Row = Selectable<WaitingRoomRow>

/** The line before the booking pages; so far a tenant has no other. */
const NAME = 'booking'

const lineOf = (row: Row): Line => ({
  issued: Number(row.issued),
  called: Number(row.called),
  calledAt: row.called_at.getTime(),
  draw:
    row.draw_at === null
      ? null
      : {
          at: row.draw_at.getTime(),
          count: Number(row.draw_count),
          before: row.draw_before === null ? null : Number(row.draw_before),
          seed: row.draw_seed,
        },
})
const first = (rows: readonly Row[]): Line | null => (rows[0] ? lineOf(rows[0]) : null)

/** The line of a tenant; null before anybody stood in it. */
export async function findLine(db: Db, tenantId: string): Promise<Line | null> {
  return first(
    await db
      .selectFrom('waiting_rooms')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('name', '=', NAME)
      .execute(),
  )
}

type Taking = { tenantId: string; count: number; perMinute: number; now: number }

/** Who could enter by now; places that nobody used are lost but for a few (see `burstOf`). */
const calledNow = ({ perMinute, now }: Omit<Taking, 'count'>, spare: number) =>
  sql<number>`least(w.called + ${perMinute}::float8 / 60 * greatest(0, extract(epoch from ${new Date(now)}::timestamptz - w.called_at)),
                    w.issued + ${spare}::int)`

/** Gives the next `count` numbers; they end with `issued` of the line it returns. */
export async function takeNumbers(db: Db, taking: Taking): Promise<Line> {
  const { tenantId, count, perMinute, now } = taking
  const { rows } = await sql<Row>`
    insert into waiting_rooms as w (tenant_id, name, issued, called, called_at)
    values (${tenantId}, ${NAME}, ${count}::bigint, ${burstOf(perMinute)}::float8, ${new Date(now)})
        on conflict (tenant_id, name) do update
       set issued = w.issued + ${count}::bigint,
           called = ${calledNow(taking, burstOf(perMinute))},
           called_at = greatest(w.called_at, ${new Date(now)})
    returning *`.execute(db)
  return first(rows)!
}

/** Lets `count` people into the draw for the opening `at` (epoch ms); null if it has taken place. */
export async function joinDraw(db: Db, { tenantId, count, perMinute, now }: Taking, at: number): Promise<Line | null> {
  const opening = new Date(at)
  const { rows } = await sql<Row>`
    insert into waiting_rooms as w (tenant_id, name, issued, called, called_at, draw_at, draw_count)
    values (${tenantId}, ${NAME}, 0, ${burstOf(perMinute)}::float8, ${new Date(now)}, ${opening}, ${count}::bigint)
        on conflict (tenant_id, name) do update
       set draw_count = case when w.draw_at = ${opening} then w.draw_count else 0 end + ${count}::bigint,
           draw_before = null, draw_seed = null, draw_at = ${opening}
     where w.draw_at is distinct from ${opening} or w.draw_before is null
    returning *`.execute(db)
  return first(rows)
}

/** Draws the order for the opening `at` (epoch ms): its people get the next numbers. Null if it has taken place. */
export async function draw(
  db: Db,
  pace: { tenantId: string; perMinute: number; now: number },
  { at, seed }: { at: number; seed: string },
): Promise<Line | null> {
  const { rows } = await sql<Row>`
    update waiting_rooms as w
       set draw_before = w.issued, draw_seed = ${seed}, issued = w.issued + w.draw_count,
           called = ${calledNow(pace, 0)}, called_at = greatest(w.called_at, ${new Date(pace.now)})
     where tenant_id = ${pace.tenantId} and name = ${NAME} and draw_at = ${new Date(at)} and draw_before is null
    returning *`.execute(db)
  return first(rows)
}
