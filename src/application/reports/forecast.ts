// PURE. Forecasts demand by weekday and hour, and the seats it needs. Method: the mean of past weeks for each weekday and hour,
// with newer weeks weighing more (half-life four weeks); days without any event count as closed and are left out. The error is
// measured on the last four weeks, which their forecast has not seen, and compared with the naive forecast "as in the week
// before": WAPE = Σ|actual − forecast| / Σ actual (Hyndman & Koehler 2006, on why not MAPE: hours with zero demand).

import { parseDate, weekdayOf } from '../../kernel/time/zone.ts'

export type Hour = { day: string; hour: number; n: number; minutes: number }
type Cell = { weekday: number; hour: number; expected: number; minutes: number; seats: number }
type Forecast = { cells: Cell[]; weeks: number; heldOut: number; wape: number | null; naiveWape: number | null }

export const [HALF_LIFE, HELD_OUT, OCCUPANCY] = [4, 4, 0.85] as const

type Week = Map<string, { n: number; minutes: number }>
const keyOf = (weekday: number, hour: number): string => `${weekday} ${hour}`

/** Weeks from oldest to newest, each with its counts by weekday and hour, and its open weekdays. */
function weeksOf(hours: readonly Hour[], untilDay: number): { cells: Week; open: Set<number> }[] {
  if (hours.length === 0) return []
  const first = Math.min(...hours.map((h) => parseDate(h.day)))
  const count = Math.ceil((untilDay - first) / 7)
  const weeks = Array.from({ length: count }, () => ({ cells: new Map() as Week, open: new Set<number>() }))
  for (const h of hours) {
    const day = parseDate(h.day)
    if (day >= untilDay) continue
    const week = weeks[count - 1 - Math.floor((untilDay - 1 - day) / 7)]!
    const weekday = weekdayOf(day)
    week.cells.set(keyOf(weekday, h.hour), { n: h.n, minutes: h.minutes })
    week.open.add(weekday)
  }
  return weeks
}

/** Weighted mean of a weekday and hour over the weeks; the last week is the newest. */
function meanOf(
  weeks: readonly { cells: Week; open: Set<number> }[],
  weekday: number,
  hour: number,
): { n: number; minutes: number } {
  let [weight, n, minutes] = [0, 0, 0]
  for (const [i, week] of weeks.entries()) {
    if (!week.open.has(weekday)) continue
    const w = 0.5 ** ((weeks.length - 1 - i) / HALF_LIFE)
    const cell = week.cells.get(keyOf(weekday, hour))
    weight += w
    n += w * (cell?.n ?? 0)
    minutes += w * (cell?.minutes ?? 0)
  }
  return weight === 0 ? { n: 0, minutes: 0 } : { n: n / weight, minutes: minutes / weight }
}

/** Forecast from the days before `untilDay` (a day number), and its error on the last weeks. */
export function forecast(hours: readonly Hour[], untilDay: number): Forecast {
  const weeks = weeksOf(hours, untilDay)
  const used = [...new Set(hours.map((h) => keyOf(weekdayOf(parseDate(h.day)), h.hour)))].map(
    (key) => key.split(' ').map(Number) as [number, number],
  )
  let [actual, missed, naive] = [0, 0, 0]
  const heldOut = Math.min(HELD_OUT, Math.max(0, weeks.length - 4))
  for (let i = weeks.length - heldOut; i < weeks.length; i += 1)
    for (const [weekday, hour] of used) {
      // Closed days are not forecast.
      if (!weeks[i]!.open.has(weekday)) continue
      const truth = weeks[i]!.cells.get(keyOf(weekday, hour))?.n ?? 0
      actual += truth
      missed += Math.abs(truth - meanOf(weeks.slice(0, i), weekday, hour).n)
      naive += Math.abs(truth - (weeks[i - 1]!.cells.get(keyOf(weekday, hour))?.n ?? 0))
    }
  const cells = used
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([weekday, hour]) => {
      const { n, minutes } = meanOf(weeks, weekday, hour)
      return { weekday, hour, expected: n, minutes, seats: Math.ceil(minutes / (60 * OCCUPANCY) - 1e-9) }
    })
  return {
    cells,
    weeks: weeks.length,
    heldOut,
    wape: actual === 0 ? null : missed / actual,
    naiveWape: actual === 0 ? null : naive / actual,
  }
}
