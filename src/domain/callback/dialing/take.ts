// A person takes one callback by its id, and undoes its result after a mistake.
import { transaction, violationOf, type Tx } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../../kernel/errors.ts'
import { listEvents } from '../../../platform/events/event.sql.ts'
import { MINUTE } from '../../../kernel/time/interval.ts'
import { transition, locked, requireCallbackTransition } from '../transition.ts'
import { doNotCallAmong } from '../do-not-call/do-not-call.sql.ts'
import type { Callback, CallbackChange, RestorableDocument } from '../callback.sql.ts'
import { addCounts } from './counts.sql.ts'
import { documentOf } from '../callback-document.ts'

/** How long a result can be undone, in ms. */
const UNDO_WITHIN = 10 * MINUTE

/**
 * Leases this callback to a person for `seconds`, due or not: nobody else gets it meanwhile. Throws `invalid_transition` when
 * another person or a queue has it or it is finished, `outside_reach` when another agent owns it, `do_not_call`, and `window_closed`
 * after its allowed hours.
 */
export async function takeCallback(
  deps: Deps,
  tenantId: string,
  id: string,
  by: { actor: string; agentId: string | null; seconds: number },
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    const now = deps.now()
    if (c.status !== 'scheduled') requireTaken(c)
    const isOthers = c.owner_agent_id !== null && c.owner_agent_id !== by.agentId
    if (isOthers && (c.owner_until === null || c.owner_until.getTime() > now)) throw new AppError('outside_reach')
    if (c.number !== null && (await doNotCallAmong(tx, tenantId, [c.number])).size > 0)
      throw new AppError('do_not_call')
    const until = Math.min(now + by.seconds * 1000, c.hours_end.getTime())
    if (until <= now) throw new AppError('window_closed')
    const leaseId = deps.newId()
    const change = { lease_id: leaseId, lease_until: new Date(until), leased_at: new Date(now) }
    return transition(deps, tx, c, {
      status: requireCallbackTransition(c, 'lease'),
      change,
      event: {
        type: 'callback.leased',
        actor: by.actor,
        data: { leaseId },
      },
    })
  })
}

/** Refuses a callback that a queue or another person has. */
function requireTaken(c: Callback): never {
  throw new AppError(
    'invalid_transition',
    { status: c.status, action: 'lease' },
    { extra: { currentStatus: c.status } },
  )
}

/** The values of all columns that the result of an attempt changes. */
export const restorable = (c: Callback): RestorableDocument => ({
  number: c.number,
  due_at: c.due_at.toISOString(),
  hours_end: c.hours_end.toISOString(),
  expires_at: c.expires_at.toISOString(),
  rank_at: c.rank_at.toISOString(),
  attempts: c.attempts,
  outcome: c.outcome,
  settled: c.settled,
  lease_id: c.lease_id,
  lease_until: c.lease_until?.toISOString() ?? null,
  owner_until: c.owner_until?.toISOString() ?? null,
  escalate_at: c.escalate_at?.toISOString() ?? null,
})

/**
 * Undoes the latest result, at most ten minutes later and only if nothing else has happened since: restores the callback, and its
 * lease if that has not ended. Throws `undo_over`.
 */
export async function undoAttempt(deps: Deps, tenantId: string, id: string, actor: string): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, tenantId, id)
    const { undo, ...document } = documentOf(c)
    const last = (await listEvents(tx, tenantId, id)).at(-1)
    const isLast = last?.type === 'callback.attempted' && last.at.getTime() + UNDO_WITHIN >= deps.now()
    if (!undo || !isLast || undo.version !== c.version) throw new AppError('undo_over')
    return restore(deps, tx, c, { document, undo, actor })
  }).catch((error: unknown) => {
    // Another callback for the number has been opened meanwhile: it takes precedence.
    if (violationOf(error)?.constraint === 'callbacks_open_number') throw new AppError('undo_over')
    throw error
  })
}

type Undo = NonNullable<ReturnType<typeof documentOf>['undo']>

async function restore(
  deps: Deps,
  tx: Tx,
  c: Callback,
  { document, undo, actor }: { document: Omit<ReturnType<typeof documentOf>, 'undo'>; undo: Undo; actor: string },
): Promise<Callback> {
  const at = (text: string | null): Date | null => (text === null ? null : new Date(text))
  const { before } = undo
  const leaseUntil = at(before.lease_until)
  const isHeld = before.lease_id !== null && leaseUntil !== null && leaseUntil.getTime() > deps.now()
  const change: CallbackChange = {
    number: before.number,
    due_at: new Date(before.due_at),
    hours_end: new Date(before.hours_end),
    expires_at: new Date(before.expires_at),
    rank_at: new Date(before.rank_at),
    attempts: before.attempts,
    outcome: before.outcome,
    settled: before.settled,
    owner_until: at(before.owner_until),
    escalate_at: at(before.escalate_at),
    finished_at: null,
    document: { ...document, current: undo.current, zones: undo.zones },
    ...(isHeld ? { lease_id: before.lease_id, lease_until: leaseUntil, leased_at: new Date(deps.now()) } : {}),
  }
  const counts = undo.counts.map((count) => ({ ...count, n: -count.n, seconds: -count.seconds }))
  const after = await transition(deps, tx, c, {
    status: isHeld ? 'in_progress' : 'scheduled',
    change,
    event: {
      type: 'callback.attempt_undone',
      actor,
      data: { outcome: c.outcome },
    },
  })
  await addCounts(tx, c.tenant_id, counts)
  return after
}
