// Traces from a request to its statements reach a collector, in the trace of the caller, and hold nothing that people typed.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY } from '../src/kernel/time/interval.ts'
import { freshFolder } from './helpers/database.ts'
import { send, startProcess, type ServiceProcess } from './helpers/process.ts'
import { PLATFORM_KEY } from './helpers/service.ts'

type Span = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: { key: string; value: Record<string, unknown> }[]
}
const bodies: string[] = []
const spans = (): Span[] =>
  bodies.flatMap((body) =>
    (JSON.parse(body).resourceSpans as any[]).flatMap((resource) =>
      (resource.scopeSpans as any[]).flatMap((scope) => scope.spans as Span[]),
    ),
  )

const collector = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk: Buffer) => (text += chunk.toString()))
  request.on('end', () => {
    bodies.push(text)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})
const folder = freshFolder()
let service: ServiceProcess
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  service = await startProcess(['--no-demo', '--data', folder], {
    ...{ AGENDA_OTLP_URL: url, AGENDA_TRACE_PERCENT: '0', AGENDA_PLATFORM_KEY: PLATFORM_KEY },
  })
})
afterAll(async () => {
  await service.stop()
  collector.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a booking of a caller that traces: request, transaction and statements in the caller’s trace', async () => {
  const office = { slug: 'traccia', name: 'Traccia', timeZone: 'UTC', locale: 'it', country: 'IT' }
  const { apiKey: key } = (await send(service.base, PLATFORM_KEY, 'POST', '/v1/tenants', office)).body
  const make = async (path: string, body: unknown): Promise<any> =>
    (await send(service.base, key, 'POST', `/v1/${path}`, body)).body
  await make('locations', { name: 'Sede' })
  const { id: serviceId } = await make('services', { name: 'S', durationMinutes: 30 })
  const agent = await make('agents', { name: 'A', serviceIds: [serviceId] })
  const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '18:00' }] }]
  await make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01', rules })
  const start = new Date((Math.floor(Date.now() / DAY) + 3) * DAY + 9 * 3_600_000).toISOString()
  const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  const person = { firstName: 'Zenobia', lastName: 'Quaresima', email: 'zenobia@posta.example' }
  const booked = await send(
    service.base,
    key,
    'POST',
    '/v1/appointments',
    { serviceIds: [serviceId], start, contact: person },
    { traceparent: `00-${traceId}-${parentId}-01`, 'idempotency-key': 'a-booking-that-is-traced' },
  )
  expect(booked.status).toBe(201)
  const wanted = (): Span[] => spans().filter((span) => span.traceId === traceId)
  for (let waited = 0; waited < 10_000 && wanted().length < 4; waited += 100) await sleep(100)

  const request = wanted().find((span) => span.name === 'POST /v1/appointments')!
  expect(request.parentSpanId).toBe(parentId)
  expect(request.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 201 } })
  const transaction = wanted().find((span) => span.name === 'transaction')!
  expect(transaction.parentSpanId).toBe(request.spanId)
  const names = wanted().map((span) => span.name)
  expect(names.some((name) => name.startsWith('select '))).toBe(true)

  const said = bodies.join('\n')
  for (const secret of [...Object.values(person), key, 'a-booking-that-is-traced', booked.body.manageToken])
    expect(said).not.toContain(secret)
  // At 0 percent nothing else is sent.
  expect(new Set(spans().map((span) => span.traceId))).toEqual(new Set([traceId]))
})
