// PURE. Finds slots of a visit over locations and agents: candidates, their open time (composed once per configuration and month),
// the merge of engine.ts, and the same input prepared for an explanation.
import { DAY, MINUTE, subtract, union, type Range, type Spans } from '../../kernel/time/interval.ts'
import { dayOf, startOfDay } from '../../kernel/time/zone.ts'
import type { Audience, Visit } from '../catalogue/visit.ts'
import { busySpans, EMPTY_CALENDAR, entryAt, nextExpiry, type AgentCalendar, type Ignored } from './agent-calendar.ts'
import {
  allowedStarts,
  markStarts,
  newMarks,
  startBounds,
  type AgentTime,
  type Marks,
  type StartBounds,
} from './engine.ts'
import type { Situation } from './explanation.ts'
import type { Agent, Location, TenantConfig } from '../catalogue/tenant-config.ts'
import {
  composeLocation,
  composeOpenTime,
  isBusinessDay,
  type Candidate,
  type LocationTime,
  type OpenTime,
} from './open-time.ts'

export type FullPeriods = { days: Spans; weeks: Spans }
export const NOTHING_FULL: FullPeriods = { days: [], weeks: [] }

export type Search = {
  config: TenantConfig
  visit: Visit
  calendars: ReadonlyMap<string, AgentCalendar>
  audience: Audience
  now: number
  places: number
  ignored: Ignored
  /** Days and weeks in which a limit is reached. */
  full: (agentId: string, location: Location) => FullPeriods
}

export type Slot = { start: number; locationId: string; remaining: number }

export type SearchScope = { locationIds?: readonly string[] | undefined; agentId?: string | undefined }

/** Whether the agent may perform all services of the visit. */
export function isQualified(agent: Agent, visit: Visit): boolean {
  return visit.serviceIds.every((id) => agent.serviceIds.has(id))
}

/** Locations where the visit can take place, in a stable order. */
export function locationsFor(config: TenantConfig, visit: Visit, selection: SearchScope): Location[] {
  if (visit.nowhere) return []
  const asked = selection.locationIds
    ? selection.locationIds.flatMap((id) => config.locations.get(id) ?? [])
    : [...config.locations.values()]
  const goesRemotely = visit.channels.some((channel) => channel !== 'in_person')
  return asked.filter(
    (location) =>
      !location.archived &&
      (!location.isRemote || goesRemotely) &&
      (visit.locationIds.length === 0 || visit.locationIds.includes(location.id)),
  )
}

/** All pairs of agent and location that can serve the visit, regardless of time. */
export function candidatesFor(config: TenantConfig, visit: Visit, selection: SearchScope): Candidate[] {
  const locations = locationsFor(config, visit, selection)
  const agents =
    selection.agentId === undefined
      ? [...config.agents.values()]
      : [config.agents.get(selection.agentId)].filter((a) => a !== undefined)
  const able = agents.filter((agent) => !agent.archived && isQualified(agent, visit))
  return locations.flatMap((location) =>
    able
      .filter((agent) => agent.locationIds.size === 0 || agent.locationIds.has(location.id))
      .map((agent) => ({ agent, location })),
  )
}

type Memo = { places: Map<string, LocationTime>; times: Map<string, OpenTime> }
const memos = new WeakMap<TenantConfig, Memo>()
const MAX_TIMES = 20_000

const monthStart = (day: number): number => day - new Date(day * DAY).getUTCDate() + 1

/** Open time for the whole months around [from, to), cached by configuration, agent, location, audience and months. */
export function openTimeFor(
  config: TenantConfig,
  candidate: Candidate,
  audience: Audience,
  { from, to }: Range,
): OpenTime {
  const { agent, location } = candidate
  let memo = memos.get(config)
  if (!memo) memos.set(config, (memo = { places: new Map(), times: new Map() }))
  const first = monthStart(dayOf(location.timeZone, from))
  const last = monthStart(dayOf(location.timeZone, to - 1) + 1) + 31
  const place = `${location.id}|${first}|${last}`
  const key = `${agent.id}|${audience}|${place}`
  let time = memo.times.get(key)
  if (time) return time
  let at = memo.places.get(place)
  if (!at) memo.places.set(place, (at = composeLocation(config, location, first, last)))
  time = composeOpenTime(config, candidate, at, audience)
  if (memo.times.size >= MAX_TIMES) memo.times.clear()
  memo.times.set(key, time)
  return time
}

/** The visit's booking rules at a location, as bounds of its starts. */
function boundsAt(search: Pick<Search, 'config' | 'visit' | 'now'>, location: Location): StartBounds {
  return startBounds(search.visit, location.timeZone, search.now, (day) => isBusinessDay(search.config, location, day))
}

