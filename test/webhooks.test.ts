// Webhooks to a real receiver: signed with Standard Webhooks, in order for each object, retried for days, replayed, guarded.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { Webhook } from 'standardwebhooks'
import { createRequest, postBy } from '../src/platform/http-client/post.ts'
import { Compile } from 'typebox/compile'
import { noticeExample, noticeSchema } from '../src/http/openapi/webhooks.ts'
import { EVENT_TYPES, isWanted } from '../src/platform/events/catalogue.ts'
import { bodyOf, nextDelay } from '../src/application/webhooks/payload.ts'
import { makePerson, signIn } from './helpers/people.ts'
import { startReceiver, type Got, type Receiver } from './helpers/receiver.ts'
import { makeOffice, PERSON, START, startService, type Office, type TestService } from './helpers/service.ts'

const DAY = 86_400_000
const IF_ANY = { headers: { 'if-match': '*' } }
let service: TestService
let receiver: Receiver
let office: Office
beforeAll(async () => {
  service = await startService()
  receiver = await startReceiver()
  office = await makeOffice(service.tenant, { agents: 3 })
})
afterAll(async () => {
  await receiver.close()
  await service.close()
})
afterEach(async () => {
  receiver.answer(null)
  receiver.got.length = 0
  service.clock.now = START
  for (const { id } of (await call('GET', '/v1/webhooks')).body.items) await call('DELETE', `/v1/webhooks/${id}`)
})
const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
/** The reference package checks signature and age; it uses the clock of the test. */
function verify(secret: string, got: Got): void {
  vi.useFakeTimers({ toFake: ['Date'], now: service.clock.now })
  try {
    expect(new Webhook(secret).verify(got.raw, got.headers as Record<string, string>)).toBeTruthy()
    const forged = got.raw.replace('"type"', '"typo"')
    expect(() => new Webhook(secret).verify(forged, got.headers as Record<string, string>)).toThrow()
  } finally {
    vi.useRealTimers()
  }
}
const notices = new Map(
  [...EVENT_TYPES, 'webhook.test' as const].map((type) => [type as string, Compile(noticeSchema(type))]),
)
/** The notice has exactly the fields that the API description gives to its type. */
function expectNotice(body: any): void {
  const check = notices.get(body.type)!
  expect(check.Errors(body), JSON.stringify(body)).toEqual([])
}
let hour = 0
async function book(): Promise<any> {
  hour += 1
  const start = new Date(Date.parse('2026-11-24T08:00:00Z') + (hour % 8) * 1_800_000 + Math.floor(hour / 8) * DAY)
  return service.tenant.make('appointments', {
    serviceIds: [office.service.id],
    start: start.toISOString(),
    contact: PERSON,
  })
}
const hook = (types: string[], more: object = {}) =>
  service.tenant.make('webhooks', { url: receiver.url, types, ...more })
const log = async (id: string, query = ''): Promise<any[]> =>
  (await call('GET', `/v1/webhooks/${id}/deliveries${query}`)).body.items

test('each subscriber gets what it asked for, signed, thin and with the object as it is', async () => {
  const mine = await hook(['appointment.booked', 'appointment.cancelled'])
  const others = await hook(['callback.*'])
  const a = await book()
  await call('PATCH', `/v1/appointments/${a.id}`, { notes: 'x' }, IF_ANY)
  await call('POST', `/v1/appointments/${a.id}/cancellation`, { reason: 'pioggia' }, IF_ANY)
  await service.settle()
  expect(receiver.got.map((g) => g.body.type)).toEqual(['appointment.booked', 'appointment.cancelled'])
  const [first, second] = receiver.got
  for (const got of receiver.got) verify(mine.secret, got)
  expect(first!.body.data).toMatchObject({
    subjectId: a.id,
    actor: expect.stringMatching(/^key:/),
    appointment: { id: a.id },
  })
  expect(second!.body.data).toMatchObject({
    content: 'full',
    before: { status: 'confirmed' },
    after: { status: 'cancelled' },
    details: { reason: 'pioggia' },
    appointment: { status: 'cancelled' },
  })
  for (const got of receiver.got) expectNotice(got.body)
  expect(first!.raw).not.toContain(PERSON.email)
  const deliveries = await log(mine.id)
  expect(deliveries.map((d) => [d.type, d.status, d.responseStatus, d.attempts])).toEqual([
    ['appointment.cancelled', 'delivered', 200, 1],
    ['appointment.booked', 'delivered', 200, 1],
  ])
  expect(deliveries[0].id).toBe(second!.headers['webhook-id'])
  expect(await log(others.id)).toEqual([])
})

