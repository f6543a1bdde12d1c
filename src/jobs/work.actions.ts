// Does one claimed job, and writes its end together with what it caused.
import { afterCommit, transaction, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { claimJobs, finishJob, putJobs, putOffJob, renewJob, whereDue, type Job, type NewJob } from './job.sql.ts'
import { backOff, type Ended, type Queue } from './queue.ts'

/** Writes jobs and, once they are committed, wakes whoever does them. */
export async function enqueue(deps: Deps, tx: Tx, jobs: readonly NewJob[]): Promise<void> {
  await putJobs(tx, jobs)
  const now = deps.now()
  const due = new Set(jobs.filter((job) => job.due.getTime() <= now).map((job) => `${job.tenantId} ${job.queue}`))
  if (due.size > 0) afterCommit(tx, () => due.forEach((hint) => deps.pubsub.say('jobs', hint)))
}

const failureOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: string }
  return (typeof code === 'string' || typeof code === 'number' ? String(code) : (name ?? 'failed'))
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')
    .slice(0, 40)
}

/**
 * How long a claimed job is one process's, in ms, and how often that process renews the claim while it works: what a killed process
 * had in hand is taken up by another within 20 s, however long a job may take.
 */
const [LEASE, RENEW] = [20_000, 6_000]

/** Renews the claim of a job again and again; the returned function ends that, after a renewal under way. */
function keepClaim(deps: Deps, job: Job): () => Promise<void> {
  let renewing: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renewing
      .then(() => renewJob(deps.db.kysely, job, new Date(deps.now() + LEASE)))
      // Without the database nobody else can take the job up either.
      .catch(() => undefined)
  }, RENEW)
  return async () => {
    clearInterval(timer)
    await renewing
  }
}

/** Runs a claimed job to its end; resolves to its result for the metrics. `onError` hears of what it threw. */
export async function runJob(
  deps: Deps,
  queue: Queue,
  job: Job,
  onError: (error: unknown) => void,
): Promise<{ result: 'done' | 'again' | 'parked'; at: number | null }> {
  let ended: Ended
  try {
    // Whoever had it so often never came to its end: a person must look.
    if (job.attempts > queue.attempts + 1) throw Object.assign(new Error('lease lost'), { code: 'lease_lost' })
    const release = keepClaim(deps, job)
    ended = await queue.run(deps, job).finally(release)
    if (ended.kind === 'done') {
      const { also } = ended
      await transaction(deps.db, async (tx) => {
        // Put off by somebody in the meantime: what it found out is out of date, and it runs again.
        if (await finishJob(tx, job)) await also?.(tx)
      })
      return { result: 'done', at: null }
    }
  } catch (error) {
    onError(error)
    const isLast = job.attempts >= queue.attempts
    const at = isLast ? null : deps.now() + backOff(job.attempts, deps.randomBytes(1)[0]! / 256)
    ended = { kind: 'again', at, failure: failureOf(error) }
  }
  const now = new Date(deps.now())
  const { at, failure, isUntried } = ended
  await putOffJob(deps.db.kysely, job, at === null ? null : new Date(at), failure, now, isUntried)
  return { result: at === null ? 'parked' : 'again', at }
}

export const claim = (deps: Deps, queue: Queue, tenantId: string, limit: number): Promise<Job[]> => {
  const now = deps.now()
  return claimJobs(deps.db.kysely, tenantId, queue.name, new Date(now), new Date(now + LEASE), limit)
}

/** Does everything that is due, and what follows from it, one job after the other; returns how many. For tests and commands. */
export async function drain(
  deps: Deps,
  queues: readonly Queue[],
  onError: (error: unknown) => void = (error) => {
    throw error
  },
): Promise<number> {
  const byName = new Map(queues.map((queue) => [queue.name, queue]))
  let done = 0
  for (;;) {
    const before = done
    for (const { tenantId, queue: name } of await whereDue(deps.db.kysely, new Date(deps.now()))) {
      const queue = byName.get(name)
      if (!queue) continue
      for (const job of await claim(deps, queue, tenantId, 20)) {
        await runJob(deps, queue, job, onError)
        done += 1
      }
    }
    if (done === before) return done
  }
}
