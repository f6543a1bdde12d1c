// Proposals for appointments that cannot stay: a colleague at the same time, another time, or a question to the citizen. They
// are made together, so that no place is given twice, and change nothing. Exactly what is shown is later executed.
import { findSlots, candidatesFor, type Search } from '../../domain/availability/search.ts'
import { findOwnTime } from '../../domain/availability/ledger.sql.ts'
import { prepareSearch, visitOf } from '../../domain/availability/slots.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { strictest } from '../../domain/appointment/change.ts'
import { keepingTime, type OverridableRule } from '../../domain/appointment/override.ts'
import { planFresh, type PossiblePlace } from '../../domain/appointment/placement.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, startOfDay } from '../../kernel/time/zone.ts'
import { isWithin, type Reach } from '../../kernel/permissions/principal.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

export type Mode = 'reassign' | 'next' | 'best' | 'ask'
export type Proposal = {
  id: string
  result: 'reassign' | 'move' | 'ask' | 'none'
  agentId?: string
  start?: number
  /** Why nothing is proposed. */
  code?: string
  /** Rules that staff override for the agent they named. */
  rules?: readonly OverridableRule[]
}
type Wish = {
  mode: Mode
  agentId?: string | undefined
  /** The absent agent, who gets nothing, not even at another time. */
  away?: string | undefined
  within: Reach
}

/** How far ahead another time is searched (ms), and how many starts are tried. */
const [AHEAD, TRIED] = [21 * DAY, 60]
/** Shortest notice of a new time (ms). */
const LEAST_NOTICE = 30 * MINUTE

type Taken = { agentId: string; from: number; to: number; start: number; seats: number; serviceId: string }
/** Places given to earlier proposals. */
type Ledger = Taken[]

const minutesOf = (a: Appointment): number | undefined =>
  a.service_ids.length === 1 ? documentOf(a).minutes : undefined

/** Whether a place is still free after the other proposals; a group session has `remaining` seats. */
function isLeft(
  ledger: Ledger,
  search: Pick<Search, 'visit'>,
  a: Appointment,
  at: { agentId: string; start: number; remaining: number },
): boolean {
  const { duration, bufferBefore, bufferAfter, seats } = search.visit
  const [from, to] = [at.start - bufferBefore, at.start + duration + bufferAfter]
  const meeting = ledger.filter((one) => one.agentId === at.agentId && one.from < to && one.to > from)
  if (meeting.length === 0) return true
  const isSame = meeting.every((one) => one.start === at.start && one.serviceId === a.service_ids[0])
  const used = meeting.reduce((sum, one) => sum + one.seats, 0)
  return seats > 1 && isSame && used + a.seats <= at.remaining
}

type TakenTime = {
  search: Pick<Search, 'visit'>
  a: Appointment
  agentId: string
  start: number
}

function take(ledger: Ledger, { search, a, agentId, start }: TakenTime): void {
  const { duration, bufferBefore, bufferAfter } = search.visit
  const [from, to] = [start - bufferBefore, start + duration + bufferAfter]
  ledger.push({ agentId, from, to, start, seats: a.seats, serviceId: a.service_ids[0]! })
}

/** Other agents who work, are qualified and free at the same time, best first; those who would exceed a numeric limit last. */
async function othersAt(deps: Deps, config: TenantConfig, a: Appointment, w: Wish): Promise<PossiblePlace[]> {
  const placement = {
    serviceIds: a.service_ids,
    minutes: minutesOf(a),
    start: a.starts_at.getTime(),
    locationId: a.location_id,
    agentId: w.agentId,
    places: a.seats,
    // The named agent is checked like all others; violated rules are shown before staff override them.
    override: keepingTime('proposal'),
  }
  const context = { tenantId: config.tenantId, audience: 'staff' as const, salt: deps.newId() }
  const { places } = await planFresh(deps, placement, { ...context, contactId: a.contact_id ?? undefined })
  const isOver = (place: PossiblePlace): number =>
    place.overridden.some((rule) => rule.endsWith('limit_reached')) ? 1 : 0
  return places
    .filter((place) => place.agent.id !== a.agent_id && place.agent.id !== w.away)
    .filter((place) => isWithin(w.within, { agentId: place.agent.id, locationId: place.location.id }))
    .sort((x, y) => isOver(x) - isOver(y))
}

const nobody = (error: unknown): AppError => {
  if (!(error instanceof AppError) || error.status >= 500) throw error
  return error
}

/** Ids of the agents who could take the appointment at its present time. */
export async function freeAgents(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  w: Pick<Wish, 'away' | 'within'>,
): Promise<string[]> {
  const places = await othersAt(deps, config, a, { mode: 'reassign', ...w }).catch((error: unknown) => {
    nobody(error)
    return []
  })
  return places.map((place) => place.agent.id)
}

async function searchFor(deps: Deps, config: TenantConfig, a: Appointment) {
  const start = a.starts_at.getTime()
  const notice = Math.max(LEAST_NOTICE, strictest(config, a, 'moveNoticeMinutes') * MINUTE)
  // Never move to an earlier day: people have planned theirs.
  const from = Math.max(deps.now() + notice, startOfDay(a.time_zone, dayOf(a.time_zone, start)))
  const to = Math.max(from, start) + AHEAD
  const request = {
    ...{ tenantId: config.tenantId, serviceIds: a.service_ids, minutes: minutesOf(a), locationIds: [a.location_id] },
    ...{ audience: 'staff' as const, places: a.seats, contactId: a.contact_id ?? undefined },
    ignored: await findOwnTime(deps.db.kysely, config.tenantId, a.reservation_id),
  }
  return { search: await prepareSearch(deps, request, { from, to }), from, to }
}

