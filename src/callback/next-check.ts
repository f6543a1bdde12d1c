// PURE. When the clock must look at a callback again, from what its row says.
import type { CallbackStatus } from './states.ts'

export type CheckedCallback = {
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
 * The next instant at which something about an open callback may change by the passing of time: its lease ends, its allowed hours
 * or its promise end, its agent has not called, a supervisor must know. Of a finished one it says nothing of use. `now`: epoch ms.
 */
export function nextCheck(c: CheckedCallback, now: number): Date {
  if (c.status === 'in_progress') return c.lease_until!
  const times = [c.hours_end, c.expires_at]
  if (c.escalate_at) times.push(c.escalate_at)
  if (c.status === 'scheduled' && c.owner_agent_id !== null && c.owner_until !== null && c.owner_until.getTime() > now)
    // Whether the own agent is there is asked when the call is due.
    times.push(c.due_at.getTime() > now ? c.due_at : c.owner_until)
  return times.reduce((first, time) => (time < first ? time : first))
}
