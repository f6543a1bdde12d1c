// Faults that reviewers caused with people who sign in, the workspace and the administration, each kept as a regression test.
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { patchTo, readObject, type Schema } from '../src/workspace/admin/schema-form.ts'
import { collectionOf, schemaOf } from '../src/workspace/admin/collections.ts'
import { createRequest } from '../src/platform/http-client/post.ts'
import { newCitizen } from './helpers/citizen.ts'
import { makePerson, PASSWORD, signedCaller, signIn } from './helpers/people.ts'
import { caller, makeOffice, PERSON, startService, type TestService } from './helpers/service.ts'

let service: TestService
let office: Awaited<ReturnType<typeof makeOffice>>
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 2 })
  await makePerson(service, { email: 'admin@ufficio.example', role: 'administrator' })
  await makePerson(service, { email: 'rete@ufficio.example', role: 'integrator' })
  await makePerson(service, { email: 'parte@ufficio.example', role: 'supervisor', agentIds: [office.agents[0].id] })
})
afterAll(() => service.close())
const settings = (body: object) =>
  service.tenant.call('PATCH', `/v1/tenants/${service.tenant.id}`, body, { headers: { 'if-match': '*' } })
const bookAt = (start: string, more: object = {}) =>
  service.tenant.make('appointments', {
    serviceIds: [office.service.id],
    start,
    agentId: office.agent.id,
    contact: PERSON,
    ...more,
  })

test('an address written otherwise is no way around the proof that a change comes from our own page', async () => {
  const a = await bookAt('2026-11-24T09:00:00+01:00')
  const admin = await signIn(service, 'admin@ufficio.example')
  const cookie = `agenda_session=${admin.jar.get('agenda_session')}`
  for (const url of [`/v1/appointments/${a.id}/cancellation`, `/%76%31/appointments/${a.id}/cancellation`]) {
    const answer = await service.app.inject({ method: 'POST', url, headers: { cookie } })
    expect(answer.statusCode, url).toBe(403)
  }
})

test('many guesses at once count as many', async () => {
  await makePerson(service, { email: 'tanti@ufficio.example', role: 'agent' })
  const guess = () =>
    newCitizen(service.app).post('/prova/sign-in', [
      ['email', 'tanti@ufficio.example'],
      ['password', 'sbagliata-di-nuovo'],
    ])
  const answers = await Promise.all(Array.from({ length: 30 }, guess))
  expect(answers.filter((a) => a.status === 401).length).toBeLessThanOrEqual(10)
  expect(answers.some((a) => a.status === 429)).toBe(true)
  // The limit applies inside a session too.
  await makePerson(service, { email: 'dentro@ufficio.example', role: 'agent' })
  const person = await signIn(service, 'dentro@ufficio.example')
  const page = await person.get('/agenda/account')
  const statuses: number[] = []
  for (let i = 0; i < 12; i += 1)
    statuses.push((await person.submit(page, '/agenda/account/password', { present: `x${i}`, password: 'y' })).status)
  expect(statuses.at(-1)).toBe(429)
})

test('the words of an invitation are not an integrator’s to change, and nobody hands on a role beyond their own', async () => {
  const call = await signedCaller(service, 'rete@ufficio.example')
  expect((await call('PUT', '/v1/message-templates/booked/it', { subject: 'Confermato' })).status).toBe(200)
  for (const kind of ['reset', 'sign_in'])
    expect((await call('PUT', `/v1/message-templates/${kind}/it`, { body: '{{ link }}' })).status).toBe(403)
  const { token } = await service.tenant.make('api-keys', { name: 'persone', scopes: ['users:write', 'contacts:read'] })
  const key = caller(service.app, token)
  expect((await key('POST', '/v1/users', { email: 'x@x.example', name: 'X', role: 'administrator' })).status).toBe(403)
  const admin = (await service.tenant.call('GET', '/v1/users')).body.items.find((u: any) => u.role === 'administrator')
  expect((await key('POST', `/v1/users/${admin.id}/invitation`, {})).status).toBe(403)
  expect((await key('DELETE', `/v1/users/${admin.id}/second-factor`)).status).toBe(403)
})

test('where only providers let people in, neither a link nor time tells or opens anything', async () => {
  await makePerson(service, { email: 'solo@ufficio.example', role: 'agent' })
  const invited = await service.tenant.call('POST', '/v1/users', {
    email: 'prima@ufficio.example',
    name: 'Prima',
    role: 'agent',
  })
  await settings({ signIn: { passwords: false } })
  const messages = async () =>
    (await service.tenant.call('GET', '/v1/messages?limit=200')).body.items.filter((m: any) => m.template === 'reset')
      .length
  const before = await messages()
  await newCitizen(service.app).post('/prova/password', [['email', 'solo@ufficio.example']])
  await service.settle()
  expect(await messages()).toBe(before)
  const link = new URL(invited.body.link).pathname
  const person = newCitizen(service.app)
  expect((await person.submit(await person.get(link), '', { password: PASSWORD })).status).toBe(404)
  await expect(signIn(service, 'solo@ufficio.example')).rejects.toThrow('not let in')
  await signIn(service, 'admin@ufficio.example')
  await settings({ signIn: { passwords: true } })
})

