// Finds agents who can take a visit at a start: runs the slot engine, ranks the free agents, or returns the reason why none is free.
import {
  awayRefusal,
  brokenRules,
  busyRefusal,
  explainStart,
  openRefusal,
  sessionAt,
  type ReasonCode,
  type Situation,
  mostUseful,
} from '../availability/explanation.ts'
import { rankAgents, type Assignment } from '../availability/assignment.ts'
import { startRefusal } from '../availability/engine.ts'
import { NOTHING_FULL, candidatesFor, isQualified, situationOf, type Search } from '../availability/search.ts'
import type { Candidate } from '../availability/open-time.ts'
import { agentsFor, currentVersionsFor, searchOver, type SlotRequest } from '../availability/slots.ts'
import type { AgentCalendar, Ignored } from '../availability/agent-calendar.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import type { Deps } from '../deps.ts'
import { AppError, type ProblemCode } from '../../kernel/errors.ts'
import { planVisit, type Audience, type Visit } from '../catalogue/visit.ts'
import { DAY, firstEnding, MINUTE, type Range } from '../../kernel/time/interval.ts'
import { periodStart } from '../availability/limits.ts'
import { startOfDay } from '../../kernel/time/zone.ts'
import { permits } from './override.ts'
import type { Placement } from './booking-request.ts'

/** `overridden`: rules that an override set aside for this place. */
export type PossiblePlace = Candidate & { assignment: Assignment; sessionId: string | null; overridden: ReasonCode[] }
export type Plan = { config: TenantConfig; visit: Visit; places: PossiblePlace[] }

type PlanContext = {
  tenantId: string
  audience: Audience
  ignored?: Ignored
  previousAgentId?: string | undefined
  salt: string
  contactId?: string | undefined
}

const isAway = ({ override, start }: Placement, situation: Situation): ReasonCode | null =>
  override?.isRestoring ? null : awayRefusal(situation, start)

function requestOf(placement: Placement, context: PlanContext): SlotRequest {
  return {
    tenantId: context.tenantId,
    serviceIds: placement.serviceIds,
    minutes: placement.minutes,
    locationIds: placement.locationId === undefined ? undefined : [placement.locationId],
    agentId: placement.agentId,
    contactId: context.contactId,
    audience: context.audience,
    places: placement.places,
    ignored: context.ignored,
  }
}

/** Minutes reserved in [from, to), the local week of the start: the load used for fair assignment. */
function loadOf(calendar: AgentCalendar | undefined, from: number, to: number): number {
  if (!calendar) return 0
  let sum = 0
  for (let i = firstEnding(calendar.spans, from); i < calendar.kinds.length && calendar.spans[i * 2]! < to; i += 1) {
    if (calendar.kinds[i] === 'released') continue
    sum += Math.max(0, Math.min(to, calendar.spans[i * 2 + 1]!) - Math.max(from, calendar.spans[i * 2]!))
  }
  return sum / MINUTE
}

/** The error when no candidate remains, with the most helpful code. */
function refusalOf(reasons: readonly ReasonCode[], config: TenantConfig, visit: Visit, placement: Placement): AppError {
  const agent = placement.agentId === undefined ? undefined : config.agents.get(placement.agentId)
  if (reasons.length === 0 && agent)
    return new AppError(isQualified(agent, visit) ? 'agent_elsewhere' : 'agent_not_qualified')
  const code = mostUseful(new Set(reasons)) ?? 'no_agent_free'
  return new AppError(code as ProblemCode, {}, { fields: [{ in: 'body', pointer: '/start', code }] })
}

/**
 * The free agents for a placement, best first. Throws the refusal when there is none.
 * Tries the cache first: the constraint guards the time, so a usual booking needs no query before its one transaction. What the
 * cache refuses is planned again from current data.
 */
export async function plan(deps: Deps, placement: Placement, context: PlanContext): Promise<Plan> {
  const recent = await deps.snapshots.recentConfig(context.tenantId)
  if (recent && placement.agentId !== undefined) {
    const quick = planNamed(deps, recent, placement, context)
    if (quick) return quick
  }
  const request = requestOf(placement, context)
  const snapshot = deps.snapshots.recent(
    context.tenantId,
    (config) => agentsFor(config, request),
    weekAround(placement),
  )
  if (!snapshot) return planFresh(deps, placement, context)
  const search = await searchOver(deps, request, snapshot, { from: placement.start, to: placement.start + MINUTE })
  const choice = choose(search, request, placement, context)
  return choice instanceof AppError ? planFresh(deps, placement, context) : choice
}

/** Range over which agents' loads are compared: eight days on both sides contain the local week of the start. */
const weekAround = ({ start }: Placement): Range => ({ from: start - 8 * DAY, to: start + 8 * DAY })

