// Citizens sign in with services that vouch for them: OpenID Connect with a secret or a key, and the SPID and CIE profiles with signed
// requests, sealed answers, levels of assurance and a federation.
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { applyPolicy, type Policy } from '../src/application/openid/metadata-policy.ts'
import { confirmAs, newCitizen, nthTime, type Citizen } from './helpers/citizen.ts'
import { startIdentityProvider, throughProvider, type TestProvider } from './helpers/identity-provider.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
let provider: TestProvider | undefined
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant, { agents: 3, service: { externalId: 'cie', channels: [{ type: 'in_person' }] } })
})
afterAll(() => service.close())
afterEach(() => provider?.close())

const back = (id: string): string => `https://agenda.example/prova/mine/with/${id}/return`
const FISCAL = 'https://attributes.eid.gov.it/fiscal_number'

async function offer(signIn: object): Promise<void> {
  const { tenant } = service
  const answer = await tenant.call('PATCH', `/v1/tenants/${tenant.id}`, { signIn }, { headers: { 'if-match': '*' } })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
}

/** Goes to the provider and back; returns the page after it. */
async function enter(citizen: Citizen, id: string) {
  const begun = await service.app.inject({ method: 'GET', url: `/prova/mine/with/${id}` })
  expect(begun.statusCode, begun.body).toBe(303)
  for (const cookie of begun.cookies) citizen.jar.set(cookie.name, cookie.value)
  const returned = await throughProvider(String(begun.headers.location))
  return { page: await citizen.get(returned.pathname + returned.search), returned }
}

const idOf = (own: string): string => own.split('/').at(-1)!
let booked = 0
async function book(who: Record<string, string>): Promise<string> {
  const citizen = newCitizen(service.app)
  const first = await citizen.get('/prova/book/time?service=cie&channel=in_person')
  const { page, at } = await nthTime(citizen, first, booked++)
  const applicant = await citizen.submit(page, '/book/time', { at })
  return idOf(await confirmAs(citizen, applicant, { phone: '', ...who }))
}

const ADA = { firstName: 'Ada', lastName: 'Neri', email: 'ada@posta.example' }

/** The client of SPID and CIE as such a provider knows it: by the keys it publishes. */
async function spidClient(id: string) {
  const { keys } = JSON.parse((await service.app.inject({ method: 'GET', url: '/prova/mine/jwks.json' })).body)
  return startIdentityProvider(
    {
      client_id: 'https://agenda.example/prova',
      redirect_uris: [back(id)],
      ...{ grant_types: ['authorization_code'], response_types: ['code'] },
      ...{ token_endpoint_auth_method: 'private_key_jwt', request_object_signing_alg: 'RS256' },
      ...{ userinfo_signed_response_alg: 'RS256', userinfo_encrypted_response_alg: 'RSA-OAEP-256' },
      ...{ userinfo_encrypted_response_enc: 'A256CBC-HS512', jwks: { keys } },
    },
    {
      claims: { openid: ['sub', 'given_name', 'family_name', 'email', FISCAL] },
      features: {
        ...{ jwtUserinfo: { enabled: true }, encryption: { enabled: true }, claimsParameter: { enabled: true } },
        requestObjects: { enabled: true },
      },
    },
  )
}

test('a service that vouches for an address opens what belongs to it, for one browser and once', async () => {
  provider = await startIdentityProvider(
    {
      client_id: 'agenda',
      client_secret: 'segreto-del-client-abbastanza-lungo',
      ...{ redirect_uris: [back('comune')], grant_types: ['authorization_code'], response_types: ['code'] },
      token_endpoint_auth_method: 'client_secret_post',
    },
    { claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] } },
  )
  const { issuer, claims } = provider
  await offer({ citizenProviders: [{ id: 'comune', name: 'Comune', profile: 'openid', issuer, clientId: 'agenda' }] })
  const kept = await service.tenant.call('PUT', '/v1/sign-in-providers/comune/secret', {
    secret: 'segreto-del-client-abbastanza-lungo',
  })
  expect(kept.status).toBe(204)
  const id = await book(ADA)
  const other = await book({ ...ADA, email: 'altra@posta.example' })
  const citizen = newCitizen(service.app)
  expect((await citizen.get('/prova/mine')).text).toContain('Entra con Comune')
  Object.assign(claims, { email: 'Ada@posta.example', email_verified: true, given_name: 'Ada', family_name: 'Neri' })
  const { page, returned } = await enter(citizen, 'comune')
  expect(page.url).toBe('/prova/mine')
  expect(page.text).toContain('Ada Neri')
  expect(page.html).toContain(`/prova/mine/appointments/${id}`)
  expect(page.html).not.toContain(other)
  // The answer opens nothing in another browser, nor a second time.
  const thief = newCitizen(service.app)
  expect((await thief.get(returned.pathname + returned.search)).text).not.toContain('In arrivo')
  expect((await citizen.get(returned.pathname + returned.search)).url).toBe('/prova/mine')
  expect((await thief.get('/prova/mine/data.json')).status).toBe(404)
  // An address that the service has not checked proves nothing.
  Object.assign(claims, { email_verified: false })
  const unproven = await enter(newCitizen(service.app), 'comune')
  expect(unproven.page.status).toBe(403)
  expect(unproven.page.text).toMatch(/Comune non è riuscito/)
  expect((await citizen.get('/prova/mine/with/nessuno')).status).toBe(404)
})

