// What an integrator keeps with a record and reads back: metadata, whole records beside ids, orders, conditional reads, request ids.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API_VERSION } from '../src/http/api-version.ts'
import { makeOffice, PERSON, startService, type Office, type TestService } from './helpers/service.ts'

const IF_ANY = { headers: { 'if-match': '*' } }
let service: TestService
let office: Office
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant)
})
afterAll(() => service.close())
const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
const booking = (clock: string, more: object = {}) => ({
  serviceIds: [office.service.id],
  start: `2026-12-01T${clock}:00+01:00`,
  contact: PERSON,
  ...more,
})

test('metadata is kept with appointments, contacts and callbacks, changed by name, and gone with the person', async () => {
  const metadata = { 'erp.order': 'A-1', campaign: 'xmas' }
  const a = await service.tenant.make('appointments', booking('09:00', { metadata }))
  expect(a.metadata).toEqual(metadata)
  const hold = await call('POST', '/v1/holds', booking('09:30', { contact: undefined }))
  const confirmed = await service.tenant.make('appointments', { holdId: hold.body.id, contact: PERSON, metadata })
  expect(confirmed.metadata).toEqual(metadata)
  const changed = await call('PATCH', `/v1/appointments/${a.id}`, { metadata: { campaign: null, 'x-1': 'y' } }, IF_ANY)
  expect(changed.body.metadata).toEqual({ 'erp.order': 'A-1', 'x-1': 'y' })
  // The citizen does not see it.
  const own = await call('GET', `/v1/appointments/${a.id}`, undefined, { key: a.manageToken })
  expect([own.status, own.body.metadata]).toEqual([200, undefined])
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`n${i}`, 'v']))
  const full = await call('PATCH', `/v1/appointments/${a.id}`, { metadata: many }, IF_ANY)
  expect([full.status, full.body.code]).toEqual([409, 'limit_reached'])
  for (const wrong of [{ '1a': 'x' }, { a: 1 }, { a: 'x'.repeat(501) }])
    expect((await call('PATCH', `/v1/appointments/${a.id}`, { metadata: wrong }, IF_ANY)).status).toBe(400)

  const contact = await service.tenant.make('contacts', { ...PERSON, email: 'm@posta.example', metadata })
  expect(contact.metadata).toEqual(metadata)
  const patched = await call('PATCH', `/v1/contacts/${contact.id}`, { metadata: { campaign: null } }, IF_ANY)
  expect(patched.body.metadata).toEqual({ 'erp.order': 'A-1' })

  const campaign = await service.tenant.make('campaigns', { name: 'C', capacity: { kind: 'fixed', perBucket: 50 } })
  const asked = await service.tenant.make('callbacks', {
    ...{ campaignId: campaign.id, number: '+393330000022', contactId: contact.id },
    metadata,
  })
  expect(asked.metadata).toEqual(metadata)
  const url = `/v1/callbacks/${asked.id}`
  expect((await call('PATCH', url, { metadata: { campaign: 'y' } })).status).toBe(428)
  const amended = await call('PATCH', url, { metadata: { campaign: 'y' } }, IF_ANY)
  expect([amended.body.metadata.campaign, amended.headers.etag]).toEqual(['y', '"2"'])
  const late = await call('PATCH', url, { metadata: {} }, { headers: { 'if-match': '"1"' } })
  expect(late.status).toBe(412)
  const history = (await call('GET', `${url}/history`)).body.items
  expect(history.at(-1)).toMatchObject({ type: 'callback.changed', details: { fields: ['metadata'] } })

  await call('POST', `${url}/cancellation`, {})
  await call('POST', `/v1/contacts/${contact.id}/erasure`, {})
  expect((await call('GET', url)).body.metadata).toBeUndefined()
  expect((await call('GET', `/v1/contacts/${contact.id}`)).body.metadata).toBeUndefined()
})

