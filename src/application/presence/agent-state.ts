// What people who handle contacts are doing: free, in a contact (busy), wrap-up, pause, away. Kept by the server: a browser that is
// not heard of any more ends the state.
import type { AgentState } from '../../platform/database/contact-screen-tables.ts'
import { afterCommit, transaction, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import type { Campaign } from '../../domain/catalogue/campaign/campaign.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import {
  changePeriod,
  currentState,
  insertState,
  lockCurrent,
  toEnd,
  type AgentStatePeriod,
} from './agent-state.sql.ts'

/** A browser that was not heard of for so long (ms) is lost; it is heard of every 20 s. */
const LOST_AFTER = 1.5 * MINUTE

export type Who = { tenantId: string; userId: string; agentId: string | null }
type Wish = {
  state: AgentState
  /** Why a pause is made; for `busy`, the pause that is to follow. */
  reason?: string | null
  campaignId?: string | null
  subjectId?: string | null
  /** When a wrap-up ends, epoch ms. */
  until?: number | null
  /** When the state began, epoch ms; now by default. */
  at?: number
}

const periodOf = (deps: Deps, who: Who, wish: Wish, seen: Date): AgentStatePeriod => ({
  tenant_id: who.tenantId,
  id: deps.newId(),
  user_id: who.userId,
  agent_id: who.agentId,
  state: wish.state,
  reason: wish.reason ?? null,
  campaign_id: wish.campaignId ?? null,
  subject_id: wish.subjectId ?? null,
  started_at: new Date(wish.at ?? deps.now()),
  until_at: wish.until == null ? null : new Date(wish.until),
  seen_at: seen,
  ended_at: null,
})

/**
 * Changes the state of a person to what `decide` makes of the current one; `null` = stays. Returns the state before. Concurrent changes
 * of one person happen one after the other.
 */
async function change(
  deps: Deps,
  who: Who,
  decide: (before: AgentStatePeriod | undefined) => Wish | null,
  isSeen = true,
): Promise<AgentStatePeriod | undefined> {
  const run = () =>
    transaction(deps.db, async (tx) => {
      const before = await lockCurrent(tx, who.tenantId, who.userId)
      const wish = decide(before)
      if (!wish) return before
      const now = new Date(deps.now())
      const seen = isSeen || !before ? now : before.seen_at
      if (before) await changePeriod(tx, who.tenantId, before.id, { ended_at: new Date(wish.at ?? now.getTime()) })
      await insertState(tx, periodOf(deps, who, wish, seen))
      afterCommit(tx, () => deps.pubsub.say('changed', who.tenantId))
      return before
    })
  return run().catch((error: unknown) => {
    // The first state of a person was written twice at once: the second change starts from it.
    if (violationOf(error)?.constraint !== 'agent_states_current') throw error
    return run()
  })
}

/** Sets the state; a pause during a contact begins after it. */
export async function setState(
  deps: Deps,
  who: Who,
  wish: { state: 'free' | 'pause' | 'away'; reason: string | null },
) {
  let planned: AgentStatePeriod | undefined
  await change(deps, who, (before) => {
    planned = undefined
    if (before?.state === 'busy' && before.subject_id !== null && wish.state === 'pause') {
      planned = before
      return null
    }
    const isSame = before?.state === wish.state && before.reason === wish.reason
    return isSame ? null : wish
  })
  if (planned) {
    const { id } = planned
    await transaction(deps.db, (tx) => changePeriod(tx, who.tenantId, id, { reason: wish.reason ?? '' }))
    deps.pubsub.say('changed', who.tenantId)
  }
  return currentState(deps.db.kysely, who.tenantId, who.userId)
}

/** The person has taken a contact. */
export const contactTaken = (
  deps: Deps,
  who: Who,
  about: { subjectId: string | null; campaignId: string | null },
): Promise<AgentStatePeriod | undefined> =>
  change(deps, who, (before) => {
    if (before?.state === 'busy' && before.subject_id === about.subjectId && about.subjectId !== null) return null
    // Who takes a contact by hand while signed off or in a pause is not given the next one after it.
    if (before === undefined || before.state === 'away') return null
    return { state: 'busy', ...about, reason: before.state === 'pause' ? (before.reason ?? '') : before.reason }
  })

/** The contact is over: a planned pause, time for notes as the campaign gives it, or free for the next. Nothing for another contact. */
export async function contactEnded(
  deps: Deps,
  who: Who,
  { subjectId, campaign }: { subjectId: string | null; campaign: Campaign | undefined },
): Promise<void> {
  await change(deps, who, (before) => {
    if (before?.state !== 'busy' || before.subject_id !== subjectId) return null
    if (before.reason !== null) return { state: 'pause', reason: before.reason === '' ? null : before.reason }
    const seconds = campaign?.wrapUpSeconds ?? 0
    if (seconds === 0) return { state: 'free' }
    return { state: 'wrap_up', campaignId: campaign!.id, subjectId, until: deps.now() + seconds * 1000 }
  })
}

/** The result was taken back: the person is in the contact again. */
export const contactReopened = (deps: Deps, who: Who, subjectId: string, campaignId: string): Promise<unknown> =>
  change(deps, who, (before) => (before ? { state: 'busy', subjectId, campaignId } : null))

/**
 * Begins to look for the next contact: busy without a subject. False when the person is busy already; `subjectId` of that contact, null
 * while it is being looked for.
 */
export async function beginNext(deps: Deps, who: Who): Promise<{ isMine: boolean; subjectId: string | null }> {
  let isMine = false
  const before = await change(deps, who, (current) => {
    const isLooking = current?.state === 'busy' && current.started_at.getTime() > deps.now() - 10_000
    isMine = !(current?.state === 'busy' && (current.subject_id !== null || isLooking))
    return isMine ? { state: 'busy' } : null
  })
  return { isMine, subjectId: before?.state === 'busy' ? before.subject_id : null }
}

/** Ends states of lost browsers, and wrap-ups whose time is over. */
export async function endOldStates(deps: Deps, tenantId: string): Promise<void> {
  const now = deps.now()
  const lost = now - LOST_AFTER
  for (const period of await toEnd(deps.db.kysely, tenantId, new Date(lost), new Date(now))) {
    const who = { tenantId, userId: period.user_id, agentId: period.agent_id }
    await change(
      deps,
      who,
      (before) => {
        if (before?.id !== period.id) return null
        if (before.seen_at.getTime() < lost) return { state: 'away', at: before.seen_at.getTime() }
        return before.until_at === null ? null : { state: 'free', at: before.until_at.getTime() }
      },
      false,
    )
  }
}
