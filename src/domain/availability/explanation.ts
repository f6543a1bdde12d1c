// PURE. Explains why an agent is or is not offered at an instant: checks the layers of open-time.ts and the steps of engine.ts one
// by one. Offer and explanation read the same sets, so they cannot disagree; a property test checks this.
import { covers, touches, type Spans } from '../../kernel/time/interval.ts'
import type { Audience, Visit } from '../catalogue/visit.ts'
import { conflictIn, entryAt, type AgentCalendar, type BusyKind, type Ignored } from './agent-calendar.ts'
import { nextOnGrid, startRefusal, type StartBounds } from './engine.ts'
import type { OpenTime } from './open-time.ts'

export type ReasonCode =
  | 'offered'
  | 'agent_not_qualified'
  | 'agent_elsewhere'
  | 'too_soon'
  | 'too_late_for_next_day'
  | 'beyond_horizon'
  | 'outside_schedule'
  | 'outside_location_hours'
  | 'reserved_for_staff'
  | 'holiday'
  | 'closure'
  | 'absence'
  | 'does_not_fit'
  | 'not_on_grid'
  | 'day_limit_reached'
  | 'week_limit_reached'
  | 'slot_taken'
  | 'slot_held'
  | 'recently_released'
  | 'seats_exhausted'

/** Everything that decides whether one agent is offered; the caller prepares it from the same caches as an offer. */
export type Situation = {
  visit: Visit
  zone: string
  agentId: string
  audience: Audience
  open: OpenTime
  /** Open time including windows kept for staff; the same as `open` for staff. */
  openToStaff: OpenTime
  bounds: StartBounds
  calendar: AgentCalendar
  now: number
  ignored: Ignored
  /** Days on which a limit of this agent, service or contact is reached, as instants. */
  fullDays: Spans
  fullWeeks: Spans
  places: number
}

/** The first reason from hours, holidays, closures and absences; `from` and `to` bound the visit without buffers. */
function placeRefusal(s: Situation, from: number, to: number): ReasonCode | null {
  const { layers } = s.open
  if (covers(layers.open, from, to)) return null
  const holds = (set: Spans, code: ReasonCode): ReasonCode | null =>
    covers(set, from, to) ? null : covers(set, from, from + 1) ? 'does_not_fit' : code
  if (
    s.audience === 'public' &&
    !covers(layers.agentHours, from, from + 1) &&
    covers(s.openToStaff.layers.open, from, to)
  ) {
    return 'reserved_for_staff'
  }
  return (
    holds(layers.agentHours, 'outside_schedule') ??
    holds(layers.locationHours, 'outside_location_hours') ??
    holds(layers.holidays, 'holiday') ??
    (touches(layers.closures, from, to) ? 'closure' : null) ??
    (touches(layers.absences, from, to) ? 'absence' : null) ??
    'does_not_fit'
  )
}

/** Closure or absence at that time, regardless of the hours; even an override respects these. */
export function awayRefusal(s: Situation, start: number): 'closure' | 'absence' | null {
  const end = start + s.visit.duration
  if (touches(s.open.layers.closures, start, end)) return 'closure'
  return touches(s.open.layers.absences, start, end) ? 'absence' : null
}

function isOnGrid(s: Situation, start: number): boolean {
  const { pieces } = s.open
  for (let p = 0; p < pieces.length; p += 3) {
    if (start >= pieces[p]! && start < pieces[p + 1]!)
      return nextOnGrid(s.visit, s.zone, pieces[p + 2]!, start) === start
  }
  return false
}

/** Why this start does not fit the agent's open time or the grid; null when it does. */
export function openRefusal(s: Situation, start: number, options: { anyGrid?: boolean } = {}): ReasonCode | null {
  const place = placeRefusal(s, start, start + s.visit.duration)
  if (place) return place
  return options.anyGrid || isOnGrid(s, start) ? null : 'not_on_grid'
}

