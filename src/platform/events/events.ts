// Writes events in the transaction of the change itself and, after the commit, wakes the relay.
import { afterCommit, type Tx } from '../database/tx.ts'
import type { CoreDeps } from '../core-deps.ts'
import { putEvent, putEvents, type NewEvent, type SharedEvent } from './event.sql.ts'

export const wakeRelay = (deps: CoreDeps, tenantId: string): void => deps.pubsub.say('jobs', `${tenantId} events`)

export async function writeEvent(deps: CoreDeps, tx: Tx, event: NewEvent): Promise<void> {
  if (await putEvent(tx, event)) afterCommit(tx, () => wakeRelay(deps, event.tenantId))
}

type EventsOfMany = {
  tenantId: string
  subjects: readonly { subjectId: string; id: string; data?: Record<string, unknown> }[]
  shared: SharedEvent
}

/** Writes events of many subjects at once; `shared` has what is the same for all. */
export async function writeEvents(deps: CoreDeps, tx: Tx, { tenantId, subjects, shared }: EventsOfMany): Promise<void> {
  if (await putEvents(tx, tenantId, subjects, shared)) afterCommit(tx, () => wakeRelay(deps, tenantId))
}
