// What one booking and one answer of free times cost, and what follows from it for a year of a country and for its worst hour.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { send, startProcess } from '../helpers/process.ts'
import type { Fixture } from './fixture.ts'
import { cpuOf, load, message, type Row } from './tools.ts'

const [BOOKINGS, ANSWERS, FIVE] = [4_000, 4_000, 300_000]
/** The load of the model: a year of 1,000 offices, and England's vaccination service on 8 June 2021. */
const [YEAR, OPEN_SECONDS, PEAK] = [100_000_000, 250 * 10 * 3600, 150_000]
/** Answers of free times that people look at for each booking, and how much above its mean the busiest minute of an hour is. */
const [LOOKS, BUSIEST] = [20, 3]

type Cost = { api: number; database: number; bytes: number }

export async function benchCapacity(fixture: Fixture): Promise<Row[]> {
  const service = await startProcess(['--no-demo', '--role', 'api'], {
    DATABASE_URL: fixture.url,
    AGENDA_POOL_SIZE: '8',
  })
  const port = Number(new URL(service.base).port)
  const client = new pg.Client({ connectionString: fixture.url })
  await client.connect()
  const query = async <T>(text: string): Promise<T[]> => (await client.query(text)).rows as T[]
  /** Bytes of all tables with their indexes, and the processor time of the API and of its connections. */
  const measure = async (): Promise<Cost> => {
    const [size] = await query<{ n: string }>(
      "select sum(pg_total_relation_size(c.oid)) as n from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace",
    )
    const backends = await query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and application_name like 'agenda%'",
    )
    const database = backends.reduce((sum, { pid }) => sum + cpuOf(pid), 0)
    return { api: cpuOf(service.child.pid!), database, bytes: Number(size!.n) }
  }
  const cost = async (messages: string[]): Promise<Cost & { rate: number }> => {
    const before = await measure()
    const { rate, statuses } = await load({
      port,
      connections: 8,
      requests: messages.length,
      milliseconds: 60_000,
      messages,
    })
    const after = await measure()
    const failed = Object.entries(statuses).filter(([status]) => !status.startsWith('2'))
    if (failed.length > 0) throw new Error(`answers: ${JSON.stringify(statuses)}`)
    const each = (name: keyof Cost): number => (after[name] - before[name]) / messages.length
    return { api: each('api'), database: each('database'), bytes: each('bytes'), rate }
  }
  const headers = { authorization: `Bearer ${fixture.key}` }
  let slot = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000
  /** Bookings of people who are new, each with an Idempotency-Key. */
  const bookings = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => {
      const start = new Date(slot + Math.floor(n / fixture.agentIds.length) * FIVE).toISOString()
      const contact = { firstName: 'Ada', lastName: `Neri ${n}`, email: `${randomUUID()}@posta.example` }
      const body = {
        serviceIds: [fixture.shortServiceId],
        start,
        contact,
        agentId: fixture.agentIds[n % fixture.agentIds.length],
      }
      return message('POST', '/v1/appointments', { ...headers, 'idempotency-key': randomUUID() }, body)
    })
  await cost(bookings(1_000))
  slot += 100 * FIVE
  const booking = await cost(bookings(BOOKINGS))
  const day = (n: number): string => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)
  const look = message('GET', `/v1/slots?serviceId=${fixture.serviceId}&from=${day(1)}&to=${day(31)}`, headers)
  await send(service.base, fixture.key, 'GET', `/v1/slots?serviceId=${fixture.serviceId}&from=${day(1)}&to=${day(31)}`)
  const answer = await cost(Array.from({ length: ANSWERS }, () => look))
  await client.end()
  await service.stop()

  const us = (seconds: number): string => `${(seconds * 1e6).toFixed(0)} µs`
  const row = (name: string, value: string): Row => ({ name, value, target: '', met: null })
  const coresFor = (perSecond: number): { api: number; database: number } => ({
    api: perSecond * (booking.api + LOOKS * answer.api),
    database: perSecond * (booking.database + LOOKS * answer.database),
  })
  const shown = (perSecond: number): string => {
    const { api, database } = coresFor(perSecond)
    return `${api.toFixed(1)} processors for APIs, ${database.toFixed(1)} for PostgreSQL`
  }
  const busiest = (YEAR / OPEN_SECONDS) * BUSIEST
  return [
    row('one booking of a new person: API / PostgreSQL', `${us(booking.api)} / ${us(booking.database)}`),
    row('the same: stored in all tables and indexes', `${booking.bytes.toFixed(0)} bytes`),
    row('one answer of the free times of a month: API / PostgreSQL', `${us(answer.api)} / ${us(answer.database)}`),
    row('100 million bookings a year, kept for a year', `${((YEAR * booking.bytes) / 1e9).toFixed(0)} GB`),
    row(
      `their mean, ${(YEAR / OPEN_SECONDS).toFixed(0)} bookings a second, with ${LOOKS} looks each`,
      shown(YEAR / OPEN_SECONDS),
    ),
    row(`their busiest minute, ${busiest.toFixed(0)} a second`, shown(busiest)),
    row(
      `150,000 bookings in an hour, busiest minute ${((PEAK / 3600) * BUSIEST).toFixed(0)} a second`,
      shown((PEAK / 3600) * BUSIEST),
    ),
  ]
}