/** Why the agent's reserved time blocks this start; null when the time is free or a group session there has free places. */
export function busyRefusal(s: Situation, start: number): ReasonCode | null {
  const { duration, bufferBefore, bufferAfter, seats } = s.visit
  const taken = { from: start - bufferBefore, to: start + duration + bufferAfter }
  const conflict = (ignored: Ignored): BusyKind | null =>
    conflictIn(s.agentId, s.calendar, taken, { now: s.now, audience: s.audience, ignored })
  const session = seats > 1 ? sessionAt(s, start) : undefined
  const found = conflict(session ? entryAt(s.agentId, s.calendar, start) : s.ignored)
  if (found === 'hold') return 'slot_held'
  if (found === 'released') return 'recently_released'
  if (found !== null) return 'slot_taken'
  return s.places <= (session?.free ?? seats) ? null : 'seats_exhausted'
}

/** The group session of this visit's service that starts at `start` and has its duration, if there is one. */
export function sessionAt(
  s: Pick<Situation, 'calendar' | 'visit'>,
  start: number,
): AgentCalendar['sessions'][number] | undefined {
  const [serviceId] = s.visit.serviceIds
  return s.calendar.sessions.find(
    (x) => x.serviceId === serviceId && x.startsAt === start && x.endsAt === start + s.visit.duration,
  )
}

/**
 * All rules of time, number and presence that a start breaks, in the order of `explainStart`. Closures, absences and reserved
 * time are excluded: no override can set them aside.
 */
export function brokenRules(s: Situation, start: number): ReasonCode[] {
  const end = start + s.visit.duration
  const { layers } = s.open
  const outside = (set: Spans, code: ReasonCode): ReasonCode[] =>
    covers(set, start, end) ? [] : [covers(set, start, start + 1) ? 'does_not_fit' : code]
  const hours = [
    ...outside(layers.agentHours, 'outside_schedule'),
    ...outside(layers.locationHours, 'outside_location_hours'),
  ]
  // `layers.holidays` is agent and location hours minus holidays: it proves a holiday only when the start is inside both hours.
  const presence = new Set<ReasonCode>(hours.length > 0 ? hours : outside(layers.holidays, 'holiday'))
  const bound = startRefusal(s.bounds, s.zone, start)
  return [
    ...(bound ? [bound] : []),
    ...presence,
    // The grid exists only within the hours.
    ...(presence.size === 0 && covers(layers.open, start, end) && !isOnGrid(s, start)
      ? (['not_on_grid'] as const)
      : []),
    ...(touches(s.fullDays, start, start + 1) ? (['day_limit_reached'] as const) : []),
    ...(touches(s.fullWeeks, start, start + 1) ? (['week_limit_reached'] as const) : []),
  ]
}

/**
 * The first reason against the start, in the order most useful to a person, or `offered`. `anyGrid`: for the sample of a longer
 * time, whose instants stand for the starts near them.
 */
export function explainStart(s: Situation, start: number, options: { anyGrid?: boolean } = {}): ReasonCode {
  return (
    startRefusal(s.bounds, s.zone, start) ??
    openRefusal(s, start, options) ??
    (touches(s.fullDays, start, start + 1) ? 'day_limit_reached' : null) ??
    (touches(s.fullWeeks, start, start + 1) ? 'week_limit_reached' : null) ??
    busyRefusal(s, start) ??
    'offered'
  )
}

/** Reasons from the one that comes nearest to an offer to the one that says least. */
const BY_USE: readonly ReasonCode[] = [
  'slot_held',
  'recently_released',
  'slot_taken',
  'seats_exhausted',
  'day_limit_reached',
  'week_limit_reached',
  'reserved_for_staff',
  'absence',
  'closure',
  'holiday',
  // The rest of today is always too soon, so over a longer time the reasons above say more.
  'too_soon',
  'too_late_for_next_day',
  'beyond_horizon',
  'not_on_grid',
  'does_not_fit',
  'outside_location_hours',
  'outside_schedule',
  'agent_elsewhere',
  'agent_not_qualified',
]

/** Of several reasons against starts, the one that helps the reader most; undefined when there is none. */
export const mostUseful = (reasons: ReadonlySet<ReasonCode>): ReasonCode | undefined =>
  BY_USE.find((reason) => reasons.has(reason))
