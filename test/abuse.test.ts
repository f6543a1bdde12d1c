// What a stranger may set off: mails to somebody else, links that end, calls to numbers that cost or earn.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson } from './helpers/people.ts'
import { newCitizen, solve, timesIn } from './helpers/citizen.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant, { agents: 6, service: { externalId: 'cie', channels: [{ type: 'in_person' }] } })
})
afterAll(() => service.close())
const mails = async (address: string) =>
  ((await service.tenant.call('GET', '/v1/messages?limit=200')).body as any).items.filter(
    (m: any) => m.recipient === address,
  )

test('booking and cancelling again and again fills nobody’s mailbox', async () => {
  const citizen = newCitizen(service.app)
  for (let n = 0; n < 12; n += 1) {
    const times = await citizen.get('/prova/book/time?service=cie&channel=in_person')
    const details = await citizen.submit(times, '/book/time', { at: timesIn(times.html)[0]! })
    const applicant = await citizen.submit(details, '/details', {})
    const summary = await citizen.submit(applicant, '/applicant', {
      firstName: 'Vit',
      lastName: 'Tima',
      email: 'vittima@posta.example',
      phone: '',
    })
    const done = await citizen.submit(summary, 'summary', { consent: 'yes', altcha: await solve(summary.html) })
    expect(done.url).toMatch(/confirmed$/)
    const ask = await citizen.get(done.url.replace('/confirmed', '/cancel'))
    await citizen.submit(ask, '/cancel', {})
    await service.settle()
  }
  const sent = (await mails('vittima@posta.example')).filter((m: any) => m.status !== 'dropped')
  expect(sent.length).toBeLessThanOrEqual(12)
}, 60_000)

test('asking for a new password ends no invitation, and sends one mail in a while', async () => {
  await makePerson(service, { email: 'capo@prova.example', role: 'administrator' })
  const made = await service.tenant.make('users', { email: 'nuova@prova.example', name: 'Nuova', role: 'agent' })
  const path = new URL(made.link).pathname
  const stranger = newCitizen(service.app)
  expect((await stranger.get(path)).status).toBe(200)
  for (let n = 0; n < 4; n += 1) {
    await stranger.post('/prova/password', [['email', 'nuova@prova.example']])
    await stranger.post('/prova/password', [['email', 'capo@prova.example']])
    await service.settle()
  }
  expect((await stranger.get(path)).status).toBe(200)
  expect((await mails('capo@prova.example')).length).toBe(1)
  service.clock.now += 200_000
  await stranger.post('/prova/password', [['email', 'capo@prova.example']])
  await service.settle()
  expect((await mails('capo@prova.example')).length).toBe(2)
})
