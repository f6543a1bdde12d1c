// Every channel that sends data out checks the reader's current rights: streams and webhooks send only what the reader may read, and
// stop when the right ends.
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson, signedCaller, signIn } from './helpers/people.ts'
import { makeOffice, PERSON, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office & { agents: any[] }
let base: string
let campaign: any
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 2 })
  base = await service.app.listen({ port: 0, host: '127.0.0.1' })
  campaign = await service.tenant.make('campaigns', { name: 'R', capacity: { kind: 'fixed', perBucket: 50 } })
  const [one, two] = office.agents
  await makePerson(service, { email: 'occhio@prova.example', role: 'auditor' })
  await makePerson(service, { email: 'parte@prova.example', role: 'supervisor', agentIds: [two.id] })
  await makePerson(service, { email: 'capo@prova.example', role: 'administrator' })
  await makePerson(service, { email: 'integra@prova.example', role: 'integrator' })
  expect(one.id).not.toBe(two.id)
})
afterAll(() => service.close())

type Reading = { text: () => string; isOver: () => boolean; status: number; close: () => void }
/** Opens a stream with the given credentials and collects its events. */
const listen = (path: string, headers: Record<string, string>): Promise<Reading> =>
  new Promise((resolve, reject) => {
    const request = get(`${base}${path}`, { headers }, (answer: IncomingMessage) => {
      let text = ''
      let isOver = false
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => (isOver = true))
      answer.on('error', () => (isOver = true))
      resolve({ text: () => text, isOver: () => isOver, status: answer.statusCode!, close: () => request.destroy() })
    })
    request.on('error', reject)
  })
const cookieOf = async (email: string) => ({
  cookie: `agenda_session=${(await signIn(service, email)).jar.get('agenda_session')}`,
})
const until = async (is: () => boolean): Promise<boolean> => {
  for (let waited = 0; waited < 5_000 && !is(); waited += 50) await sleep(50)
  return is()
}
let numbers = 1000
const ask = async (body: object = {}): Promise<any> =>
  (
    await service.tenant.call('POST', '/v1/callbacks', {
      campaignId: campaign.id,
      number: `+39320555${(numbers += 1)}`,
      ...body,
    })
  ).body

test('a stream hides what its reader does not see, and what they do not reach', async () => {
  const [auditor, limited] = await Promise.all(['occhio@prova.example', 'parte@prova.example'].map(cookieOf))
  const seen = await listen('/v1/callbacks/stream', auditor!)
  const part = await listen('/v1/callbacks/stream', limited!)
  const theirs = await ask({ ownerAgentId: office.agents[0].id, when: { kind: 'at', at: '2026-11-23T10:00:00+01:00' } })
  const anyones = await ask()
  for (const c of [theirs, anyones])
    await service.tenant.call('POST', `/v1/callbacks/${c.id}/cancellation`, { reason: 'dettaglio clinico' })
  expect(await until(() => (seen.text().match(/callback.cancelled/g) ?? []).length === 2)).toBe(true)
  expect(seen.text()).not.toContain('dettaglio clinico')
  expect(await until(() => part.text().includes(anyones.id))).toBe(true)
  expect(part.text()).not.toContain(theirs.id)
  seen.close()
  part.close()
})

test('a stream ends within two seconds of its reader’s right, and one reader has a bounded number', async () => {
  const key = await service.tenant.make('api-keys', { name: 'flusso', scopes: ['callbacks:read', 'appointments:read'] })
  const bearer = { authorization: `Bearer ${key.token}` }
  const streams = [await listen('/v1/callbacks/stream', bearer), await listen('/v1/agenda/stream', bearer)]
  await service.tenant.call('POST', `/v1/api-keys/${key.apiKey.id}/revocation`)
  const began = Date.now()
  expect(await until(() => streams.every((s) => s.isOver()))).toBe(true)
  expect(Date.now() - began).toBeLessThan(2_500)
  await ask()
  const id = await makePerson(service, { email: 'ex@prova.example', role: 'supervisor' })
  const person = await listen('/v1/agenda/stream', await cookieOf('ex@prova.example'))
  await service.tenant.call('PATCH', `/v1/users/${id}`, { status: 'blocked' }, { headers: { 'if-match': '*' } })
  expect(await until(() => person.isOver())).toBe(true)
  const many = await Promise.all(
    Array.from({ length: 24 }, () => listen('/v1/agenda/stream', { authorization: `Bearer ${service.tenant.key}` })),
  )
  expect(many.filter((s) => s.status === 429)).toHaveLength(4)
  for (const s of many) s.close()
})

