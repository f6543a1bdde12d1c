// Rate limits across all processes. Each process counts its own calls and publishes them to the others by pub/sub. A lost
// notification lets a few more calls through; no call waits for the database.
import { LRUCache } from 'lru-cache'
import { createHash, randomUUID } from 'node:crypto'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { memoizeByObject } from '../kernel/memoize.ts'
import { MINUTE } from '../kernel/time/interval.ts'
import { networkOf } from '../kernel/network.ts'
import type { AccessOptions } from './access.ts'

const TOPIC = 'calls'
/** How long (ms) calls are collected before they are published. */
const GATHER = 200
/** Most callers counted at a time; the least recently seen one is dropped. */
const MOST_KNOWN = 20_000

type Count = { window: number; count: number; unsentCalls: number }
type Counted = (error: Error | null, result?: { current: number; ttl: number }) => void

/** Counts the calls of all processes, by name. Windows last `length` ms and begin at multiples of it. */
type CallCounts = { add: (name: string, length: number) => { current: number; ttl: number } }

export function createCallCounts(deps: Pick<Deps, 'pubsub' | 'now'>): CallCounts {
  const me = randomUUID().slice(0, 8)
  const names = new LRUCache<string, string>({ max: MOST_KNOWN })
  const counts = new LRUCache<string, Count>({ max: MOST_KNOWN })
  const unsent = new Map<string, Count>()
  let timer: NodeJS.Timeout | null = null

  /** The hash of a caller: addresses and keys are not sent to other processes. */
  function nameOf(caller: string): string {
    let name = names.get(caller)
    if (name === undefined) {
      name = createHash('sha256').update(caller).digest('base64url').slice(0, 16)
      names.set(caller, name)
    }
    return name
  }
  function countOf(name: string, window: number): Count {
    const known = counts.get(name)
    const count = known?.window === window ? known : { window, count: 0, unsentCalls: 0 }
    counts.set(name, count)
    return count
  }
  function tell(): void {
    timer = null
    for (const [name, count] of unsent) {
      deps.pubsub.say(TOPIC, `${me} ${name} ${count.window} ${count.unsentCalls}`)
      count.unsentCalls = 0
    }
    unsent.clear()
  }
  deps.pubsub.on(TOPIC, (text) => {
    const [from, name = '', window, added] = text.split(' ')
    // A notification about an earlier window must not reset the present one.
    const isLate = (counts.get(name)?.window ?? 0) > Number(window)
    if (from !== me && !isLate) countOf(name, Number(window)).count += Number(added) || 0
  })
  return {
    add(caller, length) {
      const name = nameOf(`${length} ${caller}`)
      const now = deps.now()
      const window = Math.floor(now / length)
      const count = countOf(name, window)
      count.count += 1
      count.unsentCalls += 1
      unsent.set(name, count)
      timer ??= setTimeout(tell, GATHER).unref()
      return { current: count.count, ttl: (window + 1) * length - now }
    },
  }
}

const countsOf = memoizeByObject(({ pubsub, clocks }: Deps) => createCallCounts({ pubsub, now: clocks.real }))

/** Counts a use under this name in the present window of `length` ms, over all processes; returns how many there were. */
export const countUse = (deps: Deps, name: string, length: number): number => countsOf(deps).add(name, length).current

/** The store of @fastify/rate-limit for one part of the application, or for one route of it. */
export function sharedStore(deps: Deps, part: string) {
  return class Store {
    scope: string
    constructor(options?: object) {
      const route = (options as { routeInfo?: { method?: unknown; url?: string } } | undefined)?.routeInfo
      this.scope = `${part} ${route?.url === undefined ? '' : `${String(route.method)} ${route.url}`}`
    }
    incr(key: string, done: Counted, timeWindow = MINUTE): void {
      done(null, countsOf(deps).add(`${this.scope} ${key}`, timeWindow))
    }
    child(options: object): Store {
      return new Store(options)
    }
  }
}

/**
 * Returns what counts one call of the API against its caller's limit: a key, a person, or the network of a caller whose key is unknown.
 * Responses carry what is left (`RateLimit-*`). Throws `too_many_requests`. Synchronous, because it runs on every call.
 */
export function callCounter(deps: Deps): AccessOptions['countCall'] {
  const counts = countsOf(deps)
  const limit = String(deps.apiRate)
  return (request, reply, principal) => {
    if (principal?.kind === 'platform' || principal?.kind === 'manage') return
    const caller = principal ? `api ${principal.tenantId} ${principal.id}` : `unknown ${networkOf(request.ip)}`
    const { current, ttl } = counts.add(caller, MINUTE)
    const seconds = String(Math.ceil(ttl / 1000))
    const left = Math.max(0, deps.apiRate - current)
    reply.headers({ 'ratelimit-limit': limit, 'ratelimit-remaining': String(left), 'ratelimit-reset': seconds })
    if (current <= deps.apiRate) return
    reply.header('retry-after', seconds)
    throw new AppError('too_many_requests', { minutes: 1 })
  }
}
