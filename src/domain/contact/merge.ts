// Merges two contacts of one person, so that everything belongs to the kept contact, and undoes merges.
import { insertAudit } from '../../platform/audit/audit.sql.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { lockRow, updateRow } from '../catalogue/records/resource.sql.ts'
import { identityOf, type ContactFields } from './contact.ts'
import type { Row } from '../catalogue/records/resource.ts'
import { endMerge, endMerged, moveRowsBack, handOver, insertMerge, lockMerge, repoint, revive } from './merge.sql.ts'

type Fields = ContactFields & { attributes?: Record<string, unknown>; metadata?: Record<string, unknown> }

const fieldsOf = (row: Row): Fields => ({
  ...(row.document as Partial<Fields>),
  firstName: row.first_name as string,
  lastName: row.last_name as string,
  email: (row.email as string | null) ?? undefined,
  phone: (row.phone as string | null) ?? undefined,
  externalId: (row.external_id as string | null) ?? undefined,
})

/** The fields of the kept contact; missing ones come from the other, and the notes of both are joined. */
function joined(kept: Fields, other: Fields): Fields {
  const notes = [kept.notes, other.notes]
    .filter((text) => text !== undefined && text !== '')
    .join('\n')
    .slice(0, 4000)
  const attributes = { ...other.attributes, ...kept.attributes }
  const metadata = { ...other.metadata, ...kept.metadata }
  return {
    ...kept,
    email: kept.email ?? other.email,
    phone: kept.phone ?? other.phone,
    externalId: kept.externalId ?? other.externalId,
    locale: kept.locale ?? other.locale,
    ...(notes === '' ? {} : { notes }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}

type MergeWish = {
  tenantId: string
  keptId: string
  otherId: string
  actor: string
}

/** Merges the contact `otherId` into `keptId`. Throws `not_found`, or `not_mergeable` if they are the same or one is archived. */
export async function mergeContacts(deps: Deps, { tenantId, keptId, otherId, actor }: MergeWish): Promise<Row> {
  if (keptId === otherId) throw new AppError('not_mergeable')
  return transaction(deps.db, async (tx) => {
    const rows = new Map<string, Row | undefined>()
    // Lock in a fixed order: concurrent merges of the same two contacts must not deadlock.
    for (const id of [keptId, otherId].sort()) rows.set(id, await lockRow(tx, 'contacts', tenantId, id))
    const [kept, other] = [rows.get(keptId), rows.get(otherId)]
    if (!kept || !other) throw new AppError('not_found', { what: 'contact' })
    if (kept.archived_at !== null || other.archived_at !== null) throw new AppError('not_mergeable')
    const now = new Date(deps.now())
    const [before, from] = [fieldsOf(kept), fieldsOf(other)]
    const fields = joined(before, from)
    const { firstName, lastName, email, phone, externalId, ...document } = fields
    const identity = identityOf({ firstName, lastName, email, phone })
    const moved = await handOver(tx, tenantId, otherId, keptId)
    const parts = await repoint(tx, tenantId, otherId, keptId)
    const given = { identity: identity === other.identity, externalId: externalId === from.externalId }
    await endMerged(tx, tenantId, otherId, keptId, now, given)
    const filled = (['email', 'phone', 'externalId', 'locale', 'notes', 'attributes', 'metadata'] as const).filter(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(fields[name]),
    )
    const merge = { id: deps.newId(), kept_id: keptId, other_id: otherId, moved: { ...moved, contacts: parts }, filled }
    await insertMerge(tx, tenantId, { ...merge, now })
    const columns = {
      first_name: firstName,
      last_name: lastName,
      email: email ?? null,
      phone: phone ?? null,
      external_id: externalId ?? null,
      identity,
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

/** The fields of the kept contact without those taken from the other, unless they were changed since. */
function parted(kept: Fields, other: Fields, filled: readonly string[], hasExternalId: boolean): Fields {
  const fields = { ...kept }
  for (const name of ['email', 'phone', 'locale'] as const)
    if (filled.includes(name) && kept[name] === other[name]) delete fields[name]
  if (filled.includes('externalId') && !hasExternalId) delete fields.externalId
  if (filled.includes('notes') && other.notes !== undefined && kept.notes?.endsWith(other.notes))
    fields.notes = kept.notes.slice(0, -other.notes.length).trimEnd() || undefined
  for (const group of ['attributes', 'metadata'] as const)
    if (filled.includes(group))
      fields[group] = Object.fromEntries(
        Object.entries(kept[group] ?? {}).filter(([name, value]) => other[group]?.[name] !== value),
      )
  return fields
}

/**
 * Undoes a merge: restores the contact `otherId` with everything it had, and removes from the kept contact what came from it. Later
 * additions stay where they were made. Throws `not_mergeable` when there is no merge to undo.
 */
export async function unmergeContacts(deps: Deps, tenantId: string, otherId: string, actor: string): Promise<Row> {
  return transaction(deps.db, async (tx) => {
    const merge = await lockMerge(tx, tenantId, otherId)
    if (!merge) throw new AppError('not_mergeable')
    const rows = new Map<string, Row | undefined>()
    for (const id of [merge.kept_id, otherId].sort()) rows.set(id, await lockRow(tx, 'contacts', tenantId, id))
    const [kept, other] = [rows.get(merge.kept_id), rows.get(otherId)]
    // Merged again or erased since then.
    if (!kept || !other || other.merged_into !== merge.kept_id || other.erased_at !== null || kept.archived_at !== null)
      throw new AppError('not_mergeable')
    const now = new Date(deps.now())
    const [own, from] = [fieldsOf(kept), fieldsOf(other)]
    const tookExternalId = merge.filled.includes('externalId')
    const { firstName, lastName, email, phone, externalId, ...document } = parted(own, from, merge.filled, false)
    const columns = {
      first_name: firstName,
      last_name: lastName,
      email: email ?? null,
      phone: phone ?? null,
      external_id: externalId ?? null,
      identity: identityOf({ firstName, lastName, email, phone }),
    }
    // Update the kept contact first: it must release unique values before the other takes them back.
    await updateRow(tx, 'contacts', { tenantId, id: merge.kept_id, columns, document, now })
    const restored = {
      identity: identityOf(from),
      externalId: tookExternalId ? (own.externalId ?? null) : (from.externalId ?? null),
    }
    await revive(tx, tenantId, otherId, restored, merge.moved.contacts ?? [], now)
    await moveRowsBack(tx, tenantId, merge.moved, merge.kept_id, otherId)
    await endMerge(tx, tenantId, merge.id, now)
    const entry = {
      tenant_id: tenantId,
      id: deps.newId(),
      at: now,
      actor,
      action: 'contact_unmerged',
      subject: otherId,
    }
    await insertAudit(tx, { ...entry, result: 200, data: { from: merge.kept_id } })
    return (await lockRow(tx, 'contacts', tenantId, otherId))!
  })
}
