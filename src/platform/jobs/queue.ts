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
  /** Whether this process can run the jobs of this tenant; unset = of every tenant. The jobs of others wait. */
  isFor?: (deps: D, tenantId: string) => boolean
}

export const DONE: Ended = { kind: 'done' }

/** Waits of a job that failed: 5 s, 10 s … at most an hour. */
export const JOB_WAITS = { first: 5_000, longest: 3_600_000 }
