// PURE. Groups slots for display, by day and part of the day, and finds the reason if there are none.
import {
  candidatesFor,
  situationOf,
  type Search,
  type SearchScope,
  type Slot,
} from '../../domain/availability/search.ts'
import { explainStart, mostUseful, type ReasonCode } from '../../domain/availability/explanation.ts'
import { dayPartOf, hourOf } from '../../kernel/time/day-part.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, startOfDay } from '../../kernel/time/zone.ts'

export type Time = { start: number; locationId: string; zone: string }
export type DayOffer = { day: number; times: Time[] }
type TimeGroup = { kind: 'morning' | 'afternoon' | 'hour'; hour: number; times: Time[] }

/** Days on one page of the list. It does not stop at the end of a month. */
export const LIST_DAYS = 28

/** A time as a form value; '' for null. */
export const valueOf = (time: Pick<Time, 'start' | 'locationId'> | null): string =>
  time ? `${new Date(time.start).toISOString()} ${time.locationId}` : ''

/** With more times than this, a day is grouped by hour instead of by morning and afternoon. */
const MANY = 36

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
  const isMany = times.length > MANY
  const key = (t: Time): number => (isMany ? hourOf(t.zone, t.start) : dayPartOf(t.zone, t.start) === 'morning' ? 0 : 1)
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

/** Reasons that a person expects to be told; a day on which nobody ever works needs no explanation. */
const WORTH_TELLING: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  ...(['holiday', 'closure', 'absence', 'slot_taken', 'slot_held', 'seats_exhausted'] as const),
  ...(['day_limit_reached', 'week_limit_reached', 'reserved_for_staff', 'recently_released'] as const),
])
/** Agents looked at for a reason: the first few say as much as all of a large office. */
const MOST_ASKED = 12

type ClosedDays = { from: number; to: number; except: readonly DayOffer[] }

/** Why nothing is free on the local days in [from, to] that offer nothing; only reasons worth telling. */
export function whyClosed(
  search: Search,
  selection: SearchScope,
  { from, to, except }: ClosedDays,
): Map<number, ReasonCode> {
  const offered = new Set(except.map(({ day }) => day))
  const seen = new Map<number, Set<ReasonCode>>()
  for (let day = from; day <= to; day += 1) if (!offered.has(day)) seen.set(day, new Set())
  if (seen.size === 0) return new Map()
  for (const candidate of candidatesFor(search.config, search.visit, selection).slice(0, MOST_ASKED)) {
    const zone = candidate.location.timeZone
    const situation = situationOf(search, candidate, startOfDay(zone, from), startOfDay(zone, to + 1))
    for (const [day, reasons] of seen) {
      const end = startOfDay(zone, day + 1)
      for (let t = Math.max(startOfDay(zone, day), search.now); t < end; t += 30 * MINUTE)
        reasons.add(explainStart(situation, t, { anyGrid: true }))
    }
  }
  return new Map(
    [...seen].flatMap(([day, reasons]): [number, ReasonCode][] => {
      const reason = mostUseful(reasons)
      return reason !== undefined && WORTH_TELLING.has(reason) ? [[day, reason]] : []
    }),
  )
}
