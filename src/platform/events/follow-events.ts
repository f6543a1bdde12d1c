// Streams new events of a tenant as server-sent events: reads repeatedly, woken by pub/sub hints.
import type { CoreDeps } from '../core-deps.ts'
import { isUuid, timeOfUuid, uuidAt } from '../../kernel/uuid.ts'

/** A comment is sent this often without changes, so that proxies keep the connection open; ms. */
const HEARTBEAT = 15_000
/** Hints that arrive within this time cause one read; ms. */
const GATHER = 200
/**
 * Ids are created before their transaction commits, so an event may appear behind those already read: each read starts this far
 * back (ms) and skips what was sent.
 */
const OVERLAP = 3_000
const BATCH = 500

type Followed<T extends { id: string }> = {
  /** The id after which the stream continues; null = from now. */
  since: string | null
  /** Reads changes after an id, oldest first. */
  read: (after: string, limit: number) => Promise<T[]>
  /** Formats a change as lines of an event stream, including the final empty line. */
  shown: (change: T) => string
  /** Hints that wake the stream, as topic and text; other changes are seen only at the next heartbeat. */
  hints: readonly [topic: 'changed' | 'jobs', text: string][]
}

function forgetBefore(sent: Map<string, number>, old: string): void {
  for (const id of sent.keys()) if (id < old) sent.delete(id)
}

/** Writes changes as server-sent events until `signal` aborts; starts after `since`, or now. */
export async function followChanges<T extends { id: string }>(
  deps: CoreDeps,
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
        // Far behind: ids older than the overlap will not be read again.
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
