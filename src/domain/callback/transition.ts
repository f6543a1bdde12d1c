// All transitions of single callbacks: writes the new state and its event in the transaction of the caller.
import { writeEvent } from '../../platform/events/events.ts'
import { afterCommit, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../deps.ts'
import { withdraw } from './delivery.sql.ts'
import { AppError } from '../../kernel/errors.ts'
import { lockCallback, updateCallback, type Callback, type CallbackChange } from './callback.sql.ts'
import { isOpen, nextCallbackStatus, type CallbackAction } from './callback-states.ts'
import { nextCheck } from './next-check.ts'
import type { CallbackStatus } from '../../platform/database/tables.ts'
import { freeAgentTime } from './free-agent-time.ts'

/** The state after the action; throws `invalid_transition`. */
export function requireCallbackTransition(c: Callback, action: CallbackAction): CallbackStatus {
  const status = nextCallbackStatus(c.status, action)
  if (status === null)
    throw new AppError('invalid_transition', { status: c.status, action }, { extra: { currentStatus: c.status } })
  return status
}

/** After the commit, tells consumers that wait for due callbacks and listeners that wait for any change. */
function announce(deps: Deps, tx: Tx, c: Callback): void {
  afterCommit(tx, () => {
    if (c.status === 'scheduled') deps.due.tell(c.tenant_id, c.campaign_id, c.due_at.getTime())
    deps.pubsub.say('changed', c.tenant_id)
  })
}

type Transition = {
  status: CallbackStatus
  change: CallbackChange
  event: { type: string; actor: string; data?: Record<string, unknown> }
}

/** Writes a transition and its event. Leaving a state clears the columns that belong to it. */
export async function transition(
  deps: Deps,
  tx: Tx,
  c: Callback,
  { status, change, event }: Transition,
): Promise<Callback> {
  const now = new Date(deps.now())
  const settled = isOpen(status) || !isOpen(c.status) ? {} : { finished_at: now }
  const cleared: CallbackChange = {
    ...(status === 'in_progress' ? {} : { lease_id: null, lease_until: null, leased_at: null }),
    ...(status === 'queued' ? {} : { queued_at: null }),
    ...(status === 'queued' || status === 'in_progress' ? {} : { delivery_id: null }),
  }
  // Withdraw the delivery, so that the queue does not call any more; not when this event comes from that delivery.
  const isOut = status === 'queued' || status === 'in_progress' || event.data?.leaseId === c.delivery_id
  if (c.delivery_id !== null && !isOut) {
    await withdraw(tx, c, { id: deps.newId(), now, reason: event.type })
    afterCommit(tx, () => deps.due.tell(c.tenant_id, c.campaign_id, deps.now()))
  }
  // A promise that is kept, void or moved no longer takes agent time.
  const isFree = !isOpen(status) || event.type === 'callback.postponed'
  if (isFree) await freeAgentTime(tx, c)
  const freed = isFree ? { reservation_id: null } : {}
  const full = { ...cleared, ...settled, ...freed, ...change, status }
  const look = isOpen(status) ? { look_at: nextCheck({ ...c, ...full }, now.getTime()) } : {}
  const after = await updateCallback(tx, c.tenant_id, c.id, { ...full, ...look }, now)
  announce(deps, tx, after)
  await writeEvent(deps, tx, {
    tenantId: c.tenant_id,
    subjectId: c.id,
    id: deps.newId(),
    type: event.type,
    at: now,
    actor: event.actor,
    data: { before: c.status, after: status, ...event.data },
  })
  return after
}

/** Locks and returns the callback; throws `not_found`. */
export async function locked(tx: Tx, tenantId: string, id: string): Promise<Callback> {
  const c = await lockCallback(tx, tenantId, id)
  if (!c) throw new AppError('not_found', { what: 'callback' })
  return c
}
