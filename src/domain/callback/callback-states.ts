// PURE. The states of a callback and the transitions between them; drawn in docs/states.md.
import type { CallbackStatus } from '../../platform/database/tables.ts'

export type CallbackAction =
  | 'queue'
  | 'withdraw'
  | 'lease'
  | 'give_back'
  | 'lose_lease'
  | 'complete'
  | 'retry'
  | 'exhaust'
  | 'expire'
  | 'cancel'
  | 'postpone'

const OPEN: readonly CallbackStatus[] = ['scheduled', 'queued', 'in_progress']

/** For each action, the states in which it is possible and the state after it. */
export const CALLBACK_TRANSITIONS: Record<CallbackAction, { from: readonly CallbackStatus[]; to: CallbackStatus }> = {
  /** Handed to the queue of the contact center. */
  queue: { from: ['scheduled'], to: 'queued' },
  /** Taken back from that queue. */
  withdraw: { from: ['queued'], to: 'scheduled' },
  lease: { from: ['scheduled', 'queued'], to: 'in_progress' },
  give_back: { from: ['in_progress'], to: 'scheduled' },
  lose_lease: { from: ['in_progress'], to: 'scheduled' },
  // Results may arrive late or out of order: a call that took place counts, whoever held the last lease.
  complete: { from: OPEN, to: 'completed' },
  retry: { from: OPEN, to: 'scheduled' },
  exhaust: { from: OPEN, to: 'exhausted' },
  expire: { from: ['scheduled', 'queued'], to: 'expired' },
  cancel: { from: OPEN, to: 'cancelled' },
  postpone: { from: ['scheduled', 'queued'], to: 'scheduled' },
}

export const isOpen = (status: CallbackStatus): boolean => OPEN.includes(status)

/** The state after the action, or null when it is not possible from `status`. */
export function nextCallbackStatus(status: CallbackStatus, action: CallbackAction): CallbackStatus | null {
  const { from, to } = CALLBACK_TRANSITIONS[action]
  return from.includes(status) ? to : null
}
