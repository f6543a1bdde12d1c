// Growth curves: the same calls on ever more rows, tenants and agents. What a caller does should cost the same whatever lies beside it; the
// table says what it costs, and how many rows were read by scans of whole tables meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { send, startProcess, startWorker, type ServiceProcess } from '../helpers/process.ts'
import type { Fixture } from './fixture.ts'
import { cpuOf, median, memoryOf, type Row } from './tools.ts'

const CALLS = 120
const sizes = (name: string, standard: string): number[] => (process.env[name] ?? standard).split(',').map(Number)
/** `GROWTH_EVENTS=10000,1000000,100000000` for the whole curve; a hundred million rows need 40 GB. */
const EVENTS = sizes('GROWTH_EVENTS', '10000,1000000,10000000')
const TENANTS = sizes('GROWTH_TENANTS', '1,100,10000')
const AGENTS = sizes('GROWTH_AGENTS', '20,200,2000')

type Office = { fixture: Fixture; client: pg.Client; service: ServiceProcess }
type Calls = Record<string, (n: number) => Promise<number>>

const V7 = (at: string): string =>
  `(lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`

/** Histories of three years, ten events to a subject, with the messages that went out. */
async function fillEvents({ client, fixture }: Office, wanted: number): Promise<void> {
  const at = "now() - interval '1 hour' - (n % 26000) * interval '1 hour'"
  for (;;) {
    const { rows } = await client.query<{ n: string }>('select count(*) as n from events where actor = $1', ['growth'])
    const missing = Math.min(1_000_000, wanted - Number(rows[0]!.n))
    if (missing <= 0) break
    await client.query(
      `insert into events (tenant_id, subject_id, id, type, at, actor, data)
       select $1, md5('s' || (n + $3::int) / 10 || random()::int)::uuid, ${V7(at)}, 'appointment.changed', ${at}, 'growth', '{"start":"2026-01-01T08:00:00Z"}'
         from generate_series(1, $2::int) n`,
      [fixture.tenantId, missing, Number(rows[0]!.n) % 1_000_000_000],
    )
    await client.query(
      `insert into contacts (tenant_id, id, first_name, last_name, phone, document, created_at, updated_at)
       select $1, ${V7(at)}, 'Nome ' || n, 'Cognome ' || n, '+39' || (3200000000 + $3::bigint + n), '{}', ${at}, ${at} from generate_series(1, $2::int) n`,
      [fixture.tenantId, Math.ceil(missing / 20), Number(rows[0]!.n)],
    )
  }
  await client.query('vacuum analyze events, contacts')
}

