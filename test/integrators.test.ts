// Guarantees for an integrator when answers are lost and calls are repeated: one rule for external ids, keys on every POST, no field
// silently ignored, and an API description that matches the service.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCitizen } from './helpers/citizen.ts'
import { makeOffice, PLATFORM_KEY, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant)
})
afterAll(() => service.close())
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  service.tenant.call('POST', url, body, { headers })

test('an external id that is known names the same object, or a conflict that says which', async () => {
  const booking = {
    ...{ serviceIds: [office.service.id], start: '2026-12-01T09:00:00+01:00', externalId: 'portal-1' },
    contact: { firstName: 'Ada', lastName: 'Neri', email: 'ada@posta.example' },
  }
  const first = await post('/v1/appointments', booking)
  expect(first.status).toBe(201)
  const same = await post('/v1/appointments', booking)
  expect([same.status, same.body.id, same.body.manageToken]).toEqual([200, first.body.id, undefined])
  const other = await post('/v1/appointments', { ...booking, start: '2026-12-01T10:00:00+01:00' })
  expect([other.status, other.body.code, other.body.existingId]).toEqual([409, 'external_id_taken', first.body.id])

  // A hold that is confirmed again under the same id is the same appointment.
  const hold = await post('/v1/holds', { serviceIds: [office.service.id], start: '2026-12-01T11:00:00+01:00' })
  const confirmation = { holdId: hold.body.id, contact: booking.contact, externalId: 'portal-2' }
  const confirmed = await post('/v1/appointments', confirmation)
  const repeated = await post('/v1/appointments', confirmation)
  expect([confirmed.status, repeated.status, repeated.body.id]).toEqual([201, 200, confirmed.body.id])
  const stranger$ = await post('/v1/appointments', { ...confirmation, externalId: 'portal-3' })
  expect([stranger$.status, stranger$.body.code]).toEqual([409, 'invalid_transition'])

  const campaign = await service.tenant.make('campaigns', { name: 'C', capacity: { kind: 'fixed', perBucket: 50 } })
  const ask = (number: string) => post('/v1/callbacks', { campaignId: campaign.id, number, externalId: 'ticket-2' })
  const asked = await ask('+393330000022')
  expect(asked.status).toBe(201)
  expect((await ask('+393330000022')).body).toMatchObject({ id: asked.body.id, isNew: false })
  const stranger = await ask('+393330000075')
  expect([stranger.status, stranger.body.existingId]).toEqual([409, asked.body.id])
  await post(`/v1/callbacks/${asked.body.id}/attempts`, { outcome: 'answered' })
  // The second request of a ticket is a new callback, because the first one is over.
  const second = await ask('+393330000022')
  expect([second.status, second.body.code]).toEqual([409, 'external_id_taken'])
})

test('the rule of external ids holds for every collection that has them, and for contacts in any spelling', async () => {
  const contact = { firstName: 'Rosa', lastName: 'Viola', phone: '333 111 2244', externalId: 'crm-77' }
  const first = await post('/v1/contacts', contact)
  expect(first.status).toBe(201)
  const same = await post('/v1/contacts', { ...contact, phone: '+39 333 1112244' })
  expect([same.status, same.body.id, same.headers.etag]).toEqual([200, first.body.id, '"1"'])
  const other = await post('/v1/contacts', { ...contact, lastName: 'Neri' })
  expect([other.status, other.body.code, other.body.existingId]).toEqual([409, 'external_id_taken', first.body.id])
  const place = { name: 'Sede', externalId: 'sede-9' }
  const made = await post('/v1/locations', place)
  expect([made.status, (await post('/v1/locations', place)).status]).toEqual([201, 200])
  expect((await post('/v1/locations', { ...place, name: 'Altra' })).body.existingId).toBe(made.body.id)
  // Many concurrent requests result in one record.
  const many = await Promise.all(
    Array.from({ length: 6 }, () => post('/v1/contacts', { ...contact, externalId: 'crm-78', phone: '3331112255' })),
  )
  expect(new Set(many.map((m) => m.body.id)).size).toBe(1)
  expect(many.map((m) => m.status).sort()).toEqual([200, 200, 200, 200, 200, 201])
})

