// No sequence of calls, clock steps, failing queues and crashes breaks the state machine: the database is checked after each step.
import fc from 'fast-check'
import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acceptDelivery } from '../src/domain/callback/dialing/accept.ts'
import { ask } from '../src/domain/callback/promise/request-callback.ts'
import { extendLease, returnLeased, lease } from '../src/domain/callback/dialing/lease.ts'
import { takeResult, takeResults } from '../src/domain/callback/dialing/results.ts'
import { CALLBACK_TRANSITIONS } from '../src/domain/callback/callback-states.ts'
import { sweepCallbacks } from '../src/domain/callback/dialing/sweep.ts'
import { postpone } from '../src/domain/callback/promise/postpone.ts'
import { OUTCOMES } from '../src/domain/catalogue/campaign/retry.ts'
import type { Database, Pool } from '../src/platform/database/open.ts'
import type { Tables, CallbackStatus } from '../src/platform/database/tables.ts'
import type { Deps } from '../src/domain/deps.ts'
import { pushOnce } from '../src/application/dispatch/push.ts'
import { AppError } from '../src/kernel/errors.ts'
import { DAY, HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import { createSnapshots } from '../src/domain/availability/snapshots.ts'
import { effort } from './helpers/effort.ts'
import { START, startService, type TestService } from './helpers/service.ts'
import type { Sent } from '../src/domain/catalogue/campaign/connector.ts'
import { cancelCallback } from '../src/domain/callback/cancel-callback.ts'

const CRASH = 'the process died here'

/** The same database over connections that break at the n-th statement. */
function breakable(db: Database): { db: Database; breakAt: (statement: number | null) => void } {
  let left: number | null = null
  const pool: Pool = {
    async connect() {
      const client = await db.pool.connect()
      return {
        query: (text, values) => {
          const isEnd = typeof text === 'string' && /^rollback/i.test(text)
          if (left !== null && !isEnd && (left -= 1) <= 0) return Promise.reject(new Error(CRASH))
          return client.query(text, values)
        },
        release: (error) => client.release(error),
      }
    },
    end: () => Promise.resolve(),
  }
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as never }) })
  return { db: { ...db, kysely, pool }, breakAt: (statement) => void (left = statement) }
}

let service: TestService
beforeAll(async () => void (service = await startService()))
afterAll(() => service.close())

const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      who: fc.nat(3),
      push: fc.boolean(),
      hours: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('lease' as const), max: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('result' as const),
      key: fc.nat(20),
      outcome: fc.constantFrom(...OUTCOMES),
      late: fc.nat(90),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('results' as const),
      key: fc.nat(20),
      outcome: fc.constantFrom(...OUTCOMES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('bare' as const),
      which: fc.nat(20),
      outcome: fc.constantFrom(...OUTCOMES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('return' as const), key: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('extend' as const), key: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('postpone' as const), which: fc.nat(20), hours: fc.nat(40) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      answer: fc.constantFrom('taken', 'retry', 'parked', 'refused', 'dead', 'killed'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('accept' as const), key: fc.nat(20) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('time' as const),
      minutes: fc.oneof({ weight: 4, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(600) }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('crash' as const), statement: fc.integer({ min: 1, max: 12 }) }),
  },
)
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never

const allowed = new Set(
  Object.values(CALLBACK_TRANSITIONS).flatMap(({ from, to }) => from.map((before) => `${before} ${to}`)),
)

