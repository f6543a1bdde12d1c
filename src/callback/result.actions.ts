// Takes results of attempts: each lease or delivery counts once, in whatever order and however often its result comes.
import type { TenantConfig } from '../availability/model.ts'
import { transaction, violationOf, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { barNumber } from './barred.sql.ts'
import { become, locked } from './become.actions.ts'
import { insertEvents, type Callback } from './callback.sql.ts'
import { finishAll, lockCallbacks } from './claim.sql.ts'
import { addCounts, type Count } from './counts.sql.ts'
import { decide, type AttemptResult, type Decision } from './decide.ts'

const TYPE = 'callback.attempted'

/** Takes the result of an attempt: ends the callback, or sets the next attempt counted from this one. */
export async function settle(
  deps: Deps,
  config: TenantConfig,
  id: string,
  result: AttemptResult,
  actor: string,
): Promise<Callback> {
  try {
    return await settleOnce(deps, config, id, result, actor, true)
  } catch (error) {
    // The next number waits in a request of its own already: this one stays with the number that it has.
    if (violationOf(error)?.constraint !== 'callbacks_open_number') throw error
    return settleOnce(deps, config, id, result, actor, false)
  }
}

async function settleOnce(
  deps: Deps,
  config: TenantConfig,
  id: string,
  result: AttemptResult,
  actor: string,
  mayRotate: boolean,
): Promise<Callback> {
  return transaction(deps.db, async (tx) => {
    const c = await locked(tx, config.tenantId, id)
    const campaign = config.campaigns.get(c.campaign_id)
    if (!campaign) throw new AppError('not_found', { what: 'campaign' })
    const decision = decide(c, campaign, config.holidays, result, deps.now(), mayRotate)
    if (!decision) return c
    const { status, change, data, counts } = decision
    if (result.doNotCall && c.number !== null)
      await barNumber(tx, c.tenant_id, c.number, 'asked not to be called', new Date(deps.now()))
    const after = await become(deps, tx, c, status, change, { type: TYPE, actor, data })
    await addCounts(tx, c.tenant_id, counts)
    return after
  })
}

export type LeaseResult = AttemptResult & { leaseId: string; callbackId: string }
export type Settled = { callbackId: string; status: string | null; code: string | null }

type Plain = { c: Callback; decision: Decision }

/** Writes those that end alike together; returns the callbacks that it ended. */
async function finishPlain(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  results: readonly LeaseResult[],
  actor: string,
): Promise<Map<string, string>> {
  const { tenantId } = config
  const byId = new Map(results.map((result) => [result.callbackId, result]))
  const now = new Date(deps.now())
  const groups = new Map<string, { leaseId: string; before: string; items: Plain[] }>()
  const counts: Count[] = []
  for (const c of await lockCallbacks(tx, tenantId, [...byId.keys()])) {
    const campaign = config.campaigns.get(c.campaign_id)
    const result = byId.get(c.id)!
    const decision = campaign && decide(c, campaign, config.holidays, result, deps.now(), true)
    // A delivery under another key must be withdrawn: one by one.
    if (!decision?.isPlain || (c.delivery_id !== null && c.delivery_id !== result.leaseId)) continue
    const key = `${decision.status} ${result.outcome} ${result.leaseId} ${c.status}`
    const group = groups.get(key)
    if (group) group.items.push({ c, decision })
    else groups.set(key, { leaseId: result.leaseId, before: c.status, items: [{ c, decision }] })
    counts.push(...decision.counts)
  }
  const done = new Map<string, string>()
  for (const { leaseId, before, items } of groups.values()) {
    const { status } = items[0]!.decision as { status: 'completed' | 'exhausted' }
    const { outcome } = byId.get(items[0]!.c.id)!
    const ids = items.map(({ c }) => c.id)
    await finishAll(tx, tenantId, ids, { status, outcome, leaseId, now })
    const subjects = items.map(({ c, decision }) => ({ subjectId: c.id, id: deps.newId(), data: decision.data }))
    const data = { before, after: status }
    await tx.executeQuery(insertEvents(tenantId, subjects, { type: TYPE, at: now, actor, data }))
    for (const id of ids) done.set(id, status)
  }
  await addCounts(tx, tenantId, counts)
  return done
}

/** Takes results of several callbacks; one that fails does not stop the others. Those that simply end are written together. */
export async function settleAll(
  deps: Deps,
  config: TenantConfig,
  results: readonly LeaseResult[],
  actor: string,
): Promise<Settled[]> {
  const first = new Map<string, LeaseResult>()
  const plain = results.filter((result) => {
    if (result.doNotCall || result.callAgainAt !== undefined || first.has(result.callbackId)) return false
    first.set(result.callbackId, result)
    return true
  })
  const done =
    plain.length > 1
      ? await transaction(deps.db, (tx) => finishPlain(deps, tx, config, plain, actor))
      : new Map<string, string>()
  if (done.size > 0) deps.bus.say('changed', config.tenantId)
  const settled: Settled[] = []
  for (const result of results) {
    const { callbackId } = result
    const status = done.get(callbackId)
    if (status !== undefined && first.get(callbackId) === result) {
      settled.push({ callbackId, status, code: null })
      continue
    }
    try {
      const after = await settle(deps, config, callbackId, result, actor)
      settled.push({ callbackId, status: after.status, code: null })
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      settled.push({ callbackId, status: null, code: error.code })
    }
  }
  return settled
}
