// Changes what an integrator keeps with a callback.
import { transaction } from '../../platform/database/tx.ts'
import { writeEvent } from '../../platform/events/events.ts'
import { changedMetadata } from '../../platform/schema/schema.ts'
import { checkVersion } from '../../kernel/version.ts'
import type { Deps } from '../deps.ts'
import { documentOf } from './callback-document.ts'
import { updateCallback, type Callback } from './callback.sql.ts'
import { locked } from './transition.ts'

type Amendment = { id: string; actor: string; wantedVersion: number | null; metadata: Record<string, string | null> }

/** Changes the metadata of a callback, open or finished. Throws `not_found`, `precondition_failed`, `limit_reached`. */
export async function amendCallback(
  deps: Deps,
  tenantId: string,
  { id, actor, wantedVersion, metadata }: Amendment,
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    checkVersion(wantedVersion, c.version)
    const now = new Date(deps.now())
    const { metadata: before, ...rest } = documentOf(c)
    const kept = changedMetadata(before, metadata)
    const document = { ...rest, ...(kept ? { metadata: kept } : {}) }
    const after = await updateCallback(tx, tenantId, id, { document }, now)
    const data = { fields: ['metadata'] }
    const event = { tenantId, subjectId: id, id: deps.newId(), type: 'callback.changed', at: now, actor, data }
    await writeEvent(deps, tx, event)
    return after
  })
}