/** Asserts the invariants that must always hold. */
async function check(tenantId: string, now: number): Promise<void> {
  const db = service.deps.db.kysely
  const callbacks = await db.selectFrom('callbacks').selectAll().where('tenant_id', '=', tenantId).execute()
  const events = await db.selectFrom('events').selectAll().where('tenant_id', '=', tenantId).orderBy('id').execute()
  const deliveries = await db.selectFrom('deliveries').selectAll().where('tenant_id', '=', tenantId).execute()
  const buckets = await db.selectFrom('callback_buckets').selectAll().where('tenant_id', '=', tenantId).execute()
  const byCallback = Map.groupBy(events, (e) => e.subject_id)
  for (const c of callbacks) {
    const history = byCallback.get(c.id) ?? []
    let state: string | undefined
    const counted = new Set<string>()
    for (const { type, data } of history) {
      const { before, after, leaseId } = data as { before?: CallbackStatus; after: CallbackStatus; leaseId?: string }
      expect(before, `${type} follows what was before`).toBe(state)
      if (before !== undefined && before !== after)
        expect(allowed.has(`${before} ${after}`), `${type}: ${before} → ${after}`).toBe(true)
      state = after
      if (type !== 'callback.attempted' || leaseId === undefined) continue
      expect(counted.has(leaseId), 'a lease counts once').toBe(false)
      counted.add(leaseId)
    }
    expect(state).toBe(c.status)
    if (c.lease_until) expect(c.lease_until.getTime()).toBeLessThanOrEqual(c.hours_end.getTime())
    if (c.status === 'queued') {
      const delivery = deliveries.find((d) => d.id === c.delivery_id)
      expect(delivery?.kind).toBe('contact')
      expect(['pending', 'delivered', 'parked']).toContain(delivery?.status)
    }
    // The sweep has work for every callback whose time has come.
    if (['scheduled', 'queued'].includes(c.status) && Math.min(c.hours_end.getTime(), c.expires_at.getTime()) <= now)
      expect(c.look_at.getTime()).toBeLessThanOrEqual(now)
    if (c.status === 'in_progress' && c.lease_until!.getTime() <= now)
      expect(c.look_at.getTime()).toBeLessThanOrEqual(now)
  }
  for (const b of buckets) {
    const holders = callbacks.filter(
      (c) => c.campaign_id === b.campaign_id && c.bucket_start?.getTime() === b.starts_at.getTime(),
    )
    expect(holders.length).toBeLessThanOrEqual(b.used)
    expect(b.used).toBeLessThanOrEqual(b.capacity)
  }
}