/** Free starts with their free agents, nearest to the promised one first; of two equally near, the later one first. */
async function* placesNear(deps: Deps, config: TenantConfig, a: Appointment, w: Wish) {
  const { search, from, to } = await searchFor(deps, config, a)
  const selection = { locationIds: [a.location_id], agentId: w.agentId }
  const origin = a.starts_at.getTime()
  const distance = (start: number): number => Math.abs(start - origin)
  const starts = [...new Set(findSlots(search, selection, from, to).map((slot) => slot.start))]
    .filter((start) => start !== origin)
    .sort((x, y) => distance(x) - distance(y) || y - x)
  const candidates = candidatesFor(search.config, search.visit, selection)
    .filter(
      ({ agent, location }) =>
        agent.id !== w.away && isWithin(w.within, { agentId: agent.id, locationId: location.id }),
    )
    // The present agent first, if free.
    .sort((x, y) => Number(y.agent.id === a.agent_id) - Number(x.agent.id === a.agent_id))
  for (const start of starts.slice(0, TRIED)) {
    for (const { agent } of candidates) {
      const one = { locationIds: [a.location_id], agentId: agent.id }
      const slot = findSlots(search, one, start, start + MINUTE).find((s) => s.start === start)
      if (slot) yield { search, start, agentId: agent.id, remaining: slot.remaining }
    }
  }
}

/** The nearest free starts, at most `most`, each with an agent: never on an earlier day, nor with less notice than a move needs. */
export async function nextTimes(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { most, w }: { most: number; w: Pick<Wish, 'away' | 'within'> },
): Promise<{ start: number; agentId: string }[]> {
  const places = new Map<number, string>()
  for await (const { start, agentId } of placesNear(deps, config, a, { mode: 'next', ...w })) {
    if (!places.has(start)) places.set(start, agentId)
    if (places.size === most) break
  }
  return [...places].map(([start, agentId]) => ({ start, agentId }))
}

async function proposeColleague(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { w, ledger }: { w: Wish; ledger: Ledger },
): Promise<Proposal> {
  const search = { visit: visitOf(config, a.service_ids, minutesOf(a)) }
  const start = a.starts_at.getTime()
  let found: PossiblePlace[]
  try {
    found = await othersAt(deps, config, a, w)
  } catch (error) {
    return { id: a.id, result: 'none', code: nobody(error).code }
  }
  const left = found.filter(({ agent }) =>
    isLeft(ledger, search, a, { agentId: agent.id, start, remaining: search.visit.seats }),
  )
  // Spread the load: count what was just proposed to an agent.
  const proposed = (agentId: string): number =>
    ledger.filter((one) => one.agentId === agentId).reduce((sum, one) => sum + (one.to - one.from) / MINUTE, 0)
  const [best] = left.sort(
    (x, y) => x.assignment.load + proposed(x.agent.id) - (y.assignment.load + proposed(y.agent.id)),
  )
  if (!best) return { id: a.id, result: 'none', code: 'no_agent_free' }
  take(ledger, { search, a, agentId: best.agent.id, start })
  return { id: a.id, result: 'reassign', agentId: best.agent.id, start }
}

async function proposeTime(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { w, ledger }: { w: Wish; ledger: Ledger },
): Promise<Proposal> {
  try {
    for await (const place of placesNear(deps, config, a, w)) {
      if (!isLeft(ledger, place.search, a, place)) continue
      take(ledger, { search: place.search, a, agentId: place.agentId, start: place.start })
      return { id: a.id, result: 'move', agentId: place.agentId, start: place.start }
    }
  } catch (error) {
    return { id: a.id, result: 'none', code: nobody(error).code }
  }
  return { id: a.id, result: 'none', code: 'no_agent_free' }
}

type Step = (a: Appointment) => Promise<Proposal>

/** A proposal for each appointment, in the given order; reserves nothing. */
export async function propose(
  deps: Deps,
  config: TenantConfig,
  appointments: readonly Appointment[],
  w: Wish,
): Promise<Proposal[]> {
  const ledger: Ledger = []
  const isLive = (a: Appointment): boolean =>
    (a.status === 'confirmed' || a.status === 'pending') && a.ends_at.getTime() > deps.now()
  const nothing = (a: Appointment, code: string): Proposal => ({ id: a.id, result: 'none', code })
  const colleague: Step = async (a) =>
    w.agentId === a.agent_id ? nothing(a, 'no_agent_free') : proposeColleague(deps, config, a, { w, ledger })
  const time: Step = (a) => proposeTime(deps, config, a, { w, ledger })
  const ask: Step = async (a) => ({ id: a.id, result: 'ask' })
  // Keeping the time matters more than keeping the agent: look for colleagues for all before moving anyone to another time.
  const steps: Record<Mode, Step[]> = { ask: [ask], next: [time], reassign: [colleague], best: [colleague, time] }
  const proposals = new Map(
    appointments.map((a) => [a.id, nothing(a, isLive(a) ? 'no_agent_free' : 'invalid_transition')]),
  )
  for (const step of steps[w.mode])
    for (const a of appointments.filter((a) => isLive(a) && proposals.get(a.id)!.result === 'none'))
      proposals.set(a.id, await step(a))
  return [...proposals.values()]
}
