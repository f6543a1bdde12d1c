// The faults. Each disturbs only what this run started, and undoes itself before it ends.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Clock } from './clock.ts'
import type { Eye } from './eye.ts'
import { watchHandover, type Handover } from './handover.ts'
import { askOnce } from './http.ts'
import type { Ledger } from './ledger.ts'
import type { Manner, Outside } from './outside.ts'
import type { Pair } from './pair.ts'
import type { Kept, Watch } from './processes.ts'
import type { Prober } from './prober.ts'
import type { Wanted } from './rates.ts'

export type Scene = {
  pair: Pair
  apis: readonly Kept[]
  workers: readonly Kept[]
  eye: Eye
  ledger: Ledger
  prober: Prober
  watch: Watch
  clock: Clock
  mail: Outside
  webhooks: Outside
  /** A cheap question to an API. */
  slots: { path: string; key: string }
  handovers: Promise<Handover>[]
}

export type Fault = {
  name: string
  wanted: Wanted
  /** Why the fault cannot be caused here, or null. */
  unfit?: (scene: Scene) => string | null
  /** Causes the fault and ends it; resolves with a detail. */
  run: (scene: Scene, round: number) => Promise<string>
}

const AFTER: Wanted = { share: 95, when: 'after' }
const DURING: Wanted = { share: 80, when: 'during' }
/** How long a fault that lasts, lasts; in ms. */
const LASTS = 8_000
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

const kill = (list: (scene: Scene) => readonly Kept[]) => async (scene: Scene, round: number) => {
  const all = list(scene)
  const target = all[round % all.length]!
  const at = Date.now()
  await target.kill()
  if (target.role === 'worker') scene.handovers.push(watchHandover(scene.eye, target.name, at))
  return target.name
}

const TERMINATE = `
  select pid, application_name as name, pg_terminate_backend(pid) from pg_stat_activity
   where datname = current_database() and application_name like 'agenda%' and pid <> pg_backend_pid()`

/** Connections of this run beside the service; errors are expected. */
async function connections(scene: Scene, n: number): Promise<pg.Client[]> {
  const made = await Promise.all(
    Array.from({ length: n }, async () => {
      const client = new pg.Client({ connectionString: scene.pair.past('agenda'), application_name: 'chaos' })
      client.on('error', () => undefined)
      return client.connect().then(
        () => client,
        () => null,
      )
    }),
  )
  return made.filter((one) => one !== null)
}
const closeAll = (clients: readonly pg.Client[]): Promise<unknown> =>
  Promise.all(clients.map((one) => one.end().catch(() => undefined)))

const behave = (what: (scene: Scene) => Outside, manner: Manner) => async (scene: Scene) => {
  const outside = what(scene)
  const before = outside.taken.length
  outside.manner = manner
  await sleep(LASTS)
  outside.manner = 'good'
  return `${outside.taken.length - before} messages`
}

const step = (by: number) => async (scene: Scene) => {
  scene.clock.step(by)
  await sleep(LASTS)
  scene.clock.step(0)
  return `api-2 and worker-2 for ${seconds(LASTS)}`
}

