// Recurrence rules: known dates, refusals that name the faulty part, and the moved start compared with rrule's own iteration.
import fc from 'fast-check'
import rrule from 'rrule'
import { expect, test } from 'vitest'
import { DAY } from '../src/kernel/time/interval.ts'
import { expandDays, faultInRule, forgetExpansions, isEver } from '../src/kernel/time/recurrence.ts'
import { formatDate, parseDate } from '../src/kernel/time/zone.ts'

const days = (text: string, start: string, from: string, to: string, exceptions: string[] = []): string[] =>
  expandDays({ rrule: text, start, exceptions }, parseDate(from), parseDate(to)).map(formatDate)

test.each([
  ['FREQ=WEEKLY;BYDAY=MO,WE', ['2026-03-02', '2026-03-04', '2026-03-09', '2026-03-11']],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', ['2026-03-09']],
  ['FREQ=MONTHLY;BYDAY=2TU', ['2026-03-10']],
  ['FREQ=MONTHLY;BYDAY=-1FR', []],
  ['FREQ=MONTHLY;BYMONTHDAY=1,15', ['2026-03-01', '2026-03-15']],
  ['FREQ=DAILY;INTERVAL=5', ['2026-03-02', '2026-03-07', '2026-03-12']],
  ['FREQ=WEEKLY;BYDAY=MO;UNTIL=20260302', ['2026-03-02']],
  ['FREQ=WEEKLY;BYDAY=MO;COUNT=10', ['2026-03-02', '2026-03-09']],
])('%s from 2026-01-01 in the first half of March', (text, expected) => {
  const shown = days(text, '2026-01-01', '2026-03-01', '2026-03-16')
  expect(text.includes('BYDAY=MO,WE') ? shown.slice(0, 4) : shown).toEqual(expected)
})

test('exceptions are left out', () => {
  expect(days('FREQ=WEEKLY;BYDAY=MO', '2026-01-01', '2026-03-01', '2026-03-16', ['2026-03-02'])).toEqual(['2026-03-09'])
})

test.each([
  ['FREQ=HOURLY', 'FREQ'],
  ['FREQ=WEEKLY;BYHOUR=9', 'BYHOUR'],
  ['FREQ=WEEKLY;BYDAY=2MO', 'BYDAY'],
  ['FREQ=WEEKLY;INTERVAL=0', 'INTERVAL'],
  ['FREQ=WEEKLY;UNTIL=20260231', 'UNTIL'],
  ['FREQ=WEEKLY;UNTIL=20261231;COUNT=3', 'COUNT'],
  ['FREQ=WEEKLY;FREQ=DAILY', 'FREQ'],
  ['BYDAY=MO', 'FREQ'],
  ['nonsense', 'nonsense'],
])('refuses %s and names %s', (text, part) => expect(faultInRule(text)).toBe(part))

test('the moved start gives the dates of a walk from the first day', () => {
  const weekdays = fc.uniqueArray(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), {
    minLength: 1,
    maxLength: 7,
  })
  const rule = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 5 }), weekdays, fc.constantFrom('', ';WKST=SU', ';WKST=WE'))
      .map(([n, d, w]) => `FREQ=WEEKLY;INTERVAL=${n};BYDAY=${d.join()}${w}`),
    fc.integer({ min: 1, max: 40 }).map((n) => `FREQ=DAILY;INTERVAL=${n}`),
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('1MO', '-1FR', '2TU,4TU', '5SU'))
      .map(([n, d]) => `FREQ=MONTHLY;INTERVAL=${n};BYDAY=${d}`),
    fc.integer({ min: 1, max: 300 }).map((n) => `FREQ=WEEKLY;BYDAY=MO,TH;COUNT=${n}`),
  )
  const base = parseDate('2018-01-01')
  fc.assert(
    fc.property(
      rule,
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 3500 }),
      fc.integer({ min: 1, max: 70 }),
      (text, start, from, length) => {
        const first = base + start
        const [low, high] = [base + from, base + from + length]
        const walk = new rrule.RRule({ ...rrule.RRule.parseString(text), dtstart: new Date(first * DAY) })
        const expected = walk
          .between(new Date(low * DAY), new Date(high * DAY - 1), true)
          .map((d) => Math.floor(d.getTime() / DAY))
        expect(expandDays({ rrule: text, start: formatDate(first), exceptions: [] }, low, high)).toEqual(expected)
      },
    ),
    { numRuns: 600 },
  )
})

const some = <T>(values: readonly T[], most: number) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most })
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
const maybe = (part: fc.Arbitrary<string>) => fc.option(part, { nil: '' })
const list = (name: string, values: readonly (number | string)[], most: number) =>
  maybe(some(values, most).map((chosen) => `;${name}=${chosen.join()}`))

