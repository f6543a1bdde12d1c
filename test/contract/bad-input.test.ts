// Bad input gets a precise RFC 9457 problem with pointers, never a 500, and changes nothing.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePerson, signedCaller, signIn } from '../helpers/people.ts'
import { makeOffice, PERSON, startService, type Office, type TestService } from '../helpers/service.ts'

let service: TestService
let office: Office

beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant)
})
afterAll(() => service.close())

const post = (url: string, body: unknown, headers = {}) => service.tenant.call('POST', url, body, { headers })
const faults = (body: any): string[] => (body.errors ?? []).map((e: any) => `${e.in} ${e.pointer} ${e.code}`)
const raw = (payload: string, headers: Record<string, string> = {}) =>
  service.app.inject({
    method: 'POST',
    url: '/v1/locations',
    payload,
    headers: { authorization: `Bearer ${service.tenant.key}`, 'content-type': 'application/json', ...headers },
  })

describe('bodies', () => {
  test.each<[string, unknown, string[]]>([
    ['/v1/locations', {}, ['body /name missing']],
    ['/v1/locations', { name: 'x', colour: 'red' }, ['body /colour unknown_field']],
    ['/v1/locations', { name: 7 }, ['body /name wrong_type']],
    ['/v1/locations', { name: '' }, ['body /name too_short', 'body /name wrong_format']],
    ['/v1/locations', { name: 'x'.repeat(201) }, ['body /name too_long']],
    ['/v1/locations', { name: 'x', timeZone: 'Mars/Olympus' }, ['body /timeZone wrong_format']],
    ['/v1/services', { name: 'x', durationMinutes: 0 }, ['body /durationMinutes too_small']],
    ['/v1/services', { name: 'x', durationMinutes: 30.5 }, ['body /durationMinutes wrong_type']],
    ['/v1/services', { name: 'x', durationMinutes: '30' }, ['body /durationMinutes wrong_type']],
    ['/v1/services', { name: 'x', durationMinutes: 30, channels: [] }, ['body /channels too_few']],
    [
      '/v1/services',
      { name: 'x', durationMinutes: 30, questions: [{ id: 'a', label: 'a', type: 'choice' }] },
      ['body /questions/0/options invalid_service_rules'],
    ],
    [
      '/v1/appointments',
      { serviceIds: ['nope'], start: '2026-02-30T10:00:00Z' },
      ['body /serviceIds/0 wrong_format', 'body /start wrong_format'],
    ],
    ['/v1/appointments', { serviceIds: [], start: '2026-11-24T10:00:00Z' }, ['body /serviceIds too_few']],
    ['/v1/contacts', { firstName: 'A', lastName: 'B', phone: '12' }, ['body /phone too_short']],
    ['/v1/contacts', { firstName: 'A', lastName: 'B', phone: '123456789012345678' }, ['body /phone invalid_phone']],
    ['/v1/contacts', { firstName: 'A', lastName: 'B', email: 'nope' }, ['body /email wrong_format']],
    ['/v1/holiday-calendars', { name: 'x', country: 'IT', region: 'ZZ' }, ['body /region unknown_holidays']],
    [
      '/v1/holiday-calendars',
      { name: 'x', additions: [{ date: '02-30', name: 'y' }] },
      ['body /additions/0/date wrong_format'],
    ],
  ])('%s %j', async (url, body, expected) => {
    const answer = await post(url, body)
    expect([400, 422]).toContain(answer.status)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(faults(answer.body).sort()).toEqual([...expected].sort())
    expect(answer.body.type).toBe(`urn:agenda:problem:${answer.body.code}`)
  })

  test.each([
    [{ rrule: 'FREQ=HOURLY', windows: [{ from: '09:00', to: '10:00' }] }, '/rules/0/rrule'],
    [
      {
        rrule: 'FREQ=DAILY',
        windows: [
          { from: '09:00', to: '10:00' },
          { from: '09:30', to: '11:00' },
        ],
      },
      '/rules/0/windows',
    ],
    [{ rrule: 'FREQ=DAILY', windows: [{ from: '25:00', to: '26:00' }] }, '/rules/0/windows/0/from'],
    [{ rrule: 'FREQ=DAILY', windows: [{ from: '09:00', to: '10:00' }], desks: 2 }, '/rules/0/desks'],
  ])('a schedule with %j is refused at %s', async (rule, pointer) => {
    const { status, body } = await post('/v1/schedules', {
      ownerKind: 'agent',
      ownerId: office.agent.id,
      validFrom: '2027-01-01',
      rules: [rule],
    })
    expect([400, 422]).toContain(status)
    expect(body.errors.map((e: any) => e.pointer)).toContain(pointer)
  })

  test.each([
    {},
    { from: '2026-12-01T10:00:00Z' },
    { from: '2026-12-01T10:00:00Z', to: '2026-12-01T09:00:00Z' },
    { firstDay: '2026-12-02', lastDay: '2026-12-01' },
    { from: '2026-12-01T10:00:30Z', to: '2026-12-01T11:00:00Z' },
  ])('a period %j is refused', async (period) =>
    expect((await post('/v1/absences', { agentId: office.agent.id, ...period })).body.code).toBe('invalid_period'),
  )

  test('not JSON, wrong type, 10 MB, and hostile text', async () => {
    expect((await raw('{"name":')).json().code).toBe('invalid_json')
    expect((await raw('')).json().code).toBe('invalid_json')
    expect((await raw('a=b', { 'content-type': 'application/x-www-form-urlencoded' })).json().code).toBe(
      'unsupported_media_type',
    )
    const big = await raw(JSON.stringify({ name: 'x'.repeat(10 * 1024 * 1024) }))
    expect([big.statusCode, big.json().code]).toEqual([413, 'body_too_large'])
    expect((await raw('{"name":"a\\u0000b"}')).json()).toMatchObject({ status: 400, errors: [{ pointer: '/name' }] })
    expect((await raw('{"name":"a\\ud800b"}')).json()).toMatchObject({ status: 400, errors: [{ pointer: '/name' }] })
    expect((await raw('{"__proto__":{"x":1},"name":"x"}')).statusCode).toBe(400)
    expect((await raw('[]')).statusCode).toBe(400)
    expect((await raw('null')).statusCode).toBe(400)
    const hostile = `<script>alert(1)</script>'); drop table appointments; --\u202e\u{1f984}`
    const kept = await post('/v1/locations', { name: hostile })
    expect(kept).toMatchObject({ status: 201, body: { name: hostile } })
  })
})

