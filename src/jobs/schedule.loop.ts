// Runs what is done by the clock: in each process what may run everywhere, through the queue what one does for all.
import { startLoop, type Loop } from '../background.ts'
import { runContactListImports } from '../callback/contact-list.actions.ts'
import type { Deps } from '../deps.ts'
import { allTenantIds } from '../tenant/tenant.sql.ts'
import { HOUR, MINUTE } from '../time/interval.ts'
import { ensureJobs, putJobs, type Job } from './job.sql.ts'
import type { Ended, Queue } from './queue.ts'
import { SCHEDULES } from './schedules.ts'

const EVERY = MINUTE / 4
const QUEUE = 'schedule'
const shared = SCHEDULES.filter((schedule) => schedule.mode === 'everywhere')
const single = SCHEDULES.filter((schedule) => schedule.mode === 'once')

/** One pass over all tenants of what each process does. */
export async function sweep(
  deps: Deps,
  stopped: () => boolean = () => false,
  onError: (error: unknown) => void = (error) => {
    throw error
  },
): Promise<void> {
  for (const tenantId of await allTenantIds(deps.db.kysely)) {
    // What fails for one tenant, or in one step, holds up nothing else.
    for (const { run } of shared) {
      if (stopped()) return
      try {
        await run(deps, tenantId, stopped)
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

/** Makes sure that every tenant has the jobs that one process does for all. */
export async function ensureSchedules(deps: Deps): Promise<void> {
  for (const tenantId of await allTenantIds(deps.db.kysely)) {
    const jobs = single.map(({ name }) => jobOf(deps, tenantId, name, deps.now()))
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

export const scheduleQueue: Queue = { name: QUEUE, slots: 2, attempts: 1_000, run }

/** Starts what runs everywhere, every fifteen seconds; a list that was just sent is read at once. */
export function startSchedules(deps: Deps, onError: (error: unknown) => void): Loop {
  let isStopped = false
  const running = new Set<Promise<unknown>>()
  const stopHearing = deps.pubsub.on('load', (tenantId) => {
    const reading = runContactListImports(deps, tenantId, () => isStopped)
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
