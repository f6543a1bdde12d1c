// Work that a tenant's input may cause is bounded: recurrence rules that never fall or begin far away are refused, and what is stored
// already costs no more than any other.
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

const WINDOWS = [{ from: '09:00', to: '10:00' }]
const NEVER = 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31'

test('a rule with no date, or far away, is refused with a sentence; to try one costs nothing', async () => {
  await makePerson(service, { email: 'ada@prova.example', role: 'agent', agentId: office.agent.id })
  const agent = await signedCaller(service, 'ada@prova.example')
  const body = (more: object, rule: object = {}) => ({
    ...{ ownerKind: 'agent', ownerId: office.agent.id, validFrom: '2026-12-01' },
    rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO', windows: WINDOWS, ...rule }],
    ...more,
  })
  const began = performance.now()
  for (const [wrong, code, pointer] of [
    [body({}, { rrule: NEVER }), 'recurrence_never_falls', '/rules/0/rrule'],
    [body({ validUntil: '2026-12-05' }), 'recurrence_never_falls', '/rules/0/rrule'],
    [body({ validFrom: '1971-01-01' }), 'date_too_far', '/validFrom'],
    [body({}, { start: '2199-01-01' }), 'date_too_far', '/rules/0/start'],
  ] as const) {
    const stored = await agent('POST', '/v1/schedules', wrong)
    expect([stored.body.code, stored.body.errors[0].pointer]).toEqual([code, pointer])
    const impact = {
      ...wrong,
      kind: 'schedule',
      timeZone: 'Europe/Rome',
    }
    expect((await agent('POST', '/v1/hours/impact', impact)).body.code).toBe(code)
  }
  expect(performance.now() - began).toBeLessThan(5_000)
  const { items } = (await service.tenant.call('GET', `/v1/schedules?ownerId=${office.agent.id}`)).body
  const patch = { rules: [...items[0].rules, { rrule: NEVER, windows: WINDOWS }] }
  const any = { headers: { 'if-match': '*' } }
  expect((await service.tenant.call('PATCH', `/v1/schedules/${items[0].id}`, patch, any)).body.code).toBe(
    'recurrence_never_falls',
  )
})

test('a rule that was stored before it was refused opens no time and holds up nobody', async () => {
  const { kysely } = service.deps.db
  const rows = await kysely.selectFrom('schedules').selectAll().where('tenant_id', '=', service.tenant.id).execute()
  const variants = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'].map((day) => ({
    rrule: `${NEVER};WKST=${day}`,
    start: '1971-01-01',
    windows: WINDOWS,
  }))
  const document = rows[0]!.document as { rules: unknown[] }
  await kysely
    .updateTable('schedules')
    .set({
      document: JSON.stringify({
        ...document,
        rules: [
          ...document.rules,
          ...variants,
          { ...variants[0], rrule: 'FREQ=DAILY;COUNT=9999;BYMONTH=2;BYMONTHDAY=31' },
        ],
      }),
    })
    .where('tenant_id', '=', service.tenant.id)
    .where('id', '=', rows[0]!.id)
    .execute()
  // A change of the configuration makes everybody read it again.
  await service.tenant.make('locations', { name: 'Altrove' })
  const began = performance.now()
  const answer = await service.tenant.call(
    'GET',
    `/v1/slots?serviceId=${office.service.id}&from=2026-11-24&to=2026-12-20`,
  )
  expect([answer.status, answer.body.total > 0]).toEqual([200, true])
  expect(performance.now() - began).toBeLessThan(2_000)
})