describe('queries and paths', () => {
  test.each([
    ['/v1/slots', 'query /from missing'],
    ['/v1/slots?from=2026-11-31&to=2026-12-01', 'query /from wrong_format'],
    ['/v1/appointments?limit=0', 'query /limit too_small'],
    ['/v1/appointments?limit=many', 'query /limit wrong_type'],
    ['/v1/appointments?status=lost', 'query /status/0 not_allowed'],
    ['/v1/appointments?unknown=1', 'query /unknown unknown_field'],
    ['/v1/appointments?cursor=AAAA', 'query cursor invalid_cursor'],
    ['/v1/locations/not-an-id', 'path /id wrong_format'],
  ])('%s names %s', async (url, fault) => {
    const { status, body } = await service.tenant.call('GET', url)
    expect(status).toBe(400)
    expect(faults(body)).toContain(fault)
  })

  test('a range over 92 days is refused', async () => {
    const url = `/v1/slots?serviceId=${office.service.id}&from=2026-11-24&to=`
    expect((await service.tenant.call('GET', `${url}2027-02-23`)).status).toBe(200)
    expect((await service.tenant.call('GET', `${url}2027-02-24`)).body.code).toBe('range_too_long')
    expect((await service.tenant.call('GET', `${url}2026-11-23`)).body.code).toBe('range_too_long')
  })

  test('unknown addresses and NUL in them', async () => {
    expect((await service.tenant.call('GET', '/v1/nothing')).body.code).toBe('not_found')
    expect((await service.tenant.call('GET', '/v1/locations?name=%00')).status).toBe(400)
    expect((await service.tenant.call('GET', '/v1/locations/%ff')).status).toBeLessThan(500)
    expect((await service.tenant.call('GET', '/%c0%ae%c0%ae/')).status).toBeLessThan(500)
  })

  test('If-Match and Idempotency-Key that make no sense', async () => {
    const { call } = service.tenant
    expect((await call('PATCH', `/v1/locations/${office.location.id}`, { name: 'y' })).body.code).toBe(
      'precondition_required',
    )
    expect(
      (await call('PATCH', `/v1/locations/${office.location.id}`, { name: 'y' }, { headers: { 'if-match': 'abc' } }))
        .body.code,
    ).toBe('precondition_failed')
    expect((await post('/v1/locations', { name: 'z' }, { 'idempotency-key': 'kurz' })).body.code).toBe(
      'idempotency_key_invalid',
    )
  })
})

