// Runs background jobs: finds due jobs, alternates between tenants, and runs as many jobs at once as each queue allows.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Loop } from '../../kernel/loop.ts'
import type { CoreDeps } from '../core-deps.ts'
import { whereDue } from './job.sql.ts'
import type { Queue } from './queue.ts'
import { claim, runJob } from './jobs.ts'

/** How often the database is checked for jobs without a hint, and how far ahead, in ms. */
const [LOOK, AHEAD] = [10_000, 20_000]
const BATCH = 10

type Lane<D extends CoreDeps> = {
  queue: Queue<D>
  active: number
  ofTenant: Map<string, number>
  wanted: Set<string>
  claiming: boolean
}

/** Starts the loop; `onError` receives errors of jobs and checks. */
export function startJobs<D extends CoreDeps>(
  deps: D,
  queues: readonly Queue<D>[],
  onError: (error: unknown) => void,
): Loop {
  const abort = new AbortController()
  const { signal } = abort
  const lanes = new Map<string, Lane<D>>(
    queues.map((queue) => [
      queue.name,
      { queue, active: 0, ofTenant: new Map<string, number>(), wanted: new Set<string>(), claiming: false },
    ]),
  )
  const running = new Set<Promise<unknown>>()
  const timers = new Set<NodeJS.Timeout>()

  const room = (lane: Lane<D>, tenantId: string): number => {
    const most = Math.max(1, Math.ceil(lane.queue.slots / 2))
    // A tenant may use all slots when no other tenant waits, else half of them.
    const share = lane.wanted.size > 0 ? most : lane.queue.slots
    return Math.min(BATCH, lane.queue.slots - lane.active, share - (lane.ofTenant.get(tenantId) ?? 0))
  }

  function start(lane: Lane<D>, tenantId: string, job: Awaited<ReturnType<typeof claim>>[number]): void {
    lane.active += 1
    lane.ofTenant.set(tenantId, (lane.ofTenant.get(tenantId) ?? 0) + 1)
    const work = runJob(deps, lane.queue, job, onError)
      .then(({ result, at }) => {
        const name = `${lane.queue.name} ${result}`
        deps.tally.set(name, (deps.tally.get(name) ?? 0) + 1)
        if (at !== null) wakeAt(tenantId, lane.queue.name, at)
      })
      .catch(onError)
      .finally(() => {
        running.delete(work)
        lane.active -= 1
        const left = (lane.ofTenant.get(tenantId) ?? 1) - 1
        if (left > 0) lane.ofTenant.set(tenantId, left)
        else lane.ofTenant.delete(tenantId)
        // The next job of the same lane may run now.
        if (job.lane !== null) lane.wanted.add(tenantId)
        pump(lane)
      })
    running.add(work)
  }

  /** Claims jobs for the tenant whose turn it is, as long as slots are free. */
  function pump(lane: Lane<D>): void {
    if (lane.claiming || signal.aborted) return
    lane.claiming = true
    const pumping = (async () => {
      while (!signal.aborted && lane.wanted.size > 0 && lane.active < lane.queue.slots) {
        const [tenantId] = lane.wanted as Set<string> & Iterable<string>
        lane.wanted.delete(tenantId!)
        const limit = room(lane, tenantId!)
        if (limit <= 0) {
          // The tenant uses its share; it is served again when one of its jobs ends.
          lane.wanted.add(tenantId!)
          if ([...lane.wanted].every((id) => room(lane, id) <= 0)) break
          continue
        }
        const jobs = await claim(deps, lane.queue, tenantId!, limit)
        for (const job of jobs) start(lane, tenantId!, job)
        if (jobs.length === limit) lane.wanted.add(tenantId!)
      }
    })()
      .catch(onError)
      .finally(() => {
        running.delete(pumping)
        lane.claiming = false
        // A notification arrived while we were claiming: claim again.
        if (!signal.aborted && lane.wanted.size > 0 && [...lane.wanted].some((id) => room(lane, id) > 0)) pump(lane)
      })
    running.add(pumping)
  }

  function want(tenantId: string, queue: string): void {
    const lane = lanes.get(queue)
    if (!lane) return
    lane.wanted.add(tenantId)
    pump(lane)
  }

  /** Sets a timer for jobs that are due (epoch ms) before the next check. */
  function wakeAt(tenantId: string, queue: string, at: number): void {
    const wait = at - deps.now()
    if (wait > AHEAD || signal.aborted) return
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        want(tenantId, queue)
      },
      Math.max(0, wait),
    )
    timers.add(timer)
  }

  const stopHearing = deps.pubsub.on('jobs', (hint) => {
    const [tenantId = '', queue = ''] = hint.split(' ')
    want(tenantId, queue)
  })

  async function look(): Promise<void> {
    const now = deps.now()
    for (const { tenantId, queue, due } of await whereDue(deps.db.kysely, new Date(now + AHEAD))) {
      if (due.getTime() <= now) want(tenantId, queue)
      else wakeAt(tenantId, queue, due.getTime())
    }
  }

  const looking = (async () => {
    while (!signal.aborted) {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      await look().catch(onError)
      await sleep(LOOK, undefined, { signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      abort.abort()
      stopHearing()
      for (const timer of timers) clearTimeout(timer)
      await looking
      // Claimed jobs are finished; the others are left to the next process.
      while (running.size > 0) await Promise.all(running)
    },
  }
}
