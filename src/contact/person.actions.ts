// Two records of one person become one: what either has belongs to the one that stays.
import { insertAudit } from '../auth/audit.sql.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { lockRow, updateRow, type Row } from '../rest/resource.sql.ts'
import { identityOf, type ContactFields } from './contact.ts'
import { endMerged, handOver, repoint } from './timeline.sql.ts'

type Fields = ContactFields & { attributes?: Record<string, unknown> }

const fieldsOf = (row: Row): Fields => ({
  ...(row.document as Partial<Fields>),
  firstName: row.first_name as string,
  lastName: row.last_name as string,
  email: (row.email as string | null) ?? undefined,
  phone: (row.phone as string | null) ?? undefined,
  externalId: (row.external_id as string | null) ?? undefined,
})

/** What the one that stays lacks comes from the other; notes of both are kept. */
export function joined(kept: Fields, other: Fields): Fields {
  const notes = [kept.notes, other.notes]
    .filter((text) => text !== undefined && text !== '')
    .join('\n')
    .slice(0, 4000)
  const attributes = { ...other.attributes, ...kept.attributes }
  return {
    ...kept,
    email: kept.email ?? other.email,
    phone: kept.phone ?? other.phone,
    externalId: kept.externalId ?? other.externalId,
    locale: kept.locale ?? other.locale,
    ...(notes === '' ? {} : { notes }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  }
}

/** Merges the contact `otherId` into `keptId`. Throws `not_found`, `not_mergeable` for the same or an ended one. */
export async function mergeContacts(
  deps: Deps,
  tenantId: string,
  keptId: string,
  otherId: string,
  actor: string,
): Promise<Row> {
  if (keptId === otherId) throw new AppError('not_mergeable')
  return transaction(deps.db, async (tx) => {
    const rows = new Map<string, Row | undefined>()
    // Always in the same order: two people who merge the same two must not wait for each other.
    for (const id of [keptId, otherId].sort()) rows.set(id, await lockRow(tx, 'contacts', tenantId, id))
    const [kept, other] = [rows.get(keptId), rows.get(otherId)]
    if (!kept || !other) throw new AppError('not_found', { what: 'contact' })
    if (kept.archived_at !== null || other.archived_at !== null) throw new AppError('not_mergeable')
    const now = new Date(deps.now())
    await handOver(tx, tenantId, otherId, keptId)
    await repoint(tx, tenantId, otherId, keptId)
    await endMerged(tx, tenantId, otherId, keptId, now)
    const { firstName, lastName, email, phone, externalId, ...document } = joined(fieldsOf(kept), fieldsOf(other))
    const columns = {
      first_name: firstName,
      last_name: lastName,
      email: email ?? null,
      phone: phone ?? null,
      external_id: externalId ?? null,
      identity: identityOf({ firstName, lastName, email, phone }),
    }
    const after = await updateRow(tx, 'contacts', { tenantId, id: keptId, columns, document, now })
    const entry = {
      tenant_id: tenantId,
      id: deps.newId(),
      at: now,
      actor,
      action: 'contact_merged',
      subject: keptId,
      result: 200,
    }
    await insertAudit(tx, { ...entry, data: { from: otherId } })
    return after
  })
}