test('people of limited reach give nothing away to whom they do not reach, and make nothing for them', async () => {
  const call = await signedCaller(service, 'parte@ufficio.example')
  const a = await bookAt('2026-11-25T09:00:00+01:00')
  expect((await call('POST', `/v1/appointments/${a.id}/reassignment`, {})).body.code).toBe('no_agent_free')
  await bookAt('2026-11-25T10:00:00+01:00')
  const moved = await call('POST', `/v1/appointments/${a.id}/rescheduling`, {
    start: '2026-11-25T10:00:00+01:00',
    as: 'staff',
  })
  expect(moved.status).toBe(409)
  const answer = await call('POST', '/v1/rearrangements', { appointmentIds: [a.id], mode: 'reassign', reason: 'x' })
  expect(answer.body.items[0].result).toBe('left')
  const campaign = await service.tenant.make('campaigns', { name: 'Richiami' })
  const asked = { campaignId: campaign.id, number: '+393205550144', ownerAgentId: office.agents[1].id }
  expect((await call('POST', '/v1/callbacks', asked)).body.code).toBe('outside_reach')
  // The contact's timeline does not show what the appointment's own route hides.
  const other = await bookAt('2026-11-26T09:00:00+01:00', { agentId: office.agents[1].id, notes: 'di altri' })
  expect(
    (await call('GET', `/v1/contacts/${other.contactId}/timeline`)).body.items.some((i: any) => i.id === other.id),
  ).toBe(false)
})

test('the second factor is not replaced by whoever has the session', async () => {
  await makePerson(service, { email: 'due@ufficio.example', role: 'agent' })
  await service.deps.db.kysely
    .updateTable('users')
    .set({ totp_secret: 'JBSWY3DPEHPK3PXP' })
    .where('tenant_id', '=', service.tenant.id)
    .where('email', '=', 'dentro@ufficio.example')
    .execute()
  service.clock.now += 20 * 60_000
  const person = newCitizen(service.app)
  const step = await person.post('/prova/sign-in', [
    ['email', 'dentro@ufficio.example'],
    ['password', PASSWORD],
  ])
  expect(step.url).toBe('/prova/sign-in/code')
  expect((await signIn(service, 'due@ufficio.example')).jar.size).toBeGreaterThan(0)
})

test('fields that come twice count once', async () => {
  for (const fields of [
    [
      ['email', 'a'],
      ['email', 'b'],
      ['password', 'x'],
    ],
    [
      ['email', 'a'],
      ['password', 'x'],
      ['password', 'y'],
    ],
  ] as [string, string][][])
    expect((await newCitizen(service.app).post('/prova/sign-in', fields)).status).toBe(401)
  expect(
    (
      await newCitizen(service.app).post('/prova/password', [
        ['email', 'a'],
        ['email', 'b'],
      ])
    ).status,
  ).toBe(200)
  expect((await newCitizen(service.app).get('/prova/sign-in?next=a&next=b')).status).toBe(200)
})

test('what is hidden from a role is hidden wherever it stands', async () => {
  await settings({
    privacy: { hidden: { agent: ['lastName', 'phone', 'notes'], supervisor: ['lastName', 'email', 'phone', 'notes'] } },
  })
  await makePerson(service, { email: 'velo@ufficio.example', role: 'agent', agentId: office.agent.id })
  await makePerson(service, { email: 'velo2@ufficio.example', role: 'supervisor' })
  const agent = await signedCaller(service, 'velo@ufficio.example')
  const impact = await agent('POST', '/v1/hours/impact', {
    kind: 'absence',
    agentId: office.agent.id,
    firstDay: '2026-11-25',
    lastDay: '2026-11-25',
  })
  expect(impact.body.items.length).toBeGreaterThan(0)
  expect(JSON.stringify(impact.body)).not.toContain('Neri')
  expect(
    (await agent('POST', '/v1/calendar-feeds', { ownerKind: 'agent', ownerId: office.agent.id, showsNames: true }))
      .status,
  ).toBe(403)
  await service.settle()
  const supervisor = await signedCaller(service, 'velo2@ufficio.example')
  const outbox = JSON.stringify((await supervisor('GET', '/v1/messages')).body)
  expect(outbox).not.toMatch(/ada\.neri|Neri/)
  await settings({ privacy: { hidden: null } })
})

