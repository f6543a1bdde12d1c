// The API description is valid OpenAPI 3.1, describes every route, and equals docs/openapi.json.
import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type TestService } from '../helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

/** Without a key, beside what portals and widgets read. */
const OPEN = ['/healthz', '/readyz', '/metrics']

test('is valid OpenAPI 3.1 with security, summary and problem answers on every operation', async () => {
  const { body } = await service.tenant.call('GET', '/openapi.json', undefined, { key: null })
  expect(body.openapi).toBe('3.1.0')
  const result = await new Validator().validate(structuredClone(body))
  expect(result.errors ?? []).toEqual([])
  expect(result.valid).toBe(true)
  const operations = Object.entries<any>(body.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  expect(operations.length).toBeGreaterThan(60)
  const seen = new Set<string>()
  for (const { path, method, operation } of operations) {
    expect(operation.summary, `${method} ${path}`).toBeTruthy()
    const isOpen = operation.security.length === 0
    if (!path.startsWith('/v1/public/') && isOpen) expect(OPEN, `${method} ${path}`).toContain(path)
    const statuses = Object.keys(operation.responses)
    expect(
      statuses.some((status) => status.startsWith('2')),
      `${method} ${path} succeeds`,
    ).toBe(true)
    expect(statuses, `${method} ${path}`).toEqual(expect.arrayContaining(isOpen ? ['400'] : ['400', '401', '403']))
    if (!isOpen) expect(operation.description, `${method} ${path}`).toMatch(/\S/)
    expect(seen.has(operation.operationId), operation.operationId).toBe(false)
    seen.add(operation.operationId)
  }
})

test('generators find every shared thing by its name, enumerations as such, and formats of the standard', async () => {
  const { body } = await service.tenant.call('GET', '/openapi.json', undefined, { key: null })
  const names = Object.keys(body.components.schemas)
  expect(names).toEqual(expect.arrayContaining(['Appointment', 'Contact', 'Callback', 'Slots', 'Service', 'Problem']))
  expect(names.filter((name) => name.length > 40)).toEqual([])
  expect(JSON.stringify(body)).not.toMatch(/"format":"(instant|calendar-date|web-url|clock|time-zone)"/)
  expect(JSON.stringify(body)).not.toMatch(/"anyOf":\[\{[^{}]*"const"/)
  // Each problem code stands at the answer with its status.
  const codes = Object.values<any>(body.components.responses).flatMap(
    (answer) => answer.content['application/problem+json'].schema.allOf[1].properties.code.enum,
  )
  expect(codes).toEqual(expect.arrayContaining(['slot_taken', 'not_on_grid', 'precondition_failed', 'forbidden']))
  const booking = body.paths['/v1/appointments'].post
  expect(booking['x-required-scope']).toBe('appointments:write')
  expect(booking.responses['201'].content['application/json'].schema.$ref).toMatch(/schemas\/\w+$/)
  // Every reference leads somewhere.
  const targets = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/(schemas|responses)\/(\w+)"/g)]
  for (const [, kind, name] of targets) expect(body.components[kind!], name).toHaveProperty(name!)
})

test('docs/openapi.json is up to date (npm run openapi writes it)', async () => {
  const { body } = await service.tenant.call('GET', '/openapi.json', undefined, { key: null })
  expect(JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'))).toEqual(body)
})

test('health, readiness and metrics answer without personal data', async () => {
  expect((await service.tenant.call('GET', '/healthz', undefined, { key: null })).body).toEqual({ status: 'ok' })
  expect((await service.tenant.call('GET', '/readyz', undefined, { key: null })).status).toBe(200)
  const metrics = await service.app.inject({ url: '/metrics' })
  expect(metrics.body).toContain('agenda_http_requests_total')
})
