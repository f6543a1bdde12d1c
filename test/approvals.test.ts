// Requests that wait for approval are listed; a request that nobody approved ends as `not_approved` and says so.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweep } from '../src/schedule-loop.ts'
import { makePerson, signIn } from './helpers/people.ts'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { service: { approvalRequired: true } })
  await makePerson(service, { email: 'capo@prova.example', role: 'supervisor' })
})
afterAll(() => service.close())

const ask = async (start: string, lastName: string): Promise<any> =>
  service.tenant.make('appointments', {
    ...{
      serviceIds: [office.service.id],
      start,
      contact: { firstName: 'Ada', lastName, email: `${lastName}@posta.example` },
    },
  })
const read = async (id: string): Promise<any> => (await service.tenant.call('GET', `/v1/appointments/${id}`)).body

test('the list is led to from today; one is approved, another refused with a reason', async () => {
  const [one, two] = [
    await ask('2026-11-24T09:00:00+01:00', 'Prima'),
    await ask('2026-11-24T10:00:00+01:00', 'Seconda'),
  ]
  const boss = await signIn(service, 'capo@prova.example')
  expect((await boss.get('/agenda')).text).toContain('2 richieste attendono approvazione')
  const list = await boss.get('/agenda/approvals')
  expect(list.text).toMatch(/Ada Prima.*Ada Seconda/)
  const left = await boss.submit(list, '/agenda/approvals', {})
  expect((await read(one.id)).status).toBe('confirmed')
  await service.tenant.call('POST', `/v1/appointments/${two.id}/approval`, {
    decision: 'refuse',
    reason: 'sede chiusa',
  })
  expect(left.text).not.toContain('Ada Prima')
  expect((await boss.get('/agenda/approvals')).text).toContain('Niente attende approvazione.')
})

test('a request that nobody approved ends when its time comes, and its time is free', async () => {
  const a = await ask('2026-11-25T09:00:00+01:00', 'Attesa')
  await sweep(service.deps)
  expect((await read(a.id)).status).toBe('pending')
  service.clock.now = Date.parse('2026-11-25T09:00:00+01:00')
  await sweep(service.deps)
  expect(await read(a.id)).toMatchObject({ status: 'cancelled', cancellation: { code: 'not_approved', by: 'clock' } })
  const history = (await service.tenant.call('GET', `/v1/appointments/${a.id}/history`)).body.items
  expect(history.at(-1).type).toBe('appointment.not_approved')
  await sweep(service.deps)
})
