// Causes the faults in turn and measures how soon the APIs answer again after each. Disturbs only what this run started.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import type { Eye } from './eye.ts'
import { watchHandover, type Handover } from './handover.ts'
import { silence } from './judge.ts'
import type { Ledger } from './ledger.ts'
import type { Kept, Watch } from './processes.ts'
import type { Prober } from './prober.ts'

export type Scene = {
  cluster: Cluster
  apis: readonly Kept[]
  workers: readonly Kept[]
  eye: Eye
  ledger: Ledger
  prober: Prober
  watch: Watch
  handovers: Promise<Handover>[]
}
export type Disturbed = {
  fault: string
  at: number
  /** Seconds from the fault until every API had answered a probe sent after it; null = not within the waiting time. */
  recovered: number | null
  /** The longest period in which no API answered, in seconds. */
  silent: number
  endedByThemselves: number
}

type Fault = { name: string; run: (scene: Scene, round: number) => Promise<string> }

/** How long to wait for recovery, and the pause between two faults, in ms. */
const [RECOVERY, CALM] = [45_000, 4_000]

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

const FAULTS: readonly Fault[] = [
  { name: 'kill -9 of an API', run: kill((scene) => scene.apis) },
  { name: 'kill -9 of a worker', run: kill((scene) => scene.workers) },
  {
    name: 'immediate stop of PostgreSQL',
    run: async ({ cluster }) => {
      await cluster.stop('immediate')
      const down = 1_000 + Math.random() * 4_000
      await sleep(down)
      await cluster.start()
      return `down for ${(down / 1000).toFixed(1)} s`
    },
  },
  {
    name: 'pg_terminate_backend of all connections',
    run: async ({ eye }) => `${(await eye.read(TERMINATE)).length} connections`,
  },
  {
    name: 'fast restart of PostgreSQL',
    run: async ({ cluster }) => {
      await cluster.stop('fast')
      await cluster.start()
      return 'at once'
    },
  },
]

/** Waits until every API has answered a probe sent after now and every process is ready; false if that takes too long. */
async function recovery({ prober, apis, workers }: Scene): Promise<boolean> {
  const from = Date.now()
  while (Date.now() - from < RECOVERY) {
    await sleep(50)
    if (prober.answered().every((at) => at > from) && [...apis, ...workers].every((one) => one.isReady())) return true
  }
  return false
}

async function disturb(fault: Fault, scene: Scene, round: number): Promise<Disturbed> {
  const at = Date.now()
  const before = scene.watch.ended.length
  const detail = await fault.run(scene, round)
  const isRecovered = await recovery(scene)
  const end = Date.now()
  await sleep(CALM)
  return {
    fault: `${fault.name} (${detail})`,
    at,
    recovered: isRecovered ? (end - at) / 1000 : null,
    silent: silence(scene.ledger.answers, at, Date.now()).longest,
    endedByThemselves: scene.watch.ended.length - before,
  }
}

/** Causes one fault after the other until `end` (epoch ms); calls `tell` for each. */
export async function disturbUntil(end: number, scene: Scene, tell: (one: Disturbed) => void): Promise<Disturbed[]> {
  const all: Disturbed[] = []
  for (let turn = 0; Date.now() < end; turn += 1) {
    const one = await disturb(FAULTS[turn % FAULTS.length]!, scene, Math.floor(turn / FAULTS.length))
    all.push(one)
    tell(one)
  }
  return all
}
