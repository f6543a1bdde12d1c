// Follows a tenant's history for whoever listens: what was written since, again and again, woken by hints.
import type { Deps } from '../deps.ts'
import { isUuid, timeOfUuid, uuidAt } from '../uuid.ts'

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

export type Followed<T extends { id: string }> = {
  /** The id after which the reader goes on; null = from now. */
  since: string | null
  /** Changes after an id, oldest first. */
  read: (after: string, limit: number) => Promise<T[]>
  /** A change as lines of an event stream, the empty one at its end included. */
  shown: (change: T) => string
  /** Hints that wake it, as `topic text`; whatever else it hears only at the next heartbeat. */
  hints: readonly [topic: 'changed' | 'jobs', text: string][]
}

function forgetBefore(sent: Map<string, number>, old: string): void {
  for (const id of sent.keys()) if (id < old) sent.delete(id)
}

/** Writes changes as server-sent events until `signal` says to stop. After `since` they begin there, else now. */
export async function followChanges<T extends { id: string }>(
  deps: Deps,
  { since, read, shown, hints }: Followed<T>,
  signal: AbortSignal,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const sent = new Map<string, number>()
  const start = since !== null && isUuid(since) ? uuidAt(timeOfUuid(since) - OVERLAP) : uuidAt(deps.now())
  let cursor = start
  if (since !== null) sent.set(since, deps.now())
  let wake: () => void = () => undefined
  let isTold = false
  const stops = hints.map(([topic, wanted]) =>
    deps.pubsub.on(topic, (text) => {
      if (text !== wanted) return
      isTold = true
      wake()
    }),
  )
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
        const changes = await read(cursor, BATCH)
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
    for (const stop of stops) stop()
    signal.removeEventListener('abort', leave)
  }
}
