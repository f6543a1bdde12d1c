// Runs a pass repeatedly until stopped; each feature defines its pass.
import { setTimeout as sleep } from 'node:timers/promises'

export type Loop = { stop: () => Promise<void> }

/** Runs a pass at once, then again `every` ms after each pass ends; calls `onError` when a pass fails, and continues. */
export function startLoop(
  every: number,
  pass: (stopped: () => boolean) => Promise<unknown>,
  onError: (error: unknown) => void,
): Loop {
  const abort = new AbortController()
  const running = (async () => {
    while (!abort.signal.aborted) {
      await pass(() => abort.signal.aborted).catch(onError)
      await sleep(every, undefined, { signal: abort.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      abort.abort()
      await running
    },
  }
}
