// POST /v1/configuration: many changes, all of them or none.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())
const rules = [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '13:00' }] }]
/** An office with its hours, whose records refer to each other by name. */
const office = [
  { collection: 'locations', act: 'put', externalId: 'hq', name: 'hq', body: { name: 'Town hall' } },
  {
    ...{ collection: 'services', act: 'put', externalId: 'id-card', name: 'card' },
    body: { name: 'Identity card', durationMinutes: 30, locationIds: ['#hq'] },
  },
  {
    ...{ collection: 'agents', act: 'put', externalId: 'desk-1', name: 'desk' },
    body: { name: 'Desk 1', serviceIds: ['#card'], locationIds: ['#hq'] },
  },
  {
    ...{ collection: 'schedules', act: 'create' },
    body: { ownerKind: 'agent', ownerId: '#desk', validFrom: '2026-01-05', rules },
  },
]

test('an office is set up in one call, can be booked at once, and the same call again changes only what differs', async () => {
  const tenant = await service.newTenant('insieme')
  const set = (changes: object[]) => tenant.call('POST', '/v1/configuration', { changes })
  const first = await set(office)
  expect([first.status, first.body.items.map((one: any) => [one.collection, one.version, one.isNew])]).toEqual([
    200,
    [
      ['locations', 1, true],
      ['services', 1, true],
      ['agents', 1, true],
      ['schedules', 1, true],
    ],
  ])
  const [, card] = first.body.items
  const slots = await tenant.call('GET', `/v1/slots?serviceId=${card.id}&from=2026-11-24&to=2026-11-24`)
  expect(slots.body.total).toBe(8)
  const again = await set(office.slice(0, 3))
  expect(again.body.items.map((one: any) => [one.id, one.version, one.isNew])).toEqual(
    first.body.items.slice(0, 3).map((one: any) => [one.id, 1, false]),
  )
  const day = { agentId: first.body.items[2].id, firstDay: '2026-11-24', lastDay: '2026-11-24' }
  const changed = await set([
    { collection: 'services', act: 'update', id: card.id, version: 1, body: { durationMinutes: 60 } },
    { collection: 'absences', act: 'create', name: 'away', body: day },
    { collection: 'absences', act: 'archive', id: '#away' },
  ])
  expect(changed.body.items.map((one: any) => one.version)).toEqual([2, 1, 2])
})

test('when one change is refused, nothing has changed, and the answer says which one and where', async () => {
  const tenant = await service.newTenant('niente')
  const set = (changes: object[]) => tenant.call('POST', '/v1/configuration', { changes })
  const count = async () => (await tenant.call('GET', '/v1/locations')).body.items.length
  const [hq, card] = office as [object, { body: object }]
  const cases: [object[], string, string, number][] = [
    [
      [hq, { ...card, body: { ...card.body, durationMinutes: -1 } }],
      'invalid_request',
      '/changes/1/body/durationMinutes',
      1,
    ],
    [
      [hq, { ...card, body: { ...card.body, locationIds: ['#nowhere'] } }],
      'invalid_reference',
      '/changes/1/body/locationIds/0',
      1,
    ],
    [
      [hq, { collection: 'services', act: 'update', id: service.deps.newId(), body: { name: 'x' } }],
      'not_found',
      '',
      1,
    ],
  ]
  for (const [changes, code, pointer, index] of cases) {
    const { status, body } = await set(changes)
    expect([body.code, body.change, body.errors?.[0]?.pointer ?? '']).toEqual([code, index, pointer])
    expect([status < 500, await count()]).toEqual([true, 0])
  }
  expect((await set([{ collection: 'locations', act: 'create' }])).body.errors[0].pointer).toBe('/changes/0/body')
  const place = { collection: 'locations', act: 'create', body: { name: 'x' } }
  for (const [change, field] of [
    [{ ...place, externalId: 'x' }, 'externalId'],
    [{ ...place, id: service.deps.newId() }, 'id'],
    [{ ...place, version: 1 }, 'version'],
  ] as const)
    expect((await set([change])).body.errors[0]).toMatchObject({
      pointer: `/changes/0/${field}`,
      code: 'unknown_field',
    })
  const twice = await set([
    { ...place, name: 'a' },
    { ...place, name: 'a' },
  ])
  expect(twice.body.errors[0]).toMatchObject({ pointer: '/changes/1/name', code: 'repeated' })
  const large = await set([{ ...place, body: { name: 'x'.repeat(1_100_000) } }])
  expect([large.status, large.body.detail.includes('1048576')]).toEqual([413, true])
  expect((await set([{ collection: 'contacts', act: 'create', body: {} }])).status).toBe(400)
  const many = Array.from({ length: 501 }, () => hq)
  expect((await set(many)).body.errors[0].code).toBe('too_many')
})

test('other tenants’ records cannot be reached, and 200 openings are one call', async () => {
  const mine = await makeOffice(service.tenant)
  const other = await service.newTenant('altrove')
  const reach = { collection: 'locations', act: 'update', id: mine.location.id, body: { name: 'Preso' } }
  expect((await other.call('POST', '/v1/configuration', { changes: [reach] })).status).toBe(404)
  const day = (i: number) => new Date(Date.UTC(2027, 0, 4 + i)).toISOString().slice(0, 10)
  const changes = Array.from({ length: 200 }, (_, i) => ({
    ...{ collection: 'openings', act: 'create' },
    body: { ownerKind: 'agent', ownerId: mine.agent.id, firstDay: day(i), lastDay: day(i) },
  }))
  const set = await service.tenant.call(
    'POST',
    '/v1/configuration',
    { changes },
    { headers: { 'idempotency-key': 'openings-2027' } },
  )
  expect([set.status, set.body.items?.length]).toEqual([200, 200])
  const again = await service.tenant.call(
    'POST',
    '/v1/configuration',
    { changes },
    { headers: { 'idempotency-key': 'openings-2027' } },
  )
  expect([again.headers['idempotent-replayed'], again.body.items[0].id]).toEqual(['true', set.body.items[0].id])
})
