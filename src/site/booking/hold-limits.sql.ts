// SQL about unproven bookings: holds and bookings of citizens whose e-mail address is not confirmed.
import { sql } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'

export type Unproven = { id: string; service_ids: string[]; seats: number; starts_at: Date; ends_at: Date }

/** Unproven bookings of these agents that start in [from, to), without expired holds and without the appointment `except`. */
export async function unprovenOf(
  db: Db,
  tenantId: string,
  by: { agentIds: readonly string[]; from: Date; to: Date; now: Date; except: string | null },
): Promise<Unproven[]> {
  const { rows } = await sql<Unproven>`
    select id, service_ids, seats, starts_at, ends_at from appointments
     where tenant_id = ${tenantId} and agent_id = any(${[...by.agentIds]}::uuid[])
       and starts_at >= ${by.from} and starts_at < ${by.to}
       and document ? 'unproven' and status in ('held', 'pending', 'confirmed')
       and (status <> 'held' or hold_expires_at > ${by.now}) and id is distinct from ${by.except}::uuid
     limit 5000`.execute(db)
  return rows
}

/** Counts a network's open holds, and its future unproven bookings created after `since`; `except` as above. */
export async function countOfNetwork(
  db: Db,
  tenantId: string,
  by: { network: string; since: Date; now: Date; except: string | null },
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from appointments
     where tenant_id = ${tenantId} and document ->> 'unproven' = ${by.network}
       and document ? 'unproven' and status in ('held', 'pending', 'confirmed')
       and (case when status = 'held' then hold_expires_at > ${by.now} else created_at > ${by.since} and starts_at > ${by.now} end)
       and id is distinct from ${by.except}::uuid`.execute(db)
  return rows[0]!.n
}
