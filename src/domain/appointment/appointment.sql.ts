// All SQL of appointments and their history.
import type { Need } from '../catalogue/tenant-config.ts'
import { ORDER_COLUMNS, orderOf, type AppointmentOrder } from './appointment-order.ts'
import { CompiledQuery, sql, type Selectable } from 'kysely'
import type { AppointmentRow, AppointmentStatus } from '../../platform/database/tables.ts'
import { HAS_WON, together } from '../../platform/database/together.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { Reach } from '../../kernel/permissions/principal.ts'

export type Appointment = Selectable<AppointmentRow>
/** A citizen's rating of the visit: 1 (bad) to 5 stars; likelihood to recommend it, 0 to 10. */
export type Rating = { stars: number; recommendation?: number; reasons?: string[]; comment?: string; at: string }
export type AppointmentDocument = {
  minutes: number
  audience: 'public' | 'staff'
  answers?: Record<string, unknown>
  notes?: string
  /** Names of those who come, if not only the contact. */
  attendees?: string[]
  /** What they need at the visit. */
  needs?: Need[]
  /** BCP 47 tag or name of the language of an interpreter. */
  interpreterLanguage?: string
  /** What the integrator keeps with it. */
  metadata?: Record<string, string>
  assignment?: { reason: string; candidates: number; load: number }
  override?: { reason: string; by: string; rules: string[] }
  cancellation?: { by: string; reason?: string; code: string }
  outcome?: { by: string; note?: string }
  rating?: Rating
  /** Time of the citizen's arrival at the office. */
  arrivedAt?: string
  locale?: string
  /** Keyed hash of the citizen's network; set while the citizen's e-mail address is unconfirmed. */
  unproven?: string
  /** Id of the event about which the office chose not to notify the citizen. */
  untold?: string
  /** The callback from which it was made. */
  callbackId?: string
}

export type NewAppointment = {
  tenantId: string
  id: string
  code: string
  status: AppointmentStatus
  serviceIds: readonly string[]
  locationId: string
  agentId: string
  startsAt: Date
  endsAt: Date
  timeZone: string
  channel: string
  seats: number
  contactId: string | null
  reservationId: string
  manageHash: string | null
  externalId: string | null
  document: AppointmentDocument
  holdExpiresAt: Date | null
  now: Date
}

const COLUMNS = `tenant_id, id, code, status, service_ids, location_id, agent_id, starts_at, ends_at, time_zone, channel, seats,
    contact_id, reservation_id, manage_hash, external_id, document, hold_expires_at, created_at, updated_at`
const VALUES = (reservation: string): string => `
  $1::uuid, $2::uuid, $3::text, $4::text, $5::uuid[], $6::uuid, $7::uuid, $8::timestamptz, $9::timestamptz, $10::text, $11::text,
  $12::int, $13::uuid, ${reservation}, $15::text, $16::text, $17::jsonb, $18::timestamptz, $19::timestamptz, $19::timestamptz`
const INSERT = `insert into appointments (${COLUMNS}) values (${VALUES('$14::uuid')})`
// The aggregate gives one row also when the session is gone, with null. A distributed engine refuses a subquery inside `values`.
const INSERT_JOINING = `
  insert into appointments (${COLUMNS})
  select ${VALUES('(array_agg(r.id))[1]')} from reservations r where r.tenant_id = $1::uuid and r.id = $14::uuid`
const INSERT_MANY = `
  insert into appointments (${COLUMNS})
  select $1, u.id, u.code, u.status, u.service_ids, u.location_id, u.agent_id, u.starts_at, u.ends_at, u.time_zone, u.channel, u.seats,
         u.contact_id, u.needs, u.manage_hash, u.external_id, u.document, u.hold_expires_at, u.at, u.at
    from json_to_recordset($2::json)
           as u (needs uuid, id uuid, code text, status text, service_ids uuid[], location_id uuid, agent_id uuid, starts_at timestamptz,
                 ends_at timestamptz, time_zone text, channel text, seats int, contact_id uuid, manage_hash text, external_id text,
                 document jsonb, hold_expires_at timestamptz, at timestamptz)
   where ${HAS_WON}`

