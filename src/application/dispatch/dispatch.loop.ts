// Runs one loop per pushing campaign: push, then sleep until a callback of it may be due. Also reads its reply queue.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Loop } from '../../kernel/loop.ts'
import type { Deps } from '../../domain/deps.ts'
import { leavePusher } from '../../domain/callback/campaign-state.sql.ts'
import { pushingCampaigns } from '../../domain/callback/delivery.sql.ts'
import { jobFor } from './campaign-run.ts'
import { pushOnce } from './push.ts'
import { takeMessage } from './replies.ts'
import { semaphore } from '../../kernel/semaphore.ts'
import type { Listening } from '../../domain/catalogue/campaign/connector.ts'

/** How often to look for campaigns that began or ceased to push, and to retry a campaign that another process pushes; ms. */
const [LOOK, OTHERS] = [10_000, 5_000]
/** Campaigns pushed at once by one process, and of one tenant: a slow endpoint only delays its own tenant. */
const [AT_ONCE, OF_A_TENANT] = [8, 2]
const LONGEST = 60_000

type Pass = ReturnType<typeof semaphore>
type Runner = { stop: () => Promise<void> }

/** A pass for each tenant, inside the pass of the process: a tenant pushes at most OF_A_TENANT campaigns at once. */
function passesByTenant(pass: Pass): (tenantId: string) => Pass {
  const ofTenants = new Map<string, Pass>()
  return (tenantId) => {
    let own = ofTenants.get(tenantId)
    if (!own) ofTenants.set(tenantId, (own = semaphore(OF_A_TENANT)))
    const inner = own
    return (work) => inner(() => pass(work))
  }
}

/** Starts pushing; `onError` receives errors of failed turns, which the next turn retries. */
export function startDispatch(deps: Deps, onError: (error: unknown) => void): Loop {
  const pusher = deps.newId()
  const abort = new AbortController()
  const { signal } = abort
  const pass = semaphore(AT_ONCE)
  const passFor = passesByTenant(pass)
  const runners = new Map<string, Runner>()

  function run(tenantId: string, campaignId: string): Runner {
    const own = new AbortController()
    const both = AbortSignal.any([signal, own.signal])
    const listen = async (): Promise<Listening | null> => {
      const job = await jobFor(deps, tenantId, campaignId)
      if (!job) return null
      const tenant = { id: tenantId, slug: job.config.slug }
      const take = (message: unknown): Promise<boolean> => takeMessage(deps, tenantId, campaignId, message)
      return job.connector.listen?.(tenant, job.campaign, take) ?? null
    }
    const ended = (async () => {
      let listening: Listening | null = null
      while (!both.aborted) {
        listening ??= await listen().catch((error: unknown) => {
          onError(error)
          return null
        })
        const looked = deps.now()
        const next = await passFor(tenantId)(() =>
          pushOnce(deps, { pusher, tenantId, campaignId, stopped: () => both.aborted }),
        ).catch((error) => {
          onError(error)
          return deps.now() + 1_000
        })
        const pause = next === null ? OTHERS : Math.min(LONGEST, next - deps.now())
        if (pause > 0 && !both.aborted)
          await deps.due.wait(tenantId, campaignId, { ms: pause, since: looked, signal: both })
      }
      await listening?.stop().catch(() => undefined)
      // Release the role, so that the next process need not wait for the end of the lease.
      await leavePusher(deps.db.kysely, tenantId, campaignId, pusher).catch(() => undefined)
    })()
    return {
      stop: async () => {
        own.abort()
        await ended
      },
    }
  }

  async function look(): Promise<void> {
    const wanted = new Map(
      // A change of the connector or the queue name starts a new runner.
      (await pushingCampaigns(deps.db.kysely))
        // The queues of test tenants are fed by what keeps their time (test-mode).
        .filter((c) => deps.clocks.of(c.tenantId) === undefined)
        .map((c) => [Object.values(c).join(' '), c]),
    )
    for (const [key, runner] of runners)
      if (!wanted.has(key)) {
        runners.delete(key)
        await runner.stop()
      }
    for (const [key, { tenantId, campaignId }] of wanted)
      if (!runners.has(key)) runners.set(key, run(tenantId, campaignId))
  }

  const running = (async () => {
    while (!signal.aborted) {
      await look().catch(onError)
      await sleep(LOOK, undefined, { signal }).catch(() => undefined)
    }
    await Promise.all([...runners.values()].map((runner) => runner.stop()))
  })()
  return {
    async stop() {
      abort.abort()
      await running
    },
  }
}
