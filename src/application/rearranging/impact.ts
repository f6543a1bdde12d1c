// Finds live appointments that a change of hours, an absence or a closure would affect, before the change is made.
import { recurringHours } from '../../domain/availability/open-time.ts'
import type { Agent, Schedule, ScheduleRule, TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { covers, DAY, touches, union, type Spans } from '../../kernel/time/interval.ts'
import { requireNear, requireRule } from '../../domain/availability/rule-bounds.ts'
import { dayOf, parseDate, startOfDay } from '../../kernel/time/zone.ts'
import { agendaRows, type AgendaRow } from './agenda.sql.ts'
import type { Reach } from '../../kernel/permissions/principal.ts'

/** How far ahead (ms) a schedule without an end is checked. */
const AHEAD = 400 * DAY
const MOST = 2_000

export type Impact =
  | { kind: 'absence'; agentId: string; from: number; to: number }
  | { kind: 'closure'; locationId: string | null; from: number; to: number }
  | {
      kind: 'schedule'
      ownerKind: 'agent' | 'pool'
      ownerId: string
      validFrom: string
      validUntil: string | null
      timeZone: string
      rules: readonly ScheduleRule[]
    }

const isLive = (a: AgendaRow, now: number): boolean =>
  (a.status === 'confirmed' || a.status === 'pending') && a.ends_at.getTime() > now

type OverlapQuery = {
  tenantId: string
  by: { agentIds?: readonly string[]; locationId?: string | undefined }
  from: number
  to: number
  within: Reach
}

/** Live appointments that overlap [from, to) of the given agents or location. */
async function overlapping(deps: Deps, { tenantId, by, from, to, within }: OverlapQuery): Promise<AgendaRow[]> {
  // An appointment that began up to a day earlier may still be running.
  const range = { from: new Date(from - DAY), to: new Date(to) }
  const rows = await agendaRows(deps.db.kysely, tenantId, { ...by, ...range, within, limit: MOST })
  return rows.filter((a) => isLive(a, deps.now()) && a.ends_at.getTime() > from)
}

type CoveredRange = {
  agent: Agent
  locationId: string
  from: number
  to: number
}

const hoursOf = (schedules: readonly Schedule[], { agent, locationId, from, to }: CoveredRange): Spans =>
  recurringHours(schedules, { audience: 'staff', locationId, desk: agent.desk }, from, to)

/** Appointments that the present hours cover and the new version of the schedule does not. */
async function bySchedule(
  deps: Deps,
  config: TenantConfig,
  change: Impact & { kind: 'schedule' },
  within: Reach,
): Promise<AgendaRow[]> {
  requireNear(change.validFrom, dayOf(change.timeZone, deps.now()), '/validFrom')
  for (const [i, rule] of change.rules.entries()) {
    if (rule.start !== undefined) requireNear(rule.start, dayOf(change.timeZone, deps.now()), `/rules/${i}/start`)
    requireRule(rule, { from: change.validFrom, until: change.validUntil }, `/rules/${i}`)
  }
  const fromDay = Math.max(parseDate(change.validFrom), dayOf(change.timeZone, deps.now()))
  const ahead = fromDay + AHEAD / DAY
  const untilDay = change.validUntil === null ? ahead : Math.min(ahead, parseDate(change.validUntil))
  const agents = [...config.agents.values()].filter((a) =>
    change.ownerKind === 'agent' ? a.id === change.ownerId : a.poolId === change.ownerId,
  )
  const [from, to] = [startOfDay(change.timeZone, fromDay), startOfDay(change.timeZone, untilDay)]
  const rows = await overlapping(deps, {
    tenantId: config.tenantId,
    by: { agentIds: agents.map((a) => a.id) },
    from,
    to,
    within,
  })
  const next: Schedule = {
    id: 'next',
    timeZone: change.timeZone,
    fromDay: parseDate(change.validFrom),
    untilDay: change.validUntil === null ? Number.MAX_SAFE_INTEGER : parseDate(change.validUntil),
    rules: change.rules,
  }
  const agentOf = new Map(agents.map((agent) => [agent.id, agent]))
  const known = new Map<string, { before: Spans; after: Spans }>()
  /** Hours count per location: an agent who moves to another place leaves the first one uncovered. */
  const hoursAt = (agent: Agent, locationId: string): { before: Spans; after: Spans } => {
    const key = `${agent.id} ${locationId}`
    const cached = known.get(key)
    if (cached) return cached
    const extra = (config.openings.get(agent.id) ?? []).filter(
      (o) => o.locationId === null || o.locationId === locationId,
    )
    const openings = union(extra.flatMap((o) => [o.from, o.to]))
    const present = config.schedules.get(agent.poolId ?? agent.id) ?? config.schedules.get(agent.id) ?? []
    const made = {
      before: union(hoursOf(present, { agent, locationId, from: fromDay - 1, to: untilDay + 1 }), openings),
      after: union(hoursOf([next], { agent, locationId, from: fromDay - 1, to: untilDay + 1 }), openings),
    }
    known.set(key, made)
    return made
  }
  return rows.filter((a) => {
    const agent = agentOf.get(a.agent_id)
    if (!agent) return false
    const hours = hoursAt(agent, a.location_id)
    const [start, end] = [a.starts_at.getTime(), a.ends_at.getTime()]
    return covers(hours.before, start, end) && !covers(hours.after, start, end)
  })
}

/** The appointments that a change would affect, sorted by start. Throws errors in the rules. */
export async function impactOf(deps: Deps, config: TenantConfig, change: Impact, within: Reach): Promise<AgendaRow[]> {
  if (change.kind === 'schedule') return bySchedule(deps, config, change, within)
  const by = change.kind === 'absence' ? { agentIds: [change.agentId] } : { locationId: change.locationId ?? undefined }
  const rows = await overlapping(deps, { tenantId: config.tenantId, by, from: change.from, to: change.to, within })
  return rows.filter((a) => touches([a.starts_at.getTime(), a.ends_at.getTime()], change.from, change.to))
}
