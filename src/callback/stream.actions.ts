// Follows the history of a tenant's callbacks: what was written since, again and again, woken by hints.
import type { Deps } from '../deps.ts'
import { isUuid, timeOfUuid, uuidAt } from '../uuid.ts'
import { changesSince, type Change } from './stream.sql.ts'

/** A reader without changes gets a comment so often, so that proxies keep the connection; ms. */
const HEARTBEAT = 15_000
/** Changes that come in one moment are gathered for so long. */
const GATHER = 200
/**
 * Identifiers are made before their transaction commits, so one may appear behind those that were read already: each look goes
 * back so far, and leaves out what it has shown.
 */
const OVERLAP = 3_000
const BATCH = 500

const shown = (change: Change): string =>
  `id: ${change.id}\nevent: ${change.type}\ndata: ${JSON.stringify({
    callbackId: change.callbackId,
    campaignId: change.campaignId,
    code: change.code,
    at: change.at.toISOString(),
    actor: change.actor,
    ...(change.data as object),
  })}\n\n`

function forgetBefore(sent: Map<string, number>, old: string): void {
  for (const id of sent.keys()) if (id < old) sent.delete(id)
}

/** Writes changes as server-sent events until `signal` says to stop. After `since` they begin there, else now. */
export async function followChanges(
  deps: Deps,
  tenantId: string,
  filter: { campaignId: string | undefined; since: string | null },
  signal: AbortSignal,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const sent = new Map<string, number>()
  const start =
    filter.since !== null && isUuid(filter.since) ? uuidAt(timeOfUuid(filter.since) - OVERLAP) : uuidAt(deps.now())
  let cursor = start
  if (filter.since !== null) sent.set(filter.since, deps.now())
  let wake: () => void = () => undefined
  let isTold = false
  const stopHearing = deps.bus.on('changed', (tenant) => {
    if (tenant !== tenantId) return
    isTold = true
    wake()
  })
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const leave = (): void => wake()
  signal.addEventListener('abort', leave)
  try {
    await write(': following\n\n')
    while (!signal.aborted) {
      isTold = false
      for (;;) {
        const changes = await changesSince(deps.db.kysely, tenantId, cursor, filter.campaignId, BATCH)
        const fresh = changes.filter((change) => change.id > start && !sent.has(change.id))
        for (const change of fresh) sent.set(change.id, deps.now())
        if (fresh.length > 0) await write(fresh.map(shown).join(''))
        if (changes.length < BATCH || signal.aborted) break
        cursor = changes.at(-1)!.id
        // Far behind: what lies further back than the overlap will not be read again.
        forgetBefore(sent, uuidAt(timeOfUuid(cursor) - OVERLAP))
      }
      for (const [id, at] of sent) if (at < deps.now() - 3 * OVERLAP) sent.delete(id)
      const back = uuidAt(deps.now() - OVERLAP)
      cursor = back > start ? back : start
      if (!isTold && !signal.aborted) await rest(HEARTBEAT)
      if (!isTold && !signal.aborted) await write(': still here\n\n')
      else if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, GATHER))
    }
  } finally {
    stopHearing()
    signal.removeEventListener('abort', leave)
  }
}
