// The peak hour, compressed: thousands of citizens come before and after an opening, stand in line at two processes, and book on the
// pages. Measures the pages of those who wait, and checks that nothing overlaps, nobody's held time is lost, and the order was fair.
import pg from 'pg'
import { DAY, MINUTE } from '../../src/kernel/time/interval.ts'
import { formatDate, offsetAt, weekdayOf } from '../../src/kernel/time/zone.ts'
import { send, startProcess, startWorker } from '../helpers/process.ts'
import type { Fixture } from './fixture.ts'
import type { RushPlan, RushResult } from './rush-citizens.ts'
import { runScript, type Row } from './tools.ts'

const CITIZENS = Number(process.env.RUSH_CITIZENS ?? 10_000)
/** How many people a minute begin to book. */
const PACE = Number(process.env.RUSH_PACE ?? 900)
/** How long after the opening it is measured; the default lets everybody in. */
const LONGEST = Number(process.env.RUSH_MINUTES ?? (CITIZENS / PACE) * 1.3 + 1)
/** Of those who come, the share that is there before the opening. */
const EARLY = 0.7
const ZONE = 'Europe/Rome'

/** Rank correlation (Spearman): 1 = in the order of arrival, 0 = by chance. */
function rankCorrelation(pairs: readonly (readonly [number, number])[]): number {
  const ranks = (of: 0 | 1): number[] => {
    const order = pairs.map((_, i) => i).sort((a, b) => pairs[a]![of] - pairs[b]![of])
    const rank = new Array<number>(pairs.length)
    for (const [place, i] of order.entries()) rank[i] = place
    return rank
  }
  const [a, b] = [ranks(0), ranks(1)]
  const n = pairs.length
  return 1 - (6 * a.reduce((sum, rank, i) => sum + (rank - b[i]!) ** 2, 0)) / (n * (n * n - 1))
}

const share = (values: readonly number[], at: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * at)] ?? 0

async function overlaps(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ n: string }>(
    `select count(*) as n from appointments a join appointments b
        on a.tenant_id = b.tenant_id and a.agent_id = b.agent_id and a.id < b.id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
     where a.status in ('held', 'pending', 'confirmed') and b.status in ('held', 'pending', 'confirmed')`,
  )
  await client.end()
  return Number(rows[0]!.n)
}

export async function benchRush(fixture: Fixture): Promise<Row[]> {
  const env = { DATABASE_URL: fixture.url, AGENDA_TRUST_PROXY: '1', AGENDA_SECRET_KEY: 'a'.repeat(43) + '=' }
  const services = [await startProcess(['--no-demo', '--role', 'api'], env)]
  services.push(await startProcess(['--no-demo', '--role', 'api'], env))
  const worker = await startWorker(env)
  // The opening is a whole minute of the tenant's clock; whoever comes within the minute before it is drawn.
  const opening = Math.ceil((Date.now() + 75_000) / MINUTE) * MINUTE
  const [date, time] = new Date(opening + offsetAt(ZONE, opening)).toISOString().slice(0, 16).split('T')
  const body = {
    waitingRoom: { admitPerMinute: PACE, openings: [{ date, time, drawMinutes: 1 }] },
    booking: { captcha: 'none', unprovenPercent: 100 },
  }
  const path = `/v1/tenants/${fixture.tenantId}`
  const patched = await send(services[0]!.base, fixture.key, 'PATCH', path, body, { 'if-match': '*' })
  if (patched.status !== 200) throw new Error(JSON.stringify(patched.body))
  const today = Math.floor(Date.now() / DAY)
  const days = Array.from({ length: 120 }, (_, i) => today + 3 + i).filter((day) => weekdayOf(day) < 5)
  const early = Math.round(CITIZENS * EARLY)
  const until = opening - Date.now()
  const arrivals = Array.from({ length: CITIZENS }, (_, n) =>
    n < early ? until - 55_000 + (n / early) * 50_000 : until + ((n - early) / (CITIZENS - early)) * 60_000,
  )
  const plan: RushPlan = {
    ports: services.map(({ base }) => Number(new URL(base).port)),
    serviceId: fixture.serviceId,
    arrivals,
    days: days.map(formatDate),
    deadline: until + LONGEST * MINUTE,
  }
  const result = await runScript<RushResult>('rush-citizens.ts', plan)
  const entered = result.entered.flatMap((at, n) => (at === null ? [] : [[n, at] as const]))
  const [drawn, later] = [entered.filter(([n]) => n < early), entered.filter(([n]) => n >= early)]
  const minutes = (Math.max(...entered.map(([, at]) => at)) - until) / MINUTE
  const found = await overlaps(fixture.url)
  for (const service of [...services, worker]) await service.stop()
  const [p50, p99] = [share(result.waiting, 0.5), share(result.waiting, 0.99)]
  return [
    {
      name: `rush of ${CITIZENS} citizens, pages of those who wait, p50 / p99 (${result.waiting.length} answers)`,
      value: `${p50.toFixed(1)} / ${p99.toFixed(0)} ms`,
      target: 'p99 < 200 ms',
      met: p99 < 200,
    },
    {
      name: `the same: pages of those who book, p50 / p99 (${result.booking.length} answers)`,
      value: `${share(result.booking, 0.5).toFixed(1)} / ${share(result.booking, 0.99).toFixed(0)} ms`,
      target: '',
      met: null,
    },
    {
      name: `the same: whoever came was served, ${PACE} a minute`,
      value: `${entered.length} had their turn in ${minutes.toFixed(1)} min, ${result.booked} booked, ${result.taken} times were gone, ${result.gaveUp} gave up`,
      target: '',
      met: null,
    },
    {
      name: 'the same: overlaps, held times lost, answers 429 and 5xx, errors',
      value: `${found}, ${result.lostHolds}, ${JSON.stringify(result.errors)}`,
      target: '0, 0, none',
      met: found === 0 && result.lostHolds === 0 && Object.keys(result.errors).length === 0,
    },
    {
      name: 'the same: order of turns against order of arrival (rank correlation), drawn / after the opening',
      value: `${rankCorrelation(drawn).toFixed(3)} / ${rankCorrelation(later).toFixed(3)}`,
      target: '0 ± four deviations / > 0.95',
      met:
        Math.abs(rankCorrelation(drawn)) < 4 / Math.sqrt(drawn.length) &&
        (later.length < 30 || rankCorrelation(later) > 0.95),
    },
  ]
}
