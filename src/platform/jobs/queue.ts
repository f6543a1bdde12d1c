// PURE. The interface of a queue of background jobs: who runs them, how many at once, and what happens to one that fails.
import type { Tx } from '../database/tx.ts'
import type { CoreDeps } from '../core-deps.ts'
import type { Job } from './job.sql.ts'

/** How a job ended. `also`: writes in the same transaction as its end. */
export type Ended =
  | { kind: 'done'; also?: (tx: Tx) => Promise<void> }
  /** Retry at `at`, epoch ms; null = parked, for a person to see. */
  | {
      kind: 'again'
      at: number | null
      failure: string
      /** Nothing was tried: this attempt does not count. */
      isUntried?: boolean
    }

/** `D`: what its jobs are given. */
export type Queue<D extends CoreDeps = CoreDeps> = {
  name: string
  /** Jobs at once in one process; at most half of them for one tenant while others wait. */
  slots: number
  /** Attempts of a job that throws, before it is parked. */
  attempts: number
  run: (deps: D, job: Job) => Promise<Ended>
}

export const DONE: Ended = { kind: 'done' }

const [FIRST, LONGEST] = [5_000, 3_600_000]

/** Milliseconds until the next attempt after `attempts` failures: 5 s, 10 s … at most an hour; `dice` in [0, 1) adds jitter. */
export const backOff = (attempts: number, dice: number, first = FIRST, longest = LONGEST): number =>
  Math.round(Math.min(longest, first * 2 ** Math.max(0, Math.min(30, attempts - 1))) * (0.8 + 0.4 * dice))
