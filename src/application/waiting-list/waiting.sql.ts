// All SQL for the waiting list.
import { sql, type Selectable } from 'kysely'
import type { WaitingRow } from '../../platform/database/tables.ts'
import type { TimeWish } from './rules.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

export type Entry = Selectable<WaitingRow>
/** `offeredAt`: instants of the last offers; `seen`: the starts that were offered; epoch ms. */
export type EntryDocument = {
  offeredAt?: number[]
  seen?: number[]
  source?: string
  wish?: TimeWish
  takenHoldId?: string
}

export async function insertEntry(
  tx: Tx,
  e: {
    tenantId: string
    id: string
    contactId: string
    appointmentId: string | null
    serviceIds: readonly string[]
    locationId: string | null
    earliest: Date
    latest: Date
    source: string
    wish?: TimeWish | undefined
    now: Date
  },
): Promise<Entry> {
  return tx
    .insertInto('waiting_entries')
    .values({
      tenant_id: e.tenantId,
      id: e.id,
      contact_id: e.contactId,
      appointment_id: e.appointmentId,
      service_ids: [...e.serviceIds],
      location_id: e.locationId,
      earliest_at: e.earliest,
      latest_at: e.latest,
      document: JSON.stringify({ source: e.source, ...(e.wish ? { wish: e.wish } : {}) }),
      created_at: e.now,
      updated_at: e.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findEntry(db: Db, tenantId: string, id: string): Promise<Entry | undefined> {
  return db
    .selectFrom('waiting_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function lockEntry(tx: Tx, tenantId: string, id: string): Promise<Entry | undefined> {
  return tx
    .selectFrom('waiting_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** The open entry of an appointment. */
export async function openEntryOf(db: Db, tenantId: string, appointmentId: string): Promise<Entry | undefined> {
  return db
    .selectFrom('waiting_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('appointment_id', '=', appointmentId)
    .where('status', 'in', ['waiting', 'offered'])
    .executeTakeFirst()
}

/** Entries that wait for these services at this time and location, in the order in which they were created. */
export async function waitingFor(
  db: Db,
  tenantId: string,
  slot: { serviceIds: readonly string[]; locationId: string; start: Date },
  limit: number,
): Promise<Entry[]> {
  const { serviceIds } = slot
  return db
    .selectFrom('waiting_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'waiting')
    .where('service_ids', '=', sql<string[]>`${sql.val(serviceIds)}::uuid[]`)
    .where((eb) => eb.or([eb('location_id', 'is', null), eb('location_id', '=', slot.locationId)]))
    .where('earliest_at', '<=', slot.start)
    .where('latest_at', '>', slot.start)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function changeEntry(
  tx: Db | Tx,
  tenantId: string,
  id: string,
  change: Partial<Omit<Entry, 'tenant_id' | 'id' | 'document'>> & { document?: EntryDocument },
  now: Date,
): Promise<void> {
  const { document, ...columns } = change
  await tx
    .updateTable('waiting_entries')
    .set({ ...columns, ...(document ? { document: JSON.stringify(document) } : {}), updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
}

/** Open entries with ids above `after`, oldest first. */
export async function listEntries(db: Db, tenantId: string, after: string | null, limit: number): Promise<Entry[]> {
  let query = db
    .selectFrom('waiting_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', ['waiting', 'offered'])
  if (after !== null) query = query.where('id', '>', after)
  return query.orderBy('id').limit(limit).execute()
}

/** Entries of people without an appointment, in the order in which they were created. */
export async function wishesOf(db: Db, tenantId: string, limit: number): Promise<Entry[]> {
  return db
    .selectFrom('waiting_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'waiting')
    .where('appointment_id', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Ends waiting entries whose latest start has passed; returns how many. */
export async function endPast(db: Db, tenantId: string, now: Date): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('waiting_entries')
    .set({ status: 'ended', updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'waiting')
    .where('latest_at', '<=', now)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Deletes entries that were taken or ended before `before`; returns how many. */
export async function forgetOver(db: Db, tenantId: string, before: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('waiting_entries')
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', ['taken', 'ended'])
    .where('updated_at', '<', before)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Takes a contact off the waiting list without a trace. */
export async function deleteEntriesOf(tx: Tx, tenantId: string, contactId: string): Promise<void> {
  await tx.deleteFrom('waiting_entries').where('tenant_id', '=', tenantId).where('contact_id', '=', contactId).execute()
}

/** The open entries of a person, newest first. */
export async function openEntriesOf(db: Db, tenantId: string, contactId: string): Promise<Entry[]> {
  return db
    .selectFrom('waiting_entries')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('contact_id', '=', contactId)
    .where('status', 'in', ['waiting', 'offered'])
    .orderBy('created_at', 'desc')
    .limit(20)
    .execute()
}
