// Export and erasure of a person on request (GDPR, articles 15, 17, 20), and the tenant's retention rules.
import { insertAudit } from '../../platform/audit/audit.sql.ts'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { presentRow } from '../../domain/catalogue/records/records.ts'
import { findRow, lockRow } from '../../domain/catalogue/records/resource.sql.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { everythingOf, forgottenContacts, hasOpen, subjectsOf } from './privacy.sql.ts'
import { eraseAnswers, eraseFromAppointments } from '../../domain/appointment/appointment-erasure.sql.ts'
import { eraseFromCallbacks } from '../../domain/callback/callback.sql.ts'
import { eraseReason } from '../../domain/callback/do-not-call/do-not-call.sql.ts'
import { eraseContact } from '../../domain/contact/contact.sql.ts'
import { forgetAnswersWith } from '../../platform/idempotency/idempotency.sql.ts'
import { eraseTexts } from '../../platform/events/event.sql.ts'
import { eraseMessagesTo } from '../messaging/message.sql.ts'
import { deleteEntriesOf } from '../waiting-list/waiting.sql.ts'
import { eraseConversations } from '../../domain/script/run.sql.ts'
import { eraseInbound } from '../messaging/inbound.sql.ts'
import { eraseBodies } from '../webhooks/webhook.sql.ts'
import { contacts } from '../../domain/contact/contact.resource.ts'

const BATCH = 100
/** Columns without information about the person, or with secrets; left out of the export. */
const INTERNAL = new Set([
  'tenant_id',
  'manage_hash',
  'reservation_id',
  'dedupe_key',
  'provider_id',
  'lease_id',
  'version',
])

/** Fields of stored documents that the export leaves out: second copies of a text, and the service's own marks. */
const INTERNAL_PARTS = new Set(['html', 'calendar', 'unproven', 'untold', 'seen', 'offeredAt', 'takenHoldId'])

const without = (row: object, names: ReadonlySet<string>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.has(name)))

function plain(row: Record<string, unknown>): Record<string, unknown> {
  const { document, ...rest } = without(row, INTERNAL)
  const isObject = typeof document === 'object' && document !== null
  return { ...rest, ...(isObject ? { document: without(document, INTERNAL_PARTS) } : {}) }
}

/** Exports everything stored about a person. Throws `not_found`. */
export async function exportPerson(deps: Deps, tenantId: string, id: string): Promise<Record<string, unknown>> {
  const row = await findRow(deps.db.kysely, 'contacts', tenantId, id)
  if (!row) throw new AppError('not_found', { what: 'contact' })
  const found = await deps.db.reading((db) => everythingOf(db, tenantId, id))
  return {
    madeAt: new Date(deps.now()).toISOString(),
    contact: presentRow(contacts, row),
    ...Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, rows.map(plain)])),
  }
}

type Erased = { tenantId: string; contactId: string; phone: string | null; now: Date }

/** Anonymises a person in all tables. Counts in reports stay; the contact remains, with an empty name. */
async function anonymise(tx: Tx, { tenantId, contactId, phone, now }: Erased): Promise<void> {
  const subjects = await subjectsOf(tx, tenantId, contactId)
  await eraseContact(tx, tenantId, contactId, now)
  await eraseFromAppointments(tx, tenantId, contactId, now)
  await eraseFromCallbacks(tx, tenantId, contactId, now)
  // Copies: bodies sent to other systems, answers stored for retries, histories, messages.
  await eraseBodies(tx, tenantId, subjects)
  await forgetAnswersWith(tx, tenantId, contactId)
  if (phone !== null) await eraseReason(tx, tenantId, phone)
  await eraseTexts(tx, tenantId, subjects)
  await eraseMessagesTo(tx, tenantId, contactId, now)
  await deleteEntriesOf(tx, tenantId, contactId)
  await eraseConversations(tx, tenantId, contactId)
  await eraseInbound(tx, tenantId, contactId, now)
}

/**
 * Anonymises a person. Throws `not_found`, and `still_in_use` while they have future appointments or open callbacks: cancel
 * these first.
 */
export async function erasePerson(deps: Deps, tenantId: string, id: string, actor: string): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const row = await lockRow(tx, 'contacts', tenantId, id)
    if (!row) throw new AppError('not_found', { what: 'contact' })
    const now = new Date(deps.now())
    if (await hasOpen(tx, tenantId, id, now)) throw new AppError('still_in_use', { what: 'contact' })
    await anonymise(tx, { tenantId, contactId: id, phone: row.phone as string | null, now })
    const entry = {
      tenant_id: tenantId,
      id: deps.newId(),
      at: now,
      actor,
      action: 'person_erased',
      subject: id,
      result: 200,
    }
    await insertAudit(tx, { ...entry, data: {} })
  })
}

/** Applies the tenant's retention rules to contacts and answers; returns the number of contacts anonymised. */
export async function applyRetention(
  deps: Deps,
  tenantId: string,
  stopped: () => boolean = () => false,
): Promise<number> {
  const rules = (await deps.snapshots.config(tenantId))?.settings.privacy
  if (!rules) return 0
  let done = 0
  if (rules.answerDays > 0) {
    const before = new Date(deps.now() - rules.answerDays * DAY)
    while (!stopped() && (await eraseAnswers(deps.db.kysely, tenantId, before, BATCH)) === BATCH);
  }
  if (rules.contactDays === 0) return 0
  const since = new Date(deps.now() - rules.contactDays * DAY)
  for (;;) {
    const ids = await forgottenContacts(deps.db.kysely, tenantId, since, BATCH)
    for (const id of ids) {
      if (stopped()) return done
      await erasePerson(deps, tenantId, id, 'retention')
      done += 1
    }
    if (ids.length < BATCH) return done
  }
}