test('a record of another system is written by its id: new, changed, unchanged, joined', async () => {
  const put = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    service.tenant.call('PUT', `/v1/by-external-id/contacts/${encodeURIComponent(id)}`, body, { headers })
  const rosa = { firstName: 'Rosa', lastName: 'Bianchi', email: 'rosa@posta.example' }
  const made = await put('erp/1', rosa)
  expect([made.status, made.body.externalId, made.headers.location]).toEqual([
    201,
    'erp/1',
    `/v1/contacts/${made.body.id}`,
  ])
  await service.tenant.call(
    'PATCH',
    `/v1/contacts/${made.body.id}`,
    { notes: 'Chiamare dopo le 15' },
    { headers: { 'if-match': '*' } },
  )
  const same = await put('erp/1', { ...rosa, externalId: 'erp/1' })
  expect([same.status, same.body.version, same.body.notes]).toEqual([200, 2, 'Chiamare dopo le 15'])
  const changed = await put('erp/1', { ...rosa, lastName: 'Verdi' })
  expect([changed.status, changed.body.version, changed.body.lastName, changed.body.notes]).toEqual([
    200,
    3,
    'Verdi',
    'Chiamare dopo le 15',
  ])
  expect((await put('erp/1', rosa, { 'if-match': '"1"' })).status).toBe(412)
  expect((await put('erp/2', rosa, { 'if-match': '"1"' })).status).toBe(412)
  expect((await put('erp/1', { ...rosa, externalId: 'erp/2' })).body.errors[0]).toMatchObject({
    pointer: '/externalId',
  })
  const read = await service.tenant.call('GET', `/v1/by-external-id/contacts/${encodeURIComponent('erp/1')}`)
  expect([read.status, read.body.id, read.headers.etag]).toEqual([200, made.body.id, '"3"'])
  expect((await service.tenant.call('GET', '/v1/by-external-id/contacts/nobody')).status).toBe(404)
  // The contact that it was merged into answers for it.
  const twin = await put('erp/3', { firstName: 'Rosa', lastName: 'Verdi', phone: '+393331112266' })
  const merge = { otherId: twin.body.id }
  expect((await post(`/v1/contacts/${made.body.id}/merge`, merge, { 'if-match': '*' })).status).toBe(200)
  expect((await put('erp/3', { firstName: 'Rosa', lastName: 'Verdi' })).body.id).toBe(made.body.id)
})

test('a key asks who it is, for which tenant, and what it may do', async () => {
  const narrow = await service.tenant.make('api-keys', { name: 'Lettore', scopes: ['slots:read'] })
  const { status, body } = await service.tenant.call('GET', '/v1/me', undefined, { key: narrow.token })
  expect([status, body.user]).toEqual([200, undefined])
  expect(body).toMatchObject({
    tenant: { id: service.tenant.id, slug: 'prova' },
    key: { name: 'Lettore', expiresAt: null },
    scopes: ['slots:read'],
  })
  expect((await service.tenant.call('GET', '/v1/me', undefined, { key: PLATFORM_KEY })).status).not.toBe(200)
})

test('what was matched is said, and what was not stored', async () => {
  const at = (clock: string) => ({ serviceIds: [office.service.id], start: `2026-12-02T${clock}:00+01:00` })
  const ines = { firstName: 'Ines', lastName: 'Blu', email: 'ines@posta.example', externalId: 'crm-1' }
  const first = await post('/v1/appointments', { ...at('09:00'), contact: ines })
  expect([first.body.contactMatched, first.body.contactIgnored]).toEqual(['new', undefined])
  const luca = { firstName: 'Luca', lastName: 'Neri', phone: '+393331112233', externalId: 'crm-1' }
  const second = await post('/v1/appointments', { ...at('09:30'), contact: luca })
  expect(second.body.contactMatched).toBe('externalId')
  expect(second.body.contactIgnored.sort()).toEqual(['firstName', 'lastName', 'phone'])
  const { externalId: _id, ...again } = ines
  const third = await post('/v1/appointments', { ...at('10:00'), contact: { ...again, externalId: 'crm-2' } })
  expect([third.body.contactMatched, third.body.contactIgnored]).toEqual(['email', ['externalId']])
})

