// Confirms a draft: at once, after the link in an e-mail was opened, or after approval by the office.
import { bookedId, confirmOnce } from '../../http/book-once.ts'
import { extendHold } from '../../domain/appointment/extend-hold.ts'
import { compose, post } from '../../application/messaging/compose.ts'
import { countMessages } from '../../application/messaging/message.sql.ts'
import { ofAppointment } from '../../application/messaging/wording.ts'
import { hashSecret } from '../../kernel/crypto/token.ts'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import type { ContactFields } from '../../domain/contact/contact.ts'
import { extensionOf } from '../../domain/contact/phone.ts'
import { lockMeans } from '../../domain/contact/contact.sql.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { clockOf } from '../../locales/dates.ts'
import { signedName, signatureOf } from '../../kernel/crypto/signature.ts'
import type { Site } from '../site.ts'
import { needsProof } from './hold-limits.ts'
import { NEEDS } from '../../domain/catalogue/tenant-config.ts'
import { attendeesOf } from './applicant.ts'
import { digestOf, type Draft, type Held } from './draft.ts'
import { changeDraft, changeDraftIn, CITIZEN, citizenScope, giveHoldBack, LONGEST, requireDraft } from './drafts.ts'
import { visitOf } from '../../domain/availability/slots.ts'
import type { AppointmentView } from '../../domain/appointment/appointment-view.ts'
import { answersOf } from '../../ui/questions.ts'

/** Minutes to open the link if the tenant sets none, but the booking still needs proof. */
const FALLBACK_MINUTES = 30
const MOST_LINKS_AN_HOUR = 5

type DraftOutcome = { appointmentId: string } | { activationUntil: number }

const appointmentView = (draft: Draft): AppointmentView => ({
  serviceIds: draft.selection.serviceIds,
  start: draft.held!.start,
  end: draft.held!.end,
  timeZone: draft.held!.timeZone,
  channel: draft.selection.channel,
  locationId: draft.held!.locationId,
  places: draft.selection.places,
})

function contactOf(site: Site, draft: Draft): ContactFields {
  const { firstName, lastName, email, phone, fiscalNumber } = draft.applicant
  return {
    firstName,
    lastName,
    ...(email === '' ? {} : { email }),
    ...(phone === '' ? {} : { phone }),
    locale: site.language,
    ...(fiscalNumber === undefined ? {} : { attributes: { fiscalNumber } }),
  }
}

/** What the citizen needs at the visit. Naming a language asks for an interpreter. */
function needsOf({ applicant }: Draft) {
  const language = applicant.interpreterLanguage ?? ''
  const asked = new Set([...(applicant.needs ?? []), ...(language === '' ? [] : ['interpreter'])])
  return {
    needs: NEEDS.filter((need) => asked.has(need)),
    ...(language === '' ? {} : { interpreterLanguage: language }),
  }
}

/** Who the citizen is, as they typed it, and what they answered. */
function requestOf(site: Site, draft: Draft) {
  const visit = visitOf(site.config, draft.selection.serviceIds, draft.selection.minutes)
  // E.164 has no place for an extension, but the agent who calls needs it.
  const extension = extensionOf(draft.applicant.phone, site.settings.country)
  const notes = [...(extension === null ? [] : [site.words.extension(extension)]), draft.details].join('\n').trim()
  return {
    contact: contactOf(site, draft),
    answers: answersOf(visit.questions, draft.answers),
    channel: draft.selection.channel,
    locale: site.language,
    attendees: attendeesOf(draft.applicant, draft.selection.places),
    ...needsOf(draft),
    ...(notes === '' ? {} : { notes }),
  }
}

type Confirming = { draftId: string; draft: Draft; needsApproval: boolean; isProven: boolean }

/**
 * Turns the draft's hold into an appointment and empties the draft, in one transaction: the appointment now holds the typed data.
 * A repeated confirmation of the same draft returns the same appointment. Throws `changed_elsewhere` when another window changed
 * the draft after `draft` was read.
 */
async function bookDraft(
  deps: Deps,
  site: Site,
  { draftId, draft, needsApproval, isProven }: Confirming,
): Promise<string> {
  const { tenantId } = site
  const held = draft.held!
  // Another window may have taken the same time with a hold of its own: the confirmed one wins, the other is given back.
  let replaced: Held | null = null
  const emptied =
    (id: string) =>
    (d: Draft): Draft => {
      if (d.appointmentId === null && digestOf(d) !== digestOf(draft)) throw new AppError('changed_elsewhere')
      replaced = d.held?.id === id ? null : d.held
      const applicant = { firstName: '', lastName: '', email: '', phone: '' }
      return { ...d, held: d.held?.id === id ? d.held : held, appointmentId: id, answers: {}, details: '', applicant }
    }
  const terms = {
    start: held.start,
    maxOpen: site.settings.booking.maxOpenAppointments,
    needsApproval,
    isProven,
    also: async (tx: Tx, { id }: { id: string }) => {
      await changeDraftIn(deps, tx, { tenantId, id: draftId, change: emptied(id) })
    },
  }
  const context = { tenantId, actor: CITIZEN, hold: false, country: site.settings.country }
  const repeat = { scope: citizenScope(tenantId, `confirm:${held.id}`), callerSecret: site.secret }
  const confirmation = { holdId: held.id, request: requestOf(site, draft), context, terms }
  const id = bookedId(await confirmOnce(deps, confirmation, repeat))
  await giveHoldBack(deps, tenantId, replaced)
  return id
}

