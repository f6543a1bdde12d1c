// Takes one tenant from empty to a booked, moved and cancelled appointment, over HTTP on the suite's database.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  makeOffice,
  PERSON,
  START,
  startService,
  type Office,
  type TestService,
  type TestTenant,
} from './helpers/service.ts'

let service: TestService
let tenant: TestTenant
let office: Office & { agents: any[] }
let number = 0

beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())
beforeEach(async () => {
  service.clock.now = START
  number += 1
  tenant = await service.newTenant(`ente-${number}`)
  office = await makeOffice(tenant, { agents: 2 })
})

const TEN = '2026-11-24T10:00:00+01:00'
const book = (body: object = {}, headers: Record<string, string> = {}) =>
  tenant.call(
    'POST',
    '/v1/appointments',
    { serviceIds: [office.service.id], start: TEN, contact: PERSON, ...body },
    { headers },
  )
const slotsOf = async (date: string, query = '') => {
  const { body } = await tenant.call('GET', `/v1/slots?serviceId=${office.service.id}&from=${date}&to=${date}${query}`)
  return (body.days[0]?.slots ?? []) as { start: string; remaining: number }[]
}
const remainingAt = async (start: string, query = '') =>
  (await slotsOf(start.slice(0, 10), query)).find((s) => s.start === start)?.remaining ?? 0

describe('booking', () => {
  test('answers the appointment with its code, agent and manage token', async () => {
    const { status, body, headers } = await book()
    expect(status).toBe(201)
    expect(body).toMatchObject({
      status: 'confirmed',
      start: TEN,
      end: '2026-11-24T10:30:00+01:00',
      timeZone: 'Europe/Rome',
      version: 1,
    })
    expect(body.code).toMatch(/^[2-9A-HJ-NP-Z]{8}$/)
    expect(body.assignment.reason).toBe('least_loaded')
    expect(headers.location).toBe(`/v1/appointments/${body.id}`)
    const read = await tenant.call('GET', `/v1/appointments/${body.id}`)
    expect(read.body.code).toBe(body.code)
  })

  test('takes the second agent, then refuses', async () => {
    expect(await remainingAt(TEN)).toBe(2)
    const first = await book()
    const second = await book({ contact: { ...PERSON, firstName: 'Bea' } })
    expect(first.body.agentId).not.toBe(second.body.agentId)
    expect(second.body.assignment.reason).toBe('only_free')
    expect(await remainingAt(TEN)).toBe(0)
    const third = await book({ contact: { ...PERSON, firstName: 'Clio' } })
    expect(third).toMatchObject({ status: 409, body: { code: 'slot_taken' } })
  })

  test('refuses a named agent who is taken with the same reason', async () => {
    await book({ agentId: office.agent.id })
    expect((await book({ agentId: office.agent.id, contact: { ...PERSON, firstName: 'Bea' } })).body.code).toBe(
      'slot_taken',
    )
  })

  test.each([
    ['2026-11-24T10:10:00+01:00', 'not_on_grid'],
    ['2026-11-24T08:00:00+01:00', 'outside_schedule'],
    ['2026-11-29T10:00:00+01:00', 'outside_schedule'],
    ['2026-11-23T06:00:00+01:00', 'too_soon'],
    ['2027-06-24T10:00:00+02:00', 'beyond_horizon'],
  ])('refuses %s as %s, and the explanation agrees', async (start, code) => {
    const { status, body } = await book({ start })
    expect({ status, code: body.code }).toEqual({ status: 409, code })
    const why = await tenant.call(
      'GET',
      `/v1/slots/explanation?serviceId=${office.service.id}&at=${encodeURIComponent(start)}`,
    )
    expect(why.body.offered).toBe(false)
    expect(new Set(why.body.agents.map((a: { reason: string }) => a.reason))).toEqual(new Set([code]))
  })

  test('speaks Italian to who asks for it', async () => {
    const { body } = await book(
      { start: '2026-11-24T10:10:00+01:00' },
      { 'accept-language': 'it-IT,it;q=0.9,en;q=0.5' },
    )
    expect(body.title).toBe('Orario non proposto')
  })

  test('recognises the same person and keeps relatives apart', async () => {
    const a = await book()
    const b = await book({ start: '2026-11-24T11:00:00+01:00' })
    const c = await book({ start: '2026-11-24T12:00:00+01:00', contact: { ...PERSON, firstName: 'Ida' } })
    expect(b.body.contactId).toBe(a.body.contactId)
    expect(c.body.contactId).not.toBe(a.body.contactId)
  })

  test('prefers the previous agent when asked', async () => {
    const first = await book()
    for (const hour of ['09:00', '09:30', '11:00', '11:30', '12:00']) {
      const next = await book({ start: `2026-11-25T${hour}:00+01:00`, preferPreviousAgent: true })
      expect(next.body).toMatchObject({ agentId: first.body.agentId, assignment: { reason: 'previous_agent' } })
    }
  })

  test('an unknown contact is named by pointer', async () => {
    const { status, body } = await book({ contact: undefined, contactId: '01900000-0000-7000-8000-000000000000' })
    expect({ status, code: body.code, pointer: body.errors[0].pointer }).toEqual({
      status: 422,
      code: 'invalid_reference',
      pointer: '/contactId',
    })
  })
})

