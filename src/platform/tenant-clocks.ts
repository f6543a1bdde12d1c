// Time by tenant. Test tenants have a clock of their own that runs ahead of the real one; all work for such a tenant runs "in its
// time": the clock and the ids of the process then answer in it, wherever they are asked. Everyone else has the real time.
import { AsyncLocalStorage } from 'node:async_hooks'
import { uuidSource } from '../kernel/uuid.ts'
import type { Asked, Posted, Request } from './http-client/post.ts'

export type TenantClock = {
  readonly tenantId: string
  readonly slug: string
  /** How far it is ahead of the real clock, in ms; never becomes less. */
  ahead: number
  /** It is being moved: only the mover runs the tenant's jobs. */
  isMoving: boolean
  readonly newId: () => string
}
type Known = { tenantId: string; slug: string; ahead: number }

export type TenantClocks = {
  /** The time (epoch ms) of the tenant for whom this work is done. */
  now: () => number
  newId: () => string
  /** The real time (epoch ms), also in work for a test tenant. */
  real: () => number
  /** The clock in whose time this work is done; undefined = real time. */
  current: () => TenantClock | undefined
  of: (tenantId: string) => TenantClock | undefined
  ofSlug: (slug: string) => TenantClock | undefined
  all: () => TenantClock[]
  /** The clock as the database has it now; undefined if this is not a test tenant. */
  fresh: (tenantId: string) => Promise<TenantClock | undefined>
  /** Records a test tenant that was created or read. */
  note: (known: Known) => TenantClock
  /** Records all test tenants there are, and forgets others. */
  learn: (known: readonly Known[]) => void
  forget: (tenantId: string) => void
  enter: <T>(clock: TenantClock | undefined, work: () => T) => T
  /** Runs work in the time of this tenant. */
  inTimeOf: <T>(tenantId: string, work: () => T) => T
}

/** `real`: the clock of the machine (epoch ms); `read` reads the clock of one tenant from the database, null = not a test tenant. */
export function createTenantClocks(
  real: () => number,
  randomBytes: (length: number) => Uint8Array,
  read: (tenantId: string) => Promise<Known | null>,
): TenantClocks {
  const storage = new AsyncLocalStorage<TenantClock | undefined>()
  const byId = new Map<string, TenantClock>()
  const bySlug = new Map<string, TenantClock>()
  const realId = uuidSource(real, randomBytes)

  function note({ tenantId, slug, ahead }: Known): TenantClock {
    const known = byId.get(tenantId)
    if (known) {
      known.ahead = Math.max(known.ahead, ahead)
      return known
    }
    const clock: TenantClock = { tenantId, slug, ahead, isMoving: false, newId: () => newId() }
    const newId = uuidSource(() => real() + clock.ahead, randomBytes)
    byId.set(tenantId, clock)
    bySlug.set(slug, clock)
    return clock
  }
  function forget(tenantId: string): void {
    const clock = byId.get(tenantId)
    // A new test tenant may have the slug already.
    if (clock && bySlug.get(clock.slug) === clock) bySlug.delete(clock.slug)
    byId.delete(tenantId)
  }
  const enter = <T>(clock: TenantClock | undefined, work: () => T): T =>
    storage.getStore() === clock ? work() : storage.run(clock, work)
  return {
    real,
    now: () => real() + (storage.getStore()?.ahead ?? 0),
    newId: () => (storage.getStore()?.newId ?? realId)(),
    current: () => storage.getStore(),
    of: (tenantId) => byId.get(tenantId),
    ofSlug: (slug) => bySlug.get(slug),
    all: () => [...byId.values()],
    async fresh(tenantId) {
      const known = await read(tenantId)
      if (known) return note(known)
      forget(tenantId)
      return undefined
    },
    note,
    learn(known) {
      const ids = new Set(known.map(({ tenantId }) => tenantId))
      for (const id of byId.keys()) if (!ids.has(id)) forget(id)
      for (const one of known) note(one)
    },
    forget,
    enter,
    inTimeOf: (tenantId, work) => enter(byId.get(tenantId), work),
  }
}

/** Sends nothing in work for a test tenant: every address answers 202 with an empty body. */
export const quietInTests =
  (clocks: Pick<TenantClocks, 'current'>, request: Request): Request =>
  (url: string, asked: Asked): Promise<Posted> =>
    clocks.current() ? Promise.resolve({ status: 202, headers: {}, body: '' }) : request(url, asked)
