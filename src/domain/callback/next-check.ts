// PURE. When the sweep must check a callback again, computed from its row.
import type { CallbackStatus } from '../../platform/database/tables.ts'

type CheckedCallback = {
  status: CallbackStatus
  due_at: Date
  hours_end: Date
  expires_at: Date
  lease_until: Date | null
  owner_agent_id: string | null
  owner_until: Date | null
  escalate_at: Date | null
}

/**
 * The next instant at which time alone may change an open callback: its lease, allowed hours or promise ends, its owner agent has
 * not called, or the supervisor must be told. Meaningless for finished callbacks. `now`: epoch ms.
 */
export function nextCheck(c: CheckedCallback, now: number): Date {
  if (c.status === 'in_progress') return c.lease_until!
  const times = [c.hours_end, c.expires_at]
  if (c.escalate_at) times.push(c.escalate_at)
  if (c.status === 'scheduled' && c.owner_agent_id !== null && c.owner_until !== null && c.owner_until.getTime() > now)
    // Whether the owner agent is present is checked when the call is due.
    times.push(c.due_at.getTime() > now ? c.due_at : c.owner_until)
  return times.reduce((first, time) => (time < first ? time : first))
}
