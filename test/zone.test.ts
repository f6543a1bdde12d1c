// Tests every IANA zone across its clock changes of 2026 and 2027: windows keep their wall-clock time, the repeated hour is open twice,
// the skipped hour never. Compared minute by minute with Intl, which shares no code with kernel/time/zone.ts's tables.
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import {
  formatInstant,
  instantOf,
  isZone,
  offsetAt,
  parseDate,
  startOfDay,
  wallWindow,
} from '../src/kernel/time/zone.ts'
import { isThorough, sampled } from './helpers/effort.ts'
import { wallByIntl } from './helpers/intl.ts'

const zones = Intl.supportedValuesOf('timeZone')

/** Offset of a zone by Intl alone, in milliseconds. */
const intlOffsets = (zone: string) => (at: number) => wallByIntl(zone, at) - at

/** Instants at which the offset changes in 2026 and 2027, found by bisection with Intl. */
function transitions(offset: (at: number) => number): number[] {
  const found: number[] = []
  for (let low = Date.UTC(2026, 0, 1); low < Date.UTC(2028, 0, 1); low += 3 * DAY) {
    if (offset(low) === offset(low + 3 * DAY)) continue
    let [a, b] = [low, low + 3 * DAY]
    while (b - a > MINUTE) {
      const m = a + Math.floor((b - a) / 2 / MINUTE) * MINUTE
      if (offset(m) === offset(a)) a = m
      else b = m
    }
    found.push(b)
  }
  return found
}

test('all zones of this runtime across their changes of 2026 and 2027', () => {
  let changes = 0
  const wrong: string[] = []
  for (const zone of sampled(zones, 4)) {
    const offset = intlOffsets(zone)
    for (const at of transitions(offset)) {
      changes += 1
      const [before, after] = [offset(at - MINUTE), offset(at)]
      expect(offsetAt(zone, at - MINUTE), `${zone} before`).toBe(before)
      expect(offsetAt(zone, at), `${zone} after`).toBe(after)
      // A window around the change, from two hours before to two hours after in wall time: it contains exactly the minutes whose clock
      // reads so.
      const wallFrom = at + Math.min(before, after) - 2 * HOUR
      const wallTo = at + Math.max(before, after) + 2 * HOUR
      const spans = wallWindow(zone, wallFrom, wallTo)
      const inside = (t: number): boolean => spans.some((_, i) => i % 2 === 0 && t >= spans[i]! && t < spans[i + 1]!)
      let open = 0
      // Intl is asked every quarter of an hour: no zone changes within one.
      expect(at % (15 * MINUTE), `${zone} ${new Date(at).toISOString()}`).toBe(0)
      let shift = 0
      for (let t = at - 6 * HOUR; t < at + 6 * HOUR; t += MINUTE) {
        if (t % (15 * MINUTE) === 0) shift = offset(t)
        const wall = t + shift
        if (inside(t) !== (wall >= wallFrom && wall < wallTo)) wrong.push(`${zone} ${new Date(t).toISOString()}`)
        if (inside(t)) open += 1
      }
      expect(open * MINUTE).toBe(wallTo - wallFrom + (before - after))
    }
  }
  expect(wrong).toEqual([])
  expect(zones.length).toBeGreaterThan(400)
  expect(changes).toBeGreaterThan(isThorough ? 300 : 75)
})

describe('Rome', () => {
  const rome = (wall: string): number => Date.parse(`${wall}:00Z`)
  test('the repeated hour is open twice', () => {
    const spans = wallWindow('Europe/Rome', rome('2026-10-25T02:15'), rome('2026-10-25T02:45'))
    expect(spans.map((t) => formatInstant('Europe/Rome', t))).toEqual([
      '2026-10-25T02:15:00+02:00',
      '2026-10-25T02:45:00+02:00',
      '2026-10-25T02:15:00+01:00',
      '2026-10-25T02:45:00+01:00',
    ])
  })
  test('the skipped hour is never open', () => {
    expect(wallWindow('Europe/Rome', rome('2026-03-29T02:00'), rome('2026-03-29T03:00'))).toEqual([])
  })
  test('a single skipped wall time moves forward, a repeated one is its first occurrence', () => {
    expect(formatInstant('Europe/Rome', instantOf('Europe/Rome', rome('2026-03-29T02:30')))).toBe(
      '2026-03-29T03:30:00+02:00',
    )
    expect(formatInstant('Europe/Rome', instantOf('Europe/Rome', rome('2026-10-25T02:30')))).toBe(
      '2026-10-25T02:30:00+02:00',
    )
  })
  test('a day begins at its first instant, also where midnight is skipped', () => {
    expect(formatInstant('Africa/Cairo', startOfDay('Africa/Cairo', parseDate('2026-04-24')))).toBe(
      '2026-04-24T01:00:00+03:00',
    )
    expect(formatInstant('Europe/Rome', startOfDay('Europe/Rome', parseDate('2026-03-29')))).toBe(
      '2026-03-29T00:00:00+01:00',
    )
  })
})

test.each([
  ['Europe/Rome', true],
  ['America/Argentina/Buenos_Aires', true],
  ['+01:00', false],
  ['Europe/Rometta', false],
  ['', false],
])('%s is a zone: %s', (name, expected) => expect(isZone(name)).toBe(expected))
