// Reminders by rule: what is planned, and that each is sent once, at its time and never for an old time, whatever happens in between.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planReminders, isTooLate, type Reminded } from '../src/application/reminders/plan.ts'
import type { ReminderRule } from '../src/domain/tenant/notification-settings.ts'
import { effort } from './helpers/effort.ts'
import { makeOffice, START, startService, type Office, type TestService } from './helpers/service.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const IF_ANY = { headers: { 'if-match': '*' } }

describe('what is planned', () => {
  const a: Reminded = {
    id: 'a',
    status: 'confirmed',
    serviceIds: ['s'],
    start: 10 * DAY,
    end: 10 * DAY + HOUR,
    bookedAt: 0,
  }
  const rule = (more: Partial<ReminderRule>): ReminderRule => ({
    ...{ id: 'r', when: 'before', minutes: 1440, channel: 'best' },
    ...more,
  })
  test.each<[string, ReminderRule, Partial<Reminded>, number, number | null]>([
    ['a day before', rule({}), {}, 0, 9 * DAY],
    ['its time is over already', rule({}), {}, 9 * DAY + 1, null],
    ['booked early enough', rule({ ifBookedBefore: 2880 }), { bookedAt: 8 * DAY }, 0, 9 * DAY],
    ['booked too late', rule({ ifBookedBefore: 2880 }), { bookedAt: 8 * DAY + 1 }, 8 * DAY + 1, null],
    ['its service', rule({ serviceIds: ['s', 't'] }), {}, 0, 9 * DAY],
    ['another service', rule({ serviceIds: ['t'] }), {}, 0, null],
    ['not yet approved', rule({}), { status: 'pending' }, 0, null],
    ['cancelled', rule({}), { status: 'cancelled' }, 0, null],
    ['after the visit', rule({ when: 'after', minutes: 60 }), {}, 0, 10 * DAY + 2 * HOUR],
    ['who did not come is not asked how it was', rule({ when: 'after' }), { status: 'no_show' }, 11 * DAY, null],
    ['outcome recorded late', rule({ when: 'after', minutes: 60 }), { status: 'completed' }, 12 * DAY, 12 * DAY],
    ['outcome recorded weeks later', rule({ when: 'after', minutes: 60 }), { status: 'completed' }, 30 * DAY, null],
  ])('%s', (_name, one, change, now, expected) => {
    expect(planReminders([one], { ...a, ...change }, now)[0]?.at ?? null).toBe(expected)
  })
  test.each([
    [9 * DAY, false],
    [9 * DAY + 6 * HOUR, false],
    [9 * DAY + 6 * HOUR + 1, true],
    [10 * DAY, true],
  ])('planned for a day before, sent at %d: too late %s', (now, late) => {
    expect(isTooLate(rule({}), a, 9 * DAY, now)).toBe(late)
  })
})

