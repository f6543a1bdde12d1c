// A stranger cannot abuse the service: flood mailboxes, invalidate links, or make the office call numbers that cost money.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../src/app.ts'
import { makePerson, PASSWORD, signIn } from './helpers/people.ts'
import { newCitizen, solve, timesIn } from './helpers/citizen.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant, { agents: 6, service: { externalId: 'cie', channels: [{ type: 'in_person' }] } })
})
afterAll(() => service.close())
const mails = async (address: string) =>
  (await service.tenant.call('GET', '/v1/messages?limit=200')).body.items.filter((m: any) => m.recipient === address)

test('booking and cancelling again and again fills nobody’s mailbox', async () => {
  const citizen = newCitizen(service.app)
  for (let n = 0; n < 8; n += 1) {
    const times = await citizen.get('/prova/book/time?service=cie&channel=in_person')
    const applicant = await citizen.submit(times, '/book/time', { at: timesIn(times.html)[0]! })
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

test('nobody makes the office call a number that earns on it, or one far away', async () => {
  const campaign = await service.tenant.make('campaigns', {
    name: 'Richiami',
    externalId: 'richiami',
    isPublic: true,
    capacity: { kind: 'fixed', perBucket: 50 },
  })
  const ask = async (number: string) =>
    (await service.tenant.call('POST', '/v1/callbacks', { campaignId: campaign.id, number })).body
  // Premium numbers of Italy and Britain, shared cost, international premium, satellite, and countries that the campaign does not call.
  for (const number of [
    '+39 899 123456',
    '+39 892 424',
    '+44 909 8790000',
    '+39 848 800123',
    '+979 123456789',
    '+8816 1234 5678',
    '+53 5 1234567',
    '+252 61 2345678',
    '+44 20 7946 0018',
  ])
    expect([number, (await ask(number)).code]).toEqual([
      number,
      expect.stringMatching(/number_not_called|invalid_phone/),
    ])
  for (const number of ['+39 333 1234567', '06 69821234', '+39 06 1234 5678'])
    expect([number, (await ask(number)).code?.length ?? 8]).toEqual([number, 8])
  const wide = await service.tenant.make('campaigns', {
    name: 'Estero',
    countries: ['GB', 'IT'],
    capacity: { kind: 'fixed', perBucket: 50 },
  })
  expect(
    (await service.tenant.call('POST', '/v1/callbacks', { campaignId: wide.id, number: '+44 20 7946 0018' })).status,
  ).toBe(201)
  const citizen = newCitizen(service.app)
  const page = await citizen.get('/prova/callback?campaign=richiami')
  const refused = await citizen.submit(page, '/callback', {
    number: '+39 899 123456',
    when: 'now',
    altcha: await solve(page.html),
  })
  expect(refused.text).toContain('Questo numero non viene chiamato')
})

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

test('a flood of sign-ins is refused at its door, and whoever is known gets in at once', async () => {
  await makePerson(service, { email: 'nota@prova.example', role: 'supervisor' })
  const known = await signIn(service, 'nota@prova.example')
  const app = await buildApp(service.deps, { logLevel: 'silent', trustProxy: 1 })
  const wrong = (n: number) =>
    app.inject({
      method: 'POST',
      url: '/prova/sign-in',
      headers: {
        'x-forwarded-for': `203.0.113.${n % 4}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: `email=nessuno${n}%40prova.example&password=sbagliata`,
    })
  const flood = Array.from({ length: 40 }, (_, n) => wrong(n))
  await sleep(50)
  const again = newCitizen(app)
  for (const [name, value] of known.jar) if (name !== 'agenda_session') again.jar.set(name, value)
  const began = performance.now()
  const entered = await again.post('/prova/sign-in', [
    ['email', 'nota@prova.example'],
    ['password', PASSWORD],
  ])
  expect(entered.url).toBe('/agenda')
  // The known browser waits behind the two sign-ins that run already, not behind the flood.
  expect(performance.now() - began).toBeLessThan(4_000)
  const statuses = (await Promise.all(flood)).map((answer) => answer.statusCode)
  // Four requests of each network wait; two more are let through meanwhile.
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(40 - 16 - 4)
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(16)
  await app.close()
}, 30_000)

test('what happens to an account is told to its person; refusals are in the log, secrets are not', async () => {
  const lines: string[] = []
  const app = await buildApp(service.deps, {
    logLevel: 'info',
    trustProxy: false,
    logTo: { write: (line) => lines.push(line) },
  })
  await makePerson(service, { email: 'cambia@prova.example', role: 'supervisor' })
  const enter = async () => {
    const browser = newCitizen(app)
    await browser.post('/prova/sign-in', [
      ['email', 'cambia@prova.example'],
      ['password', PASSWORD],
    ])
    return browser
  }
  const own = await enter()
  await enter()
  const account = await own.get('/agenda/account')
  const fresh = 'quattro sedie blu in giardino'
  const changed = await own.submit(account, '/agenda/account/password', { present: PASSWORD, password: fresh })
  expect(changed.url).toContain('done=password')
  await service.settle()
  const told = await mails('cambia@prova.example')
  // The first browser of a person causes no message; the second browser does.
  expect(told.map((m: any) => m.template)).toEqual(['account_changed', 'account_changed'])
  const weak = await service.tenant.make('api-keys', { name: 'debole', scopes: ['slots:read'] })
  await app.inject({ url: '/v1/contacts', headers: { authorization: `Bearer ${weak.token}` } })
  await app.inject({ url: '/v1/contacts', headers: { authorization: 'Bearer agd.unbekannt' } })
  const refused = lines
    .map((line) => JSON.parse(line) as { msg: string; code: string; by: string })
    .filter((l) => l.msg === 'refused')
  expect(refused.map(({ code, by }) => [code, by])).toEqual([
    ['forbidden', `key:${weak.apiKey.id}`],
    ['unauthenticated', 'nobody'],
  ])
  for (const secret of [weak.token, 'unbekannt', PASSWORD, fresh]) expect(lines.join('')).not.toContain(secret)
  await app.close()
})