describe('idempotency', () => {
  test('the same key and body get the same answer, manage token included', async () => {
    const headers = { 'idempotency-key': 'prenotazione-0001' }
    const first = await book({}, headers)
    const again = await book({}, headers)
    expect(again.status).toBe(201)
    expect(again.body).toEqual(first.body)
    expect(again.headers.location).toBe(first.headers.location)
    const list = await tenant.call('GET', '/v1/appointments')
    expect(list.body.items).toHaveLength(1)
  })

  test('the same key with another body is refused', async () => {
    const headers = { 'idempotency-key': 'prenotazione-0002' }
    await book({}, headers)
    expect((await book({ notes: 'altro' }, headers)).body.code).toBe('idempotency_key_reused')
  })

  test('covers every create', async () => {
    const headers = { 'idempotency-key': 'sede-numero-uno' }
    const one = await tenant.call('POST', '/v1/locations', { name: 'Uno' }, { headers })
    const two = await tenant.call('POST', '/v1/locations', { name: 'Uno' }, { headers })
    expect(two.body).toEqual(one.body)
    const keyOne = await tenant.call(
      'POST',
      '/v1/api-keys',
      { name: 'k', scopes: ['slots:read'] },
      { headers: { 'idempotency-key': 'chiave-numero-uno' } },
    )
    const keyTwo = await tenant.call(
      'POST',
      '/v1/api-keys',
      { name: 'k', scopes: ['slots:read'] },
      { headers: { 'idempotency-key': 'chiave-numero-uno' } },
    )
    expect(keyTwo.body).toEqual(keyOne.body)
    expect((await tenant.call('GET', '/v1/services', undefined, { key: keyTwo.body.token })).status).toBe(403)
  })
})

describe('holds', () => {
  const hold = (body: object = {}) =>
    tenant.call('POST', '/v1/holds', { serviceIds: [office.service.id], start: TEN, agentId: office.agent.id, ...body })

  test('keep the slot from others and become an appointment', async () => {
    const held = await hold()
    expect(held.body).toMatchObject({ status: 'held', holdExpiresAt: '2026-11-23T07:10:00.000Z' })
    expect((await book({ agentId: office.agent.id })).body.code).toBe('slot_held')
    const confirmed = await tenant.call('POST', '/v1/appointments', { holdId: held.body.id, contact: PERSON })
    expect(confirmed).toMatchObject({ status: 201, body: { id: held.body.id, status: 'confirmed', version: 2 } })
    expect((await tenant.call('POST', '/v1/appointments', { holdId: held.body.id, contact: PERSON })).body.code).toBe(
      'invalid_transition',
    )
  })

  test('end by themselves, without any sweep', async () => {
    const held = await hold()
    service.clock.now += 10 * 60_000
    expect(await remainingAt(TEN)).toBe(2)
    const late = await tenant.call('POST', '/v1/appointments', { holdId: held.body.id, contact: PERSON })
    expect(late).toMatchObject({ status: 409, body: { code: 'hold_expired' } })
    expect((await book({ agentId: office.agent.id })).status).toBe(201)
    expect((await tenant.call('POST', '/v1/appointments', { holdId: held.body.id, contact: PERSON })).body.code).toBe(
      'hold_expired',
    )
  })

  test('refuse fields that the hold has decided', async () => {
    const held = await hold()
    expect(
      (await tenant.call('POST', '/v1/appointments', { holdId: held.body.id, start: TEN, contact: PERSON })).body.code,
    ).toBe('hold_mismatch')
  })
})

