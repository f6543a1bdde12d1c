// Measures callbacks on a real PostgreSQL: draining a backlog through pull leases, and lateness of single callbacks; each also with
// millions of future callbacks stored, and compared with pg-boss in the same run.
import pg from 'pg'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openDatabase } from '../../src/platform/database/open.ts'
import { createOnServer } from '../helpers/database.ts'
import { send, startProcess, type ServiceProcess } from '../helpers/process.ts'
import { testDeps } from '../helpers/service.ts'
import { cpuOf, median, runScript, type Row } from './tools.ts'
import { createTenant } from '../../src/application/onboarding/create-tenant.ts'

const TENANTS = 50
export const DUE = 100_000
const FUTURE = Number(process.env.BENCH_FUTURE ?? 5_000_000)
export const BATCH = 100
export const CONSUMERS = 4
const RUNS = Number(process.env.BENCH_RUNS ?? 3)
const ALWAYS = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }]

type Campaign = { tenantId: string; key: string; campaignId: string }
type Stage = {
  url: string
  campaigns: Campaign[]
  client: pg.Client
  service: ServiceProcess
  drop: () => Promise<void>
}

export async function prepare(server: string): Promise<Stage> {
  const { url, drop } = await createOnServer(server)
  const db = await openDatabase({ url, folder: '', poolSize: 2 })
  await migrate(db.pool, new Date())
  const deps = testDeps(db, { now: Date.now() })
  const tenants: { tenantId: string; key: string }[] = []
  for (let i = 0; i < TENANTS; i += 1) {
    const body = { slug: `misura-${i}`, name: `Misura ${i}`, timeZone: 'Europe/Rome', locale: 'it', country: 'IT' }
    const { id, apiKey } = await createTenant(deps, { ...body, holdMinutes: 10 })
    tenants.push({ tenantId: id, key: apiKey })
  }
  await db.close()
  // One API process without background work, as operators run it under load.
  const service = await startProcess(['--no-demo', '--role', 'api'], { DATABASE_URL: url, AGENDA_POOL_SIZE: '8' })
  const campaigns: Campaign[] = []
  for (const tenant of tenants) {
    const answer = await send(service.base, tenant.key, 'POST', '/v1/campaigns', {
      name: 'Richiami',
      hours: ALWAYS,
      citizenHours: ALWAYS,
      capacity: { kind: 'fixed', perBucket: 100_000 },
    })
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
    campaigns.push({ ...tenant, campaignId: answer.body.id as string })
  }
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return { url, campaigns, client, service, drop }
}

/** Inserts callbacks of one campaign as the service writes them, due from `from` on, `stepMs` apart. */
async function fill(
  stage: Stage,
  c: Campaign,
  count: number,
  from: Date,
  stepMs: number,
  series: string,
): Promise<void> {
  const document = {
    data: { tier: 'gold' },
    numbers: ['+393205550000'],
    current: 0,
    zones: ['Europe/Rome'],
    priority: 0,
    source: 'import',
  }
  await stage.client.query(
    `insert into callbacks (tenant_id, id, campaign_id, code, status, channel, number, window_from, window_to, due_at, hours_end,
       expires_at, rank_at, document, created_at, updated_at, look_at)
     select $1, gen_random_uuid(), $2, $6 || n, 'scheduled', 'phone', '+39' || $6 || n, at, at + interval '1 hour', at,
       at + interval '20 hours', at + interval '20 hours', at, $7, $5, $5, at + interval '20 hours'
     from (select n, $3::timestamptz + n * $4::float8 * interval '1 millisecond' as at from generate_series(1, $8::int) n) s`,
    [c.tenantId, c.campaignId, from, stepMs, new Date(), series, JSON.stringify(document), count],
  )
}

let series = 0
export async function drain(stage: Stage): Promise<number> {
  series += 1
  const each = DUE / TENANTS
  for (const c of stage.campaigns) await fill(stage, c, each, new Date(Date.now() - 3_600_000), 1, `s${series}x`)
  await stage.client.query('vacuum analyze callbacks')
  const port = Number(new URL(stage.service.base).port)
  const plan = { port, consumers: CONSUMERS, batch: BATCH, campaigns: stage.campaigns }
  const cpu = cpuOf(stage.service.child.pid!)
  const { seconds, count } = await runScript<{ seconds: number; count: number }>('drain-consumers.ts', plan)
  if (count !== DUE) throw new Error(`drained ${count} of ${DUE}`)
  process.stderr.write(
    `  service ${(((cpuOf(stage.service.child.pid!) - cpu) / seconds) * 100).toFixed(0)} % of a CPU\n`,
  )
  return count / seconds
}

type Lateness = { p50: number; p99: number; count: number; cpu: number }

/** Lateness of callbacks that become due at 200 a second for ten seconds, taken by consumers that wait by long poll. */
async function lateness(stage: Stage): Promise<Lateness> {
  series += 1
  const used = stage.campaigns.slice(0, 4)
  const start = Date.now() + 3_000
  for (const [i, c] of used.entries()) await fill(stage, c, 500, new Date(start + i * 5), 20, `l${series}x`)
  const cpuBefore = cpuOf(stage.service.child.pid!)
  const port = Number(new URL(stage.service.base).port)
  const result = await runScript<{ p50: number; p99: number; count: number }>('late-consumers.ts', {
    port,
    campaigns: used.map((c, i) => ({ ...c, start: start + i * 5, stepMs: 20 })),
    count: 2_000,
    until: start + 20_000,
    wait: 4,
  })
  return { ...result, cpu: (cpuOf(stage.service.child.pid!) - cpuBefore) / 10 }
}

