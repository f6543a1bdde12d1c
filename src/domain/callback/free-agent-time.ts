// Frees the time that a personal callback holds in its agent's ledger.
import { dropReservation, lockAgent } from '../availability/ledger.sql.ts'
import type { Tx } from '../../platform/database/tx.ts'
import type { Callback } from './callback.sql.ts'

/** Frees the agent's time when the callback no longer needs it. */
export async function freeAgentTime(tx: Tx, c: Callback): Promise<void> {
  if (c.reservation_id === null || c.owner_agent_id === null) return
  await tx.executeQuery(lockAgent(c.tenant_id, c.owner_agent_id))
  await tx.executeQuery(dropReservation(tx, c.tenant_id, c.reservation_id))
}