test('a failing receiver gets the same message again under its id, and nothing newer of that object before', async () => {
  const mine = await hook(['appointment.*'])
  let isDown = true
  const seen: string[] = []
  receiver.answer((got, response) => {
    seen.push(`${got.body.type} ${String(got.headers['webhook-id'])}`)
    if (!isDown) receiver.got.push(got)
    response.writeHead(isDown ? 500 : 204).end()
  })
  const [a, b] = [await book(), await book()]
  await call('POST', `/v1/appointments/${a.id}/cancellation`, {}, IF_ANY)
  await service.settle()
  // Notices of both objects were tried; of the first object only the oldest notice.
  expect(seen.length).toBe(2)
  expect(new Set(seen.map((one) => one.split(' ')[0]))).toEqual(new Set(['appointment.booked']))
  expect((await call('GET', `/v1/webhooks/${mine.id}`)).body).toMatchObject({ status: 'active', failure: 'http_500' })
  isDown = false
  service.clock.now += 60_000
  await service.settle()
  await service.settle()
  const of = (id: string) => receiver.got.filter((g) => g.body.data.subjectId === id).map((g) => g.body.type)
  expect(of(a.id)).toEqual(['appointment.booked', 'appointment.cancelled'])
  expect(of(b.id)).toEqual(['appointment.booked'])
  const ids = seen.filter((one) => one.startsWith('appointment.booked')).map((one) => one.split(' ')[1])
  expect(new Set(ids).size).toBe(2)
  expect((await call('GET', `/v1/webhooks/${mine.id}`)).body).toMatchObject({ failingSince: null, failure: null })
})

test('one that fails for days is switched off with notice; switched on again it is replayed, oldest first', async () => {
  await call(
    'PATCH',
    `/v1/tenants/${service.tenant.id}`,
    { notifications: { operatorEmail: 'ced@comune.example' } },
    IF_ANY,
  )
  const mine = await hook(['appointment.*'])
  const watch = await hook(['webhook.disabled'], { description: 'chi guarda' })
  receiver.answer((got, response) => {
    const isNews = got.body.type === 'webhook.disabled'
    if (isNews) receiver.got.push(got)
    response.writeHead(isNews ? 200 : 503).end()
  })
  const a = await book()
  for (let step = 0; step < 14; step += 1) {
    await service.settle()
    service.clock.now += DAY / 2
  }
  const after = (await call('GET', `/v1/webhooks/${mine.id}`)).body
  expect(after).toMatchObject({ status: 'disabled', failure: 'http_503' })
  expect((await call('GET', `/v1/webhooks/${watch.id}`)).body.status).toBe('active')
  await service.settle()
  expect(receiver.got.map((g) => g.body.data.details.webhookId)).toEqual([mine.id])
  const { items } = (await call('GET', '/v1/messages')).body
  expect(items.find((m: any) => m.template === 'webhook_disabled')).toMatchObject({ recipient: 'ced@comune.example' })
  expect((await log(mine.id, '?status=parked')).length).toBe(1)
  receiver.answer(null)
  await call('PATCH', `/v1/webhooks/${mine.id}`, { status: 'active' }, IF_ANY)
  expect((await call('POST', `/v1/webhooks/${mine.id}/deliveries/replay`, {})).body).toEqual({ count: 1 })
  await service.settle()
  expect(receiver.got.at(-1)!.body.data.subjectId).toBe(a.id)
  const [delivered] = await log(mine.id)
  expect(delivered.status).toBe('delivered')
  expect((await call('POST', `/v1/webhooks/${mine.id}/deliveries/replay`, { deliveryId: delivered.id })).body).toEqual({
    count: 1,
  })
  await service.settle()
  expect(receiver.got.at(-1)!.headers['webhook-id']).toBe(delivered.id)
})

test('an integrator does all of it by pages: subscribed, tried, read, sent again, paused, ended', async () => {
  await makePerson(service, { email: 'rete@ufficio.example', role: 'integrator' })
  let person = await signIn(service, 'rete@ufficio.example')
  const list = await person.get('/agenda/settings/webhooks')
  const bad = await person.submit(list, '/settings/webhooks', { url: 'qui', description: 'CRM' })
  expect(bad.status).toBe(400)
  expect(bad.html).toMatch(/href="#url"/)
  expect(bad.html).toContain('value="CRM"')
  const made = await person.submit(bad, '/settings/webhooks', { url: receiver.url })
  const secret = /<code>(whsec_[^<]+)</.exec(made.html)![1]!
  const to = /action="([^"]+)\/test"/.exec(made.html)![1]!
  expect((await person.get(to)).html).not.toContain('whsec_')
  receiver.answer((_got, response) => void response.writeHead(400).end())
  await person.submit(await person.get(to), `${to}/test`)
  for (let days = 0; days < 5; days += 1) {
    await service.settle()
    service.clock.now += DAY
  }
  person = await signIn(service, 'rete@ufficio.example')
  const failed = await person.get(to)
  expect(failed.text).toContain('webhook.test')
  expect(failed.text).toContain('Spento dopo giorni di errori')
  receiver.answer(null)
  receiver.got.length = 0
  await person.submit(await person.get(to), `${to}/status`)
  await person.submit(await person.get(to), `${to}/replay`)
  await service.settle()
  expect(receiver.got.map((g) => g.body.type)).toEqual(['webhook.test'])
  verify(secret, receiver.got[0]!)
  expect((await person.get(to)).text).toContain('Consegnato')
  const changed = await person.submit(await person.get(to), to, { types: ['callback.*'], description: '' })
  expect(changed.text).toContain('Salvato')
  expect((await call('GET', '/v1/webhooks')).body.items).toMatchObject([{ types: ['callback.*'], status: 'active' }])
  await person.submit(changed, `${to}/removal`)
  expect((await call('GET', '/v1/webhooks')).body.items).toEqual([])
})

