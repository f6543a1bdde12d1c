// The outer limits of every interface: headers, exactly one Host, the operators' own port, addresses that lead into the network.
import { createServer, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../src/app.ts'
import { toCsv } from '../src/http/csv.ts'
import { isPublicAddress } from '../src/platform/http-client/address.ts'
import { operationsHandler } from '../src/http/edge.hook.ts'
import { startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => void (service = await startService()))
afterAll(() => service.close())

test('answers with personal data are not kept by caches; every surface says what browsers heed; TLS is kept to', async () => {
  const bearer = { authorization: `Bearer ${service.tenant.key}` }
  const of = (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers })
  expect((await of('/v1/contacts', bearer)).headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect((await of('/v1/contacts')).headers).toMatchObject({ 'cache-control': 'no-store' })
  for (const url of ['/prova', '/healthz', '/openapi.json', '/agenda', '/prova/sign-in', '/nirgends'])
    expect([url, (await of(url)).headers['x-content-type-options']]).toEqual([url, 'nosniff'])
  expect((await of('/v1/contacts', bearer)).headers['strict-transport-security']).toBeUndefined()
  const behind = await buildApp(service.deps, { logLevel: 'silent', trustProxy: 1 })
  const secure = await behind.inject({ url: '/prova', headers: { 'x-forwarded-proto': 'https' } })
  expect(secure.headers['strict-transport-security']).toContain('max-age=31536000')
  await behind.close()
})

test('a request with two hosts is refused', async () => {
  const base = new URL(await service.app.listen({ port: 0, host: '127.0.0.1' }))
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(base.port), '127.0.0.1', () =>
      socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'),
    )
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('close', () => resolve(text))
  })
  expect(answer).toMatch(/^HTTP\/1.1 400/)
})

test('metrics and documentation answer at the operators’ port alone, when there is one', async () => {
  const app = await buildApp(service.deps, { logLevel: 'silent', trustProxy: false, hasOperationsPort: true })
  await app.ready()
  const inside = createServer(operationsHandler(app)).listen(0, '127.0.0.1')
  await new Promise((resolve) => inside.once('listening', resolve))
  const ask = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      httpRequest({ port: (inside.address() as AddressInfo).port, host: '127.0.0.1', path }, (answer) => {
        answer.resume()
        resolve(answer.statusCode!)
      })
        .on('error', reject)
        .end()
    })
  for (const path of ['/metrics', '/openapi.json', '/docs']) {
    expect([path, (await app.inject(path)).statusCode]).toEqual([path, 404])
    expect([path, [200, 308].includes(await ask(path))]).toEqual([path, true])
  }
  expect([await ask('/healthz'), await ask('/prova'), await ask('/v1/contacts')]).toEqual([200, 404, 404])
  expect((await app.inject('/prova')).statusCode).toBe(200)
  inside.close()
  await app.close()
})

test('an address that embeds another in the old way leads nowhere, and a cell that begins like a formula is text', () => {
  for (const address of ['::127.0.0.1', '::7f00:1', '::10.0.0.1', '::'])
    expect([address, isPublicAddress(address)]).toEqual([address, false])
  expect(isPublicAddress('2001:4860:4860::8888')).toBe(true)
  for (const cell of ['\n=1+1', '＝1+1', '＠x']) expect(toCsv(['a'], [{ a: cell }])).toContain(`'${cell}`)
})