describe('changing', () => {
  const verb = (id: string, name: string, body: object = {}, options = {}) =>
    tenant.call('POST', `/v1/appointments/${id}/${name}`, body, options)

  test('moves; its own time counts as free', async () => {
    const { body: a } = await book({ agentId: office.agent.id })
    await tenant.call(
      'PATCH',
      `/v1/services/${office.service.id}`,
      { stepMinutes: 15 },
      { headers: { 'if-match': '"1"' } },
    )
    expect(await remainingAt('2026-11-24T10:15:00+01:00')).toBe(1)
    expect(await remainingAt('2026-11-24T10:15:00+01:00', `&movingAppointmentId=${a.id}`)).toBe(2)
    const moved = await verb(a.id, 'rescheduling', { start: '2026-11-24T10:15:00+01:00', agentId: office.agent.id })
    expect(moved).toMatchObject({
      status: 200,
      body: { start: '2026-11-24T10:15:00+01:00', agentId: office.agent.id, version: 2 },
    })
    const history = await tenant.call('GET', `/v1/appointments/${a.id}/history`)
    expect(history.body.items.map((e: { type: string }) => e.type)).toEqual(['appointment.booked', 'appointment.moved'])
    expect(history.body.items[1].before.start).toBe('2026-11-24T09:00:00.000Z')
  })

  test('a stale If-Match is refused', async () => {
    const { body: a } = await book()
    const answer = await verb(
      a.id,
      'rescheduling',
      { start: '2026-11-24T11:00:00+01:00' },
      { headers: { 'if-match': '"7"' } },
    )
    expect(answer).toMatchObject({ status: 412, body: { code: 'precondition_failed' } })
  })

  test('cancels with a reason and gives the time back; again changes nothing', async () => {
    const { body: a } = await book()
    const cancelled = await verb(a.id, 'cancellation', { reason: 'impegno' })
    expect(cancelled.body).toMatchObject({
      status: 'cancelled',
      cancellation: { reason: 'impegno', code: 'cancelled' },
    })
    expect((await verb(a.id, 'cancellation')).body.version).toBe(cancelled.body.version)
    expect(await remainingAt(TEN)).toBe(2)
  })

  test('notice to cancel and move binds citizens, staff break it with a reason', async () => {
    await tenant.call(
      'PATCH',
      `/v1/services/${office.service.id}`,
      { cancelNoticeMinutes: 1440, moveNoticeMinutes: 1440 },
      { headers: { 'if-match': '"1"' } },
    )
    const { body: a } = await book({ start: '2026-11-23T12:00:00+01:00' })
    expect((await verb(a.id, 'cancellation')).body.code).toBe('too_late_to_cancel')
    expect((await verb(a.id, 'rescheduling', { start: TEN })).body.code).toBe('too_late_to_move')
    expect((await verb(a.id, 'cancellation', { as: 'staff' })).body.code).toBe('reason_required')
    expect((await verb(a.id, 'cancellation', { as: 'staff', reason: 'ufficio chiuso' })).status).toBe(200)
  })

  test('outcome only after the start; a mistaken one is undone', async () => {
    const { body: a } = await book()
    expect((await verb(a.id, 'outcome', { outcome: 'no_show' })).body.code).toBe('not_started_yet')
    service.clock.now = Date.parse(TEN) + 60_000
    expect((await verb(a.id, 'outcome', { outcome: 'no_show', note: 'non venuto' })).body.status).toBe('no_show')
    expect((await verb(a.id, 'outcome', { outcome: 'completed' })).body.code).toBe('invalid_transition')
    expect((await tenant.call('DELETE', `/v1/appointments/${a.id}/outcome`)).body.status).toBe('confirmed')
    expect((await verb(a.id, 'outcome', { outcome: 'completed' })).body.status).toBe('completed')
  })

  test('approval: pending until decided, and a refusal frees the time', async () => {
    await tenant.call(
      'PATCH',
      `/v1/services/${office.service.id}`,
      { approvalRequired: true },
      { headers: { 'if-match': '"1"' } },
    )
    const { body: a } = await book()
    const { body: b } = await book({ contact: { ...PERSON, firstName: 'Bea' } })
    expect([a.status, b.status]).toEqual(['pending', 'pending'])
    expect((await verb(a.id, 'approval', { decision: 'approve' })).body.status).toBe('confirmed')
    expect((await verb(b.id, 'approval', { decision: 'refuse', reason: 'documenti mancanti' })).body).toMatchObject({
      status: 'cancelled',
      cancellation: { code: 'refused' },
    })
    expect(await remainingAt(TEN)).toBe(1)
  })

  test('reassigns to another agent at the same time, and says when nobody is free', async () => {
    const { body: a } = await book({ agentId: office.agent.id })
    const other = await verb(a.id, 'reassignment', { reason: 'malattia' })
    expect(other.body).toMatchObject({ agentId: office.agents[1].id, start: TEN })
    await book({ agentId: office.agent.id, contact: { ...PERSON, firstName: 'Bea' } })
    expect((await verb(a.id, 'reassignment')).body.code).toBe('no_agent_free')
  })

  test('changes notes only with If-Match', async () => {
    const { body: a } = await book()
    expect((await tenant.call('PATCH', `/v1/appointments/${a.id}`, { notes: 'x' })).status).toBe(428)
    expect(
      (await tenant.call('PATCH', `/v1/appointments/${a.id}`, { notes: 'x' }, { headers: { 'if-match': '"1"' } })).body,
    ).toMatchObject({ notes: 'x', version: 2 })
  })
})

