// Measures pg-boss with the same batches on the same server: bare fetch and complete by four workers, and its own work() loop. pg-boss
// uses no HTTP and keeps no history. Its loop polls at most twice a second, so it gets batches of 500.
import pg from 'pg'
import { PgBoss } from 'pg-boss'

type Plan = { url: string; jobs: number; batch: number; workers: number }

async function run({ url, jobs, batch, workers }: Plan): Promise<{ bare: number; work: number }> {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'boss',
    supervise: false,
    schedule: false,
    max: workers + 2,
  })
  boss.on('error', () => undefined)
  await boss.start()
  await boss.createQueue('due')
  const fill = async (): Promise<void> => {
    for (let i = 0; i < jobs; i += 5_000)
      await boss.insert(
        'due',
        Array.from({ length: Math.min(5_000, jobs - i) }, () => ({
          data: { number: '+393205550000', code: 'ABCDEFGH' },
        })),
      )
  }
  await fill()
  const tidy = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('vacuum analyze')
    await client.end()
  }
  await tidy()
  let began = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (;;) {
        const taken = await boss.fetch('due', { batchSize: batch })
        if (taken.length === 0) return
        await boss.complete(
          'due',
          taken.map((job) => job.id),
        )
        done += taken.length
      }
    }),
  )
  const bare = done / ((performance.now() - began) / 1000)
  const some = Math.min(jobs, 20_000)
  await boss.deleteAllJobs('due').catch(() => undefined)
  for (let i = 0; i < some; i += 5_000)
    await boss.insert(
      'due',
      Array.from({ length: 5_000 }, () => ({ data: { number: '+393205550000' } })),
    )
  await tidy()
  began = performance.now()
  let worked = 0
  await new Promise<void>((resolve) => {
    for (let i = 0; i < workers; i += 1)
      void boss.work('due', { batchSize: 5 * batch, pollingIntervalSeconds: 0.5 }, async (taken: unknown[]) => {
        worked += taken.length
        if (worked >= some) resolve()
      })
  })
  const work = worked / ((performance.now() - began) / 1000)
  await boss.stop({ graceful: false })
  return { bare, work }
}

let text = ''
for await (const chunk of process.stdin) text += String(chunk)
process.stdout.write(JSON.stringify(await run(JSON.parse(text) as Plan)))
process.exit(0)