test('whole records come beside their ids, for whoever may read them', async () => {
  const a = await service.tenant.make('appointments', booking('10:00'))
  const query = 'expand=contact&expand=services&expand=agent&expand=location'
  const { body } = await call('GET', `/v1/appointments/${a.id}?${query}`)
  expect(body).toMatchObject({
    contact: { id: a.contactId, lastName: PERSON.lastName },
    services: [{ id: office.service.id, durationMinutes: 30 }],
    agent: { id: office.agent.id, name: 'Operatore 1' },
    location: { id: office.location.id, name: 'Municipio' },
  })
  const list = (await call('GET', `/v1/appointments?expand=contact`)).body.items
  expect(list.every((one: any) => one.contact.id === one.contactId && one.agent === undefined)).toBe(true)
  const narrow = await service.tenant.make('api-keys', { name: 'Nur Termine', scopes: ['appointments:read'] })
  const refused = await call('GET', '/v1/appointments?expand=contact', undefined, { key: narrow.token })
  expect([refused.status, refused.body.detail.includes('contacts:read')]).toEqual([403, true])
  const campaign = await service.tenant.make('campaigns', { name: 'D', capacity: { kind: 'fixed', perBucket: 50 } })
  const asked = await service.tenant.make('callbacks', { campaignId: campaign.id, number: '+393330000023' })
  const shown = (await call('GET', `/v1/callbacks/${asked.id}?expand=campaign&expand=contact&expand=ownerAgent`)).body
  expect([shown.campaign.name, shown.contact, shown.ownerAgent]).toEqual(['D', undefined, undefined])
})

test('a list comes in the order that is asked for, page by page', async () => {
  const read = async (query: string): Promise<string[]> => {
    const seen: string[] = []
    let cursor = ''
    for (;;) {
      const { body } = await call('GET', `/v1/appointments?limit=1&${query}${cursor}`)
      seen.push(...body.items.map((one: any) => one.id))
      if (body.nextCursor === null) return seen
      cursor = `&cursor=${body.nextCursor}`
    }
  }
  const byStart = await read('')
  expect(byStart.length).toBeGreaterThan(2)
  expect(await read('sort=start')).toEqual(byStart)
  expect(await read('sort=-start')).toEqual([...byStart].reverse())
  const byCreation = await read('sort=createdAt')
  expect(byCreation).toEqual([...byStart].sort())
  expect(await read('sort=-createdAt')).toEqual([...byCreation].reverse())
  service.clock.now += 60_000
  await call('PATCH', `/v1/appointments/${byStart[0]}`, { notes: 'x' }, IF_ANY)
  expect((await read('sort=-updatedAt'))[0]).toBe(byStart[0])
  expect((await call('GET', '/v1/appointments?sort=name')).status).toBe(400)
})

test('what is known already is not sent again, and every answer has an id to ask about', async () => {
  const url = `/v1/services/${office.service.id}`
  const first = await call('GET', url)
  const tag = String(first.headers.etag)
  const again = await call('GET', url, undefined, { headers: { 'if-none-match': tag } })
  expect([again.status, again.body, again.headers.etag]).toEqual([304, '', tag])
  await call('PATCH', url, { name: 'Passaporto' }, IF_ANY)
  const changed = await call('GET', url, undefined, { headers: { 'if-none-match': tag } })
  expect([changed.status, changed.body.name]).toEqual([200, 'Passaporto'])
  expect(first.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  const mine = await call('GET', '/v1/services/none', undefined, { headers: { 'x-request-id': 'portal-4711' } })
  expect([mine.headers['x-request-id'], mine.body.instance]).toEqual(['portal-4711', 'portal-4711'])
  const forged = await call('GET', url, undefined, { headers: { 'x-request-id': 'a b\tc {"x":1}' } })
  expect(forged.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

test('answers say the date of the API; an operation that will go says when, and what to use instead', async () => {
  const now = await call('GET', '/v1/services')
  expect(now.headers['agenda-version']).toBe(API_VERSION)
  expect(now.headers.deprecation).toBeUndefined()
  const body = { firstName: 'Rosa', lastName: 'Viola' }
  const old = await call('PUT', '/v1/contacts/by-external-id/erp-9', body)
  expect([old.status, old.body.externalId]).toEqual([201, 'erp-9'])
  expect(old.headers).toMatchObject({
    deprecation: '@1795996800',
    sunset: 'Wed, 30 Jun 2027 00:00:00 GMT',
    link: '</v1/by-external-id/contacts/{externalId}>; rel="successor-version"',
  })
  const { body: description } = await call('GET', '/openapi.json')
  expect(description.info.version).toBe(API_VERSION)
})
