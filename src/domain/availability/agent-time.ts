// One agent's time: working hours, and which part of them is taken.
import type { SnapshotDeps } from './snapshots.ts'
import { DAY, intersect, subtract, union, type Range, type Spans } from '../../kernel/time/interval.ts'
import { busySpans, EMPTY_CALENDAR } from './agent-calendar.ts'
import type { Agent, TenantConfig } from '../catalogue/tenant-config.ts'
import { openTimeFor } from './search.ts'

/** Working time of one agent at all their locations, for the whole months around [from, to). */
function workingTime(config: TenantConfig, agent: Agent, range: Range): Spans {
  const locations = [...config.locations.values()].filter(
    (l) => !l.archived && (agent.locationIds.size === 0 || agent.locationIds.has(l.id)),
  )
  return union(...locations.map((location) => openTimeFor(config, { agent, location }, 'staff', range).layers.open))
}

/** Whether the agent does not work at an instant: absent, archived, or outside their hours. */
export function isAway(config: TenantConfig, agentId: string, at: number): boolean {
  const agent = config.agents.get(agentId)
  if (!agent || agent.archived) return true
  return intersect(workingTime(config, agent, { from: at, to: at + 1 }), [at, at + 1]).length === 0
}

/** Splits one agent's time in [from, to) into `free` working time, `busy` (reserved, within working hours or not) and `away` (the rest). */
export async function agentTime(
  deps: SnapshotDeps,
  config: TenantConfig,
  agent: Agent,
  { from, to }: Range,
): Promise<{ free: Spans; busy: Spans; away: Spans }> {
  const confirmed = await deps.snapshots.confirm(config.tenantId, () => [agent])
  if (!confirmed) return { free: [], busy: [], away: [from, to] }
  const snapshot = await deps.snapshots.withCalendars(confirmed, { from: from - DAY, to: to + DAY })
  const calendar = snapshot.calendars.get(agent.id) ?? EMPTY_CALENDAR
  const open = workingTime(config, agent, { from, to })
  const busy = busySpans(agent.id, calendar, { now: deps.now(), audience: 'staff', ignored: undefined })
  const free = intersect(subtract(open, busy), [from, to])
  const taken = intersect(busy, [from, to])
  return { free, busy: taken, away: subtract([from, to], union(free, taken)) }
}
