// Erases what old messages said, by the tenant's rule; that they were sent stays.
import type { Deps } from '../deps.ts'
import { DAY } from '../time/interval.ts'
import { eraseOld } from './message.sql.ts'

const BATCH = 500

/** Returns how many were erased. */
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