test('answers to questions are checked one by one', async () => {
  const questions = [
    { id: 'motivo', label: 'Motivo', type: 'choice', required: true, options: ['a', 'b'] },
    { id: 'eta', label: 'Età', type: 'number', minimum: 0, maximum: 120 },
    { id: 'data', label: 'Data', type: 'date' },
  ]
  const asked = await service.tenant.make('services', { name: 'Domande', durationMinutes: 30, questions })
  const body = { serviceIds: [asked.id], start: '2026-11-24T10:00:00+01:00', contact: PERSON }
  await service.tenant.call(
    'PATCH',
    `/v1/agents/${office.agent.id}`,
    { serviceIds: [office.service.id, asked.id] },
    { headers: { 'if-match': '*' } },
  )
  const missing = await post('/v1/appointments', body)
  expect(faults(missing.body), JSON.stringify(missing.body)).toEqual(['body /answers/motivo answer_required'])
  const wrong = await post('/v1/appointments', {
    ...body,
    answers: { motivo: 'c', eta: 130, data: '2026-02-30', altro: 'x' },
  })
  expect(faults(wrong.body).sort()).toEqual([
    'body /answers/altro answer_unknown',
    'body /answers/data answer_invalid',
    'body /answers/eta answer_invalid',
    'body /answers/motivo answer_invalid',
  ])
  expect(
    (await post('/v1/appointments', { ...body, answers: { motivo: 'a', eta: 30, data: '2026-02-28' } })).status,
  ).toBe(201)
})

test('no JSON whatever makes a 500', async () => {
  const urls = [
    '/v1/locations',
    '/v1/services',
    '/v1/agents',
    '/v1/pools',
    '/v1/schedules',
    '/v1/openings',
    '/v1/absences',
    '/v1/closures',
    '/v1/holiday-calendars',
    '/v1/contacts',
    '/v1/contacts/search',
    '/v1/holds',
    '/v1/appointments',
    '/v1/api-keys',
  ]
  const names = [
    'name',
    'serviceIds',
    'start',
    'ownerId',
    'ownerKind',
    'agentId',
    'rules',
    'rrule',
    'from',
    'to',
    'firstDay',
    'lastDay',
    'email',
    'phone',
    'contact',
    'holdId',
    'size',
    'durationMinutes',
    'validFrom',
    'country',
  ]
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      'agent',
      '2026-11-24',
      '2026-11-24T10:00:00Z',
      office.agent.id,
      office.service.id,
      'FREQ=DAILY',
      30,
      [office.service.id],
    ),
    fc.string({ unit: 'binary' }),
  )
  const body = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value, { maxKeys: 8 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...urls), body, async (url, json) => {
      const answer = await post(url, json)
      expect(answer.status, `${url} ${JSON.stringify(json)} → ${JSON.stringify(answer.body)}`).toBeLessThan(500)
      if (answer.status >= 400) expect(answer.body.code).toBeTruthy()
    }),
    { numRuns: 1500 },
  )
})