/** `joins`: the reservation (a group session) must exist; if it was deleted meanwhile, `appointments_reserved` refuses the row. */
export function insertAppointment(a: NewAppointment, joins = false): CompiledQuery {
  const document = JSON.stringify(a.document)
  const statement = CompiledQuery.raw(joins ? INSERT_JOINING : INSERT, [
    a.tenantId,
    a.id,
    a.code,
    a.status,
    a.serviceIds,
    a.locationId,
    a.agentId,
    a.startsAt,
    a.endsAt,
    a.timeZone,
    a.channel,
    a.seats,
    a.contactId,
    a.reservationId,
    a.manageHash,
    a.externalId,
    document,
    a.holdExpiresAt,
    a.now,
  ])
  if (joins) return statement
  return together(statement, INSERT_MANY, {
    ...{ id: a.id, code: a.code, status: a.status, service_ids: a.serviceIds, location_id: a.locationId },
    ...{ agent_id: a.agentId, starts_at: a.startsAt, ends_at: a.endsAt, time_zone: a.timeZone, channel: a.channel },
    ...{ seats: a.seats, contact_id: a.contactId, manage_hash: a.manageHash, external_id: a.externalId },
    ...{ document: a.document, hold_expires_at: a.holdExpiresAt, at: a.now },
  })
}

