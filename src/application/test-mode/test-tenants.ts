// Creates and deletes test tenants, and keeps the clocks that this process knows up to date.
import type { Deps } from '../../domain/deps.ts'
import { transaction } from '../../platform/database/tx.ts'
import {
  allTestClocks,
  countTestTenants,
  deleteTestTenant,
  endedTestTenants,
} from '../../domain/tenant/test-tenant.sql.ts'
import { AppError } from '../../kernel/errors.ts'
import { startLoop, type Loop } from '../../kernel/loop.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { createTenant } from '../onboarding/create-tenant.ts'
import { pushDue } from './test-clock.ts'

/** How long a test tenant lives (real time), and how many of them the keys of one tenant may have at once. */
const LIFE = 7 * DAY
const MOST_OF_ONE = 20
/** How far the clock may run ahead of the real one, in days. */
const FARTHEST_DAYS = 2 * 366

type NewTestTenant = {
  body: Record<string, unknown>
  /** The instant its clock begins at (epoch ms); null = the real time. */
  startsAt: number | null
  /** The tenant whose key creates it; null = the operator. */
  parentId: string | null
}

/** Throws `clock_backwards` or `date_too_far` for an instant (epoch ms) that the clock cannot be moved to. */
export function refuseInstant(deps: Deps, at: number): void {
  const last = deps.clocks.real() + FARTHEST_DAYS * DAY
  const [from, to] = [deps.now(), last].map((instant) => new Date(instant).toISOString())
  if (at < deps.now()) throw new AppError('clock_backwards', { now: from })
  if (at > last) throw new AppError('date_too_far', { from, to })
}

/** Creates a test tenant with its first key, `agt.…`. Throws `limit_reached`, `slug_taken`, or the fault of its first instant. */
export async function createTestTenant(deps: Deps, { body, startsAt, parentId }: NewTestTenant) {
  if (parentId !== null && (await countTestTenants(deps.db.kysely, parentId)) >= MOST_OF_ONE)
    throw new AppError('limit_reached', { max: MOST_OF_ONE })
  const real = deps.clocks.real()
  if (startsAt !== null) refuseInstant(deps, startsAt)
  const ahead = startsAt === null ? 0 : Math.ceil(startsAt - real)
  const created = await createTenant(deps, body, null, { ahead, until: new Date(real + LIFE), of: parentId })
  deps.pubsub.say('clocks', created.id)
  return created
}

/** Deletes a test tenant with everything in it. Throws `not_in_test_mode` for any other tenant. */
export async function endTestTenant(deps: Deps, tenantId: string): Promise<void> {
  if (!(await transaction(deps.db, (tx) => deleteTestTenant(tx, tenantId)))) throw new AppError('not_in_test_mode')
  deps.clocks.forget(tenantId)
  deps.snapshots.forgetConfig(tenantId)
  deps.pubsub.say('clocks', tenantId)
  deps.pubsub.say('rights', 'changed')
}

/** Reads the clocks of all test tenants. */
export const learnClocks = async (deps: Deps): Promise<void> => deps.clocks.learn(await allTestClocks(deps.db.kysely))

/** Deletes the test tenants whose last day is over. */
export async function endOldTestTenants(deps: Deps): Promise<number> {
  const ended = await endedTestTenants(deps.db.kysely, new Date(deps.clocks.real()))
  for (const tenantId of ended) await endTestTenant(deps, tenantId)
  return ended.length
}

/** How often clocks are read again without a notification, and how often contacts are handed to queues; ms. */
const [READ, PUSH, CLEAN] = [15_000, 1_000, 60_000]

/** Keeps the clocks of this process; with `isWorking` also feeds the queues of test tenants and deletes old ones. */
export function startTestTenants(deps: Deps, isWorking: boolean, onError: (error: unknown) => void): Loop {
  const stopHearing = deps.pubsub.on('clocks', (tenantId) => void deps.clocks.fresh(tenantId).catch(onError))
  const loops = [startLoop(READ, () => learnClocks(deps), onError)]
  const push = async (): Promise<void> => {
    for (const clock of deps.clocks.all())
      if (!clock.isMoving) await deps.clocks.enter(clock, () => pushDue(deps, clock, onError))
  }
  if (isWorking)
    loops.push(
      startLoop(PUSH, push, onError),
      startLoop(CLEAN, () => endOldTestTenants(deps), onError),
    )
  return {
    async stop() {
      stopHearing()
      for (const loop of loops) await loop.stop()
    },
  }
}
