// PURE. The slot engine: finds the starts at which a visit fits into open time, avoids busy time, lies on the grid and obeys the
// booking rules. One linear merge per agent; results are counted per minute of the range, so that 200 agents allocate no objects.
import { DAY, MINUTE, subtract, type Spans } from '../../kernel/time/interval.ts'
import { dayOf, offsetAt, startOfDay, wallOf } from '../../kernel/time/zone.ts'
import type { Visit } from '../catalogue/visit.ts'
import { MIDNIGHT } from './open-time.ts'

type Fit = Pick<Visit, 'duration' | 'bufferBefore' | 'bufferAfter' | 'step' | 'alignment'>

/** Places per minute of [origin, origin + counts.length minutes). */
export type Marks = { origin: number; counts: Uint16Array }

/** Empty marks for starts in [from, to), both in epoch ms on full minutes. */
export function newMarks(from: number, to: number): Marks {
  return { origin: from, counts: new Uint16Array(Math.ceil((to - from) / MINUTE)) }
}

/** First instant at or after `at` whose wall clock is a multiple of `step` since local midnight. */
function nextOnClock(zone: string, at: number, step: number): number {
  const wall = wallOf(zone, at)
  const past = wall - Math.floor(wall / DAY) * DAY
  const next = at + Math.min(Math.ceil(past / step) * step, DAY) - past
  if (next === at || offsetAt(zone, next) === wall - at) return next
  // A DST change lies in between: test each remaining minute (at most a few hours, once or twice a year).
  for (let t = Math.ceil(at / MINUTE) * MINUTE; ; t += MINUTE) {
    const w = wallOf(zone, t)
    if ((w - Math.floor(w / DAY) * DAY) % step === 0) return t
  }
}

/** First start on the grid at or after `at`, in a piece whose grid starts at `anchor`. */
export function nextOnGrid(fit: Fit, zone: string, anchor: number, at: number): number {
  if (fit.alignment === 'clock' || anchor === MIDNIGHT) return nextOnClock(zone, at, fit.step)
  return at <= anchor ? anchor : anchor + Math.ceil((at - anchor) / fit.step) * fit.step
}

/** One agent's time at one location. */
export type AgentTime = {
  zone: string
  /** Open time as flat triples [from, to, anchor]. */
  pieces: Float64Array
  /** The agent's reserved time, sorted and disjoint. */
  busy: Spans
  /** Where a start may lie, sorted and disjoint. */
  starts: Spans
}

/** Adds `places` to the mark of every start at which the visit fits for one agent. */
export function markStarts(fit: Fit, { zone, pieces, busy, starts }: AgentTime, marks: Marks, places: number): void {
  const { origin, counts } = marks
  const { duration, bufferBefore, bufferAfter, step } = fit
  const onClock = fit.alignment === 'clock'
  const limit = origin + counts.length * MINUTE
  let b = 0
  let s = 0
  for (let p = 0; p < pieces.length; p += 3) {
    const pieceEnd = pieces[p + 1]! - duration
    const anchor = pieces[p + 2]!
    const counted = !onClock && anchor !== MIDNIGHT
    while (s < starts.length && starts[s + 1]! <= pieces[p]!) s += 2
    for (let k = s; k < starts.length && starts[k]! <= pieceEnd; k += 2) {
      const last = Math.min(pieceEnd, starts[k + 1]! - 1, limit - 1)
      let t = nextOnGrid(fit, zone, anchor, Math.max(pieces[p]!, starts[k]!, origin))
      while (t <= last) {
        const from = t - bufferBefore
        while (b < busy.length && busy[b + 1]! <= from) b += 2
        if (b < busy.length && busy[b]! < t + duration + bufferAfter) {
          t = nextOnGrid(fit, zone, anchor, busy[b + 1]! + bufferBefore)
          continue
        }
        counts[(t - origin) / MINUTE]! += places
        t = counted ? t + step : nextOnClock(zone, t + MINUTE, step)
      }
    }
  }
}

type BookingRules = Pick<Visit, 'notice' | 'horizons' | 'nextDayCutoff'>
type StartRefusal = 'too_soon' | 'too_late_for_next_day' | 'beyond_horizon'

/** Bounds of bookable starts at `now`, in a location's zone; `until` is exclusive. */
export type StartBounds = { earliest: number; until: number; cutDay: number | null }

/** Applies notice, horizon and the evening cut-off. `isBusiness` tells whether a day number is a working day. */
export function startBounds(
  rules: BookingRules,
  zone: string,
  now: number,
  isBusiness: (day: number) => boolean,
): StartBounds {
  const today = dayOf(zone, now)
  const lastDays = rules.horizons.map(({ days, unit }) => {
    if (unit === 'days') return today + days
    let day = today
    for (let left = days; left > 0;) {
      day += 1
      if (isBusiness(day)) left -= 1
      if (day - today > 1000) break
    }
    return day
  })
  const late = rules.nextDayCutoff !== null && wallOf(zone, now) - today * DAY >= rules.nextDayCutoff
  return {
    earliest: now + rules.notice,
    until: startOfDay(zone, Math.min(...lastDays) + 1),
    cutDay: late ? today + 1 : null,
  }
}

/** Spans within [from, to) in which these bounds allow a start. */
export function allowedStarts(bounds: StartBounds, zone: string, from: number, to: number): number[] {
  const low = Math.max(from, bounds.earliest)
  const high = Math.min(to, bounds.until)
  if (low >= high) return []
  if (bounds.cutDay === null) return [low, high]
  return subtract([low, high], [startOfDay(zone, bounds.cutDay), startOfDay(zone, bounds.cutDay + 1)])
}

/** The reason why a start is outside the bounds, or null when it is inside. */
export function startRefusal(bounds: StartBounds, zone: string, start: number): StartRefusal | null {
  if (start < bounds.earliest) return 'too_soon'
  if (start >= bounds.until) return 'beyond_horizon'
  return bounds.cutDay !== null && dayOf(zone, start) === bounds.cutDay ? 'too_late_for_next_day' : null
}
