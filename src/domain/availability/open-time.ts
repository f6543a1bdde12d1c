// PURE. When an agent is open at a location: schedule ∩ opening hours, less holidays, closures and absences, plus openings.
// Each layer is kept separately, so that the explanation of a refusal reads the same sets as the offer.
import { intersect, subtract, union, DAY, type Spans } from '../../kernel/time/interval.ts'
import { expandDays } from '../../kernel/time/recurrence.ts'
import { formatDate, pushWallWindow, startOfDay, weekdayOf } from '../../kernel/time/zone.ts'
import type { Audience } from '../catalogue/visit.ts'
import {
  ALL_LOCATIONS,
  type Agent,
  type Location,
  type Opening,
  type Schedule,
  type ScheduleRule,
  type TenantConfig,
} from '../catalogue/tenant-config.ts'
import { parseClock } from '../../kernel/time/clock.ts'

/** Days composed before and after the requested range, so that a night shift at its edge is complete. */
const MARGIN_DAYS = 2

export type OpenTime = {
  /** Pieces of open time as flat triples [from, to, anchor]; the grid of a piece starts at its anchor. */
  pieces: Float64Array
  /** The layers, in the order in which an explanation checks them. */
  layers: { agentHours: Spans; locationHours: Spans; holidays: Spans; closures: Spans; absences: Spans; open: Spans }
}

/** Anchor value for a grid that starts at local midnight, used when an opening lasts longer than a day. */
export const MIDNIGHT = -1

/** An agent at a location where they may serve. */
export type Candidate = { agent: Agent; location: Location }

type Who = { audience: Audience; locationId: string | null; desk: number | null }

function appliesTo(rule: ScheduleRule, who: Who): boolean {
  if (who.locationId !== null && rule.locationId && rule.locationId !== who.locationId) return false
  if (who.audience === 'public' && rule.audience === 'staff') return false
  if (who.desk === null) return true
  if (rule.desks !== undefined && who.desk >= rule.desks) return false
  return who.audience === 'staff' || rule.publicDesks === undefined || who.desk < rule.publicDesks
}

function pushWindows(out: number[], zone: string, day: number, windows: ScheduleRule['windows']): void {
  for (const window of windows) {
    const from = parseClock(window.from)
    const to = parseClock(window.to)
    // An end at or before the start is on the next day: 22:00 to 06:00.
    pushWallWindow(zone, day * DAY + from, day * DAY + (to <= from ? to + DAY : to), out)
  }
}

/** Recurring hours on local days in [fromDay, toDay) as instants. */
export function recurringHours(schedules: readonly Schedule[], who: Who, fromDay: number, toDay: number): number[] {
  const sets: Spans[] = []
  for (const schedule of schedules) {
    const from = Math.max(fromDay, schedule.fromDay)
    const to = Math.min(toDay, schedule.untilDay)
    if (from >= to) continue
    for (const rule of schedule.rules) {
      if (!appliesTo(rule, who)) continue
      const start = rule.start ?? formatDate(schedule.fromDay)
      const days = expandDays({ rrule: rule.rrule, start, exceptions: rule.exceptions ?? [] }, from, to)
      const open: number[] = []
      const closed: number[] = []
      for (const day of days) {
        pushWindows(open, schedule.timeZone, day, rule.windows)
        if (rule.breaks) pushWindows(closed, schedule.timeZone, day, rule.breaks)
      }
      sets.push(closed.length > 0 ? subtract(union(open), union(closed)) : open)
    }
  }
  return union(...sets)
}

function openingSpans(openings: readonly Opening[], who: Who): number[] {
  const matching = openings.filter(
    (o) =>
      (o.locationId === null || who.locationId === null || o.locationId === who.locationId) &&
      (who.audience === 'staff' || o.audience === 'public'),
  )
  return union(matching.flatMap((o) => [o.from, o.to]))
}