describe('what is sent', () => {
  let service: TestService
  let office: Office
  let count = 0
  beforeAll(async () => {
    service = await startService()
    office = await makeOffice(service.tenant, {
      agents: 8,
      rules: [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '18:00' }] }],
    })
    await rules([{ id: 'day', when: 'before', minutes: 1440, channel: 'email' }])
  })
  afterAll(() => service.close())
  const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
  const rules = (reminders: object[]) =>
    call('PATCH', `/v1/tenants/${service.tenant.id}`, { notifications: { reminders } }, IF_ANY)
  const at = (ms: number): string => new Date(ms).toISOString()
  async function booked(start: number): Promise<any> {
    count += 1
    const contact = { firstName: 'Eva', lastName: `Prova ${count}`, email: `eva${count}@posta.example` }
    const { body, status } = await call('POST', '/v1/appointments', {
      ...{ serviceIds: [office.service.id], start: at(start), contact },
    })
    return status === 201 ? body : null
  }
  const reminders = async (id: string): Promise<any[]> =>
    (await call('GET', `/v1/messages?subjectId=${id}`)).body.items.filter((m: any) => m.template === 'reminder')

  test('a change of the rules reaches appointments that were made before it', async () => {
    service.clock.now = START
    const a = await booked(START + 5 * DAY)
    await service.settle()
    await rules([{ id: 'hours', when: 'before', minutes: 180, channel: 'email' }])
    await service.settle()
    service.clock.now = START + 4 * DAY + HOUR
    await service.settle()
    expect(await reminders(a.id)).toEqual([])
    service.clock.now = START + 5 * DAY - 2 * HOUR - 59 * MINUTE
    await service.settle()
    expect((await reminders(a.id)).map((m) => m.status)).toEqual(['queued'])
    await rules([{ id: 'day', when: 'before', minutes: 1440, channel: 'email' }])
    await service.settle()
    expect((await reminders(a.id)).length).toBe(1)
  })

  test('a reminder that the service slept through is dropped, and that is on record', async () => {
    service.clock.now = START
    const a = await booked(START + 6 * DAY)
    await service.settle()
    service.clock.now = START + 6 * DAY - HOUR
    await service.settle()
    expect((await reminders(a.id)).map((m) => [m.status, m.failure])).toEqual([['dropped', 'too_late']])
  })

  // Each step is a person's action, or passing time. Work follows a step or is left for later, as if the process had died.
  type Step =
    | { act: 'book'; day: number; hour: number }
    | { act: 'move'; which: number; day: number; hour: number }
    | { act: 'cancel' | 'note'; which: number }
    | { act: 'wait'; hours: number }
    | { act: 'work' }
    // Time passes until about the due time of a reminder, then work is done.
    | { act: 'near'; which: number; minutes: number }
  const day = fc.integer({ min: 1, max: 6 })
  const hour = fc.integer({ min: 8, max: 17 })
  const which = fc.nat({ max: 5 })
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ act: fc.constant('book' as const), day, hour }),
    fc.record({ act: fc.constant('move' as const), which, day, hour }),
    fc.record({ act: fc.constantFrom('cancel' as const, 'note' as const), which }),
    fc.record({ act: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ act: fc.constant('work' as const) }),
    fc.record({ act: fc.constant('near' as const), which, minutes: fc.integer({ min: -30, max: 300 }) }),
  )

  const shown = (start: number): string =>
    new Date(start).toLocaleDateString('it-IT', {
      ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'Europe/Rome' },
    } as Intl.DateTimeFormatOptions)
  const clock = (start: number): string =>
    new Date(start).toLocaleTimeString('it-IT', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Rome' })
  let written = 0

  test('one at most for each time, none for an old time or a cancelled visit, none lost that work could have sent', async () => {
    await rules([{ id: 'day', when: 'before', minutes: 1440, channel: 'email' }])
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        // Each run uses weeks of its own.
        const origin = service.clock.now + 20 * DAY - ((service.clock.now + 20 * DAY) % DAY)
        service.clock.now = origin
        const mine: { id: string; start: number; since: number; isLive: boolean }[] = []
        const seen = new Set<string>()
        for (const one of steps) {
          const time = (s: { day: number; hour: number }) => origin + s.day * DAY + s.hour * HOUR - HOUR
          const a = 'which' in one ? mine[one.which] : undefined
          if (one.act === 'book') {
            const made = time(one) > service.clock.now ? await booked(time(one)) : null
            if (made) mine.push({ id: made.id, start: time(one), since: service.clock.now, isLive: true })
          } else if (one.act === 'wait') service.clock.now += one.hours * HOUR
          else if (one.act === 'work') await service.settle()
          else if (one.act === 'near') {
            if (a) service.clock.now = Math.max(service.clock.now, a.start - DAY + one.minutes * MINUTE)
            await service.settle()
          } else if (a?.isLive && a.start > service.clock.now) {
            if (one.act === 'move' && time(one) > service.clock.now) {
              const body = { start: at(time(one)), reason: 'prova' }
              if ((await call('POST', `/v1/appointments/${a.id}/rescheduling`, body, IF_ANY)).status === 200)
                Object.assign(a, { start: time(one), since: service.clock.now })
            } else if (one.act === 'cancel') {
              await call('POST', `/v1/appointments/${a.id}/cancellation`, { reason: 'prova' }, IF_ANY)
              a.isLive = false
            } else if (one.act === 'note') await call('PATCH', `/v1/appointments/${a.id}`, { notes: 'x' }, IF_ANY)
          }
          if (one.act === 'work' || one.act === 'near') {
            for (const b of mine) {
              const sent = await reminders(b.id)
              // The reminder was planned in time and became due recently: it must exist.
              const isDue = b.since < b.start - DAY && service.clock.now >= b.start - DAY
              if (b.isLive && isDue && service.clock.now <= b.start - DAY + 6 * HOUR) {
                written += 1
                expect(
                  sent.filter((m) => m.text.includes(`Quando: ${shown(b.start)}, ${clock(b.start)}–`)).length,
                ).toBe(1)
              }
              // A new reminder is about the current time of the appointment, and is not too early.
              for (const m of sent.filter((r) => !seen.has(r.id) && r.status === 'queued')) {
                expect(b.isLive).toBe(true)
                expect(service.clock.now).toBeGreaterThanOrEqual(b.start - DAY)
                expect(service.clock.now).toBeLessThan(b.start)
                expect(m.text).toContain(
                  new Date(b.start).toLocaleDateString('it-IT', {
                    day: 'numeric',
                    month: 'long',
                    timeZone: 'Europe/Rome',
                  }),
                )
              }
              for (const m of sent) seen.add(m.id)
            }
          }
        }
        await service.settle()
        service.clock.now = Math.max(service.clock.now, origin + 12 * DAY)
        await service.settle()
        await service.settle()
        for (const b of mine) {
          const texts = (await reminders(b.id)).map((m) => /Quando: .*/.exec(m.text)![0])
          expect(new Set(texts).size).toBe(texts.length)
        }
      }),
      {
        numRuns: effort(40, 'REMINDER_RUNS'),
        examples: [
          [
            [
              { act: 'book', day: 3, hour: 9 },
              { act: 'near', which: 0, minutes: 5 },
            ],
          ],
        ],
      },
    )
    expect(written).toBeGreaterThan(0)
  })
})
