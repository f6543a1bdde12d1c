// PURE. Converts wall clock ↔ instant in any IANA zone, from tables of offset changes that luxon finds once per zone and year.
// Policy: a wall time skipped in spring moves forward by the length of the gap. A repeated wall time in autumn means its first
// occurrence when a single instant is needed; a *window* of wall time contains every instant whose clock reads inside it, so
// a repeated hour is open twice and a skipped hour never.
import { IANAZone } from 'luxon'
import { DAY, HOUR, MINUTE, type Spans } from './interval.ts'

/** Offsets in ms, each valid from the instant in `from`; `from[0]` is the start of the UTC year. */
type YearTable = { from: number[]; offset: number[]; end: number }

const tables = new Map<string, Map<number, YearTable>>()
/** Upper bound of any zone's offset from UTC, with a margin. */
const WIDEST = 15 * HOUR
const PROBE = 5 * DAY

/** Whether `name` is an IANA zone that this runtime knows. Bare offsets such as `+01:00` are not zones. */
export function isZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name)
}

function buildYear(zone: IANAZone, year: number): YearTable {
  const start = Date.UTC(year, 0, 1)
  const end = Date.UTC(year + 1, 0, 1)
  const offsetAt = (at: number): number => Math.round(zone.offset(at) * MINUTE)
  const from = [start]
  const offset = [offsetAt(start)]
  // A zone can change its offset twice within a month (Morocco around Ramadan), so probe every few days and bisect to the minute.
  for (let low = start; low < end; low += PROBE) {
    const high = Math.min(low + PROBE, end - MINUTE)
    if (offsetAt(high) === offset.at(-1)) continue
    let before = low
    let after = high
    while (after - before > MINUTE) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE
      if (offsetAt(middle) === offset.at(-1)) before = middle
      else after = middle
    }
    from.push(after)
    offset.push(offsetAt(after))
  }
  return { from, offset, end }
}

function yearTable(zone: string, year: number): YearTable {
  let years = tables.get(zone)
  if (!years) tables.set(zone, (years = new Map<number, YearTable>()))
  let table = years.get(year)
  if (!table) years.set(year, (table = buildYear(IANAZone.create(zone), year)))
  return table
}

// Division instead of a Date object, because this runs for every slot. The estimate can be off by one only near New Year.
function yearOf(at: number): number {
  const guess = 1970 + Math.floor(at / (365.2425 * DAY))
  if (at < Date.UTC(guess, 0, 1)) return guess - 1
  return at >= Date.UTC(guess + 1, 0, 1) ? guess + 1 : guess
}

/** Offset of the zone from UTC at an instant, in milliseconds (east positive). */
export function offsetAt(zone: string, at: number): number {
  const { from, offset } = yearTable(zone, yearOf(at))
  let i = from.length - 1
  while (i > 0 && at < from[i]!) i -= 1
  return offset[i]!
}

/** The wall clock of an instant, as milliseconds since 1970-01-01T00:00 of that wall clock. */
export function wallOf(zone: string, at: number): number {
  return at + offsetAt(zone, at)
}

/** Number of the local day of an instant: days since 1970-01-01 on the zone's own calendar. */
export function dayOf(zone: string, at: number): number {
  return Math.floor(wallOf(zone, at) / DAY)
}

/** Calls `visit` for each stretch of constant offset that overlaps [from, to) in instants. */
function eachOffset(
  zone: string,
  from: number,
  to: number,
  visit: (start: number, end: number, offset: number) => void,
): void {
  for (let year = yearOf(from); year <= yearOf(to - 1); year += 1) {
    const table = yearTable(zone, year)
    for (let i = 0; i < table.from.length; i += 1) {
      const start = Math.max(from, table.from[i]!)
      const end = Math.min(to, table.from[i + 1] ?? table.end)
      if (start < end) visit(start, end, table.offset[i]!)
    }
  }
}

/** Appends the instants whose wall clock lies in [wallFrom, wallTo) to `out`; merges adjacent stretches. */
export function pushWallWindow(zone: string, wallFrom: number, wallTo: number, out: number[]): void {
  if (wallFrom >= wallTo) return
  // Fast path: the offset is nearly always constant around the window, so one shift is enough.
  const offset = offsetAt(zone, wallFrom - WIDEST)
  const early = wallFrom - WIDEST
  const late = wallTo + WIDEST
  const { from, end } = yearTable(zone, yearOf(early))
  let next = end
  for (const start of from) {
    if (start > early) {
      next = start
      break
    }
  }
  if (late <= next) return void pushMerged(out, wallFrom - offset, wallTo - offset)
  eachOffset(zone, early, late, (start, stop, shift) => {
    const a = Math.max(start, wallFrom - shift)
    const b = Math.min(stop, wallTo - shift)
    if (a < b) pushMerged(out, a, b)
  })
}

function pushMerged(out: number[], from: number, to: number): void {
  if (out.length > 0 && out[out.length - 1] === from) out[out.length - 1] = to
  else out.push(from, to)
}

/** The instants whose wall clock in `zone` lies in [wallFrom, wallTo), both as wall milliseconds. */
export function wallWindow(zone: string, wallFrom: number, wallTo: number): Spans {
  const out: number[] = []
  pushWallWindow(zone, wallFrom, wallTo, out)
  return out
}

/** First instant of a local day. Where midnight is skipped, the first instant after the gap. */
export function startOfDay(zone: string, day: number): number {
  return wallWindow(zone, day * DAY, (day + 1) * DAY)[0] ?? startOfDay(zone, day + 1)
}

/** The instant of a wall time: the first occurrence if repeated, moved forward by the gap if skipped. */
export function instantOf(zone: string, wall: number): number {
  const found = wallWindow(zone, wall, wall + 1)
  if (found.length > 0) return found[0]!
  return wall - offsetAt(zone, wall - DAY)
}

const YEARS = /^(19[7-9]\d|20\d\d|21\d\d)-/

/** Whether the text is an existing date from 1970 to 2199, the range in which PostgreSQL and luxon agree. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !YEARS.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** `2026-03-29` → day number. The text must be a valid date. */
export function parseDate(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY)
}

/** Day number → `2026-03-29`. */
export function formatDate(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

/** RFC 3339 with the zone's offset at that instant, to the second: `2026-03-29T09:00:00+02:00`. */
export function formatInstant(zone: string, at: number): string {
  const offset = offsetAt(zone, at)
  const wall = new Date(at + offset).toISOString().slice(0, 19)
  const minutes = Math.abs(offset) / MINUTE
  return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`
}

/** Day of week of a day number, Monday = 0. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}