describe('the manage token', () => {
  test('reads, moves and cancels its own appointment and nothing else', async () => {
    const { body: a } = await book({ notes: 'riservato' })
    const { body: b } = await book({ contact: { ...PERSON, firstName: 'Bea' } })
    const key = a.manageToken
    const own = await tenant.call('GET', `/v1/appointments/${a.id}`, undefined, { key })
    expect(own.status).toBe(200)
    expect(own.body).not.toHaveProperty('notes')
    expect(own.body).not.toHaveProperty('assignment')
    expect((await tenant.call('GET', `/v1/appointments/${b.id}`, undefined, { key })).status).toBe(404)
    expect((await tenant.call('GET', '/v1/appointments', undefined, { key })).status).toBe(403)
    expect(
      (await tenant.call('POST', `/v1/appointments/${a.id}/outcome`, { outcome: 'completed' }, { key })).status,
    ).toBe(403)
    expect(
      (await tenant.call('POST', `/v1/appointments/${a.id}/cancellation`, { as: 'staff', reason: 'x' }, { key })).body
        .code,
    ).toBe('staff_only')
    expect(
      (
        await tenant.call(
          'POST',
          `/v1/appointments/${a.id}/rescheduling`,
          { start: '2026-11-24T11:00:00+01:00' },
          { key },
        )
      ).status,
    ).toBe(200)
    expect((await tenant.call('POST', `/v1/appointments/${a.id}/cancellation`, {}, { key })).body.status).toBe(
      'cancelled',
    )
    const history = await tenant.call('GET', `/v1/appointments/${a.id}/history`)
    expect(history.body.items.map((e: { actor: string }) => e.actor).slice(1)).toEqual(['citizen', 'citizen'])
  })
})
