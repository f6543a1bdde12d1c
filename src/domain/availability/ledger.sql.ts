// All SQL of the ledger of reserved time. Only `reserve` takes time: a different rule against overlap (agent × five-minute
// bucket) would change this file only.
import { CompiledQuery, sql } from 'kysely'
import { ignoring, type Ignored } from './agent-calendar.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { ReservationKind } from '../../platform/database/tables.ts'
import { together } from '../../platform/database/together.ts'
import { rangeText } from '../../platform/database/range.ts'

// The statements of every booking are plain text: building them with the query builder took a tenth of a booking's CPU time.
const { raw } = CompiledQuery

export type CalendarRow = { agent_id: string; version: number; packed: string | null; sessions: SessionRow[] | null }
type SessionRow = { id: string; service: string; starts: number; ends: number; free: number }

/**
 * Reserved time of the agents in [from, to), packed by the database into one text per agent: `start,end,kind,expires;…`
 * in epoch ms. Alternatives tried: one row per entry (pg parses 40 × 200 rows in 21 ms, packed text in 4 ms); arrays (half as fast).
 */
export async function loadCalendars(
  db: Db,
  tenantId: string,
  agentIds: readonly string[],
  from: number,
  to: number,
): Promise<CalendarRow[]> {
  const period = rangeText(from, to)
  const { rows } = await sql<CalendarRow>`
    select c.agent_id, c.version,
           (select string_agg((extract(epoch from lower(r.period)) * 1000)::bigint
                     || ',' || (extract(epoch from upper(r.period)) * 1000)::bigint
                     || ',' || left(r.kind, 1)
                     || ',' || coalesce((extract(epoch from r.expires_at) * 1000)::bigint, 0), ';' order by r.period)
              from reservations r
             where r.tenant_id = ${tenantId} and r.agent_id = c.agent_id
               and r.period && ${period}::tstzrange) as packed,
           (select jsonb_agg(jsonb_build_object('id', s.id, 'service', s.service_id,
                     'starts', (extract(epoch from s.starts_at) * 1000)::bigint,
                     'ends', (extract(epoch from s.ends_at) * 1000)::bigint, 'free', s.seats - s.seats_used))
              from reservations s
             where s.tenant_id = ${tenantId} and s.agent_id = c.agent_id and s.kind = 'session'
               and s.period && ${period}::tstzrange) as sessions
      from agent_calendars c
     where c.tenant_id = ${tenantId} and c.agent_id = any(${sql.val(agentIds)}::uuid[])`.execute(db)
  return rows
}

/**
 * Locks the agent against concurrent transactions and, by its new version, invalidates all caches of its time. Must come first in
 * every transaction that touches the agent's reservations: with the exclusion constraint alone, rivals for one slot deadlock.
 */
export function lockAgent(tenantId: string, agentId: string): CompiledQuery {
  return together(raw(LOCK, [tenantId, agentId]), LOCK_MANY, { agent_id: agentId })
}

const LOCK =
  'update agent_calendars set version = version + 1 where tenant_id = $1 and agent_id = $2 returning agent_id, version'
// In the order of the ids, so that two groups do not wait for each other.
const LOCK_MANY = `
  update agent_calendars c set version = c.version + 1
    from (select a.agent_id from agent_calendars a
           where a.tenant_id = $1 and a.agent_id in (select u.agent_id from json_to_recordset($2::json) as u (agent_id uuid))
           order by a.agent_id for update) l
   where c.tenant_id = $1 and c.agent_id = l.agent_id
  returning c.agent_id, c.version`

/** The new version of an agent's calendar in the answer of `lockAgent`. */
export const lockedVersion = (rows: readonly (readonly (string | null)[])[] | undefined, agentId: string): number =>
  Number(rows?.find(([id]) => id === agentId)?.[1])

/**
 * Deletes released time in [from, to), so that staff can book it before its delay ends. Never written together with others: a booking
 * that loses must leave the released time as it was.
 */
export const dropReleased = (tenantId: string, agentId: string, from: number, to: number): CompiledQuery =>
  raw(
    "delete from reservations where tenant_id = $1 and agent_id = $2 and kind = 'released' and period && $3::tstzrange",
    [tenantId, agentId, rangeText(from, to)],
  )

export type NewReservation = {
  tenantId: string
  id: string
  agentId: string
  from: number
  to: number
  kind: ReservationKind
  expiresAt: Date | null
  session?: { serviceId: string; startsAt: Date; endsAt: Date; seats: number; used: number }
  /** Configuration version under which the offer was made. */
  configVersion: number
}

/**
 * Reserves time of an agent. The exclusion constraint `reservations_no_overlap` refuses overlap. If the configuration is newer than
 * the offer, the kind becomes null and `kind_not_null` refuses the row: the caller must plan again.
 */
