// Executes proposals for appointments and undoes them. Each runs in its own transaction: a failure does not stop the others,
// and is never replaced by a change that nobody has seen.
import { move } from '../../domain/appointment/move.ts'
import { findAppointment, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { keepingTime } from '../../domain/appointment/override.ts'
import { undoMove } from './undo-move.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { compose, post } from '../messaging/compose.ts'
import { dropQueued } from '../messaging/message.sql.ts'
import { occasionOf, personOf } from '../notifications/event-messages.ts'
import type { Proposal } from './propose.ts'
import type { Reach } from '../../kernel/permissions/principal.ts'

type Rearranged = {
  id: string
  result: 'reassigned' | 'moved' | 'asked' | 'left'
  agentId?: string
  start?: string
  before?: { agentId: string; start: string }
  code?: string
}
type Order = {
  reason: string
  actor: string
  within: Reach
  /** Delay (ms) before people are notified. */
  tellAfter: number
}

const contextOf = (config: TenantConfig, id: string, actor: string) => ({
  tenantId: config.tenantId,
  id,
  actor: { name: actor, audience: 'staff' as const },
  wantedVersion: null,
})

async function change(
  deps: Deps,
  config: TenantConfig,
  a: Appointment,
  { p, o }: { p: Proposal; o: Order },
): Promise<Rearranged> {
  const isSameTime = p.start === undefined || p.start === a.starts_at.getTime()
  if (p.agentId === a.agent_id && isSameTime) throw new AppError('no_agent_free')
  const after = await move(deps, contextOf(config, a.id, o.actor), {
    start: p.start ?? a.starts_at.getTime(),
    agentId: p.agentId,
    reason: o.reason,
    ...(isSameTime ? { override: keepingTime(o.reason, p.rules), reassign: true } : {}),
    within: o.within,
    telling: { after: o.tellAfter },
  })
  return {
    id: a.id,
    result: isSameTime ? 'reassigned' : 'moved',
    agentId: after.agent_id,
    start: after.starts_at.toISOString(),
    before: { agentId: a.agent_id, start: a.starts_at.toISOString() },
  }
}

/** Dedupe key of the question about an appointment; it stays the same until the appointment changes. */
const questionKey = (a: Pick<Appointment, 'id' | 'version'>): string => `choose ${a.id} ${a.version}`

/** Tells the person that the time cannot stay, with a link to choose another one. */
async function askPerson(deps: Deps, config: TenantConfig, a: Appointment, o: Order): Promise<Rearranged> {
  const person = await personOf(deps, a)
  if (!person) throw new AppError('contact_required')
  const more = { note: o.reason, dedupeKey: questionKey(a), expires: a.ends_at.getTime() }
  const occasion = await occasionOf(deps, config, a, {
    kind: 'choose',
    more: { ...more, notBefore: deps.now() + o.tellAfter },
  })
  const message = await compose(deps, config, person, occasion)
  if (message === null) throw new AppError('email_needed')
  await transaction(deps.db, (tx) => post(deps, tx, message))
  return { id: a.id, result: 'asked' }
}

type EachOf<T> = {
  items: readonly T[]
  idOf: (item: T) => string
  work: (a: Appointment, item: T) => Promise<Rearranged>
}

async function eachOf<T>(deps: Deps, config: TenantConfig, { items, idOf, work }: EachOf<T>): Promise<Rearranged[]> {
  const results: Rearranged[] = []
  for (const item of items) {
    const id = idOf(item)
    const a = await findAppointment(deps.db.kysely, config.tenantId, id)
    if (!a) {
      results.push({ id, result: 'left', code: 'not_found' })
      continue
    }
    const left = (error: unknown): Rearranged => {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      return { id, result: 'left', code: error.code }
    }
    results.push(await work(a, item).catch(left))
  }
  return results
}

/** Executes each proposal exactly; returns the result of each. */
export function rearrange(
  deps: Deps,
  config: TenantConfig,
  proposals: readonly Proposal[],
  o: Order,
): Promise<Rearranged[]> {
  const work = async (a: Appointment, p: Proposal): Promise<Rearranged> => {
    if (p.result === 'none') return { id: a.id, result: 'left', code: p.code ?? 'no_agent_free' }
    const isLive = a.status === 'confirmed' || a.status === 'pending'
    if (!isLive || a.ends_at.getTime() <= deps.now())
      throw new AppError('invalid_transition', { status: a.status, action: 'move' })
    return p.result === 'ask' ? askPerson(deps, config, a, o) : change(deps, config, a, { p, o })
  }
  return eachOf(deps, config, { items: proposals, idOf: (p) => p.id, work })
}

/** Undoes rearrangements while moves can still be undone; drops questions that have not been sent. */
export function undoRearranging(
  deps: Deps,
  config: TenantConfig,
  ids: readonly string[],
  o: Pick<Order, 'reason' | 'actor' | 'within'>,
): Promise<Rearranged[]> {
  const work = async (a: Appointment): Promise<Rearranged> => {
    const wasWaiting = await transaction(deps.db, (tx) => dropQueued(tx, config.tenantId, questionKey(a)))
    if (wasWaiting) return { id: a.id, result: 'asked' }
    const after = await undoMove(deps, contextOf(config, a.id, o.actor), o.within, o.reason)
    const before = { agentId: a.agent_id, start: a.starts_at.toISOString() }
    return {
      id: a.id,
      result: before.start === after.starts_at.toISOString() ? 'reassigned' : 'moved',
      agentId: after.agent_id,
      start: after.starts_at.toISOString(),
      before,
    }
  }
  return eachOf(deps, config, { items: ids, idOf: (id) => id, work })
}