/** Copies the rows of one agent's office to new tenants: ids are unique within a tenant only. */
async function addTenants({ client, fixture }: Office, wanted: number): Promise<void> {
  await client.query(
    `with made as (
       insert into tenants (id, slug, name, document, created_at, updated_at)
       select ${V7('now()')}, 'crescita-' || n, 'Crescita ' || n, document, now(), now()
         from tenants, generate_series((select count(*) from tenants)::int + 1, $2::int) n where id = $1
       returning id, slug)
     insert into tenant_slugs (slug, tenant_id) select slug, id from made`,
    [fixture.tenantId, wanted],
  )
  const one = fixture.agentIds[0]!
  for (const [table, which] of [
    ['locations', 'true'],
    ['services', 'true'],
    ['agents', `s.id = '${one}'`],
    ['agent_calendars', `s.agent_id = '${one}'`],
    ['schedules', `s.owner_id = '${one}'`],
  ] as const) {
    const { rows } = await client.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_name = $1 and column_name <> 'tenant_id' and is_generated = 'NEVER'`,
      [table],
    )
    const columns = rows.map(({ name }) => `"${name}"`).join(', ')
    await client.query(
      `insert into ${table} (tenant_id, ${columns})
       select t.id, ${columns.replace(/"([a-z_]+)"/g, 's."$1"')}
         from ${table} s cross join tenants t
        where s.tenant_id = $1 and ${which} and t.id <> $1 on conflict do nothing`,
      [fixture.tenantId],
    )
  }
  await client.query('vacuum analyze')
}

async function addAgents({ fixture, service }: Office, from: number, wanted: number): Promise<void> {
  const make = async (path: string, body: unknown): Promise<{ id: string }> =>
    (await send(service.base, fixture.key, 'POST', `/v1/${path}`, body)).body as { id: string }
  for (let n = from; n < wanted; n += 1) {
    const agent = await make('agents', { name: `Agente ${n}`, serviceIds: [fixture.serviceId] })
    await make('schedules', {
      ...{ ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01' },
      rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '08:00', to: '18:00' }] }],
    })
  }
}

let slot = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000

/** What callers do all day, each as one call; resolves with its milliseconds. */
async function callsOf({ fixture, service }: Office): Promise<Calls> {
  const timed = async (method: string, path: string, body?: unknown): Promise<{ ms: number; body: any }> => {
    const began = performance.now()
    const answer = await send(service.base, fixture.key, method, `/v1/${path}`, body)
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return { ms: performance.now() - began, body: answer.body }
  }
  const day = (n: number): string => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)
  const contactId = (await timed('POST', 'contacts', { firstName: 'A', lastName: 'B' })).body.id as string
  const ids: string[] = []
  const book = async (more: object): Promise<number> => {
    const start = new Date((slot += 300_000)).toISOString()
    const { ms, body } = await timed('POST', 'appointments', {
      serviceIds: [fixture.shortServiceId],
      start,
      contactId,
      ...more,
    })
    ids.push(body.id as string)
    return ms
  }
  const of = async (method: string, path: string): Promise<number> => (await timed(method, path)).ms
  return {
    'book, agent named': (n) => book({ agentId: fixture.agentIds[n % 20] }),
    'book, any of 20': () => book({}),
    'read an appointment': (n) => of('GET', `appointments/${ids[n]!}`),
    'its history': (n) => of('GET', `appointments/${ids[n]!}/history`),
    'cancel it': (n) => of('POST', `appointments/${ids[n]!}/cancellation`),
    'free times of a month': () => of('GET', `slots?serviceId=${fixture.serviceId}&from=${day(1)}&to=${day(31)}`),
    'events since an hour': () => of('GET', `events?limit=100`),
    'a person by number': async (n) => (await timed('POST', 'contacts/lookup', { text: `+39${3_200_000_000 + n}` })).ms,
  }
}

/** Rows that sequential scans of large tables have read since the start of the server's statistics. */
async function scanned(client: pg.Client): Promise<number> {
  await sleep(1_500)
  const { rows } = await client.query<{ n: string }>(
    'select coalesce(sum(seq_tup_read), 0) as n from pg_stat_user_tables where n_live_tup > 5000',
  )
  return Number(rows[0]!.n)
}

async function measure(office: Office): Promise<Map<string, string>> {
  const calls = await callsOf(office)
  const result = new Map<string, string>()
  for (const [name, call] of Object.entries(calls)) {
    for (let n = 0; n < 20; n += 1) await call(n)
    const before = await scanned(office.client)
    const times: number[] = []
    for (let n = 20; n < 20 + CALLS; n += 1) times.push(await call(n))
    const read = ((await scanned(office.client)) - before) / CALLS
    result.set(name, `${median(times).toFixed(1)} ms${read >= 1 ? ` (${Math.round(read)} rows scanned)` : ''}`)
  }
  return result
}

/** Seconds until a worker is ready, and its processor time while nothing is to be done, in percent of one. */
async function idleWorker(url: string): Promise<Map<string, string>> {
  const began = performance.now()
  const worker = await startWorker({ DATABASE_URL: url })
  const ready = (performance.now() - began) / 1000
  await sleep(15_000)
  const before = cpuOf(worker.child.pid!)
  await sleep(20_000)
  const share = ((cpuOf(worker.child.pid!) - before) / 20) * 100
  const rss = memoryOf(worker.child.pid!)
  await worker.stop()
  return new Map([
    ['a worker is ready after', `${ready.toFixed(1)} s`],
    ['an idle worker needs of one processor', `${share.toFixed(0)} %`],
    ['its memory', `${rss.toFixed(0)} MB`],
  ])
}

const table = (what: string, counts: readonly number[], columns: readonly Map<string, string>[]): Row[] =>
  [...columns[0]!.keys()].map((name) => ({
    name: `${name}, at ${counts.map((n) => n.toLocaleString('en')).join(' / ')} ${what}`,
    value: columns.map((column) => column.get(name)).join(' / '),
    target: 'flat',
    met: null,
  }))

export async function benchGrowth(fixture: Fixture): Promise<Row[]> {
  const client = new pg.Client({ connectionString: fixture.url })
  await client.connect()
  const service = await startProcess(['--no-demo', '--role', 'api'], { DATABASE_URL: fixture.url })
  const office: Office = { fixture, client, service }
  const rows: Row[] = []
  const say = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
  const curve = async (
    what: string,
    counts: readonly number[],
    grow: (n: number) => Promise<void>,
    look: () => Promise<Map<string, string>>,
  ) => {
    const columns: Map<string, string>[] = []
    for (const count of counts) {
      await grow(count)
      say(`${count} ${what}`)
      columns.push(await look())
      say([...columns.at(-1)!].map(([name, value]) => `${name}: ${value}`).join('; '))
    }
    rows.push(...table(what, counts, columns))
  }
  try {
    let agents = 20
    await curve(
      'agents of the service',
      AGENTS,
      async (n) => {
        await addAgents(office, agents, n)
        agents = Math.max(agents, n)
      },
      () => measure(office),
    )
    await curve(
      'events',
      EVENTS,
      (n) => fillEvents(office, n),
      () => measure(office),
    )
    await curve(
      'tenants',
      TENANTS,
      (n) => addTenants(office, n),
      async () => new Map([...(await measure(office)), ...(await idleWorker(fixture.url))]),
    )
  } finally {
    await service.stop()
    await client.end()
  }
  return rows
}
