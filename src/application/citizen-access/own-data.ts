// What citizens change of their own data: names, the other means of reaching them, and their wish for reminders.
import { changeRecord } from '../../domain/catalogue/records/records.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { contacts } from '../../domain/contact/contact.resource.ts'
import type { ReminderWish } from '../../domain/contact/contact.ts'
import type { Deps } from '../../domain/deps.ts'
import { transaction } from '../../platform/database/tx.ts'
import { replanFor } from '../reminders/reminders.ts'

/** Changes a contact by a merge patch (RFC 7396). Throws faults of the schema, and `invalid_phone`. */
export async function changeOwn(
  deps: Deps,
  tenantId: string,
  id: string,
  patch: Record<string, unknown>,
): Promise<void> {
  const context = { tenantId, id, now: deps.now(), deps }
  await transaction(deps.db, (tx) => changeRecord(contacts, { ...context, tx }, patch, null))
}

type Wished = { contactIds: readonly string[]; wish: ReminderWish; coming: readonly { id: string }[] }

/** Keeps the wish for reminders, and plans those of the coming appointments again. */
export async function wishReminders(
  deps: Deps,
  config: TenantConfig,
  { contactIds, wish, coming }: Wished,
): Promise<void> {
  await transaction(deps.db, async (tx) => {
    for (const id of contactIds) {
      const context = { tenantId: config.tenantId, id, now: deps.now(), tx, deps }
      await changeRecord(contacts, context, { reminders: wish }, null)
    }
    await replanFor(deps, tx, config, coming)
  })
}
