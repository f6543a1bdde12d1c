// GET /v1/events: what happened, in order and once for each reader, however late they come back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOffice, PERSON, startService, type Office, type TestService } from './helpers/service.ts'

const IF_ANY = { headers: { 'if-match': '*' } }
let service: TestService
let office: Office
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 3 })
})
afterAll(() => service.close())
const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
const read = async (query = ''): Promise<any> => (await call('GET', `/v1/events${query}`)).body
let half = 0
const book = (): Promise<any> =>
  service.tenant.make('appointments', {
    serviceIds: [office.service.id],
    start: new Date(Date.parse('2026-11-24T08:00:00Z') + half++ * 1_800_000).toISOString(),
    contact: PERSON,
  })

test('whoever reads on gets each event once, in order, also the ones that come later', async () => {
  let cursor = (await read(`?since=${encodeURIComponent('2030-01-01T00:00:00Z')}`)).nextCursor
  service.clock.now += 60_000
  cursor = (await read('?limit=200')).nextCursor
  const [a, b] = [await book(), await book()]
  // Not yet: another transaction could still write an older one.
  expect(await read(`?cursor=${cursor}`)).toMatchObject({ items: [], nextCursor: cursor, hasMore: false })
  service.clock.now += 11_000
  await call('POST', `/v1/appointments/${a.id}/cancellation`, { reason: 'pioggia' }, IF_ANY)
  const first = await read(`?cursor=${cursor}&limit=1`)
  expect(first.items.map((e: any) => [e.type, e.subjectId])).toEqual([['appointment.booked', a.id]])
  expect(first.hasMore).toBe(true)
  const second = await read(`?cursor=${first.nextCursor}`)
  expect(second.items.map((e: any) => e.subjectId)).toEqual([b.id])
  service.clock.now += 11_000
  const third = await read(`?cursor=${second.nextCursor}`)
  expect(third.items).toMatchObject([
    { type: 'appointment.cancelled', before: { status: 'confirmed' }, details: { reason: 'pioggia' } },
  ])
  expect((await read(`?subjectId=${a.id}&types=appointment.cancelled&types=callback.*`)).items).toEqual(third.items)
  expect((await call('GET', '/v1/events?types=nonsense')).body.code).toBe('invalid_request')
})
test('whoever may not read appointments gets ids and times only', async () => {
  const a = await book()
  service.clock.now += 11_000
  const { token } = (await call('POST', '/v1/api-keys', { name: 'k', scopes: ['webhooks:write'] })).body
  const { items } = (await call('GET', `/v1/events?subjectId=${a.id}`, undefined, { key: token })).body
  expect(items).toMatchObject([{ type: 'appointment.booked', actor: '', before: null, after: null, details: {} }])
})
