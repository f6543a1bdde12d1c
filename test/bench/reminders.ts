// Ten thousand reminders are due at the beginning of a minute, and the mail server takes 200 ms for each: measures when the last one has
// left, and how bookings slow down meanwhile. Workers and API are separate processes on the same machine.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { send, startProcess } from '../helpers/process.ts'
import type { Fixture } from './fixture.ts'
import { load, median, message, type Row } from './tools.ts'

const COUNT = Number(process.env.BENCH_REMINDERS ?? 10_000)
const RUNS = Number(process.env.BENCH_RUNS ?? 3)
const DELAY = 200
const CONNECTIONS = 60
const FIVE = 300_000
const DAY = 86_400_000

async function startMailServer() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'slow-mailbox.ts'), String(DELAY)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const next = async (): Promise<any> => JSON.parse(((await once(lines, 'line')) as [string])[0])
  const { port } = (await next()) as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    said: async (): Promise<{ count: number; first: number; last: number }> => {
      const answer = next()
      child.stdin.write('?\n')
      return answer as Promise<{ count: number; first: number; last: number }>
    },
    stop: () => child.stdin.end(),
  }
}

/** Inserts appointments whose reminders are due at `from`, as the service writes them. */
async function fill(client: pg.Client, fixture: Fixture, from: number): Promise<void> {
  const { tenantId, agentIds, shortServiceId, locationId } = fixture
  await client.query(
    `with made as (
       select gen_random_uuid() as id, gen_random_uuid() as contact, n, $2::timestamptz as at
         from generate_series(1, $3::int) n),
     people as (
       insert into contacts (tenant_id, id, first_name, last_name, email, document, created_at, updated_at)
       select $1, contact, 'Ada', 'N' || n, 'n' || n || '.' || extract(epoch from at)::bigint || '@posta.example', '{}', now(), now() from made),
     visits as (
       insert into appointments (tenant_id, id, code, status, service_ids, location_id, agent_id, starts_at, ends_at, time_zone,
         channel, seats, contact_id, reservation_id, document, created_at, updated_at)
       select $1, id, upper(substr(md5(id::text), 1, 12)), 'confirmed', array[$4::uuid], $5, $6, at + interval '1 day',
         at + interval '1 day 5 minutes', 'Europe/Rome', 'in_person', 1, contact, id, '{"minutes":5,"audience":"public"}',
         now() - interval '3 days', now() from made)
     insert into jobs (tenant_id, id, queue, key, due_at, payload, created_at)
     select $1, gen_random_uuid(), 'reminders', id || ' day-before', at,
       jsonb_build_object('appointmentId', id, 'ruleId', 'day-before', 'start', extract(epoch from at)::bigint * 1000 + 86400000,
         'at', extract(epoch from at)::bigint * 1000), now() from made`,
    [tenantId, new Date(from), COUNT, shortServiceId, locationId, agentIds[0]],
  )
}

export async function benchReminders(fixture: Fixture): Promise<Row[]> {
  const client = new pg.Client({ connectionString: fixture.url })
  await client.connect()
  const mail = await startMailServer()
  const api = await startProcess(['--no-demo', '--role', 'api'], { DATABASE_URL: fixture.url, AGENDA_POOL_SIZE: '8' })
  const env = { DATABASE_URL: fixture.url, AGENDA_SMTP_URL: mail.url, AGENDA_MAIL_CONNECTIONS: String(CONNECTIONS) }
  const worker = await startProcess(['--no-demo', '--role', 'worker'], env)
  const port = Number(new URL(api.base).port)
  const headers = { authorization: `Bearer ${fixture.key}` }
  const contact = (await send(api.base, fixture.key, 'POST', '/v1/contacts', { firstName: 'A', lastName: 'B' })).body.id
  let slot = Math.ceil(Date.now() / DAY) * DAY + 2 * DAY
  const bookings = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => {
      const start = new Date(slot + Math.floor(n / fixture.agentIds.length) * FIVE).toISOString()
      const agentId = fixture.agentIds[n % fixture.agentIds.length]
      const body = { serviceIds: [fixture.shortServiceId], start, contactId: contact, agentId }
      return message('POST', '/v1/appointments', headers, body)
    })
  /** Bookings one after the other, as a clerk makes them: about 20 a second, never more than one under way. */
  const measure = async (seconds: number) => {
    const count = seconds * 20
    const messages = bookings(count)
    slot += Math.ceil(count / fixture.agentIds.length + 1) * FIVE
    const parts: { p99: number; p50: number }[] = []
    const until = Date.now() + seconds * 1000
    for (let n = 0; n < messages.length && Date.now() < until; n += 100) {
      const some = messages.slice(n, n + 100)
      parts.push(await load({ port, connections: 1, requests: some.length, milliseconds: 30_000, messages: some }))
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, until - Date.now()) / (messages.length / 100)))
    }
    return { p50: median(parts.map((p) => p.p50)), p99: median(parts.map((p) => p.p99)) }
  }
  await measure(5)
  const [seconds, ratio, ratio50, idle99]: number[][] = [[], [], [], []]
  let sentBefore = 0
  for (let run = 0; run < RUNS; run += 1) {
    const idle = await measure(15)
    const from = Math.ceil((Date.now() + 15_000) / 1000) * 1000
    await fill(client, fixture, from)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, from - Date.now())))
    const busy = await measure(50)
    let said = await mail.said()
    while (said.count < sentBefore + COUNT && Date.now() < from + 300_000) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      said = await mail.said()
    }
    sentBefore = said.count
    seconds!.push((said.last - from) / 1000)
    ratio!.push(busy.p99 / idle.p99)
    ratio50!.push(busy.p50 / idle.p50)
    idle99!.push(idle.p99)
  }
  await worker.stop()
  await api.stop()
  mail.stop()
  await client.end()
  const last = median(seconds!)
  const slower = median(ratio!)
  return [
    {
      name: `the last of ${COUNT} reminders that are due at once has left, provider latency ${DELAY} ms`,
      value: `${last.toFixed(1)} s later (${seconds!.map((s) => s.toFixed(0)).join(', ')})`,
      target: 'within the minute',
      met: last <= 60,
    },
    {
      name: 'bookings meanwhile, p99 against p99 before, same run',
      value: `${slower.toFixed(2)} × (p99 before ${median(idle99!).toFixed(1)} ms; p50 ${median(ratio50!).toFixed(2)} ×)`,
      target: '≤ 1.2 ×',
      met: slower <= 1.2,
    },
  ]
}