test('a key makes every POST safe to repeat, and its kept answer is opened by nothing in the database', async () => {
  const hook = { url: 'https://crm.example/h', types: ['*'] }
  const key = { 'idempotency-key': 'wh-idem-0001' }
  const first = await post('/v1/webhooks', hook, key)
  const again = await post('/v1/webhooks', hook, key)
  expect([again.status, again.body]).toEqual([first.status, first.body])
  expect(again.headers['idempotent-replayed']).toBe('true')
  expect((await service.tenant.call('GET', '/v1/webhooks')).body.items.length).toBe(1)
  const other = await post('/v1/webhooks', { ...hook, types: ['appointment.booked'] }, key)
  expect(other.body.code).toBe('idempotency_key_reused')
  const rows = await service.deps.db.kysely
    .selectFrom('idempotency_keys')
    .select('body')
    .where('tenant_id', '=', service.tenant.id)
    .execute()
  expect(rows.map((row) => row.body).join(' ')).not.toContain(first.body.secret)

  const contact = await service.tenant.make('contacts', { firstName: 'A', lastName: 'B' })
  const note = { content: 'una volta' }
  const keyed = { 'idempotency-key': 'note-0001-x' }
  const rivals = await Promise.all(
    Array.from({ length: 6 }, () => post(`/v1/contacts/${contact.id}/notes`, note, keyed)),
  )
  expect(rivals.every((one) => [201, 409].includes(one.status))).toBe(true)
  const notes = (await service.tenant.call('GET', `/v1/contacts/${contact.id}/timeline`)).body.items
  expect(notes.length).toBe(1)
  // A refusal had no effect: the same key may be used again.
  const bad = { 'idempotency-key': 'bad-000-001' }
  const unknown = `/v1/contacts/${service.deps.newId()}/notes`
  for (let i = 0; i < 2; i += 1) expect((await post(unknown, note, bad)).status).toBe(404)
})

test('the description demands If-Match where the service does, and keys where they count', async () => {
  const { body } = await service.tenant.call('GET', '/openapi.json')
  const header = (method: string, path: string, name: string) =>
    body.paths[path][method].parameters.find((p: any) => p.in === 'header' && p.name === name)
  for (const [method, path] of [
    ['patch', '/v1/appointments/{id}'],
    ['delete', '/v1/services/{id}'],
    ['patch', '/v1/contacts/{id}'],
  ] as const)
    expect([path, header(method, path, 'if-match').required]).toEqual([path, true])
  expect(header('post', '/v1/appointments/{id}/cancellation', 'if-match').required).toBeFalsy()
  for (const path of ['/v1/webhooks', '/v1/waiting-list', '/v1/calendar-feeds', '/v1/appointments/{id}/rescheduling'])
    expect([path, header('post', path, 'idempotency-key') !== undefined]).toEqual([path, true])
  const without = await service.tenant.call('PATCH', `/v1/contacts/${service.deps.newId()}`, { firstName: 'x' })
  expect(without.status).toBe(428)
})

test('mistakes are answered in a form that can be copied', async () => {
  const wrong = { serviceIds: [office.service.id], start: '2026-12-01T09:00:00' }
  const { body } = await post('/v1/appointments', wrong)
  expect(body.errors[0].detail).toContain('2026-12-01T09:00:00+01:00')
})

