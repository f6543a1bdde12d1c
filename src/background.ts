// Runs a pass again and again until told to stop; what a pass does is its feature's business.
import { setTimeout as sleep } from 'node:timers/promises'

export type Loop = { stop: () => Promise<void> }

/** Starts a pass at once and then `every` ms after each end; `onError` hears of passes that failed, the next one tries again. */
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
