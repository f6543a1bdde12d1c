// Background sweep: ends holds, reopens released slots, forgets old idempotency answers and dead holds; tenant by tenant.
import { setTimeout as sleep } from 'node:timers/promises'
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

export type Loop = { stop: () => Promise<void> }

/** One pass over all tenants. */
export async function sweep(deps: Deps, stopped: () => boolean = () => false): Promise<void> {
  for (const tenantId of await allTenantIds(deps.db.kysely)) {
    if (stopped()) return
    await expireDue(deps, tenantId)
    await forgetAnswers(deps.db.kysely, tenantId, new Date(deps.now() - REMEMBERED), BATCH)
    await forgetExpiredHolds(deps.db.kysely, tenantId, new Date(deps.now() - DAY), BATCH)
  }
}

/** Starts the sweep every fifteen seconds; `onError` hears of passes that failed, the next one tries again. */
export function startSweep(deps: Deps, onError: (error: unknown) => void): Loop {
  const abort = new AbortController()
  const running = (async () => {
    while (!abort.signal.aborted) {
      await sweep(deps, () => abort.signal.aborted).catch(onError)
      await sleep(EVERY, undefined, { signal: abort.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      abort.abort()
      await running
    },
  }
}
