// Callbacks and campaigns over HTTP with a clock that the tests step; the pure rules as tables and properties.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  allowedSpans,
  allowedFrom,
  firstSpan,
  SKEW,
  WEEKDAYS,
  zonesOf,
  type CallingHours,
} from '../src/domain/catalogue/campaign/calling-hours.ts'
import type { OUTCOMES } from '../src/domain/catalogue/campaign/retry.ts'
import { afterAttempt, rankOf } from '../src/domain/catalogue/campaign/retry.ts'
import { segmentOf } from '../src/domain/catalogue/campaign/segments.ts'
import { bucketsIn } from '../src/domain/callback/promise/buckets.ts'
import {
  CALLBACK_TRANSITIONS,
  nextCallbackStatus,
  type CallbackAction,
} from '../src/domain/callback/callback-states.ts'
import { sweepCallbacks } from '../src/domain/callback/dialing/sweep.ts'
import { DAY, HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import { dayOf, wallOf, weekdayOf } from '../src/kernel/time/zone.ts'
import { newCitizen, solve } from './helpers/citizen.ts'
import { makeOffice, START, startService, type TestService } from './helpers/service.ts'
import { parseClock } from '../src/kernel/time/clock.ts'

const WORKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR'] as const

/** The first allowed span within two weeks. */
const nextAllowed = (calling: CallingHours, zones: readonly string[], at: number) =>
  firstSpan((day) => allowedFrom(calling, zones, day), at, 14)

describe('calling hours', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const inside = (zone: string, rules: CallingHours['hours'], at: number): boolean =>
    rules.some((rule) => {
      const day = dayOf(zone, at)
      const clock = wallOf(zone, at) - day * DAY
      const [from, to] = [parseClock(rule.from), parseClock(rule.to)]
      const on = (d: number): boolean => rule.days.includes(WEEKDAYS[weekdayOf(d)]!)
      if (to > from) return on(day) && clock >= from && clock < to
      return (on(day) && clock >= from) || (on(day - 1) && clock < to)
    })

  test('nobody is called outside the campaign’s or their own hours, in any zone, on any day, even by a clock that is off', () => {
    const clock = fc
      .integer({ min: 0, max: 47 })
      .map((half) => `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 ? '30' : '00'}`)
    const rules = fc.array(
      fc
        .record({ days: fc.subarray([...WEEKDAYS], { minLength: 1 }), from: clock, to: clock })
        .filter((r) => r.from !== r.to),
      { minLength: 1, maxLength: 3 },
    )
    fc.assert(
      fc.property(
        rules,
        rules,
        fc.constantFrom(...zones),
        fc.subarray(zones, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: Date.parse('2026-01-01') / MINUTE, max: Date.parse('2027-12-01') / MINUTE }),
        fc.array(fc.integer({ min: 0, max: 4 * 24 * 60 - 1 }), { minLength: 20, maxLength: 60 }),
        (hours, citizenHours, timeZone, citizen, start, minutes) => {
          const calling = { timeZone, hours, citizenHours, isHoliday: (day: number) => day % 5 === 0 }
          const from = start * MINUTE
          const spans = allowedSpans(calling, { zones: citizen, from, to: from + 4 * DAY })
          for (const minute of minutes) {
            const at = from + minute * MINUTE
            const isIn = spans.some((_, i) => i % 2 === 0 && spans[i]! <= at && at < spans[i + 1]!)
            if (!isIn) continue
            for (const off of [-SKEW, 0, SKEW - 1]) {
              expect(inside(timeZone, hours, at + off)).toBe(true)
              for (const zone of citizen) expect(inside(zone, citizenHours, at + off)).toBe(true)
            }
            expect(dayOf(timeZone, at) % 5).not.toBe(0)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('what is open for a whole hour is found', () => {
    const hours = [{ days: WORKDAYS, from: '09:00', to: '18:00' }]
    const calling = { timeZone: 'Europe/Rome', hours, citizenHours: hours, isHoliday: () => false }
    const at = Date.parse('2026-11-21T12:00:00Z')
    expect(nextAllowed(calling, ['Europe/Rome'], at)).toEqual({
      from: Date.parse('2026-11-23T08:00:00Z') + SKEW,
      to: Date.parse('2026-11-23T17:00:00Z') - SKEW,
    })
    expect(nextAllowed({ ...calling, isHoliday: () => true }, ['Europe/Rome'], at)).toBeNull()
    expect(zonesOf('IT')).toEqual(['Europe/Rome'])
    expect(zonesOf('US').length).toBeGreaterThan(5)
  })

  test('buckets tile the allowed hours and never overlap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Rome', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'),
        fc.constantFrom(5, 15, 30, 45, 60, 240),
        fc.integer({ min: 0, max: 700 }),
        (timeZone, minutes, day) => {
          const hours = [{ days: WEEKDAYS, from: '00:00', to: '23:59' }]
          const calling = { timeZone, hours, citizenHours: hours, isHoliday: () => false }
          const from = Date.parse('2026-01-01T00:00:00Z') + day * DAY
          const buckets = bucketsIn(calling, { zones: [timeZone], minutes, from, to: from + 2 * DAY })
          expect(buckets.length).toBeGreaterThan(0)
          for (const [i, b] of buckets.entries()) {
            expect(b.start).toBeLessThanOrEqual(b.from)
            expect(b.from).toBeLessThan(b.to)
            expect(b.to - b.start).toBeLessThanOrEqual(minutes * MINUTE)
            if (i > 0) expect(b.from).toBeGreaterThanOrEqual(buckets[i - 1]!.to)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('what follows an attempt', () => {
  const rules = {
    maxAttempts: 3,
    rules: { busy: { afterMinutes: [5, 15] }, no_answer: { afterMinutes: [30] } },
    nextDayFrom: 0,
  }
  const at = Date.parse('2026-11-23T09:00:00Z')
  const after = (outcome: (typeof OUTCOMES)[number], attempts: number, numbers = 1, current = 0, more = {}) =>
    afterAttempt({ ...rules, ...more }, { outcome, attempts, at, zone: 'Europe/Rome', numbers, current })

  test('table', () => {
    expect(after('answered', 1)).toEqual({ kind: 'complete' })
    expect(after('refused', 1)).toEqual({ kind: 'complete' })
    expect(after('busy', 1)).toEqual({ kind: 'retry', notBefore: at + 5 * MINUTE, number: 0 })
    expect(after('busy', 2)).toEqual({ kind: 'retry', notBefore: at + 15 * MINUTE, number: 0 })
    expect(after('busy', 3)).toEqual({ kind: 'exhaust' })
    expect(after('wrong_number', 1)).toEqual({ kind: 'complete' })
    expect(after('wrong_number', 1, 2)).toMatchObject({ kind: 'retry', number: 1 })
    expect(after('no_answer', 1, 2)).toEqual({ kind: 'retry', notBefore: at, number: 1 })
    expect(after('no_answer', 2, 2, 1)).toEqual({ kind: 'retry', notBefore: at + 30 * MINUTE, number: 0 })
    expect(after('no_answer', 1, 1, 0, { nextDayFrom: 1 })).toEqual({
      kind: 'retry',
      notBefore: Date.parse('2026-11-24T09:00:00Z'),
      number: 0,
    })
  })

  test('waiting counts: no priority lets anybody starve', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 0, max: 60 }), (priority, worth) => {
        const early = rankOf(at, priority, worth)
        expect(early).toBeLessThanOrEqual(rankOf(at + 201 * worth * MINUTE, 100, worth))
      }),
    )
  })

  test('segments are tried in order', () => {
    const segments = [
      { name: 'vip', when: [{ attribute: 'tier', is: 'equal' as const, value: 'gold' }], priority: 50 },
      { name: 'lontani', when: [{ attribute: 'country', is: 'not_equal' as const, value: 'IT' }] },
      { name: 'resto', when: [] },
    ]
    expect(segmentOf(segments, { tier: 'gold', country: 'FR' })?.name).toBe('vip')
    expect(segmentOf(segments, { country: 'FR' })?.name).toBe('lontani')
    expect(segmentOf(segments, { country: 'IT' })?.name).toBe('resto')
    expect(segmentOf(segments.slice(0, 2), { country: 'IT' })).toBeNull()
  })

  test('a state that is left for good is never left again', () => {
    for (const status of ['completed', 'exhausted', 'expired', 'cancelled'] as const)
      for (const action of Object.keys(CALLBACK_TRANSITIONS) as CallbackAction[])
        expect(nextCallbackStatus(status, action)).toBeNull()
  })
})

describe('over HTTP', () => {
  let service: TestService
  let campaignId = ''
  beforeAll(async () => {
    service = await startService()
    campaignId = (await campaign({ name: 'Richiami' })).id
  })
  afterAll(() => service.close())
  beforeEach(() => (service.clock.now = START + 2 * HOUR))

  const campaign = (body: object) =>
    service.tenant.make('campaigns', {
      name: 'C',
      bucketMinutes: 30,
      countries: ['IT', 'US'],
      capacity: { kind: 'fixed', perBucket: 3 },
      ...body,
    })
  let numbers = 1000
  const number = () => `+39320555${(numbers += 1)}`
  const ask = (body: object = {}) =>
    service.tenant.call('POST', '/v1/callbacks', { campaignId, number: number(), ...body })
  const lease = (id: string, body: object = {}) => service.tenant.call('POST', `/v1/campaigns/${id}/leases`, body)
  const report = (id: string, body: object) => service.tenant.call('POST', `/v1/callbacks/${id}/attempts`, body)
  const read = async (id: string) => (await service.tenant.call('GET', `/v1/callbacks/${id}`)).body
  const step = async (ms: number) => {
    service.clock.now += ms
    await sweepCallbacks(service.deps, service.tenant.id)
  }

  test('asked, promised, leased, tried, tried again, answered; each step is one row of history', async () => {
    const { id } = await campaign({ name: 'Giro' })
    const asked = await ask({ campaignId: id, number: '320 5550001', reason: 'Bolletta', data: { tier: 'gold' } })
    expect(asked.status).toBe(201)
    expect(asked.body).toMatchObject({ status: 'scheduled', number: '+393205550001', isNew: true, attempts: 0 })
    expect(asked.body.windowFrom).toBe('2026-11-23T10:00:00+01:00')
    expect(asked.body.expectedWaitSeconds).toBe(1800)
    const again = await ask({ campaignId: id, number: '+39 320 555 0001' })
    expect([again.status, again.body.id, again.body.isNew]).toEqual([200, asked.body.id, false])
    const first = await lease(id)
    expect(first.body.items.map((c: any) => [c.id, c.status])).toEqual([[asked.body.id, 'in_progress']])
    expect((await lease(id)).body.items).toEqual([])
    const busy = await report(asked.body.id, { outcome: 'busy', leaseId: first.body.leaseId })
    expect(busy.body).toMatchObject({ status: 'scheduled', attempts: 1, dueAt: '2026-11-23T10:05:00+01:00' })
    const twice = await report(asked.body.id, { outcome: 'busy', leaseId: first.body.leaseId })
    expect(twice.body.attempts).toBe(1)
    expect((await lease(id)).body.items).toEqual([])
    await step(6 * MINUTE)
    const second = await lease(id)
    expect(second.body.items.length).toBe(1)
    const done = await report(asked.body.id, { outcome: 'answered', leaseId: second.body.leaseId, note: 'Risolto' })
    expect(done.body).toMatchObject({ status: 'completed', outcome: 'answered', attempts: 2, leaseId: null })
    const { items } = (await service.tenant.call('GET', `/v1/callbacks/${asked.body.id}/history`)).body
    expect(items.map((e: any) => [e.type, e.before?.status, e.after?.status])).toEqual([
      ['callback.promised', undefined, 'scheduled'],
      ['callback.leased', 'scheduled', 'in_progress'],
      ['callback.attempted', 'in_progress', 'scheduled'],
      ['callback.leased', 'scheduled', 'in_progress'],
      ['callback.attempted', 'in_progress', 'completed'],
    ])
  })

  test('the same request under the same Idempotency-Key is one callback, also without a number', async () => {
    const { id } = await campaign({ name: 'Chiave', joinLinkTemplate: 'https://video.example/{code}' })
    const send = (key: string, reason: string) =>
      service.tenant.call(
        'POST',
        '/v1/callbacks',
        { campaignId: id, channel: 'web', reason },
        { headers: { 'idempotency-key': key } },
      )
    const all = await Promise.all(Array.from({ length: 5 }, () => send('richiesta-0001', 'Video')))
    expect(new Set(all.map((a) => a.body.id)).size).toBe(1)
    expect((await send('richiesta-0001', 'Altro')).body.code).toBe('idempotency_key_reused')
    expect((await send('richiesta-0002', 'Video')).body.id).not.toBe(all[0]!.body.id)
  })

  test('a window is promised to so many and no more, rivals included; the others hear of the nearest', async () => {
    const { id } = await campaign({ name: 'Piena', maxPerNumberAndDay: 0 })
    const when = { kind: 'at', at: '2026-11-24T10:00:00+01:00' }
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask({ campaignId: id, when })))
    expect(answers.filter((a) => a.status === 201).length).toBe(3)
    const refused = answers.find((a) => a.status === 409)!
    expect(refused.body.code).toBe('window_full')
    expect(refused.body.nearestWindows.map((w: any) => w.from)).toContain('2026-11-24T09:30:00+01:00')
    const listed = await service.tenant.call(
      'GET',
      `/v1/callback-windows?campaignId=${id}&from=2026-11-24T08:00:00%2B01:00&to=2026-11-24T12:00:00%2B01:00`,
    )
    expect(listed.body.items.find((w: any) => w.from === '2026-11-24T10:00:00+01:00').remaining).toBe(0)
    const [one] = answers.filter((a) => a.status === 201)
    await service.tenant.call('POST', `/v1/callbacks/${one!.body.id}/cancellation`, { reason: 'Non serve' })
    expect((await ask({ campaignId: id, when })).status).toBe(201)
  })

  test('hours: of the campaign, of the person’s country, on holidays; the refusal offers what is allowed', async () => {
    const night = await ask({ when: { kind: 'at', at: '2026-11-24T03:00:00+01:00' } })
    expect(night.body.code).toBe('window_closed')
    const american = await ask({ number: '+1 212 555 0123', when: { kind: 'at', at: '2026-11-24T10:00:00+01:00' } })
    expect(american.body.code).toBe('window_closed')
    for (const w of american.body.nearestWindows)
      expect(new Date(w.from).getUTCHours(), w.from).toBeGreaterThanOrEqual(13)
    const stated = await ask({
      number: '+1 212 555 0123',
      timeZone: 'Europe/Rome',
      when: { kind: 'at', at: '2026-11-24T10:00:00+01:00' },
    })
    expect(stated.status).toBe(201)
  })

  test('priority goes first, but not before those who have waited longer', async () => {
    const { id } = await campaign({ name: 'Ordine', capacity: { kind: 'fixed', perBucket: 50 } })
    const plain = (await ask({ campaignId: id })).body.id
    await step(5 * MINUTE)
    const urgent = (await ask({ campaignId: id, priority: 4 })).body.id
    const urgentest = (await ask({ campaignId: id, priority: 10 })).body.id
    const { items } = (await lease(id, { max: 10 })).body
    expect(items.map((c: any) => c.id)).toEqual([urgentest, plain, urgent])
  })

  test('a lease that is lost, given back or kept longer', async () => {
    const { id } = await campaign({ name: 'Prestiti', capacity: { kind: 'fixed', perBucket: 50 } })
    const ids = [(await ask({ campaignId: id })).body.id, (await ask({ campaignId: id })).body.id]
    const first = (await lease(id, { leaseSeconds: 60 })).body
    const at = `/v1/campaigns/${id}/leases/${first.leaseId}`
    expect((await service.tenant.call('POST', `${at}/return`, { callbackIds: [ids[0]] })).body).toEqual({
      ...{ count: 1, callbackIds: [ids[0]] },
    })
    expect(
      (await service.tenant.call('POST', `${at}/extension`, { callbackIds: ids, leaseSeconds: 300 })).body.count,
    ).toBe(1)
    await step(2 * MINUTE)
    expect((await read(ids[1])).status).toBe('in_progress')
    await step(4 * MINUTE)
    expect((await read(ids[1])).status).toBe('scheduled')
    const second = (await lease(id)).body
    expect(second.items.length).toBe(2)
    // The late result of the first lease only goes into the history, because the second lease is active. An answered call counts always.
    expect((await report(ids[1], { outcome: 'busy', leaseId: first.leaseId })).body.status).toBe('in_progress')
    const results = [
      { callbackId: ids[0], outcome: 'answered' },
      { callbackId: ids[1], outcome: 'answered' },
      { callbackId: service.tenant.id, outcome: 'busy' },
    ]
    const settled = await service.tenant.call('POST', `/v1/campaigns/${id}/leases/${second.leaseId}/results`, {
      results,
    })
    expect(settled.body.items.map((r: any) => r.status ?? r.code)).toEqual(['completed', 'completed', 'not_found'])
  })

  test('no lease reaches past the hours, and what is left waits for the next day or expires', async () => {
    const { id } = await campaign({ name: 'Sera', graceMinutes: 1440 })
    const late = await campaign({ name: 'Tardi', graceMinutes: 10 })
    service.clock.now = Date.parse('2026-11-23T17:40:00+01:00')
    const kept = (await ask({ campaignId: id })).body
    const lost = (await ask({ campaignId: late.id })).body
    expect((await lease(id, { leaseSeconds: 3600 })).body.items[0].leaseUntil).toBe('2026-11-23T16:59:00.000Z')
    service.clock.now = Date.parse('2026-11-23T18:30:00+01:00')
    await step(0)
    await step(0)
    expect((await read(kept.id)).dueAt).toBe('2026-11-24T09:01:00+01:00')
    expect((await read(lost.id)).status).toBe('expired')
    expect((await lease(id)).body.items).toEqual([])
  })

  test('limits: requests of a number, open ones, outstanding ones, and numbers that nobody may call', async () => {
    const few = await campaign({ name: 'Pochi', maxPerNumberAndDay: 2, maxOpen: 2, maxOutstanding: 1 })
    const one = number()
    for (let i = 0; i < 2; i += 1) {
      const { body } = await ask({ campaignId: few.id, number: one })
      await service.tenant.call('POST', `/v1/callbacks/${body.id}/cancellation`, {})
    }
    expect((await ask({ campaignId: few.id, number: one })).body.code).toBe('too_many_callbacks')
    await ask({ campaignId: few.id })
    await ask({ campaignId: few.id })
    expect((await ask({ campaignId: few.id })).body.code).toBe('campaign_full')
    expect((await lease(few.id)).body.items.length).toBe(1)
    expect((await lease(few.id)).body.items.length).toBe(0)
    const barred = number()
    await service.tenant.call('POST', '/v1/do-not-call', { number: barred, reason: 'Richiesta' })
    expect((await ask({ number: barred })).body.code).toBe('do_not_call')
    expect((await service.tenant.call('GET', '/v1/do-not-call')).body.items[0].number).toBe(barred)
    expect((await service.tenant.call('POST', '/v1/do-not-call/removal', { number: barred })).body.count).toBe(1)
    expect((await ask({ number: barred })).status).toBe(201)
  })

  test('a barred number is not handed out, and a further number that waits elsewhere stops nothing', async () => {
    const { id } = await campaign({ name: 'Intrecci' })
    const [x, y] = [number(), number()]
    const a = (await ask({ campaignId: id, number: x, furtherNumbers: [y] })).body
    await ask({ campaignId: id, number: y })
    const first = (await lease(id, { max: 1 })).body
    expect(first.items[0].id).toBe(a.id)
    const results = [{ callbackId: a.id, outcome: 'no_answer' }]
    const settled = await service.tenant.call('POST', `/v1/campaigns/${id}/leases/${first.leaseId}/results`, {
      results,
    })
    expect(settled.body.items[0]).toMatchObject({ status: 'scheduled', code: null })
    expect(await read(a.id)).toMatchObject({ attempts: 1, number: x })
    await service.tenant.call('POST', '/v1/do-not-call', { number: y })
    expect((await lease(id)).body.items).toEqual([])
    expect((await ask({ campaignId: id, furtherNumbers: [y] })).body.code).toBe('do_not_call')
  })

  test('a personal window without end is judged by the horizon', async () => {
    const office = await makeOffice(service.tenant)
    const { id } = await campaign({ name: 'Orizzonte', horizonDays: 3 })
    const when = { kind: 'window', from: '2026-11-24T09:00:00+01:00', to: '2199-12-31T00:00:00Z' }
    expect((await ask({ campaignId: id, ownerAgentId: office.agent.id, when })).status).toBe(201)
    const far = { kind: 'window', from: '2026-12-24T09:00:00+01:00', to: '2199-12-31T00:00:00Z' }
    expect((await ask({ campaignId: id, ownerAgentId: office.agent.id, when: far })).body.code).toBe('agent_not_free')
  })

  test('a waiting lease gets what falls due meanwhile, over a real connection', async () => {
    const { id } = await campaign({ name: 'Attesa' })
    await service.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = service.app.server.address() as { port: number }
    const waiting = fetch(`http://127.0.0.1:${port}/v1/campaigns/${id}/leases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.tenant.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ waitSeconds: 15 }),
    })
    const { body } = await ask({ campaignId: id })
    const leased = (await (await waiting).json()) as { items: { id: string }[] }
    expect(leased.items.map((c) => c.id)).toEqual([body.id])
  })

  test('nothing is promised in the last minute of the hours', async () => {
    const { id } = await campaign({ name: 'Ultimo', graceMinutes: 60 })
    const late = await ask({ campaignId: id, when: { kind: 'at', at: '2026-11-24T17:59:30+01:00' } })
    expect(late.body.code).toBe('window_closed')
  })

  test('several numbers in their order, until one is right', async () => {
    const { id } = await campaign({ name: 'Numeri' })
    const { body } = await ask({ campaignId: id, furtherNumbers: ['+39 0746 123456'] })
    const first = (await lease(id)).body
    const next = (await report(body.id, { outcome: 'wrong_number', leaseId: first.leaseId })).body
    expect(next).toMatchObject({ status: 'scheduled', number: '+390746123456' })
    const second = (await lease(id)).body
    expect(second.items[0].number).toBe('+390746123456')
    expect((await report(body.id, { outcome: 'wrong_number', leaseId: second.leaseId })).body.status).toBe('completed')
  })

  test('a personal callback is its agent’s first, then everybody’s', async () => {
    const office = await makeOffice(service.tenant)
    const { id } = await campaign({ name: 'Personale', ownerGraceMinutes: 15 })
    await ask({ campaignId: id, ownerAgentId: office.agent.id })
    expect((await lease(id)).body.items.length).toBe(0)
    const own = (await lease(id, { agentId: office.agent.id })).body
    expect(own.items.length).toBe(1)
    const ids = own.items.map((c: any) => c.id)
    await service.tenant.call('POST', `/v1/campaigns/${id}/leases/${own.leaseId}/return`, { callbackIds: ids })
    await step(16 * MINUTE)
    expect((await lease(id)).body.items.length).toBe(1)
  })

  test('a personal callback at a time takes that time of its agent, and gives it back', async () => {
    const office = await makeOffice(service.tenant)
    const { id } = await campaign({ name: 'Proprio', personalMinutes: 30 })
    const ten = '2026-11-26T10:00:00+01:00'
    const slots = async () =>
      JSON.stringify(
        (await service.tenant.call('GET', `/v1/slots?serviceId=${office.service.id}&from=2026-11-26&to=2026-11-26`))
          .body,
      ).includes(`"start":"${ten}"`)
    const own = (when: object) => ask({ campaignId: id, ownerAgentId: office.agent.id, when })
    expect(await slots()).toBe(true)
    const { body } = await own({ kind: 'at', at: ten })
    expect(body).toMatchObject({ windowFrom: ten, windowTo: '2026-11-26T10:30:00+01:00', dueAt: ten })
    expect(await slots()).toBe(false)
    const contact = { firstName: 'Ada', lastName: 'Neri', phone: '+393205557777' }
    const booking = { serviceIds: [office.service.id], start: ten, contact }
    expect((await service.tenant.call('POST', '/v1/appointments', booking)).body.code).toBe('slot_taken')
    expect((await own({ kind: 'at', at: ten })).body.code).toBe('agent_not_free')
    const window = { kind: 'window', from: ten, to: '2026-11-26T11:30:00+01:00' }
    const rivals = await Promise.all(Array.from({ length: 4 }, () => own(window)))
    const starts = rivals.filter((a) => a.status === 201).map((a) => a.body.windowFrom as string)
    expect(new Set(starts).size).toBe(starts.length)
    expect(starts.sort()[0]).toBe('2026-11-26T10:30:00+01:00')
    await service.tenant.call('POST', `/v1/callbacks/${body.id}/cancellation`, {})
    expect(await slots()).toBe(true)
    expect((await own({ kind: 'at', at: '2026-11-26T20:00:00+01:00' })).body.code).toBe('agent_not_free')
  })

  test('capacity follows the staff on duty, appointments taken off', async () => {
    const office = await makeOffice(service.tenant, { agents: 2 })
    const { id } = await campaign({
      name: 'Personale in turno',
      capacity: { kind: 'staffed', serviceId: office.service.id, handlingMinutes: 5, share: 0.5 },
    })
    const at = async () =>
      (
        await service.tenant.call(
          'GET',
          `/v1/callback-windows?campaignId=${id}&from=2026-11-25T09:00:00%2B01:00&to=2026-11-25T10:00:00%2B01:00`,
        )
      ).body.items.map((w: any) => w.remaining)
    const before = await at()
    expect(before).toEqual([6, 6])
    await service.tenant.make('appointments', {
      serviceIds: [office.service.id],
      start: '2026-11-25T09:30:00+01:00',
      contact: { firstName: 'Ada', lastName: 'Neri', phone: '+393205558888' },
    })
    expect(await at()).toEqual([6, 3])
  })

  test('segments route, and the dry run says so beforehand', async () => {
    const vip = await campaign({ name: 'VIP' })
    const routed = await campaign({
      name: 'Smistamento',
      scriptRef: 'base',
      segments: [
        {
          name: 'oro',
          when: [{ attribute: 'tier', is: 'equal', value: 'gold' }],
          campaignId: vip.id,
          priority: 30,
          scriptRef: 'oro',
        },
      ],
    })
    const dry = await service.tenant.call('POST', `/v1/campaigns/${routed.id}/segments/dry-run`, {
      requests: [{ tier: 'gold' }, { tier: 'base' }],
    })
    expect(dry.body.items).toEqual([
      { segment: 'oro', campaignId: vip.id, priority: 30, scriptRef: 'oro' },
      { segment: null, campaignId: routed.id, priority: 0, scriptRef: 'base' },
    ])
    const { body } = await ask({ campaignId: routed.id, data: { tier: 'gold' } })
    expect(body).toMatchObject({ campaignId: vip.id, priority: 30, segment: 'oro', scriptRef: 'oro' })
  })

  test('postponed to another window, and listed as late when the window has passed', async () => {
    const { id } = await campaign({ name: 'Rinvii' })
    const { body } = await ask({ campaignId: id })
    const moved = await service.tenant.call('POST', `/v1/callbacks/${body.id}/postponement`, {
      when: { kind: 'window', from: '2026-11-24T15:00:00+01:00', to: '2026-11-24T16:00:00+01:00' },
    })
    expect(moved.body).toMatchObject({ status: 'scheduled', windowFrom: '2026-11-24T15:00:00+01:00' })
    service.clock.now = Date.parse('2026-11-24T16:10:00+01:00')
    const late = await service.tenant.call('GET', `/v1/callbacks?campaignId=${id}&late=true`)
    expect(late.body.items.map((c: any) => c.id)).toEqual([body.id])
    const counters = (await service.tenant.call('GET', `/v1/campaigns/${id}/counters`)).body
    expect(counters).toMatchObject({ scheduled: 1, due: 1, late: 1, completed: 0 })
  })

  test('many leases at once never hand out one callback twice', async () => {
    const { id } = await campaign({ name: 'Folla', capacity: { kind: 'fixed', perBucket: 500 } })
    await Promise.all(Array.from({ length: 60 }, () => ask({ campaignId: id })))
    const leases = await Promise.all(Array.from({ length: 12 }, () => lease(id, { max: 7 })))
    const ids = leases.flatMap((l) => l.body.items.map((c: any) => c.id as string))
    expect(ids.length).toBe(60)
    expect(new Set(ids).size).toBe(60)
  })

  test('a citizen asks on the page, comes back by the link, postpones and cancels', async () => {
    await campaign({ name: 'Sportello', externalId: 'sportello', isPublic: true })
    const citizen = newCitizen(service.app)
    const page = await citizen.get('/prova/callback')
    expect(page.text).toContain('Il prima possibile: lunedì 23 novembre 2026, 10:00–10:30')
    const faulty = await citizen.submit(page, '/callback', { number: '12', when: 'now' })
    expect(faulty.status).toBe(422)
    const unsolved = await citizen.submit(page, '/callback', { number: '0746 123450', when: 'now' })
    expect(unsolved.text).toContain('non sia un robot')
    const sending = { number: '0746 123450', when: 'now', reason: 'Tributi', altcha: await solve(page.html) }
    const own = await citizen.submit(page, '/callback', sending)
    expect(own.url).toMatch(/callback\/[0-9a-f-]{36}\?said=promised$/)
    expect(own.text).toContain('In programma')
    expect((await citizen.submit(page, '/callback', sending)).url).toBe(own.url)
    const stranger = newCitizen(service.app)
    expect((await stranger.get(own.url)).status).toBe(404)
    const other = await stranger.get('/prova/callback')
    const known = await stranger.submit(other, '/callback', { ...sending, altcha: await solve(other.html) })
    // The page shows nothing of the owner's request, and does not tell whether there is one.
    expect(known.text).toContain('La tua richiesta è arrivata')
    expect(known.text).toContain('Se per questo numero una chiamata era già promessa')
    expect(known.html).not.toContain(own.url.slice(0, 50))
    // The callback is found by its code together with its number, and with no other number.
    const code = /class="code">([^<]+)</.exec(own.html)![1]!
    const finder = newCitizen(service.app)
    const search = await finder.get('/prova/find')
    expect((await finder.submit(search, '/prova/find', { code, means: '0746 123450' })).url).toContain('/callback/')
    const wrong = await newCitizen(service.app).submit(search, '/prova/find', { code, means: '0746 123451' })
    expect(wrong.status).toBe(404)
    const link = /href="(\/prova\/c\/[^"]+)"/.exec(own.html)![1]!
    const again = await stranger.get(link)
    const moved = await stranger.submit(again, 'postponement', { when: '2026-11-24T09:00:00.000Z' })
    expect(moved.text).toContain('martedì 24 novembre 2026, 10:00–10:30')
    const asked = await stranger.get(`${own.url.split('?')[0]}/cancellation`)
    expect(asked.text).toContain('Annullare la chiamata?')
    const cancelled = await stranger.submit(asked, 'cancellation')
    expect(cancelled.text).toContain('La richiesta è annullata.')
    expect((await stranger.get(`${link}x`)).status).toBe(404)
    const told = `${citizen.visited.join(' ')} ${stranger.visited.join(' ')}`
    // Checks the whole number: four of its digits can occur in a token by chance.
    expect(decodeURIComponent(told)).not.toMatch(/746[ +]?123450/)
  })

  test('with texts, nobody sees on the page whether a number has a promise; its owner reads it in a text', async () => {
    const fields = { To: '{{ to }}', Body: '{{ text }}' }
    const gateway = { url: 'http://127.0.0.1:9/send', format: 'json', fields, perSecond: 1_000 }
    expect((await service.tenant.call('PUT', '/v1/text-gateways/sms', gateway)).status).toBe(200)
    const ask = async (number: string) => {
      const citizen = newCitizen(service.app)
      const page = await citizen.get('/prova/callback?campaign=sportello')
      return citizen.submit(page, '/callback', { number, when: 'now', altcha: await solve(page.html) })
    }
    const fresh = await ask('0746 123477')
    const known = await ask('0746 123477')
    expect([known.url, known.html]).toEqual([fresh.url, fresh.html])
    expect(known.headers['set-cookie']).toEqual(fresh.headers['set-cookie'])
    expect(fresh.text).toContain('Un SMS al numero dice quando chiamiamo')
    await ask('0746 123477')
    await service.settle()
    const { items } = (await service.tenant.call('GET', '/v1/messages?limit=100')).body
    const told = items.filter((m: any) => m.recipient === '+390746123477')
    // The promise, and one reminder of it within the hour.
    // The agent who calls sees the extension.
    await ask('06 69821234 int. 5')
    const calls = (await service.tenant.call('GET', '/v1/callbacks?limit=200')).body.items
    expect(calls.find((c: any) => c.number === '+390669821234').reason).toBe('Interno 5')
    expect(told.map((m: any) => [m.channel, m.template])).toEqual([
      ['sms', 'callback_promised'],
      ['sms', 'callback_promised'],
    ])
    await service.tenant.call('DELETE', '/v1/text-gateways/sms')
  })

  test('a web callback has a link instead of a number', async () => {
    const { id } = await campaign({ name: 'Web', joinLinkTemplate: 'https://video.example/r/{code}' })
    const { body } = await service.tenant.call('POST', '/v1/callbacks', { campaignId: id, channel: 'web' })
    expect(body.number).toBeNull()
    expect(body.joinLink).toBe(`https://video.example/r/${body.code}`)
    const missing = await service.tenant.call('POST', '/v1/callbacks', { campaignId: id, channel: 'phone' })
    expect(missing.status).toBe(400)
  })
})
