// Measures the team view: a week of 30 agents with 2,000 appointments, as data, as a page and in the browser; compared with a bare query
// that reads the same rows.
import pg from 'pg'
import { openBrowser } from '../e2e/browser.ts'
import { hashPassword } from '../../src/application/identity/password.ts'
import { uuidSource } from '../../src/kernel/uuid.ts'
import { randomBytes } from 'node:crypto'
import { startProcess } from '../helpers/process.ts'
import type { Fixture } from './fixture.ts'
import { median, type Row } from './tools.ts'

const [AGENTS, APPOINTMENTS, RUNS] = [30, 2_000, Number(process.env.BENCH_RUNS ?? 5)] as const
const PASSWORD = 'misura misura misura misura'
const MONDAY = '2027-03-01'
const [FROM, TO] = ['2027-02-28T23:00:00.000Z', '2027-03-07T23:00:00.000Z'] as const

async function seed(fixture: Fixture, client: pg.Client): Promise<void> {
  const { tenantId, serviceId, locationId } = fixture
  await client.query(
    `insert into contacts (tenant_id, id, first_name, last_name, document, created_at, updated_at)
     select $1, gen_random_uuid(), 'Nome ' || n, 'Cognome ' || n, '{}', now(), now() from generate_series(1, 500) n`,
    [tenantId],
  )
  // Five days, about 13 appointments per day and agent, 30 minutes each, from 8:00 on.
  await client.query(
    `insert into reservations (tenant_id, id, agent_id, period, kind)
     select $1, gen_random_uuid(), a.id, tstzrange(s, s + interval '30 minutes'), 'appointment'
       from generate_series(0, $2::int - 1) n
       join (select id, row_number() over (order by id) - 1 as i from agents where tenant_id = $1 order by id limit $3::int) a on a.i = n % $3::int
       cross join lateral (select ($4::date + ((n / $3::int) % 5)::int)::timestamp at time zone 'Europe/Rome' + interval '8 hours' + (n / $3::int / 5) * interval '40 minutes' as s) t`,
    [tenantId, APPOINTMENTS, AGENTS, MONDAY],
  )
  await client.query(
    `insert into appointments (tenant_id, id, code, status, service_ids, location_id, agent_id, starts_at, ends_at, time_zone, channel, seats,
       contact_id, reservation_id, document, created_at, updated_at)
     select r.tenant_id, r.id, upper(substr(md5(r.id::text), 1, 12)), 'confirmed', array[$2::uuid], $3, r.agent_id, lower(r.period), upper(r.period),
       'Europe/Rome', 'in_person', 1, c.id, r.id, '{"minutes":30,"audience":"public"}', now(), now()
       from (select *, row_number() over () as n from reservations where tenant_id = $1 and lower(period) >= $4::timestamptz) r
       join (select id, row_number() over () as n from contacts where tenant_id = $1 and first_name like 'Nome%') c on c.n = 1 + r.n % 500`,
    [tenantId, serviceId, locationId, FROM],
  )
  const newId = uuidSource(Date.now, randomBytes)
  await client.query(
    `insert into users (tenant_id, id, email, name, role, password_hash, status, document, created_at, updated_at)
     values ($1, $2, 'capo@misura.example', 'Capo', 'supervisor', $3, 'active', '{}', now(), now())`,
    [tenantId, newId(), await hashPassword(PASSWORD)],
  )
  await client.query('vacuum analyze')
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const runs: number[] = []
  for (let run = 0; run <= RUNS; run += 1) {
    const times: number[] = []
    for (let i = 0; i < 15; i += 1) {
      const began = performance.now()
      await work()
      times.push(performance.now() - began)
    }
    if (run > 0) runs.push(median(times))
  }
  return median(runs)
}

/** The longest browser task while the page shows the view, median over runs, ms. */
async function longestTask(base: string, path: string, shown: string): Promise<number> {
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    await page.goto(`${base}/misura/sign-in`)
    await page.fill('#email', 'capo@misura.example')
    await page.fill('#password', PASSWORD)
    await Promise.all([page.waitForURL('**/agenda'), page.click('main button')])
    await page.addInitScript(() => {
      const seen: number[] = []
      ;(globalThis as any).longTasks = seen
      new PerformanceObserver((list) => seen.push(...list.getEntries().map((e) => e.duration))).observe({
        type: 'longtask',
        buffered: true,
      })
    })
    const longest: number[] = []
    for (let run = 0; run <= RUNS; run += 1) {
      await page.goto(base + path)
      await page.waitForSelector(shown)
      await page.waitForTimeout(1_500)
      const tasks = await page.evaluate(() => (globalThis as any).longTasks as number[])
      if (run > 0) longest.push(Math.max(0, ...tasks))
    }
    return median(longest)
  } finally {
    await browser.close()
  }
}

export async function benchTeam(fixture: Fixture): Promise<Row[]> {
  const client = new pg.Client({ connectionString: fixture.url })
  await client.connect()
  await seed(fixture, client).catch(async (error: unknown) => {
    await client.end()
    throw error
  })
  const service = await startProcess(['--no-demo'], {
    DATABASE_URL: fixture.url,
    AGENDA_PUBLIC_RATE: '100000',
    AGENDA_API_RATE: '10000000',
  })
  try {
    const answer = await fetch(`${service.base}/misura/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ email: 'capo@misura.example', password: PASSWORD }),
    })
    const cookie = answer.headers
      .getSetCookie()
      .map((c) => c.split(';')[0])
      .join('; ')
    const get = (path: string) => async () => {
      const got = await fetch(service.base + path, { headers: { cookie } })
      const text = await got.text()
      if (got.status !== 200) throw new Error(`${path}: ${got.status} ${text.slice(0, 200)}`)
      return text
    }
    const week = `/v1/agenda?from=${FROM}&to=${TO}`
    const count = (JSON.parse(await get(week)()) as { items: unknown[] }).items.length
    if (count !== APPOINTMENTS) throw new Error(`${count} appointments in the week`)
    const bare = await timed(() =>
      client.query(
        `select a.*, c.first_name, c.last_name from appointments a join contacts c on c.tenant_id = a.tenant_id and c.id = a.contact_id
          where a.tenant_id = $1 and a.starts_at >= $2 and a.starts_at < $3 order by a.starts_at`,
        [fixture.tenantId, FROM, TO],
      ),
    )
    const row = (name: string, ms: number, target: number): Row => ({
      name,
      value: `${ms.toFixed(0)} ms (bare query ${bare.toFixed(0)} ms)`,
      target: `< ${target} ms`,
      met: ms < target,
    })
    const page = (view: string): string => `/agenda/calendar?view=${view}&date=${MONDAY}`
    return [
      row('Week of 30 agents, 2,000 appointments: data', await timed(get(week)), 100),
      row('The same: page of the team’s week', await timed(get(page('teamWeek'))), 100),
      row('Page of the team’s day (400)', await timed(get(page('team'))), 100),
      row('Longest task in the browser, team’s week', await longestTask(service.base, page('teamWeek'), 'table'), 200),
      row(
        'Longest task in the browser, team’s day',
        await longestTask(service.base, page('team'), '#calendar .ec-event'),
        200,
      ),
    ]
  } finally {
    await service.stop()
    await client.end()
  }
}