/** The plan for a named agent from working hours alone; null when current configuration and calendars are needed. */
function planNamed(deps: Deps, config: TenantConfig, placement: Placement, context: PlanContext): Plan | null {
  const { start } = placement
  const services = placement.serviceIds.flatMap((id) => config.services.get(id) ?? [])
  if (services.length < placement.serviceIds.length || services.some((service) => service.archived)) return null
  const visit = planVisit(services, placement.minutes)
  if (typeof visit === 'string' || visit.seats > 1 || placement.places > 1) return null
  const search: Search = {
    config,
    visit,
    calendars: new Map(),
    audience: context.audience,
    now: deps.now(),
    places: 1,
    ignored: undefined,
    full: () => NOTHING_FULL,
  }
  for (const candidate of candidatesFor(config, visit, {
    locationIds: placement.locationId === undefined ? undefined : [placement.locationId],
    agentId: placement.agentId,
  })) {
    const situation = situationOf(search, candidate, start, start + MINUTE)
    const reasons = placement.override
      ? brokenRules(situation, start)
      : [startRefusal(situation.bounds, situation.zone, start), openRefusal(situation, start)].filter(
          (reason) => reason !== null,
        )
    if (reasons.some((reason) => !permits(placement.override, reason, true))) continue
    if (placement.override && isAway(placement, situation)) continue
    const assignment: Assignment = { agentId: candidate.agent.id, reason: 'requested', candidates: 1, load: 0 }
    return { config, visit, places: [{ ...candidate, assignment, sessionId: null, overridden: reasons }] }
  }
  return null
}

/** Like `plan`, but always with current calendars. */
export async function planFresh(deps: Deps, placement: Placement, context: PlanContext): Promise<Plan> {
  const request = requestOf(placement, context)
  const snapshot = await deps.snapshots.withCalendars(await currentVersionsFor(deps, request), weekAround(placement))
  const range = { from: placement.start, to: placement.start + MINUTE }
  // First among times that nobody in this process is taking; only what the database has can refuse.
  for (const calendars of [snapshot.views, snapshot.calendars]) {
    const search = await searchOver(deps, request, { config: snapshot.config, calendars }, range)
    const choice = choose(search, request, placement, context)
    if (!(choice instanceof AppError)) return choice
    if (calendars === snapshot.calendars) throw choice
  }
  throw new AppError('no_agent_free')
}

/** The plan with the free agents among all candidates, or the refusal. */
function choose(search: Search, request: SlotRequest, placement: Placement, context: PlanContext): Plan | AppError {
  const { config, visit } = search
  const { start } = placement
  if (placement.places > visit.seats) {
    return new AppError(
      'seats_exhausted',
      {},
      { fields: [{ in: 'body', pointer: '/places', code: 'seats_exhausted' }] },
    )
  }
  const reasons: ReasonCode[] = []
  const free: Free[] = []
  for (const candidate of candidatesFor(config, visit, request)) {
    const situation = situationOf(search, candidate, start, start + MINUTE)
    const overridden = placement.override ? brokenRules(situation, start) : []
    const isNamed = placement.agentId !== undefined
    const reason = placement.override
      ? (overridden.find((rule) => !permits(placement.override, rule, isNamed)) ??
        isAway(placement, situation) ??
        busyRefusal(situation, start) ??
        'offered')
      : explainStart(situation, start)
    if (reason !== 'offered') {
      reasons.push(reason)
      continue
    }
    const monday = periodStart('week', candidate.location.timeZone, start)
    const load = loadOf(
      search.calendars.get(candidate.agent.id),
      startOfDay(candidate.location.timeZone, monday),
      startOfDay(candidate.location.timeZone, monday + 7),
    )
    free.push({
      ...candidate,
      sessionId: visit.seats > 1 ? (sessionAt(situation, start)?.id ?? null) : null,
      load,
      overridden,
    })
  }
  if (free.length === 0) return refusalOf(reasons, config, visit, placement)
  return { config, visit, places: rank(free, placement, context) }
}

type Free = Omit<PossiblePlace, 'assignment'> & { load: number }

function rank(free: Free[], placement: Placement, context: PlanContext): PossiblePlace[] {
  const sessions = free.filter((candidate) => candidate.sessionId !== null)
  // Fill an existing group session before opening another.
  const pool = sessions.length > 0 ? sessions : free
  const byId = new Map(pool.map((candidate) => [candidate.agent.id, candidate]))
  const ranked = rankAgents(
    [...byId.values()].map(({ agent, load }) => ({ agentId: agent.id, weight: agent.weight, load })),
    context.previousAgentId,
    context.salt,
  )
  return ranked.map((assignment) => {
    const { agent, location, sessionId, overridden } = byId.get(assignment.agentId)!
    return {
      agent,
      location,
      sessionId,
      overridden,
      assignment: placement.agentId === agent.id ? { ...assignment, reason: 'requested' as const } : assignment,
    }
  })
}
