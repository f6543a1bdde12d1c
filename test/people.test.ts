// People sign in: password, code, links, sessions, lock-out, cross-site forms, identity providers; and the audit log of who did what.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TOTP, Secret } from 'otpauth'
import { faultInPassword, hashPassword } from '../src/application/identity/password.ts'
import { startLinks } from '../src/application/onboarding/first-administrator.ts'
import { safeNext } from '../src/workspace/frame/workspace.ts'
import { newCitizen } from './helpers/citizen.ts'
import { startIdentityProvider, throughProvider } from './helpers/identity-provider.ts'
import { makePerson, PASSWORD, signIn } from './helpers/people.ts'
import { caller, makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant)
})
afterAll(() => service.close())

const linkIn = async (kind: string): Promise<string> => {
  const row = await service.deps.db.kysely
    .selectFrom('messages')
    .selectAll()
    .where('tenant_id', '=', service.tenant.id)
    .where('template', '=', kind)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  return /https:\/\/agenda\.example(\/\S+)/.exec((row.document as { text: string }).text)![1]!
}

test('an invitation opens once and sets a password; weak, breached and personal ones are refused', async () => {
  const { tenant, app } = service
  const made = await tenant.call('POST', '/v1/users', {
    email: 'Lia.Bo@ufficio.example',
    name: 'Lia Bo',
    role: 'agent',
  })
  expect(made.status).toBe(201)
  expect(made.body.user).toMatchObject({ email: 'lia.bo@ufficio.example', status: 'invited' })
  // Without a mail server the inviting person passes the link on.
  const link = new URL(made.body.link).pathname
  expect(await linkIn('sign_in')).toBe(link)
  const person = newCitizen(app)
  const page = await person.get(link)
  expect(page.text).toContain('Lia Bo')
  for (const [password, fault] of [
    ['corta', 'Almeno 10 caratteri'],
    ['password123', 'elenchi usati per forzare'],
    ['lia.bo@ufficio.example', 'facile da indovinare'],
    ['aaaaaaaaaaaa', 'facile|elenchi'],
  ] as const) {
    const refused = await person.submit(await person.get(link), '', { password })
    expect(refused.status, password).toBe(422)
    expect(refused.text).toMatch(new RegExp(fault === 'Almeno 10 caratteri' ? 'almeno 10 caratteri' : fault))
  }
  const inside = await person.submit(page, '', { password: PASSWORD })
  expect(inside.url).toBe('/agenda')
  expect((await newCitizen(app).get(link)).status).toBe(404)
  // The link of another tenant opens nothing here.
  await service.newTenant('vicino')
  expect((await newCitizen(app).get(link.replace('/prova/', '/vicino/'))).status).toBe(404)
})

test('whatever is wrong with address or password, the answer is the same, and both cost the same work', async () => {
  const { app } = service
  const passwordHash = await hashPassword(PASSWORD)
  await makePerson(service, { email: 'tempo@ufficio.example', role: 'agent', passwordHash })
  const attempt = async (email: string): Promise<{ ms: number; text: string; status: number }> => {
    const began = performance.now()
    const page = await newCitizen(app).post('/prova/sign-in', [
      ['email', email],
      ['password', 'non-questa-qui'],
    ])
    return { ms: performance.now() - began, text: page.text, status: page.status }
  }
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
  let texts = new Set<string>()
  for (let i = 0; i < 6; i += 1) {
    const known = await attempt('tempo@ufficio.example')
    const unknown = await attempt(`nessuno${i}@ufficio.example`)
    times.known.push(known.ms)
    times.unknown.push(unknown.ms)
    texts = new Set([...texts, known.text, unknown.text])
    expect([known.status, unknown.status]).toEqual([401, 401])
  }
  expect(texts.size).toBe(1)
  // Both cases derive a key: the answer for an unknown account must not be ten times faster.
  const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!
  expect(median(times.unknown)).toBeGreaterThan(median(times.known) / 3)
  expect(median(times.known)).toBeGreaterThan(median(times.unknown) / 3)
})

