// SQL of daily and weekly limits: the appointments that count, and the counters that enforce the limits.
import { sql, type CompiledQuery } from 'kysely'
import type { Db } from '../../platform/database/tx.ts'
import type { Counted, Counter } from './limits.ts'

/** Appointments of any of the services that start in [from, to) and count towards limits (all except cancelled). */
export async function loadCounted(
  db: Db,
  tenantId: string,
  serviceIds: readonly string[],
  from: Date,
  to: Date,
): Promise<Counted[]> {
  const rows = await db
    .selectFrom('appointments')
    .select(['service_ids', 'agent_id', 'contact_id', 'starts_at'])
    .select(sql<'public' | 'staff'>`document->>'audience'`.as('audience'))
    .where('tenant_id', '=', tenantId)
    .where('service_ids', '&&', sql<string[]>`${sql.val(serviceIds)}::uuid[]`)
    .where('status', '<>', 'cancelled')
    .where('starts_at', '>=', from)
    .where('starts_at', '<', to)
    .execute()
  return rows.map((r) => ({
    serviceIds: r.service_ids,
    agentId: r.agent_id,
    contactId: r.contact_id,
    start: r.starts_at.getTime(),
    audience: r.audience,
  }))
}

/**
 * Adds one to a counter; the check constraint `usage_counters_limit` refuses more than the limit. A missing counter starts
 * from the number of existing appointments, so that a limit set later includes earlier bookings.
 */
export function countUp(db: Db, tenantId: string, c: Counter): CompiledQuery {
  const statement = countingUp(db, tenantId, c)
  counters.set(statement, c)
  return statement
}

const counters = new WeakMap<CompiledQuery, Counter>()

/** The counter that a statement of `countUp` adds to; undefined for other statements. */
export const counterIn = (statement: CompiledQuery | undefined): Counter | undefined =>
  statement && counters.get(statement)

function countingUp(db: Db, tenantId: string, c: Counter): CompiledQuery {
  const subject =
    c.scope === 'agent'
      ? sql`and a.agent_id = ${c.subjectId}`
      : c.scope === 'contact'
        ? sql`and a.contact_id = ${c.subjectId}`
        : sql``
  const audience = c.audience === undefined ? sql`` : sql`and a.document->>'audience' = ${c.audience}`
  return sql`
    insert into usage_counters (tenant_id, service_id, key, period_start, used, capacity)
    select ${tenantId}::uuid, ${c.serviceId}::uuid, ${c.key}, ${c.periodStart}::date, count(*) + 1, ${c.max}::int
      from appointments a
     where a.tenant_id = ${tenantId} and a.service_ids @> array[${c.serviceId}::uuid] and a.status <> 'cancelled'
       and a.starts_at >= ${new Date(c.from)} and a.starts_at < ${new Date(c.until)} ${subject} ${audience}
        on conflict (tenant_id, service_id, key, period_start)
        do update set used = usage_counters.used + 1, capacity = excluded.capacity`.compile(db)
}

/** Subtracts one from a counter, if it exists. */
export function countDown(db: Db, tenantId: string, c: Counter): CompiledQuery {
  return db
    .updateTable('usage_counters')
    .set((eb) => ({ used: eb('used', '-', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('service_id', '=', c.serviceId)
    .where('key', '=', c.key)
    .where('period_start', '=', sql<string>`${c.periodStart}::date`)
    .where('used', '>', 0)
    .compile()
}

/** Deletes the counters of a service whose limits changed; the next booking counts again. */
export async function forgetCounters(db: Db, tenantId: string, serviceId: string): Promise<void> {
  await db.deleteFrom('usage_counters').where('tenant_id', '=', tenantId).where('service_id', '=', serviceId).execute()
}
