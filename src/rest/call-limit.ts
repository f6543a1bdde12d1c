// Limits of calls that hold over all processes: each counts what it sees and tells the others now and then, by hints. A lost hint lets a
// few calls more through; nothing waits for the database.
import { createHash, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { memoizeByObject } from '../memoize.ts'
import { MINUTE } from '../time/interval.ts'

const TOPIC = 'calls'
/** How long (ms) calls are gathered before the others hear of them. */
const GATHER = 200
/** Most callers that are counted at a time; the longest unseen is forgotten. */
const MOST_KNOWN = 20_000

type Count = { window: number; count: number; unsentCalls: number }
type Counted = (error: Error | null, result?: { current: number; ttl: number }) => void

/** Counts of this process and, as far as heard, of all others: calls by name in windows of `length` ms that begin at its multiples. */
export type CallCounts = { add: (name: string, length: number) => { current: number; ttl: number } }

export function createCallCounts(deps: Pick<Deps, 'pubsub' | 'now'>): CallCounts {
  const me = randomUUID().slice(0, 8)
  const names = new Map<string, string>()
  const counts = new Map<string, Count>()
  const unsent = new Map<string, Count>()
  let timer: NodeJS.Timeout | null = null

  /** What a caller is called between processes: nobody's address or key travels. */
  function nameOf(caller: string): string {
    let name = names.get(caller)
    if (name === undefined) {
      if (names.size >= MOST_KNOWN) names.clear()
      name = createHash('sha256').update(caller).digest('base64url').slice(0, 16)
      names.set(caller, name)
    }
    return name
  }
  function countOf(name: string, window: number): Count {
    const known = counts.get(name)
    const count = known?.window === window ? known : { window, count: 0, unsentCalls: 0 }
    counts.delete(name)
    counts.set(name, count)
    if (counts.size > MOST_KNOWN) counts.delete(counts.keys().next().value!)
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
    // A hint about a window that is over comes too late to count.
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

const countsOf = memoizeByObject((deps: Deps) => createCallCounts(deps))

/** The store of @fastify/rate-limit for one part of the application, or for one of its routes. */
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

/** Limits what one key or person may ask of the API in a minute; answers say how much is left (`RateLimit-*`). Throws `too_many_requests`. */
export function limitCallers(api: FastifyInstance, deps: Deps): void {
  const counts = countsOf(deps)
  const limit = String(deps.apiRate)
  // A synchronous hook of our own: it runs on every call of the API, and the plug-in awaits several promises.
  api.addHook('onRequest', (request, reply, done) => {
    const { principal } = request
    // Callers without a name are counted by network, where the route is open.
    if (principal?.kind !== 'key' && principal?.kind !== 'user') return done()
    const { current, ttl } = counts.add(`api ${principal.tenantId} ${principal.id}`, MINUTE)
    const seconds = String(Math.ceil(ttl / 1000))
    const left = Math.max(0, deps.apiRate - current)
    reply.headers({ 'ratelimit-limit': limit, 'ratelimit-remaining': String(left), 'ratelimit-reset': seconds })
    if (current <= deps.apiRate) return done()
    reply.header('retry-after', seconds)
    done(new AppError('too_many_requests', { minutes: 1 }))
  })
}
