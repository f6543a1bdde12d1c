// Runs background jobs: finds due jobs, alternates between tenants, and runs as many jobs at once as each queue allows.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Loop } from '../../kernel/loop.ts'
import type { CoreDeps } from '../core-deps.ts'
import { whereDue, type WhereDue } from './job.sql.ts'
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

/** A loop under way. */
type Run<D extends CoreDeps> = {
  deps: D
  onError: (error: unknown) => void
  signal: AbortSignal
  lanes: ReadonlyMap<string, Lane<D>>
  /** What must end before the loop has stopped. */
  running: Set<Promise<unknown>>
  timers: Set<NodeJS.Timeout>
}

/** How many more jobs of the tenant may begin now. */
function room<D extends CoreDeps>(lane: Lane<D>, tenantId: string): number {
  const most = Math.max(1, Math.ceil(lane.queue.slots / 2))
  // A tenant may use all slots when no other tenant waits, else half of them.
  const share = lane.wanted.size > 0 ? most : lane.queue.slots
  return Math.min(BATCH, lane.queue.slots - lane.active, share - (lane.ofTenant.get(tenantId) ?? 0))
}

function start<D extends CoreDeps>(
  run: Run<D>,
  lane: Lane<D>,
  tenantId: string,
  job: Awaited<ReturnType<typeof claim>>[number],
): void {
  lane.active += 1
  lane.ofTenant.set(tenantId, (lane.ofTenant.get(tenantId) ?? 0) + 1)
  const work = runJob(run.deps, lane.queue, job, run.onError)
    .then(({ result, at }) => {
      const name = `${lane.queue.name} ${result}`
      run.deps.tally.set(name, (run.deps.tally.get(name) ?? 0) + 1)
      if (at !== null) wakeAt(run, tenantId, lane.queue.name, at)
    })
    .catch(run.onError)
    .finally(() => {
      run.running.delete(work)
      lane.active -= 1
      const left = (lane.ofTenant.get(tenantId) ?? 1) - 1
      if (left > 0) lane.ofTenant.set(tenantId, left)
      else lane.ofTenant.delete(tenantId)
      // The next job of the same lane may run now.
      if (job.lane !== null) lane.wanted.add(tenantId)
      pump(run, lane)
    })
  run.running.add(work)
}

/** Claims jobs for the tenant whose turn it is, as long as slots are free. */
function pump<D extends CoreDeps>(run: Run<D>, lane: Lane<D>): void {
  if (lane.claiming || run.signal.aborted) return
  lane.claiming = true
  const pumping = (async () => {
    while (!run.signal.aborted && lane.wanted.size > 0 && lane.active < lane.queue.slots) {
      const [tenantId] = lane.wanted as Set<string> & Iterable<string>
      lane.wanted.delete(tenantId!)
      // Whoever moves the clock of a test tenant runs its jobs, in the order of their instants.
      if (run.deps.clocks.of(tenantId!)?.isMoving) continue
      const limit = room(lane, tenantId!)
      if (limit <= 0) {
        // The tenant uses its share; it is served again when one of its jobs ends.
        lane.wanted.add(tenantId!)
        if ([...lane.wanted].every((id) => room(lane, id) <= 0)) break
        continue
      }
      const jobs = await claim(run.deps, lane.queue, tenantId!, limit)
      for (const job of jobs) start(run, lane, tenantId!, job)
      if (jobs.length === limit) lane.wanted.add(tenantId!)
    }
  })()
    .catch(run.onError)
    .finally(() => {
      run.running.delete(pumping)
      lane.claiming = false
      // A notification arrived while we were claiming: claim again.
      if (!run.signal.aborted && lane.wanted.size > 0 && [...lane.wanted].some((id) => room(lane, id) > 0))
        pump(run, lane)
    })
  run.running.add(pumping)
}

function want<D extends CoreDeps>(run: Run<D>, tenantId: string, queue: string): void {
  const lane = run.lanes.get(queue)
  if (!lane) return
  lane.wanted.add(tenantId)
  pump(run, lane)
}

/** Sets a timer for jobs that are due (epoch ms) before the next check. */
function wakeAt<D extends CoreDeps>(run: Run<D>, tenantId: string, queue: string, at: number): void {
  const wait = at - run.deps.clocks.inTimeOf(tenantId, run.deps.now)
  if (wait > AHEAD || run.signal.aborted) return
  const timer = setTimeout(
    () => {
      run.timers.delete(timer)
      want(run, tenantId, queue)
    },
    Math.max(0, wait),
  )
  run.timers.add(timer)
}

/** Wakes the lanes of jobs that are due at `now`, and sets timers for the others. */
function heed<D extends CoreDeps>(run: Run<D>, found: readonly WhereDue[], now: number): void {
  for (const { tenantId, queue, due } of found) {
    if (due.getTime() <= now) want(run, tenantId, queue)
    else wakeAt(run, tenantId, queue, due.getTime())
  }
}

/** Looks for jobs that are due or soon will be, of each tenant by its own time. */
async function look<D extends CoreDeps>(run: Run<D>): Promise<void> {
  const { clocks, db } = run.deps
  const now = clocks.real()
  heed(run, await whereDue(db.kysely, new Date(now + AHEAD)), now)
  for (const { tenantId, ahead } of clocks.all())
    heed(run, await whereDue(db.kysely, new Date(now + ahead + AHEAD), tenantId), now + ahead)
}

/** Starts the loop; `onError` receives errors of jobs and checks. */
export function startJobs<D extends CoreDeps>(
  deps: D,
  queues: readonly Queue<D>[],
  onError: (error: unknown) => void,
): Loop {
  const abort = new AbortController()
  const { signal } = abort
  const laneOf = (queue: Queue<D>): Lane<D> => ({
    queue,
    active: 0,
    ofTenant: new Map<string, number>(),
    wanted: new Set<string>(),
    claiming: false,
  })
  const lanes = new Map(queues.map((queue) => [queue.name, laneOf(queue)]))
  const running = new Set<Promise<unknown>>()
  const timers = new Set<NodeJS.Timeout>()
  const run: Run<D> = { deps, onError, signal, lanes, running, timers }
  const stopHearing = deps.pubsub.on('jobs', (hint) => {
    const [tenantId = '', queue = ''] = hint.split(' ')
    want(run, tenantId, queue)
  })

  const looking = (async () => {
    while (!signal.aborted) {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      await look(run).catch(onError)
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
