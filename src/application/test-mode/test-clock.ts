// Moves the clock of a test tenant, and does on the way all that falls due, in the order of its instants: messages, callbacks that
// become due, holds that end. Three weeks take seconds, because only instants at which something happens are visited.
import type { Deps } from '../../domain/deps.ts'
import { earliestDelivery, pushingCampaigns } from '../../domain/callback/delivery.sql.ts'
import { earliestDue } from '../../domain/callback/dialing/claim.sql.ts'
import { nextJob } from '../../platform/jobs/job.sql.ts'
import { drainTenant } from '../../platform/jobs/jobs.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { TenantClock } from '../../platform/tenant-clocks.ts'
import { moveTestClock } from '../../domain/tenant/test-tenant.sql.ts'
import { AppError } from '../../kernel/errors.ts'
import { memoizeByObject } from '../../kernel/memoize.ts'
import { DAY, HOUR } from '../../kernel/time/interval.ts'
import { pushOnce } from '../dispatch/push.ts'

type Periodic = {
  run: (deps: Deps, tenantId: string, stopped: () => boolean) => Promise<unknown>
  isHousekeeping?: boolean
  nextAt?: (deps: Deps, tenantId: string) => Promise<Date | null>
  isNeeded?: (deps: Deps, tenantId: string) => Promise<boolean>
}
/** What the process does in the background, which moving the clock does for one tenant. */
export type BackgroundWork = {
  queues: readonly Queue<Deps>[]
  /**
   * Periodic tasks. While the clock is moved, one that knows its next instant (`nextAt`) runs then; the others run at every full hour if
   * the tenant needs them (`isNeeded`, asked once a day), housekeeping once a day; all run at the end.
   */
  periodic: readonly Periodic[]
  onError: (error: unknown) => void
}
export type Moved = { isReached: boolean; jobsRun: number }

/** How long one call moves the clock at most (real ms), and how many jobs it runs at one instant. */
const [PATIENCE, MOST] = [20_000, 5_000]
/** Turns of a campaign at one instant. */
const TURNS = 20
const pusherOf = memoizeByObject((deps: Deps) => deps.newId())
const never = (): boolean => false

/** When a contact of a campaign is due, or is to be sent again (epoch ms): one turn of a campaign costs far more than to ask this. */
async function nextContact({ db }: Deps, tenantId: string, campaignId: string): Promise<number> {
  const due = await earliestDue(db.kysely, tenantId, campaignId, 0)
  return Math.min(due ?? Infinity, (await earliestDelivery(db.kysely, tenantId, campaignId)) ?? Infinity)
}

/** Hands the contacts that are due to the queues of the tenant's campaigns; returns when the next ones may be due (epoch ms). */
export async function pushDue(
  deps: Deps,
  { tenantId }: TenantClock,
  onError: (error: unknown) => void,
): Promise<number> {
  let next = Infinity
  for (const { campaignId } of await pushingCampaigns(deps.db.kysely, tenantId)) {
    const push = { pusher: pusherOf(deps), tenantId, campaignId, stopped: never }
    let at = await nextContact(deps, tenantId, campaignId)
    for (let turn = 0; turn < TURNS && at <= deps.now(); turn += 1)
      at =
        (await pushOnce(deps, push).catch((error: unknown) => {
          onError(error)
          return null
        })) ?? Infinity
    // What is due and still cannot be pushed is tried again at the next instant.
    if (at > deps.now()) next = Math.min(next, at)
  }
  return next
}

/** What comes after the present instant: when (epoch ms), and the tasks that have something to do then. */
type Next = { at: number; tasks: ReadonlySet<Periodic> }

/** The tasks of every full hour that this tenant needs. */
async function tasksOfHours(deps: Deps, { tenantId }: TenantClock, { periodic }: BackgroundWork): Promise<Periodic[]> {
  const needed: Periodic[] = []
  for (const task of periodic) {
    if (task.isHousekeeping || task.nextAt) continue
    if ((await task.isNeeded?.(deps, tenantId)) ?? true) needed.push(task)
  }
  return needed
}

async function nextInstant(
  deps: Deps,
  { tenantId }: TenantClock,
  {
    work,
    hourly,
    target,
    nextPush,
  }: { work: BackgroundWork; hourly: readonly Periodic[]; target: number; nextPush: number },
): Promise<Next> {
  const now = deps.now()
  const names = work.queues.map(({ name }) => name)
  const job = await nextJob(deps.db.kysely, tenantId, names, new Date(now))
  let at = Math.min(target, Math.floor(now / HOUR + 1) * HOUR, nextPush, job?.getTime() ?? Infinity)
  const tasks = new Set<Periodic>()
  for (const task of work.periodic) {
    const own = (await task.nextAt?.(deps, tenantId))?.getTime() ?? Infinity
    if (own > at) continue
    if (own < at) tasks.clear()
    tasks.add(task)
    at = own
  }
  if (at >= target || at % DAY === 0) for (const task of work.periodic) tasks.add(task)
  else if (at % HOUR === 0) for (const task of hourly) tasks.add(task)
  return { at, tasks }
}

/** Does what is due at the clock's present instant; returns the number of jobs, and when the next contacts may be due. */
async function doWhatIsDue(deps: Deps, clock: TenantClock, work: BackgroundWork, tasks: ReadonlySet<Periodic>) {
  const options = { queues: work.queues, most: MOST, onError: work.onError }
  let jobs = await drainTenant(deps, clock.tenantId, options)
  for (const { run } of tasks) await run(deps, clock.tenantId, never).catch(work.onError)
  if (tasks.size > 0) jobs += await drainTenant(deps, clock.tenantId, options)
  return { jobs, nextPush: await pushDue(deps, clock, work.onError) }
}

/**
 * Moves the clock forward to `target` (epoch ms), or as far as it comes in twenty seconds; `isReached` tells. Must run in the time of
 * the tenant. Throws `clock_moving` while another call moves it.
 */
export async function moveClock(deps: Deps, clock: TenantClock, target: number, work: BackgroundWork): Promise<Moved> {
  if (clock.isMoving) throw new AppError('clock_moving')
  clock.isMoving = true
  const end = performance.now() + PATIENCE
  // The tenant may be deleted meanwhile.
  const isThere = (): boolean => deps.clocks.of(clock.tenantId) === clock
  try {
    let done = await doWhatIsDue(deps, clock, work, new Set(deps.now() >= target ? work.periodic : []))
    let jobsRun = done.jobs
    let hourly = await tasksOfHours(deps, clock, work)
    while (deps.now() < target && performance.now() < end && isThere()) {
      const { at, tasks } = await nextInstant(deps, clock, { work, hourly, target, nextPush: done.nextPush })
      clock.ahead += Math.max(0, Math.ceil(at - deps.now()))
      // Stored before anything happens at this instant: after a crash the clock must not be behind what was written.
      await moveTestClock(deps.db.kysely, clock.tenantId, clock.ahead)
      done = await doWhatIsDue(deps, clock, work, tasks)
      jobsRun += done.jobs
      if (at % DAY === 0) hourly = await tasksOfHours(deps, clock, work)
    }
    return { isReached: deps.now() >= target, jobsRun }
  } finally {
    clock.isMoving = false
    deps.pubsub.say('clocks', clock.tenantId)
  }
}
