// Limits of API calls by key and by person, reported in headers, and counted over all processes together.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PubSub } from '../src/platform/pubsub/pubsub.ts'
import { createCallCounts } from '../src/http/call-limit.ts'
import { makePerson, signedCaller } from './helpers/people.ts'
import { appOfItsOwn, caller, makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant)
})
afterAll(() => service.close())

test('a key and a person may ask so much a minute, each for itself; answers say how much is left', async () => {
  const app = await appOfItsOwn(service.deps, { apiRate: 5 })
  try {
    const call = caller(app, service.tenant.key)
    const answers = []
    for (let i = 0; i < 7; i += 1) answers.push(await call('GET', '/v1/services'))
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200, 200, 200, 429, 429])
    expect(answers.map((a) => a.headers['ratelimit-remaining']).slice(0, 5)).toEqual(['4', '3', '2', '1', '0'])
    expect(answers[6]).toMatchObject({ body: { code: 'too_many_requests' } })
    expect(Number(answers[6]!.headers['retry-after'])).toBeGreaterThan(0)
    const { token } = await service.tenant.make('api-keys', { name: 'altra', scopes: ['configuration:read'] })
    expect((await call('GET', '/v1/services', undefined, { key: token })).status).toBe(200)
    await makePerson(service, { email: 'molto@prova.example', role: 'supervisor' })
    const person = await signedCaller(service, 'molto@prova.example')
    const cookie = `agenda_session=${person.person.jar.get('agenda_session')}`
    const seen = []
    for (let i = 0; i < 6; i += 1)
      seen.push((await app.inject({ method: 'GET', url: '/v1/services', headers: { cookie } })).statusCode)
    // The calls to the other process count too.
    expect([seen[0], seen[5]]).toEqual([200, 429])
    // Refused calls count as well, and those of keys that nobody has, by network.
    const weak = await service.tenant.make('api-keys', { name: 'debole', scopes: ['slots:read'] })
    const refused = []
    for (let i = 0; i < 6; i += 1)
      refused.push((await call('GET', '/v1/services', undefined, { key: weak.token })).status)
    expect(refused).toEqual([403, 403, 403, 403, 403, 429])
    const guesses = []
    for (let i = 0; i < 6; i += 1)
      guesses.push((await call('GET', '/v1/services', undefined, { key: `${weak.token}x` })).status)
    expect(guesses).toEqual([401, 401, 401, 401, 401, 429])
    service.clock.now += 60_000
    expect((await call('GET', '/v1/services')).status).toBe(200)
  } finally {
    await app.close()
  }
})

test('processes count together: what one has seen the others know a moment later, and nobody’s address travels', async () => {
  const said: string[] = []
  const hearers: ((text: string) => void)[] = []
  const pubsub: PubSub = {
    say: (_topic, text) => {
      said.push(text)
      for (const hear of hearers) hear(text)
    },
    on: (_topic, hear) => {
      hearers.push(hear)
      return () => undefined
    },
    connect: () => undefined,
    close: async () => undefined,
  }
  const now = () => 1_000_000
  const [one, two] = [createCallCounts({ pubsub, now }), createCallCounts({ pubsub, now })]
  for (let i = 0; i < 3; i += 1) one.add('192.0.2.7', 60_000)
  expect(two.add('192.0.2.7', 60_000).current).toBe(1)
  await sleep(500)
  expect(two.add('192.0.2.7', 60_000).current).toBe(5)
  expect(one.add('192.0.2.7', 60_000).current).toBe(5)
  expect(one.add('192.0.2.8', 60_000).current).toBe(1)
  expect(said.join()).not.toContain('192.0.2')
})