/** All slots in [from, to), ascending by start, then in the order of locations. `to - from` is at most 93 days. */
export function findSlots(search: Search, selection: SearchScope, from: number, to: number): Slot[] {
  const slots: Slot[] = []
  const origin = Math.floor(from / MINUTE) * MINUTE
  const byLocation = Map.groupBy(
    candidatesFor(search.config, search.visit, selection),
    (candidate) => candidate.location,
  )
  for (const [location, candidates] of byLocation) {
    const starts = allowedStarts(boundsAt(search, location), location.timeZone, from, to)
    if (starts.length === 0) continue
    const marks = newMarks(origin, to)
    for (const candidate of candidates) markCandidate(search, candidate, starts, marks)
    const { counts } = marks
    for (let i = 0; i < counts.length; i += 1) {
      if (counts[i] !== 0) slots.push({ start: origin + i * MINUTE, locationId: location.id, remaining: counts[i]! })
    }
  }
  if (byLocation.size > 1) slots.sort((a, b) => a.start - b.start)
  return slots
}

function markCandidate(search: Search, candidate: Candidate, starts: Spans, marks: Marks): void {
  const { visit } = search
  const { agent, location } = candidate
  const calendar = search.calendars.get(agent.id) ?? EMPTY_CALENDAR
  const full = search.full(agent.id, location)
  const mayStart = full === NOTHING_FULL ? starts : subtract(starts, union(full.days, full.weeks))
  if (mayStart.length === 0) return
  const range = { from: marks.origin, to: marks.origin + marks.counts.length * MINUTE }
  const { pieces } = openTimeFor(search.config, candidate, search.audience, range)
  const busy = busySpans(agent.id, calendar, search)
  const time = { zone: location.timeZone, pieces, busy, starts: mayStart }
  if (search.places <= visit.seats) markStarts(visit, time, marks, visit.seats)
  if (visit.seats > 1) markSessions(search, candidate, time, marks)
}

/** Marks existing group sessions with free places: their time is busy, but their start is offered. */
function markSessions(search: Search, { agent }: Candidate, time: AgentTime, marks: Marks): void {
  const calendar = search.calendars.get(agent.id) ?? EMPTY_CALENDAR
  for (const { startsAt, endsAt, serviceId, free } of calendar.sessions) {
    if (serviceId !== search.visit.serviceIds[0] || endsAt - startsAt !== search.visit.duration || free < search.places)
      continue
    const one = newMarks(startsAt, startsAt + MINUTE)
    const session = entryAt(agent.id, calendar, startsAt)
    const busy = busySpans(agent.id, calendar, { now: search.now, audience: search.audience, ignored: session })
    markStarts(search.visit, { ...time, busy }, one, 1)
    const index = (startsAt - marks.origin) / MINUTE
    if (one.counts[0] === 1 && index >= 0 && index < marks.counts.length) marks.counts[index]! += free
  }
}

/** The input of `explainStart` for one candidate at `now`; [from, to) must contain the starts to explain. */
export function situationOf(search: Search, candidate: Candidate, from: number, to: number): Situation {
  const { agent, location } = candidate
  const full = search.full(agent.id, location)
  return {
    visit: search.visit,
    zone: location.timeZone,
    agentId: agent.id,
    audience: search.audience,
    open: openTimeFor(search.config, candidate, search.audience, { from, to }),
    openToStaff: openTimeFor(search.config, candidate, 'staff', { from, to }),
    bounds: boundsAt(search, location),
    calendar: search.calendars.get(agent.id) ?? EMPTY_CALENDAR,
    now: search.now,
    ignored: search.ignored,
    fullDays: full.days,
    fullWeeks: full.weeks,
    places: search.places,
  }
}

/**
 * Instant until which the answer to this search stays valid without writes: until the first slot falls below the notice, a
 * calendar entry expires, or a location reaches midnight or its evening cut-off.
 */
export function validUntil(search: Search, selection: SearchScope, slots: readonly Slot[]): number {
  let until = Infinity
  for (const location of locationsFor(search.config, search.visit, selection)) {
    const today = dayOf(location.timeZone, search.now)
    until = Math.min(until, startOfDay(location.timeZone, today + 1))
    const cutoff = search.visit.nextDayCutoff
    if (cutoff !== null) {
      const at = startOfDay(location.timeZone, today) + cutoff
      // One hour around it too: on days with a DST change, midnight + cutoff is off by the change.
      for (const instant of [at - 60 * MINUTE, at, at + 60 * MINUTE])
        if (instant > search.now) until = Math.min(until, instant)
    }
  }
  for (const calendar of search.calendars.values()) until = Math.min(until, nextExpiry(calendar, search.now))
  if (slots.length > 0) until = Math.min(until, slots[0]!.start - search.visit.notice + 1)
  return until
}