test('guessing closes the way for unknown browsers, not for the person’s own; a new password opens it again', async () => {
  const { app } = service
  await makePerson(service, { email: 'bersaglio@ufficio.example', role: 'agent' })
  const own = await signIn(service, 'bersaglio@ufficio.example')
  const wrong = (who: ReturnType<typeof newCitizen>) =>
    who.post('/prova/sign-in', [
      ['email', 'bersaglio@ufficio.example'],
      ['password', 'sbagliata-sbagliata'],
    ])
  const attacker = newCitizen(app)
  for (let i = 0; i < 10; i += 1) expect((await wrong(attacker)).status).toBe(401)
  expect((await wrong(attacker)).status).toBe(429)
  // From an unknown browser even the right password is refused.
  const right: [string, string][] = [
    ['email', 'bersaglio@ufficio.example'],
    ['password', PASSWORD],
  ]
  expect((await newCitizen(app).post('/prova/sign-in', right)).status).toBe(429)
  expect((await own.post('/prova/sign-in', right)).url).toBe('/agenda')
  // From another browser: the link by mail.
  const elsewhere = newCitizen(app)
  await elsewhere.post('/prova/password', [['email', 'bersaglio@ufficio.example']])
  await service.settle()
  const page = await elsewhere.get(await linkIn('reset'))
  const next = 'quattro cavalli verdi al mercato'
  expect((await elsewhere.submit(page, '', { password: next })).url).toBe('/agenda')
  // Sessions that were opened with the old password are ended.
  service.clock.now += 3_000
  expect((await own.get('/agenda')).url).toContain('sign-in')
})

test('asking for a new password says the same to everybody', async () => {
  const texts = new Set<string>()
  for (const email of ['tempo@ufficio.example', 'chi@altrove.example', 'niente'])
    texts.add((await newCitizen(service.app).post('/prova/password', [['email', email]])).text)
  expect(texts.size).toBe(1)
  const before = (await service.tenant.call('GET', '/v1/messages')).body.items.length
  await service.settle()
  expect((await service.tenant.call('GET', '/v1/messages')).body.items.length).toBe(before + 1)
  // The link is for the person alone: people who read the outbox do not see it.
  const shown = (await service.tenant.call('GET', '/v1/messages')).body.items.find((m: any) => m.template === 'reset')
  expect(shown.text).toBe('')
})

test('a session that an attacker has set does not become the person’s, and each sign-in begins a new one', async () => {
  await makePerson(service, { email: 'fissa@ufficio.example', role: 'agent' })
  const attacker = await signIn(service, 'tempo@ufficio.example')
  const planted = attacker.jar.get('agenda_session')!
  const victim = newCitizen(service.app)
  victim.jar.set('agenda_session', planted)
  const inside = await victim.post('/prova/sign-in', [
    ['email', 'fissa@ufficio.example'],
    ['password', PASSWORD],
  ])
  expect(inside.url).toBe('/agenda')
  expect(victim.jar.get('agenda_session')).not.toBe(planted)
  expect((await attacker.get('/agenda/account')).text).toContain('tempo@ufficio.example')
})

test('the cookie is HttpOnly and SameSite, and over TLS bound to the host', async () => {
  const answer = await service.app.inject({
    method: 'POST',
    url: '/prova/sign-in',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ email: 'fissa@ufficio.example', password: PASSWORD }).toString(),
  })
  const cookie = [answer.headers['set-cookie']].flat().find((c) => c!.startsWith('agenda_session='))!
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/SameSite=Lax/)
  expect(cookie).toMatch(/Path=\//)
})

