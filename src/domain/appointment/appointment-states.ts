// PURE. The statuses of an appointment and its transitions; diagram in docs/states.md.
import type { AppointmentStatus } from '../../platform/database/tables.ts'

export type Action =
  | 'confirm'
  | 'approve'
  | 'refuse'
  | 'lapse'
  | 'cancel'
  | 'expire'
  | 'move'
  | 'reassign'
  | 'complete'
  | 'no_show'
  | 'undo_outcome'
  | 'change'
  | 'arrive'

const LIVE: readonly AppointmentStatus[] = ['pending', 'confirmed']

/** Statuses in which an action is possible, and the status after it; `null` keeps the status. */
const TRANSITIONS: Record<Action, { from: readonly AppointmentStatus[]; to: AppointmentStatus | null }> = {
  confirm: { from: ['held'], to: 'confirmed' },
  expire: { from: ['held'], to: 'cancelled' },
  approve: { from: ['pending'], to: 'confirmed' },
  refuse: { from: ['pending'], to: 'cancelled' },
  /** The start has passed without an approval. */
  lapse: { from: ['pending'], to: 'cancelled' },
  cancel: { from: ['held', ...LIVE], to: 'cancelled' },
  move: { from: ['held', ...LIVE], to: null },
  reassign: { from: LIVE, to: null },
  change: { from: [...LIVE, 'completed', 'no_show'], to: null },
  arrive: { from: ['confirmed'], to: null },
  complete: { from: ['confirmed'], to: 'completed' },
  no_show: { from: ['confirmed'], to: 'no_show' },
  undo_outcome: { from: ['completed', 'no_show'], to: 'confirmed' },
}

/** The status after the action, or null when it is not possible in `status`. `confirm` leads to `pending` if approval is required. */
export function nextStatus(
  status: AppointmentStatus,
  action: Action,
  approvalRequired = false,
): AppointmentStatus | null {
  const { from, to } = TRANSITIONS[action]
  if (!from.includes(status)) return null
  return action === 'confirm' && approvalRequired ? 'pending' : (to ?? status)
}
