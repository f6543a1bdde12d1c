// Runs periodic tasks: `everywhere` tasks in each process, `once` tasks through the job queue.
import { startLoop, type Loop } from './kernel/loop.ts'
import { runContactListImports } from './domain/callback/contact-list/import-list.ts'
import type { Deps } from './domain/deps.ts'
import { allTenantIds } from './domain/tenant/tenant.sql.ts'
import { HOUR, MINUTE } from './kernel/time/interval.ts'
import { ensureJobs, putJobs, type Job } from './platform/jobs/job.sql.ts'
import type { Ended, Queue } from './platform/jobs/queue.ts'
import { SCHEDULES } from './schedules.ts'

const EVERY = MINUTE / 4
const QUEUE = 'schedule'
const shared = SCHEDULES.filter((schedule) => schedule.mode === 'everywhere')
const single = SCHEDULES.filter((schedule) => schedule.mode === 'once')

/** Runs the `everywhere` tasks once for all tenants. */
export async function sweep(
  deps: Deps,
  stopped: () => boolean = () => false,
  onError: (error: unknown) => void = (error) => {
    throw error
  },
): Promise<void> {
  for (const tenantId of await allTenantIds(deps.db.kysely)) {
    // A failure of one tenant or task does not stop the others.
    for (const { run } of shared) {
      if (stopped()) return
      try {
        await deps.clocks.inTimeOf(tenantId, () => run(deps, tenantId, stopped))
      } catch (error) {
        onError(error)
      }
    }
  }
}

const jobOf = (deps: Deps, tenantId: string, name: string, due: number) => ({
  ...{ tenantId, id: deps.newId(), queue: QUEUE, key: name, payload: { name } },
  ...{ due: new Date(due), now: new Date(deps.now()) },
})

/** Makes sure that every tenant has the jobs of the `once` tasks. */
export async function ensureSchedules(deps: Deps): Promise<void> {
  for (const tenantId of await allTenantIds(deps.db.kysely)) {
    const now = deps.clocks.inTimeOf(tenantId, deps.now)
    const jobs = single.map(({ name }) => jobOf(deps, tenantId, name, now))
    await ensureJobs(deps.db.kysely, jobs)
    deps.pubsub.say('jobs', `${tenantId} ${QUEUE}`)
  }
}

async function run(deps: Deps, job: Job): Promise<Ended> {
  const { name } = job.payload as { name: string }
  const schedule = single.find((one) => one.name === name)
  if (!schedule) return { kind: 'done' }
  await schedule.run(deps, job.tenant_id, () => false)
  const next = jobOf(deps, job.tenant_id, name, deps.now() + schedule.every)
  return { kind: 'done', also: (tx) => putJobs(tx, [next]) }
}

export const scheduleQueue: Queue<Deps> = { name: QUEUE, slots: 2, attempts: 1_000, run }

/** Starts the periodic tasks, every fifteen seconds; a new contact list is imported at once. */
export function startSchedules(deps: Deps, onError: (error: unknown) => void): Loop {
  let isStopped = false
  const running = new Set<Promise<unknown>>()
  const stopHearing = deps.pubsub.on('load', (tenantId) => {
    const reading = deps.clocks
      .inTimeOf(tenantId, () => runContactListImports(deps, tenantId, () => isStopped))
      .catch(onError)
      .finally(() => running.delete(reading))
    running.add(reading)
  })
  const sweeping = startLoop(EVERY, (stopped) => sweep(deps, stopped, onError), onError)
  const ensuring = startLoop(HOUR, () => ensureSchedules(deps), onError)
  return {
    async stop() {
      isStopped = true
      stopHearing()
      await sweeping.stop()
      await ensuring.stop()
      await Promise.all(running)
    },
  }
}