async function idleQueries(stage: Stage): Promise<number> {
  const port = Number(new URL(stage.service.base).port)
  const count = async (): Promise<number> => {
    const { rows } = await stage.client.query<{ n: string }>(
      'select xact_commit + xact_rollback as n from pg_stat_database where datname = current_database()',
    )
    return Number(rows[0]!.n)
  }
  // The transactions of the server itself (autovacuum after the fill) are measured first and subtracted.
  const begin = await count()
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  await stage.client.query('select pg_stat_clear_snapshot()')
  const quiet = (await count()) - begin
  const waiting = runScript('late-consumers.ts', {
    port,
    campaigns: stage.campaigns.slice(0, 4).map((c) => ({ ...c, start: 0, stepMs: 0 })),
    count: 1,
    until: Date.now() + 15_000,
    wait: 20,
  })
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  await stage.client.query('select pg_stat_clear_snapshot()')
  const before = await count()
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  await stage.client.query('select pg_stat_clear_snapshot()')
  const after = await count()
  await waiting
  return Math.max(0, after - before - quiet - 2) / 10
}

export async function benchCallbacks(server: string): Promise<Row[]> {
  const stage = await prepare(server)
  const rows: Row[] = []
  try {
    const run = async (name: string, runs: number): Promise<{ rate: number; late: Lateness }> => {
      const rates: number[] = []
      const lates: Lateness[] = []
      for (let i = -1; i < runs; i += 1) {
        const rate = await drain(stage)
        const late = await lateness(stage)
        process.stderr.write(
          `${name} run ${i}: ${rate.toFixed(0)}/s, lateness p50 ${late.p50.toFixed(0)} p99 ${late.p99.toFixed(0)} ms (${late.count}), ${(late.cpu * 100).toFixed(0)} % of a CPU\n`,
        )
        if (i < 0) continue
        rates.push(rate)
        lates.push(late)
      }
      const of = (pick: (l: Lateness) => number): number => median(lates.map(pick))
      return {
        rate: median(rates),
        late: { p50: of((l) => l.p50), p99: of((l) => l.p99), count: 0, cpu: of((l) => l.cpu) },
      }
    }
    const idle = await idleQueries(stage)
    const boss = await runScript<{ bare: number; work: number }>('pgboss-baseline.ts', {
      url: stage.url,
      jobs: DUE,
      batch: BATCH,
      workers: CONSUMERS,
    })
    process.stderr.write(`pg-boss: bare ${boss.bare.toFixed(0)}/s, work() ${boss.work.toFixed(0)}/s\n`)
    const empty = await run('callbacks', RUNS)
    rows.push(
      {
        name: 'pg-boss 12.34: bare fetch + complete, 4 workers, batches of 100',
        value: `${boss.bare.toFixed(0)}/s`,
        target: 'baseline',
        met: null,
      },
      { name: 'pg-boss 12.34: its own work() loop', value: `${boss.work.toFixed(0)}/s`, target: 'baseline', met: null },
      {
        name: `draining ${DUE} due callbacks of ${TENANTS} tenants over HTTP, 4 consumers, batches of 100, history included`,
        value: `${empty.rate.toFixed(0)}/s = ${((empty.rate / boss.bare) * 100).toFixed(0)} % of pg-boss bare`,
        target: '8,000/s, 50 %, above work()',
        met: empty.rate >= 8_000 && empty.rate >= boss.bare / 2 && empty.rate > boss.work,
      },
      {
        name: 'lateness at 200 callbacks a second, due → in the consumer’s hands',
        value: `p50 ${empty.late.p50.toFixed(0)} ms, p99 ${empty.late.p99.toFixed(0)} ms`,
        target: 'p50 < 50 ms, p99 < 250 ms',
        met: empty.late.p50 < 50 && empty.late.p99 < 250,
      },
      {
        name: 'processor time of the service meanwhile',
        value: `${(empty.late.cpu * 100).toFixed(0)} % of one CPU`,
        target: '100 %',
        met: empty.late.cpu < 1,
      },
      {
        name: 'transactions a second while four consumers wait and nothing is due',
        value: idle.toFixed(1),
        target: 'practically none',
        met: idle < 2,
      },
    )
    if (FUTURE > 0) {
      const each = FUTURE / TENANTS
      const spread = (30 * 86_400_000) / each
      for (const c of stage.campaigns) await fill(stage, c, each, new Date(Date.now() + 3_600_000), spread, 'f')
      await stage.client.query('vacuum analyze callbacks')
      const full = await run(`with ${FUTURE} future`, RUNS)
      const share = full.rate / empty.rate
      rows.push(
        {
          name: `draining with ${FUTURE} future callbacks stored`,
          value: `${full.rate.toFixed(0)}/s = ${(share * 100).toFixed(0)} % of without`,
          target: '80 %',
          met: share >= 0.8,
        },
        {
          name: 'lateness with them',
          value: `p50 ${full.late.p50.toFixed(0)} ms, p99 ${full.late.p99.toFixed(0)} ms`,
          target: 'within 20 %, or under 50 and 250 ms',
          met: full.late.p50 < 50 && full.late.p99 < 250,
        },
      )
    }
  } finally {
    await stage.service.stop()
    await stage.client.end()
    await stage.drop()
  }
  return rows
}
