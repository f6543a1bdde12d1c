// Limits of calls that hold over all processes: each counts what it sees and tells the others now and then, by hints. A lost hint lets a
// few calls more through; nothing waits for the database.
import rateLimit from '@fastify/rate-limit'
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
  const counts = new Map<string, Count>()
  const unsent = new Map<string, Count>()
  let timer: NodeJS.Timeout | null = null

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
    if (from !== me) countOf(name, Number(window)).count += Number(added) || 0
  })
  return {
    add(caller, length) {
      // Nobody's address or key travels between processes.
      const name = createHash('sha256').update(`${length} ${caller}`).digest('base64url').slice(0, 16)
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

/** Limits what one key or person may ask of the API in a minute; answers say how much is left (`RateLimit-*`). */
export async function limitCallers(api: FastifyInstance, deps: Deps): Promise<void> {
  await api.register(rateLimit, {
    timeWindow: MINUTE,
    max: deps.apiRate,
    hook: 'onRequest',
    enableDraftSpec: true,
    store: sharedStore(deps, 'api'),
    // Who comes without a name is counted by network where the route is open.
    allowList: ({ principal }) => principal?.kind !== 'key' && principal?.kind !== 'user',
    keyGenerator: ({ principal }) =>
      principal?.kind === 'key' || principal?.kind === 'user' ? `${principal.tenantId} ${principal.id}` : '',
    errorResponseBuilder: () => new AppError('too_many_requests', { minutes: 1 }),
  })
}
