// Measures graphile-worker with jobs that do nothing, on the same server: with its defaults, and with the settings of its own
// documentation of performance (worker.graphile.org/docs/performance). It uses no HTTP and keeps no history.
import pg from 'pg'
import { Logger, run as start, type RunnerOptions } from 'graphile-worker'

type Plan = { url: string; jobs: number }
const silent = new Logger(() => () => undefined)

/** Jobs a second from the first to the last. */
async function drain(
  url: string,
  jobs: number,
  worker: NonNullable<RunnerOptions['preset']>['worker'],
): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let [done, began] = [0, 0]
  let finish = (): void => undefined
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const due = (): void => {
    if (done === 0) began = performance.now()
    done += 1
    if (done === jobs) finish()
  }
  const options: RunnerOptions = {
    logger: silent,
    noHandleSignals: true,
    taskList: { due, prepare: () => undefined },
    preset: { worker: { connectionString: url, ...worker } },
  }
  // The first start makes its tables.
  const maker = await start(options)
  await maker.stop()
  await client.query(
    `select graphile_worker.add_jobs(array(
       select row('due', '{"number":"+393205550000","code":"ABCDEFGH"}'::json, null, null, null, null, null, null)::graphile_worker.job_spec
         from generate_series(1, $1::int)))`,
    [jobs],
  )
  await client.query('vacuum analyze')
  const runner = await start(options)
  await finished
  const rate = jobs / ((performance.now() - began) / 1000)
  await runner.stop()
  await client.end()
  return rate
}

async function run({ url, jobs }: Plan): Promise<{ usual: number; tuned: number }> {
  const usual = await drain(url, Math.min(jobs, 20_000), {})
  const tuned = await drain(url, jobs, {
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  })
  return { usual, tuned }
}

let text = ''
for await (const chunk of process.stdin) text += String(chunk)
process.stdout.write(JSON.stringify(await run(JSON.parse(text) as Plan)))
process.exit(0)