test('a secret is renewed after an hour, a page that was loading may bring the old one for a minute', async () => {
  const person = await signIn(service, 'fissa@ufficio.example')
  const first = person.jar.get('agenda_session')!
  service.clock.now += 3_601_000
  await person.get('/agenda')
  const second = person.jar.get('agenda_session')!
  expect(second).not.toBe(first)
  const late = newCitizen(service.app)
  late.jar.set('agenda_session', first)
  expect((await late.get('/agenda/account')).status).toBe(200)
  expect(late.jar.get('agenda_session')).toBe(first)
  service.clock.now += 63_000
  expect((await late.get('/agenda')).url).toContain('/sign-in')
  expect((await person.get('/agenda')).url).toBe('/agenda')
  // After two idle hours the session is over.
  service.clock.now += 2 * 3_600_000 + 1
  expect((await person.get('/agenda')).url).toContain('/sign-in')
})

test('forms and scripts of other sites change nothing', async () => {
  const person = await signIn(service, 'fissa@ufficio.example')
  const cookie = `agenda_session=${person.jar.get('agenda_session')}`
  const form = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    service.app.inject({
      method: 'POST',
      url,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams(fields).toString(),
    })
  expect((await form('/agenda/account/language', { locale: 'en' })).statusCode).toBe(403)
  expect((await form('/agenda/account/language', { locale: 'en', csrf: 'AAAAAAAAAAAAAAAAAAAAAA' })).statusCode).toBe(
    403,
  )
  expect((await form('/agenda/sign-out', {})).statusCode).toBe(403)
  const json = await service.app.inject({
    method: 'POST',
    url: '/v1/contacts',
    headers: { cookie },
    payload: { firstName: 'A', lastName: 'B' },
  })
  expect(json.json()).toMatchObject({ status: 403, code: 'cross_site' })
  const page = await person.get('/agenda/account')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!
  expect((await form('/agenda/account/language', { locale: 'it', csrf })).statusCode).toBe(303)
  // The CSRF token of one session is not valid in another.
  const other = await signIn(service, 'tempo@ufficio.example')
  const theirs = /name="csrf" value="([^"]+)"/.exec((await other.get('/agenda/account')).html)![1]!
  expect((await form('/agenda/account/language', { locale: 'it', csrf: theirs })).statusCode).toBe(403)
})

test('an address to go on to leads nowhere but into the workspace', async () => {
  for (const bad of [
    '//evil.example',
    'https://evil.example/agenda',
    '/\\evil.example',
    '/agenda/../v1/me',
    '/agenda//evil.example',
    'javascript:alert(1)',
    '/agendax',
    '/agenda/x\n',
  ])
    expect(safeNext(bad), bad).toBe('/agenda')
  expect(safeNext('/agenda/calendar?view=week&date=2026-11-24')).toBe('/agenda/calendar?view=week&date=2026-11-24')
  const person = newCitizen(service.app)
  const inside = await person.post('/prova/sign-in?next=https%3A%2F%2Fevil.example', [
    ['email', 'fissa@ufficio.example'],
    ['password', PASSWORD],
  ])
  expect(inside.url).toBe('/agenda')
  expect((await newCitizen(service.app).get('/agenda/hours')).url).toBe('/agenda/sign-in?next=%2Fagenda%2Fhours')
})

