// All SQL of the ledger of reserved time. `reserve` is the one way to take time: another rule against overlap (agent ×
// five-minute bucket) would change this file only.
import { CompiledQuery, sql } from 'kysely'
import { ignoring, type Ignored } from './agent-calendar.ts'
import type { Db } from '../db/tx.ts'
import type { ReservationKind } from '../db/tables.ts'

// The statements of every booking are written as text: putting them together anew each time took a tenth of its processor time.
const { raw } = CompiledQuery

/** Half-open range of instants as PostgreSQL reads it. */
export function rangeText(from: number, to: number): string {
  return `[${new Date(from).toISOString()},${new Date(to).toISOString()})`
}

export type CalendarRow = { agent_id: string; version: number; packed: string | null; sessions: SessionRow[] | null }
export type SessionRow = { id: string; service: string; starts: number; ends: number; free: number }

/**
 * Reserved time of the agents in [from, to), packed by the database into one text an agent: `start,end,kind,expires;…` in
 * epoch ms. Tried: one row an entry (pg parses 40 × 200 rows in 21 ms, packed 4 ms), arrays (parsed twice as slowly).
 */
export async function loadCalendars(
  db: Db,
  tenantId: string,
  agentIds: readonly string[],
  from: number,
  to: number,
): Promise<CalendarRow[]> {
  const { rows } = await sql<CalendarRow>`
    select c.agent_id, c.version,
           (select string_agg((extract(epoch from lower(r.period)) * 1000)::bigint || ',' || (extract(epoch from upper(r.period)) * 1000)::bigint
                     || ',' || left(r.kind, 1) || ',' || coalesce((extract(epoch from r.expires_at) * 1000)::bigint, 0), ';' order by r.period)
              from reservations r
             where r.tenant_id = ${tenantId} and r.agent_id = c.agent_id and r.period && ${rangeText(from, to)}::tstzrange) as packed,
           (select jsonb_agg(jsonb_build_object('id', s.id, 'service', s.service_id,
                     'starts', (extract(epoch from s.starts_at) * 1000)::bigint,
                     'ends', (extract(epoch from s.ends_at) * 1000)::bigint, 'free', s.seats - s.seats_used))
              from reservations s
             where s.tenant_id = ${tenantId} and s.agent_id = c.agent_id and s.kind = 'session' and s.period && ${rangeText(from, to)}::tstzrange) as sessions
      from agent_calendars c
     where c.tenant_id = ${tenantId} and c.agent_id = any(${sql.val(agentIds)}::uuid[])`.execute(db)
  return rows
}

/**
 * Locks the agent against rivals and tells all caches that its time changed. Must come first in every transaction that
 * touches the agent's reservations: with the exclusion constraint alone rivals for one slot deadlock.
 */
export function lockAgent(tenantId: string, agentId: string): CompiledQuery {
  return raw('update agent_calendars set version = version + 1 where tenant_id = $1 and agent_id = $2', [
    tenantId,
    agentId,
  ])
}

/** Opens just released time again, for staff, who need not wait. */
export function dropReleased(db: Db, tenantId: string, agentId: string, from: number, to: number): CompiledQuery {
  return db
    .deleteFrom('reservations')
    .where('tenant_id', '=', tenantId)
    .where('agent_id', '=', agentId)
    .where('kind', '=', 'released')
    .where('period', '&&', sql<string>`${rangeText(from, to)}::tstzrange`)
    .compile()
}

export type NewReservation = {
  tenantId: string
  id: string
  agentId: string
  from: number
  to: number
  kind: ReservationKind
  expiresAt: Date | null
  session?: { serviceId: string; startsAt: Date; endsAt: Date; seats: number; used: number }
  /** The configuration version that the offer was made under. */
  configVersion: number
}

/**
 * Takes time of an agent. The exclusion constraint refuses overlap (`reservations_no_overlap`). Under a newer configuration
 * than the offer was made under, the kind comes out null and `kind_not_null` refuses: plan anew.
 */
export function reserve(r: NewReservation): CompiledQuery {
  const { session } = r
  return raw(RESERVE, [
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
}

const RESERVE = `
  insert into reservations (tenant_id, id, agent_id, period, kind, expires_at, service_id, starts_at, ends_at, seats_used, seats)
  select t.id, $2::uuid, $3::uuid, $4::tstzrange, case when t.config_version = $5::bigint then $6::text end, $7::timestamptz,
         $8::uuid, $9::timestamptz, $10::timestamptz, $11::int, $12::int
    from tenants t
   where t.id = $1`

/** Takes places of a group session; more than it has break `reservations_seats`. Negative gives places back. */
export function takeSeats(db: Db, tenantId: string, id: string, seats: number): CompiledQuery {
  return db
    .updateTable('reservations')
    .set((eb) => ({ seats_used: eb('seats_used', '+', seats) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .compile()
}

/** Moves a reservation to another time or agent; the exclusion constraint decides, its own old time aside. */
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

/** Turns a hold into an appointment's time, for good; returns the id when the hold was still there. */
export function keepReservation(db: Db, tenantId: string, id: string): CompiledQuery {
  return db
    .updateTable('reservations')
    .set({ kind: 'appointment', expires_at: null })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning('id')
    .compile()
}

/** Lets a hold last until `until`. */
export function extendReservation(db: Db, tenantId: string, id: string, until: Date): CompiledQuery {
  return db
    .updateTable('reservations')
    .set({ expires_at: until })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('kind', '=', 'hold')
    .compile()
}

/** Keeps given-back time closed until `until`; it then ends by itself. */
export function closeUntil(db: Db, tenantId: string, id: string, until: Date): CompiledQuery {
  return db
    .updateTable('reservations')
    .set({ kind: 'released', expires_at: until })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .compile()
}

/** Gives time back at once. */
export function dropReservation(db: Db, tenantId: string, id: string): CompiledQuery {
  return db.deleteFrom('reservations').where('tenant_id', '=', tenantId).where('id', '=', id).compile()
}

/** Gives places of a session back, and the session's time with the last one. */
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

/** The time of an appointment that is about to move, which a search must not count; undefined when it has none of its own. */
export async function findOwnTime(db: Db, tenantId: string, reservationId: string | null): Promise<Ignored> {
  return reservationId === null ? undefined : ignoring(await findReservation(db, tenantId, reservationId))
}

/** Removes released time that has opened again, of one tenant; returns how many. */
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
