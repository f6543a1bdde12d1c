// Measures what a user would pick instead, each as its own package, on the server and in the run of our own figures: queues of jobs for
// callbacks. No open scheduler installs as a package of npm or Debian (docs/benchmarks.md has what is published about them).
import { createOnServer } from '../helpers/database.ts'
import { CONSUMERS, BATCH, DUE, drain, prepare } from './callbacks.ts'
import { median, runScript, type Row } from './tools.ts'

const RUNS = Number(process.env.BENCH_RUNS ?? 3)

export async function benchPeers(server: string): Promise<Row[]> {
  const rates = {
    boss: [] as number[],
    work: [] as number[],
    usual: [] as number[],
    tuned: [] as number[],
    own: [] as number[],
  }
  const stage = await prepare(server)
  try {
    for (let i = 0; i < RUNS; i += 1) {
      // Each peer begins on an empty database, in turn with ours, so that a slow minute of the machine meets all of them.
      const { url, drop } = await createOnServer(server, { plain: true })
      const boss = await runScript<{ bare: number; work: number }>('pgboss-baseline.ts', {
        ...{ url, jobs: DUE, batch: BATCH, workers: CONSUMERS },
      })
      const graphile = await runScript<{ usual: number; tuned: number }>('graphile-baseline.ts', { url, jobs: DUE })
      await drop()
      rates.boss.push(boss.bare)
      rates.work.push(boss.work)
      rates.usual.push(graphile.usual)
      rates.tuned.push(graphile.tuned)
      rates.own.push(await drain(stage))
      process.stderr.write(
        `peers run ${i}: ${JSON.stringify(Object.values(rates).map((list) => Math.round(list.at(-1)!)))}\n`,
      )
    }
  } finally {
    await stage.service.stop()
    await stage.client.end()
    await stage.drop()
  }
  const row = (name: string, list: readonly number[]): Row => ({
    ...{ name, value: `${median(list).toFixed(0)}/s`, target: '', met: null },
  })
  return [
    row('pg-boss 12.34, bare: 4 loops of fetch(100) and complete', rates.boss),
    row('pg-boss 12.34, its work() loop, batches of 500', rates.work),
    row('graphile-worker 0.18, its defaults, one job at a time', rates.usual),
    row('graphile-worker 0.18, as its page on performance says: 24 at once, local queue of 500', rates.tuned),
    row('Agenda: leases of 100 over HTTP, 4 consumers, results and history written', rates.own),
  ]
}
