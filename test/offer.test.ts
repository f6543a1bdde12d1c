// How the pages present times, hours and colours: pure rules as tables.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { byDay, groupsOf } from '../src/site/booking/times-by-day.ts'
import { hoursOf } from '../src/site/booking/opening-hours.ts'
import { pageWords } from '../src/locales/words.ts'
import { checkTheme, DEFAULT_THEME } from '../src/domain/tenant/theme.ts'
import { HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import { parseDate } from '../src/kernel/time/zone.ts'
import { contrastOf, lightenedFor } from '../src/kernel/color.ts'

const EIGHT = Date.parse('2026-11-24T08:00:00+01:00')
const times = (count: number, step: number) =>
  Array.from({ length: count }, (_, i) => ({ start: EIGHT + i * step, locationId: 'a', zone: 'Europe/Rome' }))

describe('the times of a day', () => {
  test('up to thirty-six are morning and afternoon, more are grouped by the hour', () => {
    const few = groupsOf(times(36, 15 * MINUTE))
    expect(few.map((g) => [g.kind, g.times.length])).toEqual([
      ['morning', 20],
      ['afternoon', 16],
    ])
    const many = groupsOf(times(37, 15 * MINUTE))
    expect(many.map((g) => [g.kind, g.hour, g.times.length]).slice(0, 2)).toEqual([
      ['hour', 8, 4],
      ['hour', 9, 4],
    ])
    expect(many.length).toBe(10)
  })

  test('a start at two places counts once, unless the place matters', () => {
    const slots = ['a', 'b'].map((locationId) => ({ start: EIGHT, locationId, remaining: 1 }))
    expect(byDay(slots, () => 'Europe/Rome', false)[0]!.times.length).toBe(1)
    expect(byDay(slots, () => 'Europe/Rome', true)[0]!.times.length).toBe(2)
    const late = [{ start: EIGHT + 15 * HOUR, locationId: 'a', remaining: 1 }]
    expect(byDay(late, () => 'Europe/Rome', false)[0]!.day).toBe(parseDate('2026-11-24'))
    expect(byDay([{ ...late[0]!, start: EIGHT + 16 * HOUR }], () => 'Europe/Rome', false)[0]!.day).toBe(
      parseDate('2026-11-25'),
    )
  })
})

test('hours are told in words; what no plain words can tell is left out', () => {
  const rule = (rrule: string, from: string, to: string) => ({ rrule, windows: [{ from, to }] })
  const rules = [
    rule('FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', '08:30', '13:00'),
    rule('FREQ=WEEKLY;BYDAY=TU,TH', '15:00', '17:30'),
    rule('FREQ=MONTHLY;BYDAY=1SA', '09:00', '12:00'),
    rule('FREQ=WEEKLY;INTERVAL=2;BYDAY=SU', '09:00', '12:00'),
  ]
  const schedules = new Map([['x', [{ id: 's', timeZone: 'Europe/Rome', fromDay: 0, untilDay: 99_999, rules }]]])
  const config = { timeZone: 'Europe/Rome', schedules } as never
  expect(hoursOf(config, { locationId: 'x', language: 'it', words: pageWords('it'), now: EIGHT })).toEqual([
    'lun–ven 08:30–13:00',
    'mar, gio 15:00–17:30',
    'primo sabato del mese 09:00–12:00',
  ])
  expect(hoursOf(config, { locationId: 'x', language: 'en', words: pageWords('en'), now: EIGHT })[0]).toBe(
    'Mon–Fri 08:30–13:00',
  )
})

describe('contrast', () => {
  test('agrees with the examples of WCAG', () => {
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrastOf('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
    expect(contrastOf('#777777', '#ffffff')).toBeLessThan(4.5)
  })

  test('a colour made lighter for the dark reaches what was asked, and a legible theme passes', () => {
    const colour = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`)
    fc.assert(
      fc.property(colour, (hex) => {
        expect(contrastOf(lightenedFor(hex, '#1b2026', 6), '#1b2026')).toBeGreaterThanOrEqual(6)
      }),
    )
    expect(() => checkTheme(DEFAULT_THEME)).not.toThrow()
  })
})
