// Confirms a draft: at once, after the link in an e-mail was opened, or by the office's own approval.
import { confirmHold } from '../appointment/confirm-hold.actions.ts'
import { extendHold } from '../appointment/hold.actions.ts'
import { compose, post } from '../notify/compose.actions.ts'
import { countMessages } from '../notify/message.sql.ts'
import { ofAppointment, type AppointmentView } from '../notify/occasion.ts'
import { hashSecret } from '../auth/token.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import type { ContactFields } from '../contact/contact.ts'
import { extensionOf } from '../contact/phone.ts'
import { lockMeans } from '../contact/contact.sql.ts'
import { HOUR, MINUTE } from '../time/interval.ts'
import { clockOf } from '../web/dates.ts'
import { signedName, signatureOf } from '../web/signature.ts'
import type { Site } from '../web/site.ts'
import { answersOf } from './check.ts'
import { needsProof } from './crowd.actions.ts'
import { digestOf, type Draft, type Held } from './draft.ts'
import { changeDraft, CITIZEN, citizenScope, giveBack, LONGEST, requireDraft } from './draft.actions.ts'
import { visitOf } from '../availability/slots.actions.ts'

/** Minutes to open the link where the tenant asks for no confirmation of its own but nothing else vouches. */
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

/** Turns the draft's hold into the appointment. The same draft confirmed twice answers the same appointment. */
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
  // An extension has no place in the number itself (E.164), and whoever calls needs it.
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
  // What was typed lives on in the appointment; the draft only points there.
  let replaced: Held | null = null
  await changeDraft(deps, site.tenantId, draftId, (d) => {
    // Another time was chosen in another window in this very moment: what counts is what was confirmed.
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

/** Sends the link, unless the address got too many within the hour; rivals for one address wait for one another. */
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
      // A message that nobody may have asked for does not repeat the name that anyone can have typed.
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

/** Keeps the slot until the link can have been opened, once, and sends it. */
async function askByMail(deps: Deps, site: Site, draftId: string, draft: Draft): Promise<number> {
  const { email } = draft.applicant
  const minutes = site.settings.booking.emailConfirmationMinutes || FALLBACK_MINUTES
  // Asking for the link again does not keep the slot any longer.
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

/** The last step of the citizen. `shown`: the draft that they agreed to; `isVouched`: the browser did its work. Throws refusals of the hold and of the person. */
export async function confirmDraft(
  deps: Deps,
  site: Site,
  draftId: string,
  shown: Draft,
  isVouched: boolean,
): Promise<Confirmed> {
  const draft = await requireDraft(deps, site.tenantId, draftId)
  if (draft.appointmentId !== null) return { appointmentId: draft.appointmentId }
  // Changed in another window since the form was judged: what was shown is what is confirmed, or nothing.
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

/** Whether the link that was sent proves the address that the draft has now. */
const isProven = (site: Site, draftId: string, draft: Draft): boolean =>
  draft.done.details &&
  draft.done.applicant &&
  draft.activation?.seal === signatureOf(site.secret, 'activate', draftId, draft.applicant.email.toLowerCase())

/** Sends the link once more. */
export async function sendActivationAgain(deps: Deps, site: Site, draftId: string): Promise<void> {
  const draft = await requireDraft(deps, site.tenantId, draftId)
  if (!isProven(site, draftId, draft) || !draft.held || draft.held.until <= deps.now())
    throw new AppError('activation_expired')
  await askByMail(deps, site, draftId, draft)
}

/** The link of the e-mail was opened and its button pressed. */
export async function activateDraft(deps: Deps, site: Site, draftId: string): Promise<string> {
  const draft = await requireDraft(deps, site.tenantId, draftId)
  if (draft.appointmentId !== null) return draft.appointmentId
  if (!isProven(site, draftId, draft) || !draft.held || draft.held.until <= deps.now())
    throw new AppError('activation_expired')
  return book(deps, site, draftId, draft, { needsApproval: false, isProven: true })
}