export function reserve(r: NewReservation): CompiledQuery {
  const { session } = r
  const statement = raw(RESERVE, [
    r.tenantId,
    r.id,
    r.agentId,
    rangeText(r.from, r.to),
    r.configVersion,
    r.kind,
    r.expiresAt,
    session?.serviceId ?? null,
    session?.startsAt ?? null,
    session?.endsAt ?? null,
    session?.used ?? 1,
    session?.seats ?? 1,
  ])
  return session
    ? statement
    : together(statement, RESERVE_MANY, {
        ...{ agent_id: r.agentId, period: rangeText(r.from, r.to) },
        ...{ config_version: r.configVersion, kind: r.kind, expires_at: r.expiresAt },
      })
}

const RESERVE = `
  insert into reservations (tenant_id, id, agent_id, period, kind, expires_at, service_id, starts_at, ends_at, seats_used, seats)
  select t.id, $2::uuid, $3::uuid, $4::tstzrange, case when t.config_version = $5::bigint then $6::text end, $7::timestamptz,
         $8::uuid, $9::timestamptz, $10::timestamptz, $11::int, $12::int
    from tenants t
   where t.id = $1`

/** Without the rows that overlap or whose offer is old: their bookings are tried alone. */
const RESERVE_MANY = `
  with won as (
  insert into reservations (tenant_id, id, agent_id, period, kind, expires_at)
  select t.id, u.needs, u.agent_id, u.period, u.kind, u.expires_at
    from json_to_recordset($2::json)
           as u (needs uuid, agent_id uuid, period tstzrange, config_version bigint, kind text, expires_at timestamptz)
    join tenants t on t.id = $1 and t.config_version = u.config_version
      on conflict do nothing
  returning id)
  select set_config('agenda.won', coalesce(array_agg(won.id), '{}')::text, true) from won`

/** Takes places of a group session; more than are free violate `reservations_seats`. A negative number gives places back. */
export function takeSeats(db: Db, tenantId: string, id: string, seats: number): CompiledQuery {
  return db
    .updateTable('reservations')
    .set((eb) => ({ seats_used: eb('seats_used', '+', seats) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .compile()
}

/** Moves a reservation to another time or agent; the exclusion constraint refuses overlap with others, not with its own old time. */
export function moveReservation(
  db: Db,
  tenantId: string,
  id: string,
  agentId: string,
  from: number,
  to: number,
): CompiledQuery {
  return db
    .updateTable('reservations')
    .set({ agent_id: agentId, period: sql<string>`${rangeText(from, to)}::tstzrange` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .compile()
}

/** Turns a hold's reservation into an appointment's, which does not expire; returns the id if the hold still existed. */
export function keepReservation(db: Db, tenantId: string, id: string): CompiledQuery {
  return db
    .updateTable('reservations')
    .set({ kind: 'appointment', expires_at: null })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning('id')
    .compile()
}

/** Extends a hold until `until`. */
export function extendReservation(db: Db, tenantId: string, id: string, until: Date): CompiledQuery {
  return db
    .updateTable('reservations')
    .set({ expires_at: until })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('kind', '=', 'hold')
    .compile()
}

/** Keeps released time closed until `until`, when the row expires. */
export function closeUntil(db: Db, tenantId: string, id: string, until: Date): CompiledQuery {
  return db
    .updateTable('reservations')
    .set({ kind: 'released', expires_at: until })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .compile()
}

/** Releases reserved time immediately. */
export function dropReservation(db: Db, tenantId: string, id: string): CompiledQuery {
  return db.deleteFrom('reservations').where('tenant_id', '=', tenantId).where('id', '=', id).compile()
}

/** Gives places of a session back; with the last place, also the session's time. */
export function leaveSession(db: Db, tenantId: string, id: string, seats: number): CompiledQuery[] {
  const empty = db
    .deleteFrom('reservations')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('seats_used', '=', 0)
    .compile()
  return [takeSeats(db, tenantId, id, -seats), empty]
}

export type Kept = { id: string; kind: ReservationKind; agentId: string; from: number; to: number }

/** The reserved time of an appointment, buffers included. */
export async function findReservation(db: Db, tenantId: string, id: string): Promise<Kept | undefined> {
  const row = await db
    .selectFrom('reservations')
    .select(['id', 'kind', 'agent_id', sql<Date>`lower(period)`.as('from'), sql<Date>`upper(period)`.as('to')])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { id: row.id, kind: row.kind, agentId: row.agent_id, from: row.from.getTime(), to: row.to.getTime() }
}

/** The time of an appointment being moved, which a search must ignore; undefined when the time is not its own (session or none). */
export async function findOwnTime(db: Db, tenantId: string, reservationId: string | null): Promise<Ignored> {
  return reservationId === null ? undefined : ignoring(await findReservation(db, tenantId, reservationId))
}

/** Deletes a tenant's released time whose delay is over; returns the number of rows. */
export async function forgetReleased(db: Db, tenantId: string, now: Date): Promise<number> {
  const rows = await db
    .deleteFrom('reservations')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'released')
    .where('expires_at', '<=', now)
    .returning('id')
    .execute()
  return rows.length
}

/** Inserts the calendar rows of agents, which bookings lock. */
export async function insertCalendars(tx: Tx, tenantId: string, agentIds: readonly string[]): Promise<void> {
  await tx
    .insertInto('agent_calendars')
    .values(agentIds.map((id) => ({ tenant_id: tenantId, agent_id: id })))
    .execute()
}
