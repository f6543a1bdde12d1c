// One callback handled by a person: taken by its id, finished by one key press, shown with its note, and taken back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import { makePerson, signedCaller, signIn } from './helpers/people.ts'
import { START, startService, type TestService } from './helpers/service.ts'

let service: TestService
let campaign: any
beforeAll(async () => {
  service = await startService()
  service.clock.now = START + 2 * HOUR
  campaign = await service.tenant.make('campaigns', { name: 'C', capacity: { kind: 'fixed', perBucket: 100 } })
  await makePerson(service, { email: 'giulia@prova.example', role: 'agent', name: 'Giulia Rossi' })
  await makePerson(service, { email: 'marco@prova.example', role: 'agent', name: 'Marco Bianchi' })
})
afterAll(() => service.close())

let serial = 100
const ask = async (body: object = {}): Promise<any> => {
  serial += 1
  const asked = { campaignId: campaign.id, number: `+39320777${serial}`, ...body }
  return (await service.tenant.call('POST', '/v1/callbacks', asked)).body
}
const read = async (id: string): Promise<any> => (await service.tenant.call('GET', `/v1/callbacks/${id}`)).body
const counters = async (): Promise<any> =>
  (await service.tenant.call('GET', `/v1/campaigns/${campaign.id}/counters`)).body.attempts

test('keys act only on what one has taken; what was said stands on the callback and on the timeline', async () => {
  const contact = await service.tenant.make('contacts', { firstName: 'Ada', lastName: 'Neri', phone: '+393207770999' })
  const c = await ask({ contactId: contact.id })
  const giulia = await signIn(service, 'giulia@prova.example')
  const seen = await giulia.get(`/agenda/callbacks/${c.id}`)
  expect(seen.html).not.toContain('data-key')
  const mine = await giulia.submit(seen, '/take', {})
  expect(mine.html).toContain('data-key="6"')
  const marco = await signIn(service, 'marco@prova.example')
  const theirs = await marco.get(`/agenda/callbacks/${c.id}`)
  expect(theirs.html).not.toContain('data-key')
  expect(theirs.text).toContain('Ora ce l’ha Giulia Rossi.')
  const done = await giulia.submit(mine, '/attempt', { outcome: 'answered', summary: 'Paga in 3 rate' })
  expect(done.text).toContain('Registrato: ')
  const after = await giulia.get(`/agenda/callbacks/${c.id}`)
  expect(after.text).toContain('Giulia Rossi Paga in 3 rate')
  expect((await giulia.get(`/agenda/contacts/${contact.id}`)).text).toContain('Paga in 3 rate')
})

test('a mistaken result is taken back, figures included, and is called by what it was', async () => {
  const c = await ask()
  const giulia = await signIn(service, 'giulia@prova.example')
  const before = await counters()
  const mine = await giulia.submit(await giulia.get(`/agenda/callbacks/${c.id}`), '/take', {})
  const held = await read(c.id)
  const wrong = await giulia.submit(mine, '/attempt', { outcome: 'wrong_number' })
  expect(await read(c.id)).toMatchObject({ status: 'completed', outcome: 'wrong_number' })
  expect((await giulia.get('/agenda/callbacks?show=all')).text).toContain('Numero errato')
  const back = await giulia.submit(wrong, '/undo', {})
  expect(await read(c.id)).toMatchObject({ status: 'in_progress', attempts: 0, outcome: null, leaseId: held.leaseId })
  expect(await counters()).toEqual({ ...before, wrong_number: before.wrong_number ?? 0 })
  expect(back.text).toContain('annullato')
  // After the undo the same lease accepts a result again.
  const busy = await giulia.submit(back, '/attempt', { outcome: 'busy' })
  expect(await read(c.id)).toMatchObject({ status: 'scheduled', attempts: 1 })
  const call = await signedCaller(service, 'giulia@prova.example')
  service.clock.now += 11 * MINUTE
  expect((await call('DELETE', `/v1/callbacks/${c.id}/attempts`)).body.code).toBe('undo_over')
  expect(busy.text).toContain('Registrato: ')
})

test('one that somebody has, or that is another’s own, is not taken', async () => {
  const [giulia, marco] = await Promise.all(
    ['giulia', 'marco'].map((name) => signedCaller(service, `${name}@prova.example`)),
  )
  const c = await ask()
  expect((await giulia!('POST', `/v1/callbacks/${c.id}/lease`, {})).status).toBe(200)
  expect((await marco!('POST', `/v1/callbacks/${c.id}/lease`, {})).body.code).toBe('invalid_transition')
  await service.tenant.call('POST', '/v1/do-not-call', { number: '+393207779999' })
  const open = await ask()
  await service.tenant.call('POST', `/v1/callbacks/${open.id}/cancellation`, {})
  expect((await marco!('POST', `/v1/callbacks/${open.id}/lease`, {})).body.code).toBe('invalid_transition')
})