describe('what used to end as a fault of ours', () => {
  const nested = (levels: number): string => `{"name":${'['.repeat(levels)}${']'.repeat(levels)}}`

  test.each([40, 8_000, 60_000])('a body nested %i levels deep is refused with its place', async (levels) => {
    const answer = await raw(nested(levels))
    expect(answer.statusCode).toBe(400)
    expect(answer.json().errors[0]).toMatchObject({ code: 'too_deep' })
  })

  test('nobody reads a body that was sent to an address where there is nothing', async () => {
    for (const url of ['/nothing-here', '/v1/nothing', '/agenda/nothing']) {
      const answer = await service.app.inject({
        method: 'POST',
        url,
        payload: nested(60_000),
        headers: { 'content-type': 'application/json' },
      })
      expect([url, answer.statusCode]).toEqual([url, 404])
    }
  })

  test('an id is written in one way', async () => {
    const id = `urn:uuid:${office.agent.id}`
    expect((await service.tenant.call('GET', `/v1/schedules?ownerId=${id}`)).status).toBe(400)
    expect((await service.tenant.call('GET', `/v1/agents/${id}`)).status).toBe(400)
  })

  test('parts of the workspace’s addresses lead nowhere else', async () => {
    await makePerson(service, { email: 'capo@prova.example', role: 'administrator' })
    const person = await signIn(service, 'capo@prova.example')
    for (const part of ['..%2f..', 'urn:uuid:1', '%2e%2e', 'a%2fb', '%00'])
      for (const place of ['appointments', 'contacts', 'callbacks', 'settings/services', 'settings/users']) {
        const { status } = await person.get(`/agenda/${place}/${part}`)
        expect([place, part, [400, 404].includes(status)]).toEqual([place, part, true])
      }
  })

  test('who does not see notes reads and writes the list of numbers that nobody calls', async () => {
    await makePerson(service, { email: 'revisore@prova.example', role: 'auditor' })
    await post('/v1/do-not-call', { number: '+393330001111', reason: 'chiesto' })
    const auditor = await signedCaller(service, 'revisore@prova.example')
    const { status, body } = await auditor('GET', '/v1/do-not-call')
    expect([status, body.items[0].reason]).toEqual([200, undefined])
  })

  test('a list of contacts that a person sends as text is taken', async () => {
    await makePerson(service, { email: 'liste@prova.example', role: 'supervisor' })
    const campaign = (await post('/v1/campaigns', { name: 'Liste', hours: [] })).body
    const person = await signedCaller(service, 'liste@prova.example')
    const text = `number\n${'+393330002222\n'.repeat(100_000)}`
    const began = performance.now()
    const { status } = await person('POST', `/v1/campaigns/${campaign.id}/loads`, text, { 'content-type': 'text/csv' })
    expect(status).toBe(202)
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('who asks for the head of a stream alone is answered at once', async () => {
    for (const url of ['/v1/callbacks/stream', '/v1/agenda/stream']) {
      const headers = {
        authorization: `Bearer ${service.tenant.key}`,
        'last-event-id': '01a20d46-1831-71ab-a48d-12d00d95246f',
      }
      const { statusCode } = await service.app.inject({ method: 'HEAD', url, headers })
      expect([url, statusCode]).toEqual([url, 200])
    }
  })
})

test('taking one part of a pair away from the settings of an office is refused, and the office can still be read', async () => {
  const { call, id } = service.tenant
  const change = (body: object) => call('PATCH', `/v1/tenants/${id}`, body, { headers: { 'if-match': '*' } })
  const refused = await change({ notifications: { quietHours: { from: '21:00', to: null } } })
  expect([refused.status, faults(refused.body)]).toEqual([400, ['body /notifications/quietHours/to missing']])
  expect((await change({ notifications: { quietHours: { from: '21:00', to: '08:00' } } })).status).toBe(200)
  expect((await change({ notifications: { quietHours: { to: null } } })).status).toBe(400)
  expect((await change({ notifications: { quietHours: null } })).status).toBe(200)
  expect((await call('GET', `/v1/tenants/${id}`)).status).toBe(200)
})
