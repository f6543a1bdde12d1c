// What an integrator may rely on when answers are lost and calls are repeated: one rule for external ids, keys on every POST, no word
// dropped in silence, and a description that says what the service does.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

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

  const campaign = await service.tenant.make('campaigns', { name: 'C', capacity: { kind: 'fixed', perBucket: 50 } })
  const ask = (number: string) => post('/v1/callbacks', { campaignId: campaign.id, number, externalId: 'ticket-2' })
  const asked = await ask('+393330000022')
  expect(asked.status).toBe(201)
  expect((await ask('+393330000022')).body).toMatchObject({ id: asked.body.id, isNew: false })
  const stranger = await ask('+393330000075')
  expect([stranger.status, stranger.body.existingId]).toEqual([409, asked.body.id])
  await post(`/v1/callbacks/${asked.body.id}/attempts`, { outcome: 'answered' })
  // The second request of a ticket is not swallowed by the first, which is over.
  const second = await ask('+393330000022')
  expect([second.status, second.body.code]).toEqual([409, 'external_id_taken'])
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
  // A refusal had no effect: the same key may try again.
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
