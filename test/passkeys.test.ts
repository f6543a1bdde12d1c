// Passkeys in addition to the password: set-up requires the password; each challenge accepts one answer, for this host and this tenant
// only. Administrators must have a second factor unless their tenant decides otherwise.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { relyingParty } from '../src/application/identity/passkeys.ts'
import { newDevice } from './helpers/authenticator.ts'
import { newCitizen, type Citizen } from './helpers/citizen.ts'
import { makePerson, PASSWORD, signedCaller, signIn } from './helpers/people.ts'
import { PLATFORM_KEY, startService, type TestService } from './helpers/service.ts'

const ORIGIN = 'https://agenda.example'
let service: TestService
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const json = (page: { text: string; html: string }): any => JSON.parse(page.html)
type Device = ReturnType<typeof newDevice>

async function setUp(person: Citizen, device: Device, present = PASSWORD) {
  const page = await person.get('/agenda/account/second-factor')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!
  const asked = await person.post('/agenda/account/passkeys/question', [
    ['csrf', csrf],
    ['presentKey', PASSWORD],
  ])
  const { options, state } = json(asked)
  return person.submit(page, 'account/passkeys', { state, answer: device.create(options), presentKey: present })
}
async function question(person: Citizen, slug = 'prova', step = 'only') {
  service.clock.now += 1000
  return json(await person.get(`/${slug}/sign-in/passkey?step=${step}`))
}
const answer = (person: Citizen, state: string, text: string, slug = 'prova') =>
  person.post(`/${slug}/sign-in/passkey`, [
    ['state', state],
    ['answer', text],
  ])
const mailsTo = async (email: string): Promise<string[]> => {
  const rows = await service.deps.db.kysely
    .selectFrom('messages')
    .selectAll()
    .where('tenant_id', '=', service.tenant.id)
    .where('template', '=', 'account_changed')
    .orderBy('id')
    .execute()
  return rows.map((row) => JSON.stringify(row)).filter((text) => text.includes(email))
}

test('a passkey is set up with the password, and lets its owner in without one', async () => {
  const email = 'chiave@ufficio.example'
  await makePerson(service, { email, role: 'supervisor' })
  const person = await signIn(service, email)
  const device = newDevice(ORIGIN)
  expect((await setUp(person, device, 'non la so')).status).toBe(422)
  const shown = await setUp(person, device)
  const codes = [...shown.html.matchAll(/<code>([0-9a-f]{4}(?:-[0-9a-f]{4}){3})<\/code>/g)].map((m) => m[1]!)
  expect(codes).toHaveLength(10)
  expect((await mailsTo(email)).at(-1)).toContain('passkey')
  // Adding the same device twice is refused with a message.
  expect((await setUp(person, device)).status).toBe(409)

  const elsewhere = newCitizen(service.app)
  const { options, state } = await question(elsewhere)
  const inside = await answer(elsewhere, state, device.get(options))
  expect(inside.url).toBe('/agenda')
  expect((await mailsTo(email)).at(-1)).toContain('browser nuovo')
  // Each challenge accepts one answer: a copied answer is refused.
  expect((await answer(newCitizen(service.app), state, device.get(options))).status).toBe(401)

  // The password alone no longer signs in: the passkey or an emergency code is needed.
  const second = newCitizen(service.app)
  const step = await second.post('/prova/sign-in', [
    ['email', email],
    ['password', PASSWORD],
  ])
  expect(step.url).toBe('/prova/sign-in/code')
  expect(step.text).toContain('Codice di emergenza')
  const other = newDevice(ORIGIN)
  await makePerson(service, { email: 'altra@ufficio.example', role: 'supervisor' })
  await setUp(await signIn(service, 'altra@ufficio.example'), other)
  const asked = await question(second, 'prova', 'second')
  expect(asked.options.allowCredentials).toHaveLength(1)
  // Another person's passkey does not count as this person's second factor.
  expect((await answer(second, asked.state, other.get(asked.options))).status).toBe(401)
  expect((await answer(second, asked.state, device.get(asked.options))).url).toBe('/agenda')
  const third = newCitizen(service.app)
  await third.post('/prova/sign-in', [
    ['email', email],
    ['password', PASSWORD],
  ])
  const byCode = await third.submit(await third.get('/prova/sign-in/code'), 'sign-in/code', { code: codes[0]! })
  expect(byCode.url).toBe('/agenda')

  const account = await third.get('/agenda/account')
  expect((await third.submit(account, 'second-factor/codes', { renew: 'non la so' })).status).toBe(422)
  const renewed = await third.submit(account, 'second-factor/codes', { renew: PASSWORD })
  expect([...renewed.html.matchAll(/<code>/g)]).toHaveLength(10)
  expect(renewed.html).not.toContain(codes[1])
  const at = /href="(\/agenda\/account\/passkeys\/[0-9a-f-]+)"/.exec(account.html)![1]!
  expect((await third.submit(await third.get(at), at, { present: 'non la so' })).status).toBe(422)
  expect((await third.submit(await third.get(at), at, { present: PASSWORD })).url).toContain('/agenda/account')
  expect((await mailsTo(email)).at(-1)).toContain('rimossa')
  const late = await question(newCitizen(service.app))
  expect((await answer(newCitizen(service.app), late.state, device.get(late.options))).status).toBe(401)
  expect((await signIn(service, email)).jar.has('agenda_session')).toBe(true)
})