export async function findAppointment(db: Db, tenantId: string, id: string): Promise<Appointment | undefined> {
  return db
    .selectFrom('appointments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function lockAppointment(tx: Tx, tenantId: string, id: string): Promise<Appointment | undefined> {
  return tx
    .selectFrom('appointments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** Hash of the manage token of an appointment. */
export async function findManageHash(db: Db, tenantId: string, id: string): Promise<string | null | undefined> {
  return (
    await db
      .selectFrom('appointments')
      .select('manage_hash')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
  )?.manage_hash
}

export async function findByExternalId(db: Db, tenantId: string, externalId: string): Promise<Appointment | undefined> {
  return db
    .selectFrom('appointments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('external_id', '=', externalId)
    .executeTakeFirst()
}

export type Change = Partial<{
  status: AppointmentStatus
  location_id: string
  agent_id: string
  starts_at: Date
  ends_at: Date
  time_zone: string
  channel: string
  seats: number
  contact_id: string | null
  reservation_id: string | null
  manage_hash: string
  external_id: string | null
  hold_expires_at: Date | null
  cancelled_at: Date | null
  outcome_at: Date | null
  document: AppointmentDocument
}>

export async function updateAppointment(
  tx: Tx,
  tenantId: string,
  id: string,
  change: Change,
  now: Date,
): Promise<Appointment> {
  const { document, ...columns } = change
  return tx
    .updateTable('appointments')
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

export type AppointmentFilter = {
  sort?: AppointmentOrder | undefined
  from?: Date | undefined
  to?: Date | undefined
  agentId?: string | undefined
  locationId?: string | undefined
  serviceId?: string | undefined
  contactId?: string | undefined
  status?: AppointmentStatus | readonly AppointmentStatus[] | undefined
  externalId?: string | undefined
  code?: string | undefined
  /** Changed after this; the list is then sorted by the change, and `after.at` is one. */
  updatedAfter?: Date | undefined
  /** Only live appointments that overlap an absence or closure. */
  displaced?: boolean | undefined
  /** Only appointments of these agents or locations. */
  within?: Reach
  after: { at: Date; id: string } | null
  limit: number
}

/** Rated visits that began in [from, to), newest first. */
export async function ratedBetween(
  db: Db,
  tenantId: string,
  from: Date,
  to: Date,
  limit: number,
): Promise<Appointment[]> {
  return db
    .selectFrom('appointments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('starts_at', '>=', from)
    .where('starts_at', '<', to)
    .where(sql<boolean>`jsonb_exists(document, 'rating')`)
    .orderBy('starts_at', 'desc')
    .limit(limit)
    .execute()
}

/** Confirmed, completed and pending appointments that end after `since`; ordered by id, after the id `after`. */
export async function liveAfter(
  db: Db,
  tenantId: string,
  since: Date,
  after: string | null,
  limit: number,
): Promise<Appointment[]> {
  let query = db
    .selectFrom('appointments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', ['pending', 'confirmed', 'completed'])
    .where('ends_at', '>', since)
  if (after !== null) query = query.where('id', '>', after)
  return query.orderBy('id').limit(limit).execute()
}

/** Appointments that match the filter, in its order. */
export async function listAppointments(db: Db, tenantId: string, filter: AppointmentFilter): Promise<Appointment[]> {
  const { by, isReversed } = orderOf(filter)
  const order = ORDER_COLUMNS[by]
  const [beyond, direction] = isReversed ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
  let query = db.selectFrom('appointments as a').selectAll('a').where('a.tenant_id', '=', tenantId)
  if (filter.from) query = query.where('a.starts_at', '>=', filter.from)
  if (filter.to) query = query.where('a.starts_at', '<', filter.to)
  if (filter.agentId) query = query.where('a.agent_id', '=', filter.agentId)
  if (filter.locationId) query = query.where('a.location_id', '=', filter.locationId)
  if (filter.contactId) query = query.where('a.contact_id', '=', filter.contactId)
  if (filter.status) query = query.where('a.status', 'in', [filter.status].flat())
  if (filter.externalId !== undefined) query = query.where('a.external_id', '=', filter.externalId)
  if (filter.code !== undefined) query = query.where('a.code', '=', filter.code)
  if (filter.updatedAfter) query = query.where('a.updated_at', '>', filter.updatedAfter)
  if (filter.serviceId) query = query.where('a.service_ids', '@>', sql<string[]>`array[${filter.serviceId}::uuid]`)
  if (filter.within) {
    const { agentIds, locationIds } = filter.within
    query = query.where((eb) =>
      eb.or([
        eb('a.agent_id', '=', sql<string>`any(${sql.val([...agentIds])}::uuid[])`),
        eb('a.location_id', '=', sql<string>`any(${sql.val([...locationIds])}::uuid[])`),
      ]),
    )
  }
  if (filter.after) {
    const { at, id } = filter.after
    query = query.where((eb) => eb.or([eb(order, beyond, at), eb.and([eb(order, '=', at), eb('a.id', beyond, id)])]))
  }
  if (filter.displaced) {
    const during = sql<string>`tstzrange(a.starts_at, a.ends_at)`
    query = query.where('a.status', 'in', ['pending', 'confirmed']).where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom('absences as b')
            .select('b.id')
            .where('b.tenant_id', '=', tenantId)
            .whereRef('b.agent_id', '=', 'a.agent_id')
            .where('b.archived_at', 'is', null)
            .where('b.period', '&&', during),
        ),
        eb.exists(
          eb
            .selectFrom('closures as c')
            .select('c.id')
            .where('c.tenant_id', '=', tenantId)
            .where((on) => on.or([on('c.location_id', 'is', null), on('c.location_id', '=', on.ref('a.location_id'))]))
            .where('c.archived_at', 'is', null)
            .where('c.period', '&&', during),
        ),
      ]),
    )
  }
  return query.orderBy(order, direction).orderBy('a.id', direction).limit(filter.limit).execute()
}

/** The agent of the contact's latest appointment, past or future, that is not cancelled. */
export async function previousAgent(db: Db, tenantId: string, contactId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('appointments')
    .select('agent_id')
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .where('status', '<>', 'cancelled')
    .orderBy('starts_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.agent_id
}

/** Ids of pending appointments whose start has passed, at most `limit`. */
export async function unapproved(db: Db, tenantId: string, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('appointments')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'pending')
    .where('starts_at', '<=', now)
    .orderBy('starts_at')
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}

/** Ids of pending appointments of citizens with an unconfirmed address, created before `since`, oldest first. */
export async function unprovenWaiting(db: Db, tenantId: string, since: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from appointments
     where tenant_id = ${tenantId} and status = 'pending' and document ? 'unproven' and created_at < ${since}
     order by created_at limit ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** Number of future live appointments of all contacts with this e-mail address or telephone number. */
export async function countOpen(
  db: Db,
  tenantId: string,
  by: { email: string | undefined; phone: string | undefined },
  now: Date,
): Promise<number> {
  const { n } = await db
    .selectFrom('appointments as a')
    .innerJoin('contacts as c', (join) =>
      join.onRef('c.tenant_id', '=', 'a.tenant_id').onRef('c.id', '=', 'a.contact_id'),
    )
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('a.tenant_id', '=', tenantId)
    .where('c.tenant_id', '=', tenantId)
    .where('a.status', 'in', ['pending', 'confirmed'])
    .where('a.starts_at', '>', now)
    .where((eb) =>
      eb.or([
        ...(by.email === undefined ? [] : [eb(eb.fn<string>('lower', ['c.email']), '=', by.email.toLowerCase())]),
        ...(by.phone === undefined ? [] : [eb('c.phone', '=', by.phone)]),
      ]),
    )
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** The appointment with this code; holds are ignored. */
export async function findByCode(db: Db, tenantId: string, code: string): Promise<Appointment | undefined> {
  return db
    .selectFrom('appointments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('code', '=', code)
    .where('contact_id', 'is not', null)
    .executeTakeFirst()
}
