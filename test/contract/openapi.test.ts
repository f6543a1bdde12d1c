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
    if (!path.startsWith('/v1/public/')) expect(operation.security, `${method} ${path}`).toEqual([{ key: [] }])
    expect(Object.keys(operation.responses)).toContain('4XX')
    expect(seen.has(operation.operationId), operation.operationId).toBe(false)
    seen.add(operation.operationId)
  }
})

test('docs/openapi.json is up to date (npm run openapi writes it)', async () => {
  const { body } = await service.tenant.call('GET', '/openapi.json', undefined, { key: null })
  expect(JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'))).toEqual(body)
})

test('/docs shows it', async () => {
  const page = await service.app.inject({ url: '/docs/' })
  expect(page.statusCode).toBe(200)
  expect(page.headers['content-type']).toContain('text/html')
})

test('health, readiness and metrics answer without personal data', async () => {
  expect((await service.tenant.call('GET', '/healthz', undefined, { key: null })).body).toEqual({ status: 'ok' })
  expect((await service.tenant.call('GET', '/readyz', undefined, { key: null })).status).toBe(200)
  const metrics = await service.app.inject({ url: '/metrics' })
  expect(metrics.body).toContain('agenda_http_requests_total')
})