test('saving the privacy page as it stands keeps from auditors what they did not see', async () => {
  const admin = await signIn(service, 'admin@ufficio.example')
  const page = await admin.get('/agenda/settings/office/privacy')
  expect((await admin.submit(page, 'office/privacy', {})).url).toContain('done=saved')
  await makePerson(service, { email: 'occhio@ufficio.example', role: 'auditor' })
  const auditor = await signedCaller(service, 'occhio@ufficio.example')
  const a = await bookAt('2026-12-01T09:00:00+01:00')
  expect((await auditor('GET', `/v1/contacts/${a.contactId}`)).body.lastName).toBe('N.')
})

test('erasing somebody erases whoever was merged into them, and the copies', async () => {
  const { tenant } = service
  await tenant.make('webhooks', { url: 'https://x.example/', types: ['*'] })
  const other = await tenant.make('contacts', {
    firstName: 'Zelda',
    lastName: 'Qqwerty',
    email: 'zelda@x.example',
    notes: 'nota-zelda',
  })
  const kept = await tenant.make('contacts', { firstName: 'Zita', lastName: 'Qqwerty', phone: '+390644444444' })
  await tenant.call('POST', `/v1/contacts/${kept.id}/merge`, { otherId: other.id })
  await tenant.call('POST', '/v1/do-not-call', { number: '+390644444444', reason: 'Zita non vuole' })
  const headers = { 'idempotency-key': 'una-volta-sola-1' }
  const made = await tenant.call(
    'POST',
    '/v1/appointments',
    { serviceIds: [office.service.id], start: '2026-12-02T09:00:00+01:00', contactId: kept.id, notes: 'nota-zelda' },
    { headers },
  )
  await tenant.call('POST', `/v1/appointments/${made.body.id}/cancellation`, {
    as: 'staff',
    reason: 'malattia di Zita',
  })
  await service.settle()
  expect((await tenant.call('POST', `/v1/contacts/${kept.id}/erasure`, {})).status).toBe(204)
  const traces: string[] = []
  for (const table of [
    'contacts',
    'appointments',
    'callbacks',
    'events',
    'messages',
    'webhook_deliveries',
    'idempotency_keys',
    'do_not_call',
    'jobs',
  ] as const) {
    const rows = await service.deps.db.kysely
      .selectFrom(table as 'contacts')
      .selectAll()
      .where('tenant_id', '=', tenant.id)
      .execute()
    if (/zelda|zita|qqwerty/i.test(JSON.stringify(rows))) traces.push(table)
  }
  expect(traces).toEqual([])
})

test('an unchanged form changes nothing, and what is emptied is gone', () => {
  const campaign = schemaOf(collectionOf('campaigns')!)
  const isReference = (name: string): boolean => name.endsWith('Id') || name.endsWith('Ids')
  const stored = {
    name: 'C',
    retries: {},
    segments: [{ name: 'tutti', when: [] }],
    channels: ['web', 'phone'],
    connector: { kind: 'pull' },
  }
  const form = { name: 'C', 'segments.0.name': 'tutti', channels: ['phone', 'web'], connector: '{"kind":"pull"}' }
  expect(patchTo(campaign, stored, readObject(campaign, '', form, isReference))).toEqual({})
  const location = schemaOf(collectionOf('locations')!)
  const place = { name: 'L', address: { street: 'Via Roma 1', city: 'Roma' }, directions: 'uno\ndue' }
  const emptied = readObject(
    location,
    '',
    { name: 'L', 'address.city': 'Roma', 'address.street': '', directions: 'uno\r\ndue' },
    isReference,
  )
  expect(patchTo(location, place, emptied)).toEqual({ address: { street: null } })
  const nothing: Schema = { type: 'object', properties: {} }
  expect(patchTo(nothing, {}, {})).toEqual({})
})

test('a part of an address can be taken away, and what is archived stays named', async () => {
  const { tenant } = service
  const admin = await signIn(service, 'admin@ufficio.example')
  const place = await tenant.make('locations', { name: 'Con via', address: { street: 'Via Roma 1', city: 'Roma' } })
  const page = await admin.get(`/agenda/settings/locations/${place.id}`)
  expect((await admin.submit(page, `locations/${place.id}`, { 'address.street': '' })).url).toContain('done=saved')
  expect((await tenant.call('GET', `/v1/locations/${place.id}`)).body.address).toEqual({ city: 'Roma' })
  const agent = await tenant.make('agents', { name: 'Via', serviceIds: [office.service.id], locationIds: [place.id] })
  await tenant.call('DELETE', `/v1/locations/${place.id}`, undefined, { headers: { 'if-match': '*' } })
  const form = await admin.get(`/agenda/settings/agents/${agent.id}`)
  // Saving is refused with a message. Saving without the missing location would leave none, and none means all locations.
  const saved = await admin.submit(form, `agents/${agent.id}`, { name: 'Via!' })
  expect(saved.status).toBe(422)
  expect(saved.html).toContain('Via!')
  expect((await tenant.call('GET', `/v1/agents/${agent.id}`)).body.locationIds).toEqual([place.id])
})

