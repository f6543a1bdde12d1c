// SQL of schedule versions.
import { sql } from 'kysely'
import type { Tx } from '../../platform/database/tx.ts'
import { rangeText } from '../../platform/database/range.ts'

/** Validity [from, until) in local dates as a column value; no end when `until` is null. */
export function validityValue(from: string, until: string | null): unknown {
  return sql`daterange(${from}::date, ${until}::date)`
}

/** Period [from, to) in epoch ms as a column value. */
export function periodValue(from: number, to: number): unknown {
  return sql`${rangeText(from, to)}::tstzrange`
}

type Version = { id: string; from: string; until: string | null; document: Record<string, unknown> }

/** Locks and returns the owner's unarchived version that is valid on `day`. */
export async function lockVersionOn(
  tx: Tx,
  tenantId: string,
  ownerId: string,
  day: string,
): Promise<Version | undefined> {
  return tx
    .selectFrom('schedules')
    .select([
      'id',
      'document',
      sql<string>`lower(validity)`.as('from'),
      sql<string | null>`upper(validity)`.as('until'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('owner_id', '=', ownerId)
    .where('archived_at', 'is', null)
    .where('validity', '@>', sql<string>`${day}::date`)
    .forUpdate()
    .executeTakeFirst()
}

/** Ends the validity of a version on the day `until` (exclusive). */
export async function endVersion(tx: Tx, tenantId: string, version: Version, until: string, now: Date): Promise<void> {
  await tx
    .updateTable('schedules')
    .set((eb) => ({
      validity: sql<string>`daterange(${version.from}::date, ${until}::date)`,
      document: JSON.stringify({ ...version.document, validUntil: until }),
      version: eb('version', '+', 1),
      updated_at: now,
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', version.id)
    .execute()
}