test('the second factor: a code counts once, emergency codes too, and a role can be made to have it', async () => {
  await makePerson(service, { email: 'doppia@ufficio.example', role: 'supervisor' })
  const person = await signIn(service, 'doppia@ufficio.example')
  const page = await person.get('/agenda/account/second-factor')
  const secret = /<code>([A-Z2-7 ]{39})<\/code>/.exec(page.html)![1]!.replaceAll(' ', '')
  const codeAt = (ms: number): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms })
  expect((await person.submit(page, 'second-factor', { code: '000000', present: PASSWORD })).status).toBe(422)
  // A session alone is not enough to set up a second factor, and a secret sent by a form is not accepted.
  const code = codeAt(service.clock.now)
  expect((await person.submit(page, 'second-factor', { code, present: 'non la so' })).status).toBe(422)
  expect(
    (await person.submit(page, 'second-factor', { code: '123456', secret: 'A'.repeat(32), present: PASSWORD })).status,
  ).toBe(422)
  const on = await person.submit(page, 'second-factor', { code, present: PASSWORD })
  const codes = [...on.html.matchAll(/<code>([0-9a-f]{4}(?:-[0-9a-f]{4}){3})<\/code>/g)].map((m) => m[1]!)
  expect(codes).toHaveLength(10)
  const enter = async (code: string): Promise<{ url: string; status: number }> => {
    const who = newCitizen(service.app)
    const step = await who.post('/prova/sign-in', [
      ['email', 'doppia@ufficio.example'],
      ['password', PASSWORD],
    ])
    expect(step.url).toBe('/prova/sign-in/code')
    // The password alone opens nothing.
    expect((await who.get('/agenda')).url).toContain('sign-in')
    return who.submit(await who.get('/prova/sign-in/code'), 'sign-in/code', { code })
  }
  expect((await enter(codeAt(service.clock.now))).status).toBe(401)
  service.clock.now += 60_000
  const fresh = codeAt(service.clock.now)
  expect((await enter(fresh)).url).toBe('/agenda')
  expect((await enter(fresh)).status).toBe(401)
  expect((await enter(codes[0]!)).url).toBe('/agenda')
  expect((await enter(codes[0]!)).status).toBe(401)

  const { tenant } = service
  const { body } = await tenant.call('GET', `/v1/tenants/${tenant.id}`)
  await tenant.call(
    'PATCH',
    `/v1/tenants/${tenant.id}`,
    { signIn: { secondFactorFor: ['agent'] } },
    { headers: { 'if-match': `"${body.version}"` } },
  )
  const agent = await signIn(service, 'fissa@ufficio.example')
  expect((await agent.get('/agenda/calendar')).url).toBe('/agenda/account/second-factor')
  const me = await service.app.inject({
    method: 'GET',
    url: '/v1/agenda?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z',
    headers: { cookie: `agenda_session=${agent.jar.get('agenda_session')}` },
  })
  expect(me.statusCode).toBe(403)
  await tenant.call(
    'PATCH',
    `/v1/tenants/${tenant.id}`,
    { signIn: { secondFactorFor: [] } },
    { headers: { 'if-match': '*' } },
  )
})

test('sessions are listed and ended, and a blocked person is out at once', async () => {
  const id = await makePerson(service, { email: 'molte@ufficio.example', role: 'agent' })
  const [one, two] = [await signIn(service, 'molte@ufficio.example'), await signIn(service, 'molte@ufficio.example')]
  const page = await one.get('/agenda/account')
  const ends = [...page.html.matchAll(/action="(\/agenda\/account\/sessions\/[0-9a-f-]+\/end)"/g)].map((m) => m[1]!)
  expect(ends).toHaveLength(1)
  await one.submit(page, ends[0]!)
  expect((await two.get('/agenda')).url).toContain('sign-in')
  // Nobody can end another person's session.
  const other = await signIn(service, 'tempo@ufficio.example')
  const csrf = /name="csrf" value="([^"]+)"/.exec((await other.get('/agenda/account')).html)![1]!
  const mine = await service.deps.db.kysely
    .selectFrom('sessions')
    .select('id')
    .where('tenant_id', '=', service.tenant.id)
    .where('user_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  await other.post(`/agenda/account/sessions/${mine.id}/end`, [['csrf', csrf]])
  expect((await one.get('/agenda')).url).toBe('/agenda')
  await service.tenant.call('PATCH', `/v1/users/${id}`, { status: 'blocked' }, { headers: { 'if-match': '*' } })
  expect((await one.get('/agenda')).url).toContain('sign-in')
})

