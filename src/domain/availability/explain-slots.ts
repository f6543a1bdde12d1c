// Answers "Why is nothing free?" for every agent, at an instant or over a day, from the layers of the slot engine.
import type { SnapshotDeps } from './snapshots.ts'
import { MINUTE, type Range } from '../../kernel/time/interval.ts'
import { formatInstant, startOfDay } from '../../kernel/time/zone.ts'
import { explainStart, mostUseful, type ReasonCode, type Situation } from './explanation.ts'
import type { Agent, Location } from '../catalogue/tenant-config.ts'
import { candidatesFor, findSlots, isQualified, locationsFor, situationOf, type Search } from './search.ts'
import { prepareSearch, type SlotRequest } from './slots.ts'

type Period = { from: string; to: string; reason: ReasonCode }
type AgentExplanation = {
  agentId: string
  agentName: string
  locationId: string
  reason: ReasonCode
  periods?: Period[]
  offered?: number
}
/** `reason`: why no agent or location is considered at all; null when at least one is. */
type Explanation = {
  offered: boolean
  reason: 'no_location' | 'no_common_location' | 'no_agent' | null
  agents: AgentExplanation[]
}

/** Why the agent cannot serve the visit at the location at any time; null when they can. */
function unsuited(search: Search, location: Location, agent: Agent): ReasonCode | null {
  if (!isQualified(agent, search.visit)) return 'agent_not_qualified'
  return agent.locationIds.size > 0 && !agent.locationIds.has(location.id) ? 'agent_elsewhere' : null
}

function agentsAsked(search: Search, request: SlotRequest): Agent[] {
  return [...search.config.agents.values()].filter(
    (agent) => !agent.archived && (request.agentId === undefined || agent.id === request.agentId),
  )
}

/** Why the request matches no agent at any location; null when it matches some. */
function nobody(search: Search, request: SlotRequest): Explanation['reason'] {
  if (search.visit.nowhere) return 'no_common_location'
  if (locationsFor(search.config, search.visit, request).length === 0) return 'no_location'
  return agentsAsked(search, request).length === 0 ? 'no_agent' : null
}

function explainAll(
  search: Search,
  request: SlotRequest,
  { from, to }: Range,
  one: (situation: Situation, location: Location) => Omit<AgentExplanation, 'agentId' | 'agentName' | 'locationId'>,
): AgentExplanation[] {
  const asked = request.locationIds
    ? request.locationIds.flatMap((id) => search.config.locations.get(id) ?? [])
    : locationsFor(search.config, search.visit, request)
  return asked.flatMap((location) =>
    agentsAsked(search, request).map((agent) => {
      const who = { agentId: agent.id, agentName: agent.name, locationId: location.id }
      const elsewhere =
        candidatesFor(search.config, search.visit, { locationIds: [location.id], agentId: agent.id }).length === 0
      const reason = unsuited(search, location, agent) ?? (elsewhere ? 'agent_elsewhere' : null)
      if (reason) return { ...who, reason }
      return { ...who, ...one(situationOf(search, { agent, location }, from, to), location) }
    }),
  )
}

/** For one instant: each agent with the first reason against it, or `offered`. */
export async function explainInstant(deps: SnapshotDeps, request: SlotRequest, at: number): Promise<Explanation> {
  const instant = { from: at, to: at + MINUTE }
  const search = await prepareSearch(deps, request, instant)
  const agents = explainAll(search, request, instant, (situation) => ({ reason: explainStart(situation, at) }))
  return { offered: agents.some((a) => a.reason === 'offered'), reason: nobody(search, request), agents }
}

/**
 * For a local day: each agent with periods of starts that share a reason, tested at every multiple of five minutes and at every
 * offered start; periods omit `not_on_grid`, since most minutes are not on the grid.
 */
export async function explainDay(
  deps: SnapshotDeps,
  request: SlotRequest,
  timeZone: string,
  day: number,
): Promise<Explanation> {
  const from = startOfDay(timeZone, day)
  const to = startOfDay(timeZone, day + 1)
  const search = await prepareSearch(deps, request, { from, to })
  const agents = explainAll(search, request, { from, to }, (situation, location) => {
    const selection = { agentId: situation.agentId, locationIds: [location.id] }
    const offered = findSlots(search, selection, from, to)
    const asked = new Set(offered.map((slot) => slot.start))
    for (let t = Math.ceil(from / (5 * MINUTE)) * 5 * MINUTE; t < to; t += 5 * MINUTE) asked.add(t)
    const periods: { from: number; to: number; reason: ReasonCode }[] = []
    for (const t of [...asked].sort((a, b) => a - b)) {
      const reason = explainStart(situation, t)
      const last = periods.at(-1)
      if (reason === 'not_on_grid') continue
      if (last?.reason === reason) last.to = t
      else periods.push({ from: t, to: t, reason })
    }
    const reasons = new Set(periods.map((p) => p.reason))
    const main = reasons.has('offered') ? 'offered' : (mostUseful(reasons) ?? 'outside_schedule')
    const texts = periods.map((p) => ({
      from: formatInstant(timeZone, p.from),
      to: formatInstant(timeZone, p.to),
      reason: p.reason,
    }))
    return { reason: main, periods: texts, offered: offered.length }
  })
  return { offered: agents.some((a) => a.reason === 'offered'), reason: nobody(search, request), agents }
}
