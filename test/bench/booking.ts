// Measures bookings over HTTP by 16 clients, compared with the bare INSERT of the ledger row in the same run.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { startProcess, send } from '../helpers/process.ts'
import { load, median, message, runScript, type Row } from './tools.ts'
import type { Fixture } from './fixture.ts'

const RUNS = 5
const COUNT = 6_000
const FIVE = 300_000

export async function benchBookings(fixture: Fixture): Promise<Row[]> {
  const service = await startProcess(['--no-demo', '--role', 'api'], {
    DATABASE_URL: fixture.url,
    AGENDA_POOL_SIZE: '16',
  })
  const port = Number(new URL(service.base).port)
  const base: number[] = []
  const named: number[] = []
  const any: number[] = []
  const safe: number[] = []
  const p99: number[] = []
  let slot = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000
  const { rows: contacts } = await new Promise<{ rows: { id: string }[] }>((resolve, reject) => {
    send(service.base, fixture.key, 'POST', '/v1/contacts', { firstName: 'A', lastName: 'B' }).then(
      (a) => resolve({ rows: [a.body] }),
      reject,
    )
  })
  const headers = { authorization: `Bearer ${fixture.key}` }
  const bookings = (count: number, withAgent: boolean, withKey: boolean): string[] =>
    Array.from({ length: count }, (_, n) => {
      const start = new Date(slot + Math.floor(n / fixture.agentIds.length) * FIVE).toISOString()
      const agentId = withAgent ? { agentId: fixture.agentIds[n % fixture.agentIds.length] } : {}
      return message(
        'POST',
        '/v1/appointments',
        { ...headers, ...(withKey ? { 'idempotency-key': randomUUID() } : {}) },
        { serviceIds: [fixture.shortServiceId], start, contactId: contacts[0]!.id, ...agentId },
      )
    })
  const step = (): void => void (slot += (Math.ceil(COUNT / fixture.agentIds.length) + 1) * FIVE)
  const plan = (messages: string[]) => ({
    port,
    connections: 16,
    requests: messages.length,
    milliseconds: 60_000,
    messages,
  })
  for (let run = -1; run < RUNS; run += 1) {
    const insert = await runScript<{ rate: number }>('insert-baseline.ts', {
      url: fixture.url,
      tenantId: fixture.tenantId,
      agentIds: fixture.agentIds,
      connections: 16,
      rows: COUNT,
      from: slot,
    })
    step()
    const one = await load(plan(bookings(COUNT, true, false)))
    step()
    const keyed = await load(plan(bookings(COUNT, true, true)))
    step()
    const two = await load(plan(bookings(COUNT / 2, false, false)))
    step()
    if (one.statuses['201'] !== COUNT) throw new Error(`bookings failed: ${JSON.stringify(one.statuses)}`)
    if (two.statuses['201'] !== COUNT / 2) process.stderr.write(`any agent: ${JSON.stringify(two.statuses)}\n`)
    process.stderr.write(
      `bookings run ${run}: insert ${insert.rate.toFixed(0)}/s, named ${one.rate.toFixed(0)}/s (p99 ${one.p99.toFixed(1)} ms), any ${two.rate.toFixed(0)}/s\n`,
    )
    if (run < 0) continue
    base.push(insert.rate)
    named.push(one.rate)
    any.push(two.rate)
    safe.push(keyed.rate)
    p99.push(one.p99)
    const client = new pg.Client({ connectionString: fixture.url })
    await client.connect()
    await client.query('vacuum analyze')
    await client.end()
  }
  await service.stop()
  const share = median(named.map((rate, i) => rate / base[i]!))
  const shareSafe = median(safe.map((rate, i) => rate / base[i]!))
  const shareAny = median(any.map((rate, i) => rate / base[i]!))
  return [
    {
      name: 'bare INSERT of the ledger row, 16 connections',
      value: `${median(base).toFixed(0)}/s`,
      target: 'baseline',
      met: null,
    },
    {
      name: 'bookings over HTTP, agent named, 16 clients',
      value: `${median(named).toFixed(0)}/s = ${(share * 100).toFixed(0)} % of it (p99 ${median(p99).toFixed(1)} ms)`,
      target: '40 %',
      met: share >= 0.4,
    },
    {
      name: 'the same with an Idempotency-Key on each',
      value: `${median(safe).toFixed(0)}/s = ${(shareSafe * 100).toFixed(0)} % of it`,
      target: '',
      met: null,
    },
    {
      name: 'bookings over HTTP, any of 20 agents, 16 clients',
      value: `${median(any).toFixed(0)}/s = ${(shareAny * 100).toFixed(0)} % of it`,
      target: '',
      met: null,
    },
  ]
}