test('SPID and CIE: signed request, level, sealed answer, and the fiscal number finds the person', async () => {
  const clientId = 'https://agenda.example/prova'
  // The keys are there as soon as a service is named.
  await offer({
    citizenProviders: [{ id: 'spid', name: 'Poste', profile: 'spid', issuer: 'https://x.example', clientId }],
  })
  provider = await spidClient('spid')
  const { issuer, anchor, claims, acr, seen, policy } = provider
  const named = { id: 'spid', name: 'Poste', profile: 'spid', issuer, clientId, trustAnchor: anchor }
  await offer({ citizenProviders: [named], federation: { authorityHints: [anchor] } })
  const { tenant } = service
  const imported = await tenant.make('contacts', {
    ...{ firstName: 'Rosa', lastName: 'Russo', email: 'vecchia@posta.example' },
    attributes: { fiscalNumber: 'rssrso80a41h501u' },
  })
  const own = await book({ firstName: 'ROSA', lastName: 'Russo', email: 'rosa@posta.example' })
  const husband = await book({ firstName: 'Ugo', lastName: 'Russo', email: 'rosa@posta.example' })
  Object.assign(claims, {
    ...{ given_name: 'Rosa', family_name: 'Russo', email: 'rosa@posta.example' },
    [FISCAL]: 'TINIT-RSSRSO80A41H501U',
  })
  const { page } = await enter(newCitizen(service.app), 'spid')
  expect(page.url).toBe('/prova/mine')
  expect(page.text).toContain('Rosa Russo')
  // What was booked with the same address and name is theirs; that of another person with the same address is not.
  expect(page.html).toContain(own)
  expect(page.html).not.toContain(husband)
  expect(page.html).toContain(imported.id)
  const asked = seen.request
  expect(asked.get('scope')).toBe('openid')
  expect(asked.get('code_challenge_method')).toBe('S256')
  const signed = decodeJwt<Record<string, any>>(asked.get('request')!)
  expect(signed).toMatchObject({
    ...{ iss: clientId, client_id: clientId, response_type: 'code', acr_values: 'https://www.spid.gov.it/SpidL2' },
    claims: { userinfo: { [FISCAL]: { essential: true } } },
  })
  // Who is signed in finds the form filled in, and what they book is theirs even with another address.
  const rosa = newCitizen(service.app)
  await enter(rosa, 'spid')
  const times = await nthTime(rosa, await rosa.get('/prova/book/time?service=cie&channel=in_person'), booked++)
  const form = await rosa.submit(times.page, '/book/time', { at: times.at })
  expect(form.html).toMatch(/name="firstName"[^>]*value="Rosa"|value="Rosa"[^>]*name="firstName"/)
  expect(form.html).toContain('rosa@posta.example')
  const third = idOf(await confirmAs(rosa, form, { email: 'nuova@posta.example' }))
  expect((await rosa.get('/prova/mine')).html).toContain(`/prova/mine/appointments/${third}`)
  // A lower level than asked for is refused; a higher one is welcome.
  acr.now = 'https://www.spid.gov.it/SpidL1'
  expect((await enter(newCitizen(service.app), 'spid')).page.status).toBe(502)
  acr.now = 'https://www.spid.gov.it/SpidL3'
  expect((await enter(newCitizen(service.app), 'spid')).page.url).toBe('/prova/mine')
  // Whom the anchor does not vouch for, or only under a policy that is broken, is not asked.
  policy.now = { token_endpoint: { one_of: ['https://elsewhere.example/token'] } }
  service.clock.now += 2 * 3_600_000
  const refused = await newCitizen(service.app).get('/prova/mine/with/spid')
  expect(refused.status).toBe(502)
  expect(refused.text).toMatch(/Poste non è riuscito/)
})

test('the statement of the organisation names its keys and addresses, and is there only with a service', async () => {
  const read = async (url: string) => service.app.inject({ method: 'GET', url })
  const statement = await read('/prova/.well-known/openid-federation')
  expect(statement.headers['content-type']).toMatch(/^application\/entity-statement\+jwt/)
  const said = decodeJwt<Record<string, any>>(statement.body)
  expect(said).toMatchObject({ iss: 'https://agenda.example/prova', sub: 'https://agenda.example/prova' })
  const party = said.metadata.openid_relying_party
  expect(party.redirect_uris).toEqual([back('spid')])
  expect(party.jwks.keys.map((k: any) => k.use)).toEqual(['sig', 'enc'])
  for (const key of [...party.jwks.keys, ...said.jwks.keys])
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(secret)
  expect((await read('/prova/federation/resolve?sub=https://elsewhere.example')).statusCode).toBe(404)
  await service.newTenant('vicino')
  expect((await read('/vicino/.well-known/openid-federation')).statusCode).toBe(404)
  expect((await read('/vicino/mine/jwks.json')).statusCode).toBe(404)
})

test('a policy only ever narrows: what it lets through keeps its rules, and applying it twice changes nothing', () => {
  const values = fc.constantFrom('a', 'b', 'c', 'd')
  const rule = fc.record(
    {
      add: fc.array(values, { maxLength: 2 }),
      default: fc.array(values, { minLength: 1, maxLength: 2 }),
      subset_of: fc.array(values, { minLength: 1 }),
      superset_of: fc.array(values, { maxLength: 1 }),
      essential: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.option(fc.array(values), { nil: undefined }), rule, (before, one) => {
      const policy: Policy = { x: one }
      let after: Record<string, unknown>
      try {
        after = applyPolicy(before === undefined ? {} : { x: before }, policy)
      } catch {
        return
      }
      const x = after.x as string[] | undefined
      if (one.subset_of && x) expect(x.every((v) => (one.subset_of as string[]).includes(v))).toBe(true)
      if (one.superset_of && x) expect(one.superset_of.every((v) => x.includes(v))).toBe(true)
      if (one.essential) expect(x?.length ?? 0).toBeGreaterThan(0)
      expect(applyPolicy(after, policy)).toEqual(after)
    }),
  )
})
