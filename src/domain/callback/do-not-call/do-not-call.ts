// Adds a number to the do-not-call list and cancels all callbacks that wait for it.
import type { Deps } from '../../deps.ts'
import { AppError } from '../../../kernel/errors.ts'
import { insertDoNotCall } from './do-not-call.sql.ts'
import { openWithNumber } from '../callback.sql.ts'
import { cancelCallback } from '../cancel-callback.ts'

type NewDoNotCall = {
  tenantId: string
  number: string
  reason: string | null
  actor: string
}

/** Adds the number to the list and cancels open callbacks that would call it next; queues are told. Returns how many. */
export async function addToDoNotCall(deps: Deps, { tenantId, number, reason, actor }: NewDoNotCall): Promise<number> {
  await insertDoNotCall(deps.db.kysely, tenantId, number, reason, new Date(deps.now()))
  return cancelWaiting(deps, tenantId, number, actor)
}

/** Cancels open callbacks whose next call goes to a number on the do-not-call list; returns how many. */
export async function cancelWaiting(deps: Deps, tenantId: string, number: string, actor: string): Promise<number> {
  const ids = await openWithNumber(deps.db.kysely, tenantId, number)
  for (const id of ids)
    await cancelCallback(deps, { tenantId, id, reason: 'do_not_call', actor }).catch((error: unknown) => {
      // It finished at the same moment: nothing left to cancel.
      if (!(error instanceof AppError)) throw error
    })
  return ids.length
}
