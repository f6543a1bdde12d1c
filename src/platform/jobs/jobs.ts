// Runs one claimed job, and writes its end together with its effects.
import { afterCommit, transaction, type Tx } from '../database/tx.ts'
import type { CoreDeps } from '../core-deps.ts'
import {
  claimJobs,
  finishJob,
  putJobs,
  putOffJob,
  renewJob,
  whereDue,
  type Job,
  type NewJob,
  type WhereDue,
} from './job.sql.ts'
import { backOff } from '../../kernel/back-off.ts'
import { inSpan } from '../tracing/tracing.ts'
import { JOB_WAITS, type Ended, type Queue } from './queue.ts'

/** Writes jobs and, after the commit, wakes the processes that run them. */
export async function enqueue(deps: CoreDeps, tx: Tx, jobs: readonly NewJob[]): Promise<void> {
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
 * How long a claim lasts, in ms, and how often the process renews it while it works: another process takes the jobs of a killed
 * process within 20 s, however long a job may take.
 */
const [LEASE, RENEW] = [20_000, 6_000]

/** Renews the claim of a job periodically; the returned function stops this and waits for a renewal under way. */
function keepClaim(deps: CoreDeps, job: Job): () => Promise<void> {
  let renewing: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renewing
      .then(() => renewJob(deps.db.kysely, job, new Date(deps.now() + LEASE)))
      // Without the database no other process can claim the job either.
      .catch(() => undefined)
  }, RENEW)
  return async () => {
    clearInterval(timer)
    await renewing
  }
}

type RunResult = { result: 'done' | 'again' | 'parked'; at: number | null }
type OnError = (error: unknown) => void

/** Runs a claimed job to its end, in the time of its tenant; resolves to its result for the metrics. `onError` receives what it threw. */
export const runJob = <D extends CoreDeps>(deps: D, queue: Queue<D>, job: Job, onError: OnError): Promise<RunResult> =>
  inSpan(`job ${queue.name}`, { root: true, attributes: { attempt: job.attempts } }, () =>
    deps.clocks.inTimeOf(job.tenant_id, () => runInTime(deps, queue, job, onError)),
  )

async function runInTime<D extends CoreDeps>(deps: D, queue: Queue<D>, job: Job, onError: OnError): Promise<RunResult> {
  let ended: Ended
  try {
    // It was claimed more often than allowed and never ended: park it for a person to see.
    if (job.attempts > queue.attempts + 1) throw Object.assign(new Error('lease lost'), { code: 'lease_lost' })
    const release = keepClaim(deps, job)
    ended = await queue.run(deps, job).finally(release)
    if (ended.kind === 'done') {
      const { also } = ended
      await transaction(deps.db, async (tx) => {
        // Rescheduled meanwhile: discard the outdated result, the job runs again.
        if (await finishJob(tx, job)) await also?.(tx)
      })
      return { result: 'done', at: null }
    }
  } catch (error) {
    onError(error)
    const isLast = job.attempts >= queue.attempts
    const at = isLast ? null : deps.now() + backOff(job.attempts, JOB_WAITS, deps.randomBytes(1)[0]! / 256)
    ended = { kind: 'again', at, failure: failureOf(error) }
  }
  const now = new Date(deps.now())
  const { at, failure, isUntried } = ended
  await putOffJob(deps.db.kysely, job, at === null ? null : new Date(at), failure, now, isUntried)
  return { result: at === null ? 'parked' : 'again', at }
}

/** Claims due jobs of a tenant, by its own time. */
export const claim = <D extends CoreDeps>(
  deps: D,
  queue: Pick<Queue<D>, 'name' | 'isFor'>,
  tenantId: string,
  limit: number,
): Promise<Job[]> => {
  if (queue.isFor?.(deps, tenantId) === false) return Promise.resolve([])
  const now = deps.clocks.inTimeOf(tenantId, deps.now)
  return claimJobs(deps.db.kysely, tenantId, queue.name, new Date(now), new Date(now + LEASE), limit)
}

const throwIt: OnError = (error) => {
  throw error
}

/** Runs the jobs that `look` finds until it finds none, or `most` were run; returns how many. */
async function runAll<D extends CoreDeps>(
  deps: D,
  { queues, look, most = Infinity, onError }: DrainOptions<D> & { look: () => Promise<WhereDue[]> },
): Promise<number> {
  const byName = new Map(queues.map((queue) => [queue.name, queue]))
  let done = 0
  for (;;) {
    const before = done
    for (const { tenantId, queue: name } of await look()) {
      const queue = byName.get(name)
      if (!queue) continue
      for (const job of await claim(deps, queue, tenantId, 20)) {
        await runJob(deps, queue, job, onError)
        done += 1
      }
    }
    if (done === before || done >= most) return done
  }
}

type DrainOptions<D extends CoreDeps> = { queues: readonly Queue<D>[]; most?: number; onError: OnError }

/** Runs all due jobs and the jobs that follow from them, one after the other; returns how many. For tests and commands. */
export const drain = <D extends CoreDeps>(deps: D, queues: readonly Queue<D>[], onError = throwIt): Promise<number> =>
  runAll(deps, { queues, onError, look: () => whereDue(deps.db.kysely, new Date(deps.now())) })

/** Like `drain`, for the jobs of one tenant by its own time; ends after `most` jobs. */
export const drainTenant = <D extends CoreDeps>(deps: D, tenantId: string, options: DrainOptions<D>): Promise<number> =>
  runAll(deps, {
    ...options,
    look: () => whereDue(deps.db.kysely, new Date(deps.clocks.inTimeOf(tenantId, deps.now)), tenantId),
  })