/** Mails the link, unless the address received too many within the hour. Requests for the same address take turns (lock). */
async function mailLink(
  deps: Deps,
  site: Site,
  { draft, until, link }: { draft: Draft; until: number; link: string },
): Promise<void> {
  const { email } = draft.applicant
  const said = ofAppointment(site, appointmentView(draft))
  const message = await compose(
    deps,
    site.config,
    { contactId: null, firstName: '', lastName: '', email, phone: null },
    {
      kind: 'activate',
      language: site.language,
      subjectId: null,
      ...said,
      variables: { ...said.variables, until: clockOf(draft.held!.timeZone, until) },
      link,
      note: site.words.mail.ignore,
      expires: until,
      // Anyone can have typed this address and name, so the message does not repeat the name.
      isUnnamed: true,
    },
  )
  await transaction(deps.db, async (tx) => {
    await lockMeans(tx, site.tenantId, hashSecret(email.toLowerCase()))
    const since = new Date(deps.now() - HOUR)
    if ((await countMessages(tx, site.tenantId, email, 'activate', since)) >= MOST_LINKS_AN_HOUR)
      throw new AppError('too_many_requests')
    await post(deps, tx, message)
  })
}

/** Extends the hold (once) until the link expires, and mails the link. */
async function askByMail(deps: Deps, site: Site, draftId: string, draft: Draft): Promise<number> {
  const { email } = draft.applicant
  const minutes = site.settings.booking.emailConfirmationMinutes || FALLBACK_MINUTES
  // A repeated request for the link does not extend the hold further.
  const latest = draft.held!.since + LONGEST * site.settings.holdMinutes * MINUTE + minutes * MINUTE
  const until = draft.activation?.until ?? Math.max(draft.held!.until, Math.min(deps.now() + minutes * MINUTE, latest))
  const seal = signatureOf(site.secret, 'activate', draftId, email.toLowerCase())
  const link = `${deps.links.base}${site.base}/activate/${signedName(draftId, seal)}`
  await mailLink(deps, site, { draft, until, link })
  if (!draft.activation) await extendHold(deps, site.tenantId, draft.held!.id, until)
  await changeDraft(deps, site.tenantId, draftId, (d) => ({
    ...d,
    held: d.held && { ...d.held, until, isExtended: true },
    activation: { until, seal },
  }))
  return until
}

/**
 * The citizen's last step. `draft`: as the page showed it; `isVouched`: the browser did its proof of work. Throws refusals of
 * hold and contact.
 */
export async function confirmDraft(
  deps: Deps,
  site: Site,
  { draftId, draft, isVouched }: { draftId: string; draft: Draft; isVouched: boolean },
): Promise<DraftOutcome> {
  if (draft.appointmentId !== null) return { appointmentId: draft.appointmentId }
  if (!draft.held || draft.held.until <= deps.now()) throw new AppError('hold_expired')
  const { emailConfirmationMinutes, captcha } = site.settings.booking
  const hasMail = draft.applicant.email !== ''
  const needsVouching = captcha === 'proof_of_work' && !isVouched
  const place = {
    start: draft.held.start,
    locationId: draft.selection.channel === 'in_person' ? draft.held.locationId : undefined,
  }
  const isCrowded = await needsProof(deps, site, { selection: draft.selection, place, own: draft.held.id })
  if (isCrowded && !hasMail) throw new AppError('proof_needed')
  if (hasMail && (emailConfirmationMinutes > 0 || needsVouching || isCrowded)) {
    if (draft.activation) return { activationUntil: draft.activation.until }
    return { activationUntil: await askByMail(deps, site, draftId, draft) }
  }
  const confirming = { draftId, draft, needsApproval: needsVouching, isProven: false }
  return { appointmentId: await bookDraft(deps, site, confirming) }
}

/** Whether the mailed link proves the draft's current e-mail address. */
const isProven = (site: Site, draftId: string, draft: Draft): boolean =>
  draft.done.details &&
  draft.done.applicant &&
  draft.activation?.seal === signatureOf(site.secret, 'activate', draftId, draft.applicant.email.toLowerCase())

/** Mails the link again. Throws `activation_expired`. */
export async function sendActivationAgain(deps: Deps, site: Site, draftId: string): Promise<void> {
  const draft = await requireDraft(deps, site.tenantId, draftId)
  if (!isProven(site, draftId, draft) || !draft.held || draft.held.until <= deps.now())
    throw new AppError('activation_expired')
  await askByMail(deps, site, draftId, draft)
}

/** Confirms the draft after the mailed link was opened and its button pressed. Throws `activation_expired`. */
export async function activateDraft(deps: Deps, site: Site, draftId: string, draft: Draft): Promise<string> {
  if (draft.appointmentId !== null) return draft.appointmentId
  if (!isProven(site, draftId, draft) || !draft.held || draft.held.until <= deps.now())
    throw new AppError('activation_expired')
  return bookDraft(deps, site, { draftId, draft, needsApproval: false, isProven: true })
}