test('a service by telephone or video needs no location; where nothing can be offered, the explanation says why', async () => {
  const tenant = await service.newTenant('remoto')
  const visit = { name: 'Consulenza', durationMinutes: 30, channels: [{ type: 'in_person' }, { type: 'phone' }] }
  const remote = await tenant.make('services', visit)
  const here = await tenant.make('services', { name: 'Carta d’identità', durationMinutes: 30 })
  const why = (id: string) =>
    tenant.call('GET', `/v1/slots/explanation?serviceId=${id}&date=2026-11-25`).then((a) => a.body)
  expect(await why(here.id)).toMatchObject({ offered: false, reason: 'no_location', agents: [] })
  expect(await why(remote.id)).toMatchObject({ offered: false, reason: 'no_agent', agents: [] })
  const agent = await tenant.make('agents', { name: 'Ada', serviceIds: [remote.id, here.id] })
  const rules = [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '12:00' }] }]
  await tenant.make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01', rules })
  const slots = (id: string) =>
    tenant.call('GET', `/v1/slots?serviceId=${id}&from=2026-11-25&to=2026-11-26`).then((a) => a.body)
  const offered = (await slots(remote.id)).days[0].slots
  expect([offered.length, offered[0].locationId]).toEqual([6, tenant.id])
  expect((await slots(here.id)).total).toBe(0)
  expect((await why(remote.id)).reason).toBeNull()
  const contact = { firstName: 'Eva', lastName: 'Re', phone: '+393331112277' }
  const book = (more: object) =>
    tenant.call('POST', '/v1/appointments', { serviceIds: [remote.id], start: offered[0].start, contact, ...more })
  expect((await book({ channel: 'in_person' })).body.code).toBe('channel_not_offered')
  const booked = await book({})
  expect([booked.status, booked.body.channel, booked.body.locationId]).toEqual([201, 'phone', tenant.id])
  const hold = await tenant.call('POST', '/v1/holds', { serviceIds: [remote.id], start: offered[1].start })
  const confirmed = await tenant.call('POST', '/v1/appointments', { holdId: hold.body.id, contact })
  expect([confirmed.status, confirmed.body.channel]).toEqual([201, 'phone'])
  expect((await newCitizen(service.app).get('/remoto')).text).toContain('Consulenza')
  // Once the tenant has a location, its own id no longer serves as one; existing bookings stay.
  await tenant.make('locations', { name: 'Sede' })
  expect((await slots(remote.id)).days[0].slots.every((s: any) => s.locationId !== tenant.id)).toBe(true)
  expect((await tenant.call('GET', `/v1/appointments/${booked.body.id}`)).status).toBe(200)
  const moved = { start: offered[3].start }
  const change = await tenant.call('POST', `/v1/appointments/${booked.body.id}/rescheduling`, moved, {
    headers: { 'if-match': '*' },
  })
  expect([change.status, change.body.start]).toEqual([200, offered[3].start])
})

test('appointments are read back by one’s own id, by code, by several statuses, and by what has changed since', async () => {
  const book = (start: string, externalId: string) =>
    post('/v1/appointments', {
      ...{ serviceIds: [office.service.id], start, externalId },
      contact: { firstName: 'Eva', lastName: externalId, email: `${externalId}@posta.example` },
    })
  const booked = await book('2026-12-09T09:00:00+01:00', 'crm-1')
  expect(booked.status, JSON.stringify(booked.body)).toBe(201)
  const first = booked.body
  service.clock.now += 1_000
  const second = (await book('2026-12-09T10:00:00+01:00', 'crm-2')).body
  const ids = async (query: string): Promise<string[]> => {
    const { status, body } = await service.tenant.call('GET', `/v1/appointments?${query}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.items.map((a: any) => a.id)
  }
  expect(await ids('externalId=crm-1')).toEqual([first.id])
  expect(await ids('externalId=nothing')).toEqual([])
  expect(await ids(`code=${second.code.toLowerCase()}`)).toEqual([second.id])
  const since = new Date(service.clock.now).toISOString()
  service.clock.now += 60_000
  await post(`/v1/appointments/${second.id}/cancellation`, {})
  service.clock.now += 1_000
  const before = { 'if-match': '*' }
  await service.tenant.call('PATCH', `/v1/appointments/${first.id}`, { notes: 'x' }, { headers: before })
  // In the order of the changes, page by page without gap or repetition.
  expect(await ids(`updatedAfter=${since}`)).toEqual([second.id, first.id])
  const page = (await service.tenant.call('GET', `/v1/appointments?updatedAfter=${since}&limit=1`)).body
  expect(page.items.map((a: any) => a.id)).toEqual([second.id])
  expect(await ids(`updatedAfter=${since}&limit=1&cursor=${page.nextCursor}`)).toEqual([first.id])
  expect(await ids(`externalId=crm-2&status=confirmed`)).toEqual([])
  expect(await ids(`externalId=crm-2&status=confirmed&status=cancelled`)).toEqual([second.id])
  expect((await service.tenant.call('GET', '/v1/appointments?status=nothing')).status).toBe(400)
})
