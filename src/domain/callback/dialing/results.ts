// Takes the results of attempts: each lease or delivery counts once, whatever the order and number of its reports.
import { writeEvents } from '../../../platform/events/events.ts'
import { listEvents } from '../../../platform/events/event.sql.ts'
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import type { Campaign } from '../../catalogue/campaign/campaign.ts'
import { afterCommit, transaction, violationOf, type Tx } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { AppError, bodyFault } from '../../../kernel/errors.ts'
import { cancelWaiting } from '../do-not-call/do-not-call.ts'
import { insertDoNotCall, doNotCallAmong } from '../do-not-call/do-not-call.sql.ts'
import { transition, locked } from '../transition.ts'
import {
  findCallbacks,
  type Callback,
  type CallbackChange,
  type CallbackDocument,
  type Count,
} from '../callback.sql.ts'
import { finishAll } from './claim.sql.ts'
import { addCounts } from './counts.sql.ts'
import { isOpen } from '../callback-states.ts'
import { restorable } from './take.ts'
import { leasedRows } from './lease.ts'
import { decideOnResult, type AttemptResult, type Decision } from './decide.ts'
import { documentOf } from '../callback-document.ts'

const TYPE = 'callback.attempted'

/** Takes the result of an attempt: ends the callback, or schedules the next attempt relative to this one. */
export async function takeResult(
  deps: Deps,
  config: TenantConfig,
  { id, result, actor }: { id: string; result: AttemptResult; actor: string },
): Promise<Callback> {
  const settling = takeResultOnce(deps, config, { id, result, actor, mayRotate: true }).catch((error: unknown) => {
    // Another open callback already uses the next number: this one keeps its current number.
    if (violationOf(error)?.constraint !== 'callbacks_open_number') throw error
    return takeResultOnce(deps, config, { id, result, actor, mayRotate: false })
  })
  const after = await settling
  // Other callbacks to these numbers are cancelled too.
  if (result.doNotCall)
    for (const number of documentOf(after).numbers) await cancelWaiting(deps, config.tenantId, number, actor)
  return after
}

type ResultToTake = {
  id: string
  result: AttemptResult
  actor: string
  mayRotate: boolean
}

async function takeResultOnce(
  deps: Deps,
  config: TenantConfig,
  { id, result, actor, mayRotate }: ResultToTake,
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, config.tenantId, id)
    const campaign = config.campaigns.get(c.campaign_id)
    if (!campaign) throw new AppError('not_found', { what: 'campaign' })
    await requireKnown(tx, c, result.leaseId)
    const { numbers } = documentOf(c)
    // The person asked for it, so it applies to all their numbers, even if the result itself changes nothing.
    if (result.doNotCall)
      for (const number of [...numbers].sort())
        await insertDoNotCall(tx, c.tenant_id, number, 'asked not to be called', new Date(deps.now()))
    const doNotCall = numbers.length > 1 ? await doNotCallAmong(tx, c.tenant_id, numbers) : undefined
    const decision = decideOnResult(c, campaign, config, { result, now: deps.now(), mayRotate, doNotCall })
    if (!decision) return c
    const { status, change, data, counts } = decision
    // No undo for a result that put the person on the do-not-call list.
    const undoable = actor.startsWith('user:') && !result.doNotCall && isOpen(c.status)
    const after = await transition(deps, tx, c, {
      status,
      change: undoable ? { ...change, document: withUndo(c, change, counts) } : change,
      event: { type: TYPE, actor, data },
    })
    await addCounts(tx, c.tenant_id, counts)
    freed(deps, tx, c.tenant_id, campaign)
    return after
  })
}

/** The document after the result, with what an undo needs to restore the previous state. */
function withUndo(c: Callback, change: CallbackChange, counts: Count[]): CallbackDocument {
  const before = documentOf(c)
  const { current, zones } = before
  const undo = { version: c.version + 1, before: restorable(c), current, zones, counts }
  return { ...before, ...change.document, undo }
}

/** Throws `invalid_reference` for a lease or delivery that this callback never had; such a result is not counted. */
async function requireKnown(tx: Tx, c: Callback, key: string | undefined): Promise<void> {
  if (key === undefined || key === c.lease_id || key === c.delivery_id || c.settled.includes(key)) return
  const events = await listEvents(tx, c.tenant_id, c.id)
  const isKnown = events.some(({ data }) => {
    const { leaseId, deliveryId } = data as { leaseId?: string; deliveryId?: string }
    return leaseId === key || deliveryId === key
  })
  if (!isKnown) throw bodyFault('/leaseId', 'invalid_reference', { what: 'lease', id: key })
}

