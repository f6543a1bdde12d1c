// Writes history in the transaction of the change itself and, once that is committed, wakes whoever relays it.
import { afterCommit, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { putEvent, putEvents, type NewEvent, type SharedEvent } from './event.sql.ts'

export const wakeRelay = (deps: Deps, tenantId: string): void => deps.pubsub.say('jobs', `${tenantId} events`)

export async function writeEvent(deps: Deps, tx: Tx, event: NewEvent): Promise<void> {
  if (await putEvent(tx, event)) afterCommit(tx, () => wakeRelay(deps, event.tenantId))
}

/** History of many subjects at once; what is the same for all is given once. */
export async function writeEvents(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  subjects: readonly { subjectId: string; id: string; data?: Record<string, unknown> }[],
  shared: SharedEvent,
): Promise<void> {
  if (await putEvents(tx, tenantId, subjects, shared)) afterCommit(tx, () => wakeRelay(deps, tenantId))
}