test('an open stream is no use of a session: it ends when its reader has been idle for too long', async () => {
  await makePerson(service, { email: 'ferma@prova.example', role: 'supervisor' })
  const stream = await listen('/v1/agenda/stream', await cookieOf('ferma@prova.example'))
  const began = service.clock.now
  try {
    service.clock.now += 110 * 60_000
    // The rights were checked at least once, and the session is still valid.
    await sleep(2_500)
    expect(stream.isOver()).toBe(false)
    service.clock.now += 11 * 60_000
    expect(await until(() => stream.isOver())).toBe(true)
  } finally {
    service.clock.now = began
  }
})

test('what a page asks by itself is no use of a session either', async () => {
  await makePerson(service, { email: 'assente@prova.example', role: 'supervisor' })
  const cookie = await cookieOf('assente@prova.example')
  const background = { ...cookie, 'x-agenda-background': '1' }
  const ask = async (headers: Record<string, string>) =>
    (await service.app.inject({ method: 'GET', url: '/v1/me/sessions', headers })).statusCode
  const began = service.clock.now
  try {
    for (let minutes = 20; minutes <= 120; minutes += 20) {
      service.clock.now = began + minutes * 60_000
      expect(await ask(background)).toBe(200)
    }
    service.clock.now += 60_000
    expect(await ask(cookie)).toBe(401)
  } finally {
    service.clock.now = began
  }
})

test('a webhook tells its writer’s share: ids to an integrator, all to who may read, nothing for a revoked key', async () => {
  const integrator = await signedCaller(service, 'integra@prova.example')
  const hook = (url: string) => ({ url, types: ['*'] })
  const thin = (await integrator('POST', '/v1/webhooks', hook('http://127.0.0.1:9/1'))).body
  const key = await service.tenant.make('api-keys', { name: 'crm', scopes: ['webhooks:write', 'appointments:read'] })
  const full = (await service.tenant.call('POST', '/v1/webhooks', hook('http://127.0.0.1:9/2'), { key: key.token }))
    .body
  const contact = { ...PERSON, email: 'ada2@posta.example' }
  const booking = {
    serviceIds: [office.service.id],
    start: '2026-11-24T10:00:00+01:00',
    contact,
    notes: 'allergia al lattice',
  }
  const a = (await service.tenant.call('POST', '/v1/appointments', booking)).body
  const c = await ask({ reason: 'cartella clinica' })
  await service.settle()
  const told = async (id: string, call = service.tenant.call) =>
    JSON.stringify((await call('GET', `/v1/webhooks/${id}/deliveries?limit=200`)).body.items.map((n: any) => n.body))
  const [thinly, fully] = [await told(thin.id), await told(full.id)]
  for (const secret of ['allergia', a.code, 'cartella', c.number])
    expect([secret, thinly.includes(secret)]).toEqual([secret, false])
  expect(thinly).toContain(a.id)
  expect(fully).toContain('allergia al lattice')
  expect(fully).not.toContain('cartella clinica')
  // People who read the log see only what they may read.
  expect(await told(full.id, integrator as never)).not.toContain('allergia')
  await service.tenant.call('POST', `/v1/api-keys/${key.apiKey.id}/revocation`)
  await service.tenant.call('POST', '/v1/appointments', { ...booking, start: '2026-11-24T11:00:00+01:00' })
  await service.settle()
  const after = (await service.tenant.call('GET', `/v1/webhooks/${full.id}`)).body
  expect([after.status, after.failure]).toEqual(['disabled', 'owner_gone'])
})

test('an integrator neither redirects texts nor ends a key that can do more', async () => {
  const integrator = await signedCaller(service, 'integra@prova.example')
  const gateway = { url: 'http://127.0.0.1:9/sms', format: 'json', fields: { To: '{{ to }}', Body: '{{ text }}' } }
  expect((await integrator('PUT', '/v1/text-gateways/sms', gateway)).status).toBe(403)
  const strong = await service.tenant.make('api-keys', { name: 'forte', scopes: ['contacts:read'] })
  expect((await integrator('POST', `/v1/api-keys/${strong.apiKey.id}/revocation`)).status).toBe(403)
  const weak = await service.tenant.make('api-keys', { name: 'debole', scopes: ['slots:read'] })
  expect((await integrator('POST', `/v1/api-keys/${weak.apiKey.id}/revocation`)).status).toBe(200)
})