test('answers of other sites, locked devices, other offices and late ones let nobody in, whatever is sent', async () => {
  const email = 'ferrea@ufficio.example'
  await makePerson(service, { email, role: 'supervisor' })
  const person = await signIn(service, email)
  // A phishing page has the right form but the wrong origin; a device that is not unlocked could be in anybody's hand.
  expect((await setUp(person, newDevice('https://agenda.example.evil.example'))).status).toBe(401)
  expect((await setUp(person, newDevice(ORIGIN, { unlocked: false }))).status).toBe(401)
  const device = newDevice(ORIGIN)
  await setUp(person, device)
  const nobody = newCitizen(service.app)
  for (const text of ['', '{', 'null', '[]', '{"id":7}', '{"id":"x","response":null}', 'x'.repeat(40_000)])
    expect((await answer(nobody, (await question(nobody)).state, text)).status, text.slice(0, 20)).toBe(401)
  for (const state of ['', 'x.y', `${(await question(nobody)).state}x`]) {
    const { options } = await question(nobody)
    expect((await answer(nobody, state, device.get(options))).status).toBe(401)
  }
  const late = await question(nobody)
  service.clock.now += 11 * 60_000
  expect((await answer(nobody, late.state, device.get(late.options))).status).toBe(401)
  await service.newTenant('altrove')
  const there = await question(nobody, 'altrove')
  expect((await answer(nobody, there.state, device.get(there.options), 'altrove')).status).toBe(401)
  // A challenge of another tenant is not valid here.
  expect((await answer(nobody, there.state, device.get(there.options))).status).toBe(401)
  const blocked = await question(nobody)
  const { body } = await service.tenant.call('GET', '/v1/users?limit=200')
  const user = body.items.find((u: any) => u.email === email)
  await service.tenant.call('PATCH', `/v1/users/${user.id}`, { status: 'blocked' }, { headers: { 'if-match': '*' } })
  expect((await answer(nobody, blocked.state, device.get(blocked.options))).status).toBe(401)
})

