// Erases the content of old messages after the tenant's retention period; the record of sending stays.
import type { Deps } from '../../domain/deps.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { eraseOld } from './message.sql.ts'

const BATCH = 500

/** Returns how many messages were erased. */
export async function eraseOldMessages(deps: Deps, tenantId: string): Promise<number> {
  const config = await deps.snapshots.config(tenantId)
  if (!config) return 0
  const now = deps.now()
  const before = new Date(now - config.settings.notifications.retentionDays * DAY)
  let erased = 0
  for (;;) {
    const count = await eraseOld(deps.db.kysely, tenantId, before, new Date(now), BATCH)
    erased += count
    if (count < BATCH) return erased
  }
}