test('the last administrator stays, and what is not offered for change is not changed', async () => {
  const { tenant } = service
  const id = await makePerson(service, { email: 'sola@ufficio.example', role: 'administrator' })
  const patch = (body: object) => tenant.call('PATCH', `/v1/users/${id}`, body, { headers: { 'if-match': '*' } })
  expect((await patch({ role: 'agent' })).body.code).toBe('last_administrator')
  expect((await patch({ status: 'blocked' })).body.code).toBe('last_administrator')
  for (const field of [
    'id',
    'tenantId',
    'password_hash',
    'passwordHash',
    'subject',
    'totp_secret',
    'version',
    'signedInAt',
  ])
    expect((await patch({ [field]: 'x' })).status, field).toBe(400)
  expect(
    (await tenant.call('POST', '/v1/users', { email: 'sola@ufficio.example', name: 'Due', role: 'agent' })).body.code,
  ).toBe('email_taken')
})

test('who did what is written down, and is not for everybody', async () => {
  const admin = await signIn(service, 'sola@ufficio.example')
  const page = await admin.get('/agenda/settings/locations/new')
  const made = await admin.submit(page, '/agenda/settings/locations', { name: 'Sede nuova' })
  expect(made.url).toMatch(/settings\/locations\/[0-9a-f-]{36}\?done=saved/)
  const entries = (await service.tenant.call('GET', '/v1/audit-entries?limit=200')).body.items
  expect(entries[0]).toMatchObject({ action: 'createLocation', result: 201, subject: expect.any(String) })
  expect(entries[0].actor).toMatch(/^user:/)
  expect(entries.map((e: any) => e.action)).toEqual(
    expect.arrayContaining(['signed_in', 'sign_in_failed', 'password_set', 'inviteUser']),
  )
  // The entries contain names of fields, never their values.
  expect(JSON.stringify(entries)).not.toContain('Sede nuova')
  expect(JSON.stringify(entries)).not.toContain(PASSWORD)
  const lines = (await admin.get('/v1/audit-entries/export')).html.trim().split('\n')
  expect(lines.length).toBeGreaterThan(entries.length - 5)
  const agent = await signIn(service, 'fissa@ufficio.example')
  expect((await agent.get('/agenda/settings/audit')).status).toBe(403)
})

test('the first administrator and the first tenant come by a link that opens as long as there is nobody', async () => {
  const { deps, app } = service
  const empty = await service.newTenant('vuoto')
  const links = await startLinks(deps)
  const link = links.find((one) => one.startsWith('/vuoto/first/'))!
  const person = newCitizen(app)
  const page = await person.get(link)
  const bad = await person.submit(page, '', { person: 'Ada', email: 'ada', password: 'x' })
  expect(bad.status).toBe(422)
  const inside = await person.submit(page, '', { person: 'Ada Re', email: 'ada@vuoto.example', password: PASSWORD })
  expect(inside.url).toBe('/agenda/settings/start')
  expect((await newCitizen(app).get(link)).status).toBe(404)
  expect((await caller(app, empty.key)('GET', '/v1/users')).body.items).toMatchObject([{ role: 'administrator' }])
  // Tenants exist, so nobody can create a first one.
  expect((await newCitizen(app).get('/agenda/set-up/set-up-token-of-the-tests')).status).toBe(404)

  // One page leads from nothing to a bookable service.
  const done = await person.submit(inside, 'settings/start', {
    location: 'Municipio',
    service: 'Anagrafe',
    minutes: '20',
    agent: 'Ada Re',
    hours: '9-13, 15:00-17:30',
  })
  expect(done.text).toContain('Si può prenotare')
  expect((await newCitizen(app).get('/vuoto')).text).toContain('Anagrafe')
})

