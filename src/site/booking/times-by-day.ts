// PURE. Groups slots for display, by day and part of the day, and finds the reason if there are none.
import {
  candidatesFor,
  situationOf,
  type Search,
  type SearchScope,
  type Slot,
} from '../../domain/availability/search.ts'
import { explainStart, mostUseful, type ReasonCode } from '../../domain/availability/explanation.ts'
import { DAY, HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, wallOf } from '../../kernel/time/zone.ts'

export type Time = { start: number; locationId: string; zone: string }
export type DayOffer = { day: number; times: Time[] }
type TimeGroup = { kind: 'morning' | 'afternoon' | 'hour'; hour: number; times: Time[] }

/** With more times than this, a day is grouped by hour instead of by morning and afternoon. */
const MANY = 18

/** Groups slots by local day. The same start at several locations counts once, unless `perLocation`. */
export function byDay(
  slots: readonly Slot[],
  zoneOf: (locationId: string) => string,
  perLocation: boolean,
): DayOffer[] {
  const days = new Map<number, Time[]>()
  let last = NaN
  for (const { start, locationId } of slots) {
    if (!perLocation && start === last) continue
    last = start
    const zone = zoneOf(locationId)
    const day = dayOf(zone, start)
    const times = days.get(day)
    if (times) times.push({ start, locationId, zone })
    else days.set(day, [{ start, locationId, zone }])
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, times]) => ({ day, times }))
}

/** Groups the times of a day. */
export function groupsOf(times: readonly Time[]): TimeGroup[] {
  const hourOf = (t: Time): number => Math.floor((wallOf(t.zone, t.start) % DAY) / HOUR)
  const isMany = times.length > MANY
  const key = (t: Time): number => (isMany ? hourOf(t) : hourOf(t) < 13 ? 0 : 1)
  return [...Map.groupBy(times, key)]
    .sort(([a], [b]) => a - b)
    .map(([hour, list]) => ({
      kind: isMany ? ('hour' as const) : hour === 0 ? ('morning' as const) : ('afternoon' as const),
      hour,
      times: list,
    }))
}

/** The main reason why nothing is free in [from, to). Checks every candidate every 15 minutes. */
export function whyNothing(search: Search, selection: SearchScope, from: number, to: number): ReasonCode {
  const seen = new Set<ReasonCode>()
  const begin = Math.ceil(from / (15 * MINUTE)) * 15 * MINUTE
  for (const candidate of candidatesFor(search.config, search.visit, selection)) {
    const situation = situationOf(search, candidate, from, to)
    for (let t = begin; t < to; t += 15 * MINUTE) seen.add(explainStart(situation, t, { anyGrid: true }))
  }
  return mostUseful(seen) ?? 'outside_schedule'
}
