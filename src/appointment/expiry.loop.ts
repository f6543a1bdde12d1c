// Background sweep: ends holds, reopens released slots, forgets old idempotency answers and dead holds; tenant by tenant.
import { startLoop, type Loop } from '../background.ts'
import { runLoads } from '../callback/load.actions.ts'
import { sweepCallbacks } from '../callback/sweep.actions.ts'
import { forgetDrafts } from '../booking/draft.sql.ts'
import { expireDue } from './expiry.actions.ts'
import { forgetExpiredHolds } from './appointment.sql.ts'
import type { Deps } from '../deps.ts'
import { forgetAnswers } from '../rest/idempotency.sql.ts'
import { allTenantIds } from '../tenant/tenant.sql.ts'
import { DAY, MINUTE } from '../time/interval.ts'

const EVERY = MINUTE / 4
/** How long an Idempotency-Key is remembered. */
export const REMEMBERED = 7 * DAY
const BATCH = 500

/** One pass over all tenants. */
export async function sweep(
  deps: Deps,
  stopped: () => boolean = () => false,
  onError: (error: unknown) => void = (error) => {
    throw error
  },
): Promise<void> {
  for (const tenantId of await allTenantIds(deps.db.kysely)) {
    if (stopped()) return
    const now = new Date(deps.now())
    const { kysely } = deps.db
    const steps = [
      () => expireDue(deps, tenantId),
      () => forgetAnswers(kysely, tenantId, new Date(deps.now() - REMEMBERED), BATCH),
      () => sweepCallbacks(deps, tenantId, stopped),
      () => runLoads(deps, tenantId, stopped),
      () => forgetDrafts(kysely, tenantId, now),
      () => forgetExpiredHolds(kysely, tenantId, new Date(deps.now() - DAY), BATCH),
    ]
    // What fails for one tenant, or in one step, holds up nothing else.
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        onError(error)
      }
    }
  }
}

/** Starts the sweep every fifteen seconds; a list that was just sent is read at once. */
export function startSweep(deps: Deps, onError: (error: unknown) => void): Loop {
  let isStopped = false
  const running = new Set<Promise<unknown>>()
  const stopHearing = deps.bus.on('load', (tenantId) => {
    const reading = runLoads(deps, tenantId, () => isStopped)
      .catch(onError)
      .finally(() => running.delete(reading))
    running.add(reading)
  })
  const loop = startLoop(EVERY, (stopped) => sweep(deps, stopped, onError), onError)
  return {
    async stop() {
      isStopped = true
      stopHearing()
      await loop.stop()
      await Promise.all(running)
    },
  }
}
