// Two records of one person are merged and separated again: no number and no address is lost.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson, signedCaller } from './helpers/people.ts'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant)
})
afterAll(() => service.close())
const call = (method: string, url: string, body?: unknown) => service.tenant.call(method, url, body)
const found = async (text: string): Promise<string[]> =>
  (await call('POST', '/v1/contacts/lookup', { text })).body.items.map((c: any) => c.id)
const make = (body: object): Promise<any> => service.tenant.make('contacts', body)

test('every number, address and id of either finds the one that stays, and the merge is taken back', async () => {
  const kept = await make({ firstName: 'Ines', lastName: 'Blu', phone: '+393205551010', notes: 'prima' })
  const other = await make({
    ...{ firstName: 'Ines', lastName: 'Blu', phone: '+393205551020', email: 'ines@posta.example' },
    ...{ externalId: 'crm-7', notes: 'seconda', attributes: { cliente: true } },
  })
  const booked = async (contactId: string, start: string): Promise<any> =>
    (await call('POST', '/v1/appointments', { serviceIds: [office.service.id], start, contactId })).body
  const before = await booked(other.id, '2026-12-01T09:00:00+01:00')
  const merged = await call('POST', `/v1/contacts/${kept.id}/merge`, { otherId: other.id })
  expect(merged.body).toMatchObject({ phone: '+393205551010', email: 'ines@posta.example', externalId: 'crm-7' })
  for (const text of ['320 555 1020', '+393205551020', '3205551010', 'ines@posta.example', 'crm-7'])
    expect([text, await found(text)]).toEqual([text, [kept.id]])
  expect((await call('POST', '/v1/contacts/search', { phone: '+393205551020' })).body.items[0].id).toBe(kept.id)
  const parts = (await call('GET', `/v1/contacts/${kept.id}/merged`)).body.items
  expect(parts.map((c: any) => c.phone)).toEqual(['+393205551020'])
  // The next call from the number of the merged record belongs to a known person.
  const person = { firstName: 'Ines', lastName: 'Blu', email: 'ines@posta.example' }
  const again = await call('POST', '/v1/appointments', {
    ...{ serviceIds: [office.service.id], start: '2026-12-01T10:00:00+01:00', contact: person },
  })
  expect(again.body.contactId).toBe(kept.id)

  const back = await call('DELETE', `/v1/contacts/${other.id}/merge`)
  expect(back.body).toMatchObject({ id: other.id, phone: '+393205551020', externalId: 'crm-7', archivedAt: null })
  const stayed = (await call('GET', `/v1/contacts/${kept.id}`)).body
  expect(stayed).toMatchObject({ phone: '+393205551010', notes: 'prima' })
  expect([stayed.email, stayed.externalId, stayed.attributes ?? {}]).toEqual([undefined, undefined, {}])
  expect((await call('GET', `/v1/appointments/${before.id}`)).body.contactId).toBe(other.id)
  // What was created after the merge stays with the record that it was created for.
  expect((await call('GET', `/v1/appointments/${again.body.id}`)).body.contactId).toBe(kept.id)
  expect(await found('320 555 1020')).toEqual([other.id])
  expect((await call('DELETE', `/v1/contacts/${other.id}/merge`)).body.code).toBe('not_mergeable')
})

test('agents do not merge; supervisors do', async () => {
  await makePerson(service, { email: 'agente@prova.example', role: 'agent' })
  await makePerson(service, { email: 'capo@prova.example', role: 'supervisor' })
  const [a, b] = [await make({ firstName: 'A', lastName: 'Uno' }), await make({ firstName: 'A', lastName: 'Uno' })]
  const agent = await signedCaller(service, 'agente@prova.example')
  expect((await agent('POST', `/v1/contacts/${a.id}/merge`, { otherId: b.id })).status).toBe(403)
  const boss = await signedCaller(service, 'capo@prova.example')
  expect((await boss('POST', `/v1/contacts/${a.id}/merge`, { otherId: b.id })).status).toBe(200)
  expect((await agent('DELETE', `/v1/contacts/${b.id}/merge`)).status).toBe(403)
})