test('a new week lasts until the version that follows, and hours moved elsewhere hit what stays behind', async () => {
  const { tenant } = service
  const admin = await signIn(service, 'admin@ufficio.example')
  const agent = office.agents[1]
  await tenant.make('schedules', {
    ownerKind: 'agent',
    ownerId: agent.id,
    validFrom: '2027-03-01',
    rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO', windows: [{ from: '09:00', to: '13:00' }] }],
  })
  const page = await admin.get(`/agenda/hours?agent=${agent.id}`)
  const preview = await admin.submit(page, '/hours/week', { day0: '9-12', validFrom: '2027-01-04' })
  expect((await admin.submit(preview, '/hours/week', {})).url).toContain('done=saved')
  const elsewhere = await tenant.make('locations', { name: 'Altrove' })
  await bookAt('2026-12-14T09:00:00+01:00', { agentId: office.agents[0].id })
  const rules = [
    { rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '13:00' }], locationId: elsewhere.id },
  ]
  const impact = await tenant.call('POST', '/v1/hours/impact', {
    kind: 'schedule',
    ownerKind: 'agent',
    ownerId: office.agents[0].id,
    validFrom: '2026-12-10',
    rules,
  })
  expect(impact.body.items.map((i: any) => i.start)).toContain('2026-12-14T08:00:00.000Z')
})

test('only what is still to come is rearranged, and to somebody else', async () => {
  const { tenant } = service
  const a = await bookAt('2026-12-15T09:00:00+01:00')
  const same = await tenant.call('POST', '/v1/rearrangements', {
    appointmentIds: [a.id],
    mode: 'reassign',
    agentId: office.agent.id,
    reason: 'x',
  })
  expect(same.body.items[0]).toMatchObject({ result: 'left', code: 'no_agent_free' })
  await tenant.call('POST', `/v1/appointments/${a.id}/cancellation`, { as: 'staff', reason: 'x' })
  for (const mode of ['ask', 'next'])
    expect(
      (await tenant.call('POST', '/v1/rearrangements', { appointmentIds: [a.id], mode, reason: 'x' })).body.items[0],
    ).toMatchObject({ result: 'left', code: 'invalid_transition' })
})

test('pages that are loaded together after an hour renew the secret once, and all of them come', async () => {
  await makePerson(service, { email: 'molte@ufficio.example', role: 'agent' })
  const person = await signIn(service, 'molte@ufficio.example')
  const first = person.jar.get('agenda_session')!
  service.clock.now += 3_601_000
  const tabs = Array.from({ length: 6 }, () => {
    const tab = newCitizen(service.app)
    tab.jar.set('agenda_session', first)
    return tab
  })
  const pages = await Promise.all(tabs.map((tab) => tab.get('/agenda/account')))
  expect(pages.map((page) => [page.status, page.url])).toEqual(tabs.map(() => [200, '/agenda/account']))
  const renewed = new Set(tabs.map((tab) => tab.jar.get('agenda_session')!).filter((token) => token !== first))
  expect(renewed.size).toBe(1)
  const next = newCitizen(service.app)
  next.jar.set('agenda_session', [...renewed][0]!)
  service.clock.now += 120_000
  expect((await next.get('/agenda')).url).toBe('/agenda')
  service.clock.now -= 3_721_000
})

test('a sign-in service inside a private network is not asked', async () => {
  const { deps } = service
  let reached = 0
  const server = createServer().listen(0, '127.0.0.1')
  server.on('connection', (socket) => {
    reached += 1
    socket.destroy()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const before = { mayUsePrivate: deps.mayUsePrivate, request: deps.request }
  Object.assign(deps, { mayUsePrivate: false, request: createRequest(false) })
  try {
    for (const [i, issuer] of [
      `https://127.0.0.1:${port}`,
      `https://localhost:${port}`,
      'https://10.0.0.9',
    ].entries()) {
      const provider = { id: `dentro${i}`, name: 'Dentro', issuer, clientId: 'agenda' }
      const { status } = await settings({ signIn: { providers: [provider] } })
      if (status !== 200) continue
      const answer = await service.app.inject({ method: 'GET', url: `/prova/sign-in/with/dentro${i}` })
      expect(answer.statusCode, issuer).toBeGreaterThanOrEqual(400)
      expect(answer.statusCode, issuer).not.toBe(500)
    }
    expect(reached).toBe(0)
  } finally {
    Object.assign(deps, before)
    await settings({ signIn: { providers: [] } })
    server.close()
  }
})