export const FAULTS: readonly Fault[] = [
  { name: 'kill -9 of an API', wanted: AFTER, run: kill((scene) => scene.apis) },
  { name: 'kill -9 of a worker', wanted: AFTER, run: kill((scene) => scene.workers) },
  {
    name: 'immediate stop of PostgreSQL',
    wanted: AFTER,
    run: async ({ pair }) => {
      await pair.stop('immediate')
      const down = 1_000 + Math.random() * 4_000
      await sleep(down)
      await pair.start()
      return `down for ${seconds(down)}`
    },
  },
  {
    name: 'pg_terminate_backend of all connections',
    wanted: AFTER,
    run: async ({ eye }) => `${(await eye.read(TERMINATE)).length} connections`,
  },
  {
    name: 'fast restart of PostgreSQL',
    wanted: AFTER,
    run: async ({ pair }) => {
      await pair.stop('fast')
      await pair.start()
      return 'at once'
    },
  },
  {
    name: 'loss of the server that writes, failover to its standby',
    wanted: AFTER,
    run: async ({ pair }) => {
      const at = Date.now()
      await pair.failOver()
      const took = Date.now() - at
      await pair.rejoin()
      return `the standby writes after ${seconds(took)}`
    },
  },
  {
    name: 'all connections to PostgreSQL reset',
    wanted: AFTER,
    run: async ({ pair }) => `${pair.wire.cut()} connections`,
  },
  {
    name: 'network to PostgreSQL delayed by 20 ms each way',
    wanted: AFTER,
    run: async ({ pair }) => {
      pair.wire.delay(20)
      await sleep(LASTS)
      pair.wire.delay(0)
      return `for ${seconds(LASTS)}`
    },
  },
  {
    name: 'network to PostgreSQL silent, connections half-open after it',
    wanted: AFTER,
    run: async ({ pair }) => {
      pair.wire.silence()
      await sleep(LASTS)
      pair.wire.heal()
      return `for ${seconds(LASTS)}`
    },
  },
  {
    name: 'disk of the data folders full',
    wanted: AFTER,
    unfit: ({ pair }) => pair.disk.unfit,
    run: async ({ pair }) => {
      pair.disk.fill()
      await sleep(LASTS)
      pair.disk.free()
      await pair.ensureRunning()
      return `for ${seconds(LASTS)}`
    },
  },
  { name: 'clock 30 s ahead, and back', wanted: AFTER, unfit: ({ clock }) => clock.unfit, run: step(30) },
  { name: 'clock 30 s behind, and back', wanted: AFTER, unfit: ({ clock }) => clock.unfit, run: step(-30) },
  { name: 'slow mail server', wanted: DURING, run: behave((scene) => scene.mail, 'slow') },
  { name: 'lying mail server', wanted: DURING, run: behave((scene) => scene.mail, 'lying') },
  { name: 'slow receiver of webhooks', wanted: DURING, run: behave((scene) => scene.webhooks, 'slow') },
  { name: 'lying receiver of webhooks', wanted: DURING, run: behave((scene) => scene.webhooks, 'lying') },
  {
    name: 'no connection of PostgreSQL left',
    wanted: AFTER,
    run: async (scene) => {
      // The service's own connections end once, so that it has to ask for new ones.
      scene.pair.wire.cut()
      const taken = await connections(scene, 150)
      await sleep(LASTS / 2)
      await closeAll(taken)
      return `${taken.length} taken for ${seconds(LASTS / 2)}`
    },
  },
  {
    name: 'five kills of an API in a row',
    wanted: AFTER,
    run: async (scene) => {
      for (let i = 0; i < 5; i += 1) {
        await scene.apis[0]!.kill()
        await sleep(1_000)
      }
      return scene.apis[0]!.name
    },
  },
  {
    name: 'idle transaction that keeps an agent’s calendar locked',
    wanted: DURING,
    run: async (scene) => {
      const [idle] = await connections(scene, 1)
      await idle!.query('begin')
      await idle!.query('select 1 from agent_calendars order by agent_id limit 1 for update')
      await sleep(LASTS)
      await idle!.query('rollback').catch(() => undefined)
      await closeAll([idle!])
      return `for ${seconds(LASTS)}`
    },
  },
  {
    name: 'long reader of all appointments',
    wanted: DURING,
    run: async (scene) => {
      const readers = await connections(scene, 1)
      const until = Date.now() + LASTS
      let rounds = 0
      for (; Date.now() < until; rounds += 1)
        await readers[0]!.query('select count(document::text) from appointments').catch(() => undefined)
      await closeAll(readers)
      return `${rounds} times`
    },
  },
  {
    name: 'burst of 400 questions for slots at once',
    wanted: AFTER,
    run: async ({ apis, slots }) => {
      const ask = { method: 'GET', path: slots.path }
      const all = await Promise.all(
        Array.from({ length: 400 }, (_, i) => askOnce(apis[i % apis.length]!.base, slots.key, ask, 20_000)),
      )
      return `${all.filter((one) => one.kind === 'answer' && one.status === 200).length} answered`
    },
  },
]