/** Holidays of the location's calendar on local days in [fromDay, toDay), as instants. */
function holidaySpans(config: TenantConfig, location: Location, fromDay: number, toDay: number): number[] {
  const calendar = location.holidayCalendarId === null ? undefined : config.holidays.get(location.holidayCalendarId)
  if (!calendar) return []
  const out: number[] = []
  for (let day = fromDay; day < toDay; day += 1) {
    if (calendar.nameOf(day) !== undefined) pushWallWindow(location.timeZone, day * DAY, (day + 1) * DAY, out)
  }
  return out
}

export type LocationTime = {
  fromDay: number
  toDay: number
  regular: Spans
  open: Spans
  holidays: Spans
  closures: Spans
}

/** Composes the layers of a location, which are the same for all its agents and are shared by them. */
export function composeLocation(
  config: TenantConfig,
  location: Location,
  fromDay: number,
  toDay: number,
): LocationTime {
  const first = fromDay - MARGIN_DAYS
  const last = toDay + MARGIN_DAYS
  const who: Who = { audience: 'staff', locationId: null, desk: null }
  const schedules = config.schedules.get(location.id)
  // A location without its own hours is open whenever its agents work.
  const regular = schedules
    ? recurringHours(schedules, who, first - 1, last + 1)
    : [startOfDay(location.timeZone, first - 1), startOfDay(location.timeZone, last + 1)]
  const holidays = holidaySpans(config, location, first - 1, last + 1)
  const openings = openingSpans(config.openings.get(location.id) ?? [], who)
  const closures = union(config.closures.get(location.id) ?? [], config.closures.get(ALL_LOCATIONS) ?? [])
  return {
    fromDay: first,
    toDay: last,
    regular: union(regular, openings),
    open: union(subtract(regular, holidays), openings),
    holidays,
    closures,
  }
}

/**
 * Open time of one agent at one location for local days in [fromDay, toDay) of the location, with a margin of two days on
 * both sides. A grid starts at the declared start of the opening: closures and absences do not shift it.
 */
export function composeOpenTime(
  config: TenantConfig,
  { agent, location }: Candidate,
  at: LocationTime,
  audience: Audience,
): OpenTime {
  const who: Who = { audience, locationId: location.id, desk: agent.desk }
  const owners = agent.poolId === null ? [agent.id] : [agent.id, agent.poolId]
  const schedules = owners.flatMap((owner) => config.schedules.get(owner) ?? [])
  const openings = openingSpans(
    owners.flatMap((owner) => config.openings.get(owner) ?? []),
    who,
  )
  const range = [startOfDay(location.timeZone, at.fromDay), startOfDay(location.timeZone, at.toDay)]
  const regular = recurringHours(schedules, who, at.fromDay - 1, at.toDay + 1)
  const working = at.holidays.length > 0 ? subtract(regular, at.holidays) : regular
  const agentTime = openings.length > 0 ? union(working, openings) : working
  const frames = intersect(intersect(agentTime, at.open), range)
  const absences = config.absences.get(agent.id) ?? []
  let open: Spans = frames
  if (at.closures.length > 0) open = subtract(open, at.closures)
  if (absences.length > 0) open = subtract(open, absences)
  return {
    pieces: piecesOf(open, frames),
    layers: {
      agentHours: openings.length > 0 ? union(regular, openings) : regular,
      locationHours: at.regular,
      holidays: frames,
      closures: at.closures,
      absences,
      open,
    },
  }
}

function piecesOf(open: Spans, frames: Spans): Float64Array {
  const pieces = new Float64Array((open.length / 2) * 3)
  let frame = 0
  for (let i = 0; i < open.length; i += 2) {
    while (frames[frame + 1]! <= open[i]!) frame += 2
    const start = frames[frame]!
    const endless = frames[frame + 1]! - start > DAY
    pieces.set([open[i]!, open[i + 1]!, endless ? MIDNIGHT : start], (i / 2) * 3)
  }
  return pieces
}

/** Whether the day counts as a working day for horizons: Monday to Friday and no holiday of the location. */
export function isBusinessDay(config: TenantConfig, location: Location, day: number): boolean {
  if (weekdayOf(day) >= 5) return false
  const calendar = location.holidayCalendarId === null ? undefined : config.holidays.get(location.holidayCalendarId)
  return calendar?.nameOf(day) === undefined
}