/** Random rules of every accepted form. */
const anyRule = fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY').chain((frequency) => {
  const isWide = frequency === 'MONTHLY' || frequency === 'YEARLY'
  const nth = fc.tuple(fc.constantFrom('1', '2', '5', '-1', '-2'), fc.constantFrom(...WEEKDAYS)).map(([n, d]) => n + d)
  const byDay = isWide
    ? maybe(
        fc
          .oneof(some(WEEKDAYS, 5), fc.uniqueArray(nth, { minLength: 1, maxLength: 3 }))
          .map((d) => `;BYDAY=${d.join()}`),
      )
    : list('BYDAY', WEEKDAYS, 5)
  return fc
    .tuple(
      fc.integer({ min: 1, max: 6 }).map((n) => `FREQ=${frequency};INTERVAL=${n}`),
      byDay,
      frequency === 'WEEKLY' ? fc.constant('') : list('BYMONTHDAY', [1, 2, 15, 28, 29, 30, 31, -1, -2, -31], 3),
      list('BYMONTH', [1, 2, 3, 6, 11, 12], 3),
      // rrule returns the first day for a position before it, so negative positions are not compared.
      list('BYSETPOS', frequency === 'DAILY' ? [1] : [1, 2, 3], 2),
      maybe(fc.constantFrom(';COUNT=1', ';COUNT=7', ';COUNT=60', ';UNTIL=20211231', ';UNTIL=20240301T120000Z')),
      maybe(fc.constantFrom(';WKST=SU', ';WKST=WE')),
    )
    .map((parts) => parts.join(''))
})

test('every accepted form gives the dates of rrule, near its start and years after', () => {
  const base = parseDate('2019-01-01')
  let compared = 0
  fc.assert(
    fc.property(
      anyRule,
      fc.integer({ min: 0, max: 800 }),
      fc.integer({ min: -100, max: 2500 }),
      fc.integer({ min: 1, max: 400 }),
      (text, start, from, length) => {
        expect(faultInRule(text)).toBeNull()
        const first = base + start
        const rule = { rrule: text, start: formatDate(first) }
        // For a rule that matches no day rrule iterates to the year 9999.
        if (!isEver(rule, first, first + 366 * 30)) return
        const [low, high] = [base + from, base + from + length]
        const walk = new rrule.RRule({ ...rrule.RRule.parseString(text), dtstart: new Date(first * DAY) }, true)
        const last = first + 366 * 40
        const expected: number[] = []
        // The callback stops the iteration; otherwise rrule would continue to the year 9999.
        walk.all((date) => {
          const day = Math.floor(date.getTime() / DAY)
          if (day >= low && day < high) expected.push(day)
          return day < Math.min(last, high)
        })
        expect(expandDays({ ...rule, exceptions: [] }, low, high)).toEqual(expected)
        compared += 1
      },
    ),
    { numRuns: 300 },
  )
  expect(compared).toBeGreaterThan(120)
})

test('positions from the end, before the first, and both kinds of weekdays at once', () => {
  expect(days('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '2026-01-01', '2026-01-01', '2026-04-01')).toEqual([
    '2026-01-30',
    '2026-02-27',
    '2026-03-31',
  ])
  expect(days('FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=-4', '2026-01-01', '2026-01-01', '2027-01-01')).toEqual([])
  expect(days('FREQ=MONTHLY;BYDAY=1MO,FR', '2026-01-01', '2026-01-01', '2026-01-20')).toEqual([
    '2026-01-02',
    '2026-01-05',
    '2026-01-09',
    '2026-01-16',
  ])
})

test('a rule that never falls is known at once, and no accepted rule costs more than 5 ms a month', () => {
  const never = [
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31',
    'FREQ=WEEKLY;BYMONTH=2;BYSETPOS=366',
    'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31',
    'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9',
  ]
  const from = parseDate('2026-11-01')
  for (const rrule of never)
    expect([rrule, isEver({ rrule, start: '2026-11-01' }, from, from + 3660)]).toEqual([rrule, false])
  expect(isEver({ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', start: '2026-11-01' }, from, from + 3660)).toBe(true)
  const dear = [
    ...never,
    'FREQ=DAILY;BYSETPOS=1',
    'FREQ=DAILY;COUNT=9999;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366',
  ]
  const cost = (rrule: string, start: string): number => {
    forgetExpansions()
    const began = performance.now()
    for (let month = 0; month < 24; month += 1)
      expandDays({ rrule, start, exceptions: [] }, from + month * 30, from + month * 30 + 30)
    return (performance.now() - began) / 24
  }
  const costs = dear.map((rrule) => cost(rrule, '1971-01-01'))
  fc.assert(
    fc.property(
      anyRule,
      fc.integer({ min: 0, max: 6000 }),
      (rrule, start) => void costs.push(cost(rrule, formatDate(parseDate('2016-11-24') + start))),
    ),
    { numRuns: 200 },
  )
  // The 99th percentile, not the maximum: on a busy machine any single run can pause.
  costs.sort((a, b) => a - b)
  expect(costs[Math.floor(costs.length * 0.99)]).toBeLessThan(5)
})
