// Says who is to be called, once an agent knows.
import { afterCommit, transaction } from '../../platform/database/tx.ts'
import { writeEvent } from '../../platform/events/events.ts'
import type { Deps } from '../deps.ts'
import { updateCallback, type Callback } from './callback.sql.ts'
import { locked } from './transition.ts'

/** Sets the contact of a callback, open or finished. Throws `not_found`. */
export async function identify(
  deps: Deps,
  tenantId: string,
  { id, contactId, actor }: { id: string; contactId: string; actor: string },
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    if (c.contact_id === contactId) return c
    const now = new Date(deps.now())
    const after = await updateCallback(tx, tenantId, id, { contact_id: contactId }, now)
    const data = { before: c.status, after: c.status, contactId }
    const event = { tenantId, subjectId: id, id: deps.newId(), type: 'callback.identified', at: now, actor, data }
    await writeEvent(deps, tx, event)
    afterCommit(tx, () => deps.pubsub.say('changed', tenantId))
    return after
  })
}
