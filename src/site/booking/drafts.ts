// Leads a draft to an appointment: takes, keeps and returns the slot, and saves what is typed. The ledger owns the hold; the
// draft only refers to it, so typed data survives the end of a hold.
import { bookedId, bookOnce } from '../../http/book-once.ts'
import { cancel } from '../../domain/appointment/change.ts'
import { extendHold } from '../../domain/appointment/extend-hold.ts'
import { move } from '../../domain/appointment/move.ts'
import { visitOf } from '../../domain/availability/slots.ts'
import { findAppointment, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { hashSecret } from '../../kernel/crypto/token.ts'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import type { IdempotencyScope } from '../../platform/idempotency/idempotency.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import type { Site } from '../site.ts'
import { isSameVisit, newDraft, type Draft, type Held, type Selection } from './draft.ts'
import { findDraft, lockDraft, saveDraft } from './draft.sql.ts'

/** How long a draft is kept after its last change (ms). */
const KEPT = 2 * HOUR
export const CITIZEN = { name: 'citizen', audience: 'public' } as const

export type Choice = { start: number; locationId: string | undefined }

/** Loads a draft; throws `draft_gone`. */
export async function requireDraft(deps: Deps, tenantId: string, id: string): Promise<Draft> {
  const draft = await findDraft(deps.db.kysely, tenantId, id, new Date(deps.now()))
  if (!draft) throw new AppError('draft_gone')
  return draft
}

async function keepDraft(deps: Deps, tenantId: string, id: string, draft: Draft): Promise<Draft> {
  const now = deps.now()
  await saveDraft(deps.db.kysely, tenantId, id, draft, new Date(now), new Date(now + KEPT))
  return draft
}

/** Changes a draft under a row lock, so that two windows do not overwrite each other. */
export async function changeDraft(
  deps: Deps,
  tenantId: string,
  id: string,
  change: (draft: Draft) => Draft,
): Promise<Draft> {
  return transaction(deps.db, (tx) => changeDraftIn(deps, tx, { tenantId, id, change }))
}

/** Like `changeDraft`, in a transaction under way. */
export async function changeDraftIn(
  deps: Deps,
  tx: Tx,
  { tenantId, id, change }: { tenantId: string; id: string; change: (draft: Draft) => Draft },
): Promise<Draft> {
  const draft = await lockDraft(tx, tenantId, id)
  if (!draft) throw new AppError('draft_gone')
  const after = change(draft)
  const now = deps.now()
  await saveDraft(tx, tenantId, id, after, new Date(now), new Date(now + KEPT))
  return after
}

const heldOf = (a: Appointment, since: number, isExtended = false): Held => ({
  id: a.id,
  start: a.starts_at.getTime(),
  end: a.ends_at.getTime(),
  until: a.hold_expires_at!.getTime(),
  timeZone: a.time_zone,
  locationId: a.location_id,
  isExtended,
  since,
})

/** The longest time a browser can keep a slot by moving and extending, in lengths of a hold. */
export const LONGEST = 3

const holdOnly = (tenantId: string, id: string) => ({
  tenantId,
  id,
  actor: CITIZEN,
  wantedVersion: null,
  onlyHeld: true,
})

/** Idempotency scope of a citizen's request. The key must contain everything the request depends on. */
export function citizenScope(tenantId: string, key: string): IdempotencyScope {
  const keyHash = hashSecret(key)
  return { tenantId, principal: 'citizen', key, keyHash, requestHash: keyHash }
}

type HoldWish = {
  draftId: string
  wanted: Selection
  choice: Choice
  network: string
}

/** Takes a new hold. The same choice for the same draft, as in a double click, takes only one. */
async function holdAnew(deps: Deps, site: Site, { draftId, wanted, choice, network }: HoldWish): Promise<Held> {
  const { tenantId } = site
  const request = {
    serviceIds: wanted.serviceIds,
    minutes: wanted.minutes,
    start: choice.start,
    locationId: choice.locationId,
    agentId: wanted.agentId,
    channel: wanted.channel,
    places: wanted.places,
  }
  const context = {
    tenantId,
    actor: CITIZEN,
    hold: true,
    country: site.settings.country,
    unproven: network,
  }
  for (let attempt = 0; ; attempt += 1) {
    const scope = citizenScope(tenantId, `hold:${draftId}:${hashSecret(JSON.stringify(request))}:${attempt}`)
    const id = bookedId(await bookOnce(deps, request, context, { scope, callerSecret: site.secret }))
    const a = await findAppointment(deps.db.kysely, tenantId, id)
    if (a?.status === 'held' && a.hold_expires_at!.getTime() > deps.now()) return heldOf(a, deps.now())
    if (attempt >= 20) throw new AppError('too_many_rivals')
  }
}

/** Moves the draft's hold to another time; its own time counts as free. Returns null if the hold has ended. */
async function moveHold(
  deps: Deps,
  site: Site,
  { held, wanted, choice }: { held: Held; wanted: Selection; choice: Choice },
): Promise<Held | null> {
  try {
    const length = site.settings.holdMinutes * MINUTE
    const until = Math.max(held.until, Math.min(deps.now() + length, held.since + LONGEST * length))
    if (held.start !== choice.start || (choice.locationId !== undefined && choice.locationId !== held.locationId)) {
      await move(deps, holdOnly(site.tenantId, held.id), {
        start: choice.start,
        locationId: choice.locationId,
        agentId: wanted.agentId,
      })
      return heldOf(await extendHold(deps, site.tenantId, held.id, until), held.since, held.isExtended)
    }
    return held
  } catch (error) {
    if (error instanceof AppError && ['hold_expired', 'invalid_transition', 'not_found'].includes(error.code))
      return null
    throw error
  }
}

/** Releases the draft's hold, if it is still active. */
export async function giveHoldBack(deps: Deps, tenantId: string, held: Held | null): Promise<void> {
  if (!held || held.until <= deps.now()) return
  await cancel(deps, holdOnly(tenantId, held.id), undefined).catch((error: unknown) => {
    // The hold ended at the same moment.
    if (!(error instanceof AppError)) throw error
  })
}

type TimeChoice = {
  draftId: string
  selection: Selection
  choice: Choice
  network: string
}

/**
 * Holds the chosen slot for a new or existing draft. `network`: see `networkToken`. Throws refusals of the slot; typed data
 * stays.
 */
export async function chooseTime(
  deps: Deps,
  site: Site,
  { draftId, selection, choice, network }: TimeChoice,
): Promise<Draft> {
  const { tenantId } = site
  const known = await findDraft(deps.db.kysely, tenantId, draftId, new Date(deps.now()))
  const isNew = known === undefined
  const before = known ?? newDraft(selection)
  if (before.appointmentId !== null) return before
  let held: Held | null = null
  if (before.held && before.held.until > deps.now() && isSameVisit(before.selection, selection))
    held = await moveHold(deps, site, { held: before.held, wanted: selection, choice })
  else await giveHoldBack(deps, tenantId, before.held)
  held ??= await holdAnew(deps, site, { draftId, wanted: selection, choice, network })
  const sameQuestions = before.selection.serviceIds.join() === selection.serviceIds.join()
  const asksNothing = visitOf(site.config, selection.serviceIds, selection.minutes).questions.length === 0
  const chosen = held
  const choose = (draft: Draft): Draft =>
    // Another window confirmed the draft meanwhile: keep that.
    draft.appointmentId !== null
      ? draft
      : {
          ...draft,
          selection,
          held: chosen,
          activation: null,
          ...(sameQuestions ? {} : { answers: {} }),
          done: {
            details: asksNothing || (draft.done.details && sameQuestions),
            // Phone and video need a phone number that a visit in person may lack.
            applicant: draft.done.applicant && before.selection.channel === selection.channel,
          },
        }
  if (isNew) return keepDraft(deps, tenantId, draftId, choose(before))
  const after = await changeDraft(deps, tenantId, draftId, choose)
  if (after.appointmentId !== null && chosen.id !== after.appointmentId) await giveHoldBack(deps, tenantId, chosen)
  return after
}

/** Extends the hold by its full length, once. Throws `already_extended`, `hold_expired`. */
export async function extendDraft(deps: Deps, site: Site, draftId: string): Promise<Draft> {
  const { tenantId } = site
  const { held } = await requireDraft(deps, tenantId, draftId)
  if (!held || held.until <= deps.now()) throw new AppError('hold_expired')
  if (held.isExtended) throw new AppError('already_extended')
  const until = held.until + site.settings.holdMinutes * MINUTE
  const after = await extendHold(deps, tenantId, held.id, until)
  return changeDraft(deps, tenantId, draftId, (draft) => ({ ...draft, held: heldOf(after, held.since, true) }))
}

/** Gives the booking up: releases the slot and deletes the typed data. */
export async function abandonDraft(deps: Deps, tenantId: string, draftId: string): Promise<void> {
  const draft = await requireDraft(deps, tenantId, draftId)
  if (draft.appointmentId !== null) return
  await giveHoldBack(deps, tenantId, draft.held)
  await changeDraft(deps, tenantId, draftId, (d) => (d.appointmentId === null ? newDraft(d.selection) : d))
}