let run = 0
test('calls, clock steps, failing queues and crashes in any order keep every callback in the table of states', async () => {
  const { db, breakAt } = breakable(service.deps.db)
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 30, maxLength: 80 }), async (list: Step[]) => {
      run += 1
      service.clock.now = START + 2 * HOUR
      const tenant = await service.newTenant(`stati-${run}`)
      const campaign = (connector: object) =>
        tenant.make('campaigns', {
          name: 'C',
          connector,
          capacity: { kind: 'fixed', perBucket: 3 },
          maxAttempts: 2,
          graceMinutes: 60,
          escalateMinutes: 10,
          retries: { busy: { afterMinutes: [5] }, no_answer: { afterMinutes: [90] } },
        })
      const [pull, push] = [(await campaign({ kind: 'pull' })).id, (await campaign({ kind: 'log' })).id]
      let answer = 'taken'
      const send = ({
        items,
      }: {
        items: readonly { deliveryId: string; payload: Record<string, unknown> }[]
      }): Promise<Sent> => {
        for (const { deliveryId, payload } of items) keys.push({ key: deliveryId, id: payload.callbackId as string })
        if (answer === 'killed') return Promise.reject(new Error(CRASH))
        if (answer === 'dead' || answer === 'refused')
          return Promise.resolve({ kind: 'failed', code: answer, retryAfterMs: null, isRefused: answer === 'refused' })
        const status = answer === 'taken' ? 'delivered' : (answer as 'retry' | 'parked')
        return Promise.resolve({
          kind: 'answered',
          items: items.map(({ deliveryId }) => ({ deliveryId, status, code: answer })),
        })
      }
      const deps: Deps = {
        ...service.deps,
        db,
        snapshots: createSnapshots(db, () => service.clock.now),
        connectors: { log: { canWithdraw: true, send, close: () => Promise.resolve() } },
      }
      const config = (await deps.snapshots.config(tenant.id))!
      const ids: string[] = []
      const keys: { key: string; id: string }[] = []
      const pick = <T>(from: T[], n: number): T | undefined => from[n % Math.max(1, from.length)]
      const perform = async (step: Step): Promise<void> => {
        const now = service.clock.now
        switch (step.do) {
          case 'ask': {
            const when =
              step.hours === 0 ? { kind: 'now' as const } : { kind: 'at' as const, at: now + step.hours * HOUR }
            const campaignId = step.push ? push : pull
            const base = { channel: 'phone' as const, data: {}, source: 'api', actor: 'test' }
            const { callback } = await ask(deps, config, {
              ...base,
              campaignId,
              numbers: [`+3932088800${step.who}0`],
              when,
            })
            if (!ids.includes(callback.id)) ids.push(callback.id)
            return
          }
          case 'lease': {
            const taken = await lease(deps, config, pull, { max: step.max, seconds: 120, agentId: null, actor: 'test' })
            for (const c of taken.callbacks) keys.push({ key: taken.id, id: c.id })
            return
          }
          case 'result': {
            const of = pick(keys, step.key)
            const result = { outcome: step.outcome, leaseId: of?.key, at: now - step.late * MINUTE }
            if (of) await takeResult(deps, config, { id: of.id, result, actor: 'test' })
            return
          }
          case 'results': {
            const of = pick(keys, step.key)
            const same = keys.filter((k) => k.key === of?.key)
            const results = same.map((k) => ({ callbackId: k.id, leaseId: k.key, outcome: step.outcome, at: now }))
            if (results.length > 0) await takeResults(deps, config, results, 'test')
            return
          }
          case 'bare': {
            const id = pick(ids, step.which)
            if (id) await takeResult(deps, config, { id, result: { outcome: step.outcome, at: now }, actor: 'test' })
            return
          }
          case 'return': {
            const of = pick(keys, step.key)
            if (of) await returnLeased(deps, { tenantId: tenant.id, leaseId: of.key, ids: [of.id], actor: 'test' })
            return
          }
          case 'extend': {
            const of = pick(keys, step.key)
            if (of) await extendLease(deps, { tenantId: tenant.id, leaseId: of.key, ids: [of.id], seconds: 300 })
            return
          }
          case 'cancel': {
            const id = pick(ids, step.which)
            if (id) await cancelCallback(deps, { tenantId: tenant.id, id, reason: undefined, actor: 'test' })
            return
          }
          case 'postpone': {
            const id = pick(ids, step.which)
            if (id)
              await postpone(deps, config, { id, when: { kind: 'at', at: now + step.hours * HOUR }, actor: 'test' })
            return
          }
          case 'push':
            answer = step.answer
            return void (await pushOnce(deps, {
              pusher: `f0000000-0000-7000-8000-00000000000${run % 10}`,
              tenantId: tenant.id,
              campaignId: push,
            }))
          case 'accept': {
            const of = pick(keys, step.key)
            if (of)
              await acceptDelivery(deps, {
                tenantId: tenant.id,
                id: of.id,
                deliveryId: of.key,
                seconds: 60,
                actor: 'test',
              })
            return
          }
          case 'time':
            service.clock.now = Math.min(now + step.minutes * MINUTE, START + 20 * DAY)
            await sweepCallbacks(deps, tenant.id)
            return
          case 'crash':
            breakAt(step.statement)
            return
        }
      }
      let isArmed = false
      for (const step of list) {
        try {
          await perform(step)
        } catch (error) {
          // Refusals are valid answers and crashes are intended here; any other error fails the test.
          if (!(error instanceof AppError) && (error as Error).message !== CRASH) throw error
        }
        if (isArmed) breakAt(null)
        isArmed = step.do === 'crash'
        await check(tenant.id, service.clock.now)
      }
      breakAt(null)
      // Every remaining callback must end: nothing stays open forever.
      for (let i = 0; i < 40; i += 1) {
        service.clock.now += DAY
        await sweepCallbacks(deps, tenant.id)
      }
      await check(tenant.id, service.clock.now)
      const open = await service.deps.db.kysely
        .selectFrom('callbacks')
        .select('status')
        .where('tenant_id', '=', tenant.id)
        .where('status', 'in', ['scheduled', 'queued', 'in_progress'])
        .execute()
      expect(open).toEqual([])
    }),
    { numRuns: effort(15, 'STATE_RUNS') },
  )
})
