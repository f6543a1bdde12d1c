// Traces from a request to its statements reach a collector, in the trace of the caller, and hold nothing that people typed.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { send, startProcess, type ServiceProcess } from './helpers/process.ts'

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
const folder = mkdtempSync('/tmp/agenda-traced-')
let service: ServiceProcess
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  service = await startProcess(['--data', folder], { AGENDA_OTLP_URL: url, AGENDA_TRACE_PERCENT: '0' })
})
afterAll(async () => {
  await service.stop()
  collector.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a booking of a caller that traces: request, transaction and statements in the caller’s trace', async () => {
  const key = /agd\.\S+/.exec(service.output())![0]
  const read = async (path: string): Promise<any> => (await send(service.base, key, 'GET', path)).body
  const serviceId = (await read('/v1/services?externalId=demo-residenza')).items[0].id
  const { start } = (await read(`/v1/slots/next?serviceId=${serviceId}`)).items[0].slot
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
