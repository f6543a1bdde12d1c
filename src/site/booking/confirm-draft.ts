// Confirms a draft: at once, after the link in an e-mail was opened, or after approval by the office.
import { confirmHold } from '../../domain/appointment/confirm-hold.ts'
import { extendHold } from '../../domain/appointment/extend-hold.ts'
import { compose, post } from '../../application/messaging/compose.ts'
import { countMessages } from '../../application/messaging/message.sql.ts'
import { ofAppointment } from '../../application/messaging/wording.ts'
import { hashSecret } from '../../kernel/crypto/token.ts'
import { transaction } from '../../platform/database/tx.ts'
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
import { digestOf, type Draft, type Held } from './draft.ts'
import { changeDraft, CITIZEN, citizenScope, giveBack, LONGEST, requireDraft } from './drafts.ts'
import { visitOf } from '../../domain/availability/slots.ts'
import type { AppointmentView } from '../../domain/appointment/appointment-view.ts'
import { answersOf } from '../../ui/questions.ts'

/** Minutes to open the link if the tenant sets none, but the booking still needs proof. */
const FALLBACK_MINUTES = 30
const MOST_LINKS_AN_HOUR = 5

export type Confirmed = { appointmentId: string } | { activationUntil: number }

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
  const { firstName, lastName, email, phone } = draft.applicant
  return {
    firstName,
    lastName,
    ...(email === '' ? {} : { email }),
    ...(phone === '' ? {} : { phone }),
    locale: site.language,
  }
}

/** Turns the draft's hold into an appointment. A repeated confirmation of the same draft returns the same appointment. */
async function book(
  deps: Deps,
  site: Site,
  draftId: string,
  draft: Draft,
  as: { needsApproval: boolean; isProven: boolean },
): Promise<string> {
  const held = draft.held!
  const contact = contactOf(site, draft)
  const context = {
    tenantId: site.tenantId,
    actor: CITIZEN,
    scope: citizenScope(site.tenantId, `confirm:${held.id}`),
    callerSecret: site.secret,
    hold: false,
    country: site.settings.country,
  }
  const visit = visitOf(site.config, draft.selection.serviceIds, draft.selection.minutes)
  const answers = answersOf(visit.questions, draft.answers)
  // E.164 has no place for an extension, but the agent who calls needs it.
  const extension = extensionOf(draft.applicant.phone, site.settings.country)
  const notes = [...(extension === null ? [] : [site.words.extension(extension)]), draft.details].join('\n').trim()
  const request = {
    contact,
    answers,
    channel: draft.selection.channel,
    locale: site.language,
    ...(notes === '' ? {} : { notes }),
  }
  const terms = {
    start: held.start,
    maxOpen: site.settings.booking.maxOpenAppointments,
    ...as,
  }
  const { id } = (await confirmHold(deps, held.id, request, context, terms)).body as { id: string }
  // The appointment now holds the typed data; the draft keeps only its id.
  let replaced: Held | null = null
  await changeDraft(deps, site.tenantId, draftId, (d) => {
    // Another window changed the hold at the same moment: the confirmed one wins, and the other is given back.
    replaced = d.held?.id === id ? null : d.held
    return {
      ...d,
      held: d.held?.id === id ? d.held : held,
      appointmentId: id,
      answers: {},
      details: '',
      applicant: { firstName: '', lastName: '', email: '', phone: '' },
    }
  })
  await giveBack(deps, site.tenantId, replaced)
  return id
}

/** Mails the link, unless the address received too many within the hour. Requests for the same address take turns (lock). */
async function mailLink(deps: Deps, site: Site, draft: Draft, until: number, link: string): Promise<void> {
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
  await mailLink(deps, site, draft, until, link)
  if (!draft.activation) await extendHold(deps, site.tenantId, draft.held!.id, until)
  await changeDraft(deps, site.tenantId, draftId, (d) => ({
    ...d,
    held: d.held && { ...d.held, until, isExtended: true },
    activation: { until, seal },
  }))
  return until
}

/**
 * The citizen's last step. `shown`: the draft the page showed; `isVouched`: the browser did its proof of work. Throws refusals
 * of hold and contact.
 */
export async function confirmDraft(
  deps: Deps,
  site: Site,
  draftId: string,
  shown: Draft,
  isVouched: boolean,
): Promise<Confirmed> {
  const draft = await requireDraft(deps, site.tenantId, draftId)
  if (draft.appointmentId !== null) return { appointmentId: draft.appointmentId }
  // Another window changed the draft after the page was rendered: only what was shown may be confirmed.
  if (digestOf(draft) !== digestOf(shown)) throw new AppError('changed_elsewhere')
  if (!draft.held || draft.held.until <= deps.now()) throw new AppError('hold_expired')
  const { emailConfirmationMinutes, captcha } = site.settings.booking
  const hasMail = draft.applicant.email !== ''
  const needsVouching = captcha === 'proof_of_work' && !isVouched
  const place = {
    start: draft.held.start,
    locationId: draft.selection.channel === 'in_person' ? draft.held.locationId : undefined,
  }
  const isCrowded = await needsProof(deps, site, draft.selection, place, draft.held.id)
  if (isCrowded && !hasMail) throw new AppError('proof_needed')
  if (hasMail && (emailConfirmationMinutes > 0 || needsVouching || isCrowded)) {
    if (draft.activation) return { activationUntil: draft.activation.until }
    return { activationUntil: await askByMail(deps, site, draftId, draft) }
  }
  return { appointmentId: await book(deps, site, draftId, draft, { needsApproval: needsVouching, isProven: false }) }
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
export async function activateDraft(deps: Deps, site: Site, draftId: string): Promise<string> {
  const draft = await requireDraft(deps, site.tenantId, draftId)
  if (draft.appointmentId !== null) return draft.appointmentId
  if (!isProven(site, draftId, draft) || !draft.held || draft.held.until <= deps.now())
    throw new AppError('activation_expired')
  return book(deps, site, draftId, draft, { needsApproval: false, isProven: true })
}