test('passwords known from breaches are asked for by their first five characters only', async () => {
  const asked: string[] = []
  const deps = {
    ...service.deps,
    breachedUrl: 'https://range.example/',
    request: async (url: string) => {
      asked.push(url)
      // SHA-1 of the password, computed with the sample program of RFC 3174.
      return {
        status: 200,
        headers: {},
        body: '0018A45C4D1DEF81644B54AB7F969B88D65:1\r\nD4BB4AB27A8D2D7C0FAD5C2AD8D9E2B46F6:3\r\n',
      }
    },
  }
  expect(await faultInPassword(deps, 'cavallo batteria graffetta corretto', [])).toBe(null)
  expect(asked[0]).toMatch(/^https:\/\/range\.example\/[0-9A-F]{5}$/)
})

test('the organisation’s own sign-in service lets people in: discovery, PKCE, roles from claims', async () => {
  const { tenant, app } = service
  const provider = await startIdentityProvider(
    {
      client_id: 'agenda',
      client_secret: 'segreto-del-client-abbastanza-lungo',
      redirect_uris: ['https://agenda.example/prova/sign-in/with/ente/return'],
      ...{ grant_types: ['authorization_code'], response_types: ['code'] },
      token_endpoint_auth_method: 'client_secret_post',
    },
    { claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] } },
  )
  const { issuer, claims, account } = provider
  Object.assign(claims, {
    email: 'nuova@ente.example',
    email_verified: true,
    name: 'Nuova Persona',
    groups: ['sportello'],
  })
  try {
    const settings = {
      id: 'ente',
      name: 'Ente',
      issuer,
      clientId: 'agenda',
      roleClaim: 'groups',
      roles: [
        { value: 'sportello', role: 'agent' },
        { value: 'capi', role: 'supervisor' },
      ],
    }
    await tenant.call(
      'PATCH',
      `/v1/tenants/${tenant.id}`,
      { signIn: { providers: [settings] } },
      { headers: { 'if-match': '*' } },
    )
    const secret = await tenant.call('PUT', '/v1/sign-in-providers/ente/secret', {
      secret: 'segreto-del-client-abbastanza-lungo',
    })
    expect(secret.status).toBe(204)
    const enter = async (login: string) => {
      const person = newCitizen(app)
      expect((await person.get('/prova/sign-in')).html).toContain('/prova/sign-in/with/ente')
      const begun = await app.inject({ method: 'GET', url: '/prova/sign-in/with/ente' })
      for (const cookie of begun.cookies) person.jar.set(cookie.name, cookie.value)
      const address = String(begun.headers.location)
      expect(address).toMatch(/code_challenge_method=S256/)
      account.now = login
      const back = await throughProvider(address)
      return { person, page: await person.get(back.pathname + back.search), back }
    }
    const first = await enter('persona-1')
    expect(first.page.url).toBe('/agenda')
    const users = async () => (await tenant.call('GET', '/v1/users?limit=200')).body.items
    expect((await users()).find((u: any) => u.email === 'nuova@ente.example')).toMatchObject({
      role: 'agent',
      provider: true,
      name: 'Nuova Persona',
    })
    // The answer for one browser is not valid in another browser, and never twice.
    expect((await newCitizen(app).get(first.back.pathname + first.back.search)).url).toBe('/prova/sign-in')
    expect((await first.person.get(first.back.pathname + first.back.search)).url).toBe('/prova/sign-in')
    // The role follows the claims at each sign-in; without a matching claim the sign-in is refused.
    claims.groups = ['capi']
    await enter('persona-1')
    expect((await users()).find((u: any) => u.email === 'nuova@ente.example').role).toBe('supervisor')
    claims.groups = ['altro']
    expect((await enter('persona-1')).page.status).toBe(403)
    // An e-mail address identifies a person only if the provider has verified it.
    Object.assign(claims, { email: 'sola@ufficio.example', email_verified: false, groups: ['capi'] })
    const thief = await enter('persona-2')
    expect(thief.page.status).toBe(403)
    expect((await users()).find((u: any) => u.email === 'sola@ufficio.example')).toMatchObject({
      role: 'administrator',
      provider: false,
    })
  } finally {
    provider.close()
  }
})