test('410 ends it at once; a test message; a secret that is replaced signs for a day more', async () => {
  const mine = await hook(['*'])
  const { body } = await call('POST', `/v1/webhooks/${mine.id}/secret`)
  await call('POST', `/v1/webhooks/${mine.id}/test`)
  await service.settle()
  const [got] = receiver.got
  expect(got!.body.type).toBe('webhook.test')
  for (const secret of [mine.secret, body.secret]) verify(secret, got!)
  service.clock.now += DAY + 1
  await call('POST', `/v1/webhooks/${mine.id}/test`)
  await service.settle()
  expect(String(receiver.got[1]!.headers['webhook-signature']).split(' ').length).toBe(1)
  receiver.answer((_got, response) => response.writeHead(410).end())
  await call('POST', `/v1/webhooks/${mine.id}/test`)
  await service.settle()
  expect((await call('GET', `/v1/webhooks/${mine.id}`)).body.status).toBe('disabled')
})

describe('addresses', () => {
  test('inside private networks are refused when written and again when used', async () => {
    const { deps } = service
    Object.assign(deps, { mayUsePrivate: false, post: postBy(createRequest(false)) })
    try {
      for (const url of [
        'http://shop.example/x',
        'https://127.0.0.1/x',
        'https://[::1]/x',
        'https://10.0.0.8/',
        'https://localhost/x',
        'https://169.254.169.254/',
      ])
        expect((await call('POST', '/v1/webhooks', { url, types: ['*'] })).body.code, url).toBe('address_not_allowed')
      // An address that was allowed before, or a host name that resolves to an internal address: the connection itself is refused.
      Object.assign(deps, { mayUsePrivate: true })
      const mine = await hook(['*'])
      Object.assign(deps, { mayUsePrivate: false })
      await call('POST', `/v1/webhooks/${mine.id}/test`)
      await service.settle()
      expect((await log(mine.id))[0]).toMatchObject({ status: 'pending', failure: 'not_https' })
      expect(receiver.got).toEqual([])
    } finally {
      Object.assign(deps, { mayUsePrivate: true, post: postBy(createRequest(true)) })
    }
  })
})

test('the test of a subscription sends an example of each type, as the API description shows it', async () => {
  const mine = await hook(['*'])
  const sent = new Map<string, string>()
  await call('POST', `/v1/webhooks/${mine.id}/test`)
  await service.settle()
  expect(receiver.got.map((got) => got.body.type)).toEqual(['webhook.test'])
  expectNotice(receiver.got[0]!.body)
  receiver.got.length = 0
  for (const type of EVENT_TYPES)
    sent.set((await call('POST', `/v1/webhooks/${mine.id}/test`, { type })).body.eventId, type)
  await service.settle()
  expect(receiver.got.map((got) => got.body.type).sort()).toEqual([...EVENT_TYPES].sort())
  verify(mine.secret, receiver.got[0]!)
  for (const { body } of receiver.got) {
    expectNotice(body)
    const { eventId } = body.data
    const example = noticeExample(sent.get(eventId) as (typeof EVENT_TYPES)[number]) as { data: object }
    expect(body.data).toEqual({ ...example.data, eventId })
  }
})

describe('the message', () => {
  const event = { id: 'e', type: 'appointment.booked', at: new Date(0), subjectId: 's', actor: 'a', data: {} }
  test('stays under 20 KB: what people wrote goes first', () => {
    const object = { id: 's', status: 'confirmed', answers: { q: 'x'.repeat(30_000) } }
    const body = JSON.parse(bodyOf(event, object))
    expect(body.data).toMatchObject({ content: 'shortened', appointment: { id: 's', status: 'confirmed' } })
    expect(body.data.appointment.answers).toBeUndefined()
    const huge = bodyOf({ ...event, data: { note: 'x'.repeat(30_000) } }, object)
    expect(Buffer.byteLength(huge)).toBeLessThan(20_000)
  })
  test.each([
    [['*'], 'callback.queued', true],
    [['appointment.*'], 'appointment.moved', true],
    [['appointment.*'], 'callback.queued', false],
    [['appointment.moved'], 'appointment.moved', true],
    [['appointment.moved'], 'appointment.booked', false],
  ])('%j wants %s: %s', (types, type, wanted) => expect(isWanted(types, type)).toBe(wanted))
  test('is tried over more than three days, ever more seldom, never in step with others', () => {
    const delays = Array.from({ length: 9 }, (_, i) => nextDelay(i + 1, 0.5)!)
    expect(delays).toEqual([...delays].sort((a, b) => a - b))
    expect(delays.reduce((a, b) => a + b)).toBeGreaterThan(3 * DAY)
    expect(nextDelay(10, 0.5)).toBeNull()
    expect(nextDelay(3, 0)).not.toBe(nextDelay(3, 0.9))
  })
})