/** With a limit of outstanding callbacks, wakes a consumer after the commit: one more may leave now. */
function freed(deps: Deps, tx: Tx, tenantId: string, campaign: Campaign): void {
  if (campaign.maxOutstanding > 0) afterCommit(tx, () => deps.due.tell(tenantId, campaign.id, deps.now()))
}

type LeaseResult = AttemptResult & { leaseId: string; callbackId: string }
type Settled = { callbackId: string; status: string | null; code: string | null }

type Plain = { c: Callback; decision: Decision; result: LeaseResult }

/** Callbacks as this process leased them, the others as stored. The version is checked when they are written. */
async function rowsOf(
  deps: Deps,
  tenantId: string,
  results: ReadonlyMap<string, LeaseResult>,
): Promise<ReadonlyMap<string, Callback>> {
  const known = new Map<string, Callback>()
  for (const leaseId of new Set([...results.values()].map((result) => result.leaseId)))
    for (const c of leasedRows(deps, leaseId)) if (c.tenant_id === tenantId) known.set(c.id, c)
  const missing = [...results.keys()].filter((id) => !known.has(id))
  if (missing.length === 0) return known
  return new Map([...known, ...(await findCallbacks(deps.db.kysely, tenantId, missing))])
}

/** The results that only end their callback, grouped by identical change; sorted by id, the order of all locks. */
async function plainOnes(
  deps: Deps,
  config: TenantConfig,
  results: ReadonlyMap<string, LeaseResult>,
): Promise<Map<string, Plain[]>> {
  const read = await rowsOf(deps, config.tenantId, results)
  const plain: Plain[] = []
  for (const [id, result] of [...results].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const c = read.get(id)
    const campaign = c && config.campaigns.get(c.campaign_id)
    const decision = campaign && decideOnResult(c, campaign, config, { result, now: deps.now(), mayRotate: true })
    // A delivery under another key must be withdrawn, which is done one by one.
    if (!decision?.isPlain || (c!.delivery_id !== null && c!.delivery_id !== result.leaseId)) continue
    plain.push({ c: c!, decision, result })
  }
  return Map.groupBy(plain, ({ c, decision, result }) =>
    [decision.status, result.outcome, result.leaseId, c.status].join(' '),
  )
}

/** Writes each group of identical endings in one statement; returns the status by id of the ended callbacks. */
async function finishPlain(
  deps: Deps,
  config: TenantConfig,
  results: ReadonlyMap<string, LeaseResult>,
  actor: string,
): Promise<Map<string, string>> {
  const { tenantId } = config
  const done = new Map<string, string>()
  for (const group of (await plainOnes(deps, config, results)).values()) {
    const { c, decision, result } = group[0]!
    const status = decision.status as 'completed' | 'exhausted'
    const now = new Date(deps.now())
    const { outcome, leaseId } = result
    const ended = await transaction(deps.db, async (tx) => {
      const ids = await finishAll(
        tx,
        tenantId,
        group.map((one) => one.c),
        { status, outcome, leaseId, now },
      )
      const own = group.filter((one) => ids.has(one.c.id))
      if (own.length === 0) return ids
      const subjects = own.map((one) => ({ subjectId: one.c.id, id: deps.newId(), data: one.decision.data }))
      const shared = { type: TYPE, at: now, actor, data: { before: c.status, after: status } }
      await writeEvents(deps, tx, { tenantId, subjects, shared })
      const campaign = config.campaigns.get(c.campaign_id)
      if (campaign) freed(deps, tx, tenantId, campaign)
      await addCounts(
        tx,
        tenantId,
        own.flatMap((one) => one.decision.counts),
      )
      return ids
    })
    for (const id of ended) done.set(id, status)
  }
  return done
}

/** Takes results of several callbacks; a failure does not stop the others. Results that only end a callback are written together. */
export async function takeResults(
  deps: Deps,
  config: TenantConfig,
  results: readonly LeaseResult[],
  actor: string,
): Promise<Settled[]> {
  const first = new Map<string, LeaseResult>()
  for (const result of results)
    if (!result.doNotCall && result.callAgainAt === undefined && !first.has(result.callbackId))
      first.set(result.callbackId, result)
  const done = first.size > 1 ? await finishPlain(deps, config, first, actor) : new Map<string, string>()
  if (done.size > 0) deps.pubsub.say('changed', config.tenantId)
  const settled: Settled[] = []
  for (const result of results) {
    const { callbackId } = result
    const status = done.get(callbackId)
    if (status !== undefined && first.get(callbackId) === result) {
      settled.push({ callbackId, status, code: null })
      continue
    }
    try {
      const after = await takeResult(deps, config, { id: callbackId, result, actor })
      settled.push({ callbackId, status: after.status, code: null })
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      settled.push({ callbackId, status: null, code: error.code })
    }
  }
  return settled
}
