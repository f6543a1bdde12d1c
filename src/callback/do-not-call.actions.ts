// A number that nobody may call any more: on the list, and out of everything that still waits.
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { insertDoNotCall } from './do-not-call.sql.ts'
import { openWithNumber } from './callback.sql.ts'
import { cancelCallback } from './work.actions.ts'

/** Puts the number on the list and cancels the open callbacks that would call it next; queues are told. Returns how many. */
export async function addToDoNotCall(
  deps: Deps,
  tenantId: string,
  number: string,
  reason: string | null,
  actor: string,
): Promise<number> {
  await insertDoNotCall(deps.db.kysely, tenantId, number, reason, new Date(deps.now()))
  return cancelWaiting(deps, tenantId, number, actor)
}

/** Cancels the open callbacks that would call a number on the do-not-call list next. */
export async function cancelWaiting(deps: Deps, tenantId: string, number: string, actor: string): Promise<number> {
  const ids = await openWithNumber(deps.db.kysely, tenantId, number)
  for (const id of ids)
    await cancelCallback(deps, tenantId, id, 'do_not_call', actor).catch((error: unknown) => {
      // Finished in this very moment: as good as cancelled.
      if (!(error instanceof AppError)) throw error
    })
  return ids.length
}