test('administrators set up a second factor unless their office says otherwise, and a lost one is taken away by another', async () => {
  const strict = await service.newTenant('severo', { signIn: { secondFactorFor: ['administrator'] } })
  const plain = await service.app.inject({
    method: 'POST',
    url: '/v1/tenants',
    headers: { authorization: `Bearer ${PLATFORM_KEY}` },
    payload: { slug: 'nuovo', name: 'Nuovo' },
  })
  expect(plain.statusCode).toBe(201)
  await makePerson(service, { email: 'capo@nuovo.example', role: 'administrator', tenantId: plain.json().tenant.id })
  const first = await signIn(service, 'capo@nuovo.example', 'nuovo')
  const asked = await first.get('/agenda/settings')
  expect(asked.url).toBe('/agenda/account/second-factor')
  expect(asked.text).toContain('Il tuo ruolo richiede un secondo fattore')
  expect((await setUp(first, newDevice(ORIGIN))).text).toContain('codici di emergenza')
  expect((await first.get('/agenda/settings')).url).toBe('/agenda/settings')

  const id = await makePerson(service, { email: 'perde@severo.example', role: 'administrator', tenantId: strict.id })
  const loser = await signIn(service, 'perde@severo.example', 'severo')
  await setUp(loser, newDevice(ORIGIN))
  expect((await strict.call('GET', `/v1/users/${id}`)).body.secondFactor).toBe(true)
  expect((await strict.call('DELETE', `/v1/users/${id}/second-factor`)).status).toBe(204)
  expect((await strict.call('GET', `/v1/users/${id}`)).body.secondFactor).toBe(false)
  expect((await signIn(service, 'perde@severo.example', 'severo')).jar.has('agenda_session')).toBe(true)
})

test('factors are changed by their owner only: not from a frame, not by a session alone, and not silently', async () => {
  const email = 'cornice@ufficio.example'
  const id = await makePerson(service, { email, role: 'supervisor' })
  const { tenant, app } = service
  // A frame shows the workspace of somebody; whoever made its link must not leave a key of their own behind.
  const { body } = await tenant.call('POST', `/v1/users/${id}/frame-link`)
  const frame = newCitizen(app)
  await frame.get(new URL(body.url).pathname)
  const page = await frame.get('/agenda/account/second-factor')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!
  const refused = await frame.post('/agenda/account/passkeys/question', [
    ['csrf', csrf],
    ['presentKey', PASSWORD],
  ])
  expect(refused.status).toBe(403)

  // An administrator takes nothing from themselves by the API, and a colleague's devices are out at once.
  const chief = await makePerson(service, { email: 'capo@ufficio.example', role: 'administrator' })
  const call = await signedCaller(service, 'capo@ufficio.example')
  expect((await call('DELETE', `/v1/users/${chief}/second-factor`)).body.code).toBe('not_oneself')
  expect((await call('POST', `/v1/users/${chief}/invitation`)).body.code).toBe('not_oneself')
  const owner = await signIn(service, email)
  await setUp(owner, newDevice(ORIGIN))
  expect((await owner.get('/agenda')).url).toBe('/agenda')
  expect((await call('DELETE', `/v1/users/${id}/second-factor`)).status).toBe(204)
  expect((await owner.get('/agenda')).url).not.toBe('/agenda')

  // Without the last factor a role that needs one is asked for another, whatever the session began with.
  const strict = await service.newTenant('fermo', { signIn: { secondFactorFor: ['administrator'] } })
  await makePerson(service, { email: 'sola@fermo.example', role: 'administrator', tenantId: strict.id })
  const alone = await signIn(service, 'sola@fermo.example', 'fermo')
  const device = newDevice(ORIGIN)
  await setUp(alone, device)
  const again = newCitizen(app)
  const asked = await question(again, 'fermo')
  await answer(again, asked.state, device.get(asked.options), 'fermo')
  const at = /href="(\/agenda\/account\/passkeys\/[0-9a-f-]+)"/.exec((await again.get('/agenda/account')).html)![1]!
  const last = await again.get(at)
  expect(last.text).toContain('ultimo secondo fattore')
  await again.submit(last, at, { present: PASSWORD })
  expect((await again.get('/agenda/settings')).url).toBe('/agenda/account/second-factor')
})

test('a service at a loopback address offers passkeys under the name of this machine', () => {
  const partyAt = (base: string) => relyingParty({ links: { base } })
  expect(partyAt('http://127.0.0.1:8080')).toEqual({ id: 'localhost', origin: 'http://localhost:8080' })
  expect(partyAt('https://agenda.example')).toEqual({ id: 'agenda.example', origin: ORIGIN })
})
