// PURE. What a queue of side work is: who does its jobs, how many at once, and what becomes of one that fails.
import type { Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import type { Job } from './job.sql.ts'

/** How a job ended. `also`: what it writes, in one transaction with its end. */
export type Ended =
  | { kind: 'done'; also?: (tx: Tx) => Promise<void> }
  /** Again at `at`, epoch ms; null = parked, where a person sees it. */
  | {
      kind: 'again'
      at: number | null
      failure: string
      /** It was not tried: this attempt does not count. */
      isUntried?: boolean
    }

export type Queue = {
  name: string
  /** Jobs at once in one process; of one tenant at most half of them. */
  slots: number
  /** Attempts of a job that throws, before it is parked. */
  attempts: number
  run: (deps: Deps, job: Job) => Promise<Ended>
}

export const DONE: Ended = { kind: 'done' }

const [FIRST, LONGEST] = [5_000, 3_600_000]

/** Milliseconds until the next attempt after `attempts` failures: 5 s, 10 s … an hour at most, spread by `dice` in [0, 1). */
export const backOff = (attempts: number, dice: number, first = FIRST, longest = LONGEST): number =>
  Math.round(Math.min(longest, first * 2 ** Math.max(0, Math.min(30, attempts - 1))) * (0.8 + 0.4 * dice))
