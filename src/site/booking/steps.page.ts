// The steps after choosing a time: details, applicant, summary, confirmation at once or by e-mail. All belong to a draft, which
// only the browser that began it can open.
import type { Fields } from '../../ui/form-input.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formFields, pathPart } from '../../http/fields.ts'
import { sendsNothing, type Deps } from '../../domain/deps.ts'
import { AppError, type ProblemCode } from '../../kernel/errors.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import { problemWords } from '../../locales/words.ts'
import { NO_FAULTS, messageBox } from '../../ui/form.ts'
import { html } from '../../platform/html/html.ts'
import { addPage, type Line, type View } from '../pages.ts'
import { isSameText, readSignedName, signedName } from '../../kernel/crypto/signature.ts'
import { rememberAppointment, type Site } from '../site.ts'
import { draftPages, timeOfDraftRoutes } from './draft-time.page.ts'
import { loadDraft, type Loaded } from './loaded-draft.ts'
import { OF_TIME } from './time.page.ts'
import { neededSteps } from './needed-steps.ts'
import { knownCitizen, vouchedNumber } from '../known-citizen.ts'
import { applicantFaults, applicantIn, companionFault } from './applicant.ts'
import { networkToken, pressureOf } from './hold-limits.ts'
import { captchaFor, isSolved } from './proof-of-work.ts'
import { activateDraft, confirmDraft, sendActivationAgain } from './confirm-draft.ts'
import { applicantPage, detailsPage, MOST_DETAILS, type DraftPage } from './details.view.ts'
import { digestOf, nextStep, withApplicant, type Draft, type Step } from './draft.ts'
import { abandonDraft, changeDraft, chooseTime, extendDraft, requireDraft } from './drafts.ts'
import { activatePage, activationPage, summaryPage } from './summary.view.ts'
import { textOf } from '../../ui/form-input.ts'
import { answerFaults, typedAnswers } from '../../ui/questions.ts'

/** Whether the form was rendered with another time than the draft has now. */
const isOtherTime = (draft: Draft, form: Fields): boolean => {
  const shown = textOf(form, 'held', 20)
  return shown !== '' && draft.held !== null && shown !== String(draft.held.start)
}

async function saveDetails(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const { id, base, draft, wish, page } = await loadDraft(deps, request, site)
  if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
  const form = formFields(request)
  const { questions } = wish.visit
  const answers = typedAnswers(questions, form)
  const details = textOf(form, 'details', MOST_DETAILS)
  const faults = answerFaults(questions, answers, site.language)
  const typed = await changeDraft(deps, site.tenantId, id, (d) => ({
    ...d,
    answers,
    details,
    done: { ...d.done, details: faults.size === 0 },
  }))
  if (textOf(form, 'to') === 'back' || !draft.held) return { redirect: `${base}/time` }
  if (faults.size > 0) {
    reply.code(422)
    return detailsPage(site, page({ draft: typed, faults }), questions)
  }
  const step = typed.done.applicant ? 'summary' : 'applicant'
  return { redirect: `${base}/${step}${isOtherTime(draft, form) ? '?said=changed' : ''}` }
}

/** The reason of the visit, if the form has a field for it. */
const reasonIn = (form: Fields): { details?: string } =>
  form.details === undefined ? {} : { details: textOf(form, 'details', MOST_DETAILS) }

async function saveApplicant(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const { id, base, draft, wish, page } = await loadDraft(deps, request, site)
  const needed = neededSteps(site.config, wish)
  if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
  const form = formFields(request)
  const typedIn = applicantIn(form)
  const applicant = { ...typedIn, ...vouchedNumber(await knownCitizen(deps, request, site), typedIn) }
  const { channel, places } = draft.selection
  const faults = new Map([
    ...applicantFaults(applicant, channel, site.settings, site.words),
    ...companionFault(applicant, places, site.words),
  ])
  const typed = await changeDraft(deps, site.tenantId, id, (d) => ({
    ...withApplicant(d, applicant, faults.size === 0),
    ...reasonIn(form),
  }))
  if (!draft.held) return { redirect: `${base}/time` }
  if (textOf(form, 'to') === 'back') return { redirect: `${base}/${needed.includes('details') ? 'details' : 'time'}` }
  if (faults.size > 0) {
    reply.code(422)
    return applicantPage(site, page({ draft: typed, faults }))
  }
  const step = typed.done.details ? 'summary' : 'details'
  return { redirect: `${base}/${step}${isOtherTime(draft, form) ? '?said=changed' : ''}` }
}

async function showSummary(deps: Deps, site: Site, loaded: Loaded, more: Partial<DraftPage> = {}): Promise<View> {
  const captcha = await captchaFor(site, loaded.id, await loaded.workLevel())
  const { questions, approvalRequired } = loaded.wish.visit
  return summaryPage(site, { p: loaded.page(more), questions, captcha, needsApproval: approvalRequired })
}

/** The draft to confirm, with a time that was taken again if need be; or where to go instead. */
async function unready(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { site, loaded }: { site: Site; loaded: Loaded },
): Promise<{ ready: Draft } | { instead: View }> {
  const form = formFields(request)
  const { id, base, draft } = loaded
  const goTo = (redirect: string): { instead: View } => ({ instead: { redirect } })
  if (draft.appointmentId !== null) return { ready: draft }
  // Given up in another window: that was a decision, so the time is not taken again.
  if (draft.held === null) return goTo(`${base}/time?said=released`)
  if (isOtherTime(draft, form)) return goTo(`${base}/summary?said=changed`)
  const shown = textOf(form, 'shown', 20)
  if (shown !== '' && shown !== digestOf(draft)) return goTo(`${base}/summary?said=other`)
  if (!draft.done.details) return goTo(`${base}/details`)
  if (!draft.done.applicant) return goTo(`${base}/applicant`)
  if (textOf(form, 'consent') !== 'yes') {
    reply.code(422)
    const faults = new Map([['consent', site.words.consentMissing]])
    return { instead: await showSummary(deps, site, loaded, { faults }) }
  }
  if (nextStep(draft, deps.now()) !== 'time') return { ready: draft }
  // The hold ended while the citizen read the summary: take the time again if it is still free.
  const taken = await takeAgain(deps, request, site, { id, draft })
  if (typeof taken !== 'string') return { ready: taken }
  return goTo(`${base}/time${taken === '' ? '' : `?gone=${taken}`}`)
}

async function confirm(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const loaded = await loadDraft(deps, request, site)
  const { id, base } = loaded
  const form = formFields(request)
  const checked = await unready(deps, request, reply, { site, loaded })
  if ('instead' in checked) return checked.instead
  try {
    const isVouched = await isSolved(site, id, textOf(form, 'altcha'), await loaded.workLevel())
    const result = await confirmDraft(deps, site, { draftId: id, draft: checked.ready, isVouched })
    if ('activationUntil' in result) return { redirect: `${base}/activation` }
    return await letIn(deps, request, reply, { site, appointmentId: result.appointmentId })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'hold_expired') return gone(reply, deps, site, loaded)
    if (error.code === 'changed_elsewhere') return { redirect: `${base}/summary?said=other` }
    if (
      error.code === 'invalid_phone' ||
      error.code === 'too_many_open' ||
      error.code === 'contact_limit_reached' ||
      error.code === 'proof_needed'
    ) {
      reply.code(error.status)
      const words = problemWords(site.language, error.code, error.params)
      return showSummary(deps, site, loaded, {
        message: messageBox('warning', words.title, words.detail),
        isConsented: true,
      })
    }
    if (error.code.startsWith('answer_')) return { redirect: `${base}/details` }
    throw error
  }
}

/** The summary of a draft whose hold has ended, with all data and the ways to continue. */
async function gone(reply: FastifyReply, deps: Deps, site: Site, loaded: Loaded): Promise<View> {
  reply.code(409)
  const { held } = loaded.draft
  return showSummary(deps, site, loaded, {
    draft: { ...loaded.draft, held: held && { ...held, until: 0 } },
    isConsented: true,
  })
}

/** Admits this browser to the appointment and redirects to the confirmation. */
async function letIn(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { site, appointmentId }: { site: Site; appointmentId: string },
): Promise<View> {
  const a = await findAppointment(deps.db.kysely, site.tenantId, appointmentId)
  if (!a) throw new AppError('draft_gone')
  rememberAppointment(request, reply, site, a)
  return { redirect: `${site.base}/appointments/${appointmentId}/confirmed` }
}

/** Saves the typed data, valid or not, when a button of the held slot was pressed; returns the step of the form. */
async function keepTyped(deps: Deps, site: Site, { id, wish }: Loaded, form: Fields): Promise<Step | null> {
  const step = textOf(form, 'step', 20)
  if (step === 'details') {
    const answers = typedAnswers(wish.visit.questions, form)
    await changeDraft(deps, site.tenantId, id, (d) => ({
      ...d,
      answers,
      details: textOf(form, 'details', MOST_DETAILS),
    }))
    return step
  }
  if (step === 'applicant') {
    const applicant = applicantIn(form)
    const done = (d: Draft) => d.done.applicant && JSON.stringify(d.applicant) === JSON.stringify(applicant)
    await changeDraft(deps, site.tenantId, id, (d) => ({ ...withApplicant(d, applicant, done(d)), ...reasonIn(form) }))
    return step
  }
  return step === 'summary' ? step : null
}

/** Takes the draft's expired time again. Returns null if it is held again, else the code of the refusal; '' without a time. */
async function takeAgain(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  { id, draft }: { id: string; draft: Draft },
): Promise<Draft | ProblemCode | ''> {
  if (!draft.held) return ''
  const { start, locationId } = draft.held
  const isHere = draft.selection.channel === 'in_person'
  try {
    const place = { start, locationId: isHere ? locationId : undefined }
    const network = networkToken(site, request.ip)
    // The hold has ended, so the citizen competes like anyone; the proof of work of this form is checked on confirming.
    if ((await pressureOf(deps, site, { selection: draft.selection, place, token: network, own: null })) === 'full')
      return 'day_crowded'
    return await chooseTime(deps, site, { draftId: id, selection: draft.selection, choice: place, network })
  } catch (error) {
    if (error instanceof AppError && OF_TIME.has(error.code)) return error.code
    throw error
  }
}

/** Takes the expired time again, if it is still free. */
async function holdAgain(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const loaded = await loadDraft(deps, request, site)
  const { id, base, draft } = loaded
  const from = await keepTyped(deps, site, loaded, formFields(request))
  const taken = await takeAgain(deps, request, site, { id, draft })
  if (typeof taken === 'string') return { redirect: `${base}/time${taken === '' ? '' : `?gone=${taken}`}` }
  const step = from ?? (draft.done.details ? (draft.done.applicant ? 'summary' : 'applicant') : 'details')
  return { redirect: `${base}/${step}?said=held` }
}

async function extend(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const loaded = await loadDraft(deps, request, site)
  const { id, base, draft } = loaded
  const from = (await keepTyped(deps, site, loaded, formFields(request))) ?? nextStep(draft, deps.now())
  try {
    await extendDraft(deps, site, id)
  } catch (error) {
    if (!(error instanceof AppError) || !['hold_expired', 'already_extended'].includes(error.code)) throw error
    return { redirect: `${base}/${from === 'time' ? 'details' : from}` }
  }
  return { redirect: `${base}/${from}?said=extended` }
}

/** Draft and token of the link in the e-mail; throws `link_invalid`, `activation_expired`. */
async function loadActivation(deps: Deps, request: FastifyRequest, site: Site) {
  const token = pathPart(request, 'token')
  const named = readSignedName(token)
  if (!named) throw new AppError('link_invalid')
  const { id, seal } = named
  const draft = await requireDraft(deps, site.tenantId, id).catch(() => null)
  if (!draft) throw new AppError('activation_expired')
  if (!draft.activation || !isSameText(seal, draft.activation.seal)) throw new AppError('link_invalid')
  return { id, draft, token }
}

export function stepRoutes(app: FastifyInstance, deps: Deps, line: Line): void {
  const own = draftPages(app, deps)
  /** A page of the draft with typed data; redirects to the appointment if the draft is confirmed. */
  const shown = (name: string, show: (site: Site, loaded: Loaded, request: FastifyRequest) => Promise<View> | View) =>
    own('GET', name, async (request, _reply, site) => {
      const loaded = await loadDraft(deps, request, site)
      const { appointmentId, held } = loaded.draft
      if (appointmentId !== null) return { redirect: `${site.base}/appointments/${appointmentId}` }
      // No time: the booking was given up and the browser went back. Ask for personal data only after a time is chosen.
      return held ? show(site, loaded, request) : { redirect: `${loaded.base}/time` }
    })
  timeOfDraftRoutes(app, deps, line)
  shown('details', (site, { page, wish, base }) =>
    wish.visit.questions.length === 0
      ? { redirect: `${base}/applicant` }
      : detailsPage(site, page(), wish.visit.questions),
  )
  own('POST', 'details', (request, reply, site) => saveDetails(deps, request, reply, site))
  shown('applicant', async (site, { page, draft }, request) => {
    const { firstName, lastName, email, phone } = draft.applicant
    const known = [firstName, lastName, email, phone].join('') === '' ? await knownCitizen(deps, request, site) : null
    if (!known) return applicantPage(site, page())
    const { fiscalNumber: _number, ...applicant } = known
    return applicantPage(site, page({ draft: { ...draft, applicant: { ...draft.applicant, ...applicant } } }))
  })
  own('POST', 'applicant', (request, reply, site) => saveApplicant(deps, request, reply, site))
  shown('summary', async (site, loaded) => {
    const { draft, base } = loaded
    if (!draft.done.details) return { redirect: `${base}/details` }
    if (!draft.done.applicant) return { redirect: `${base}/applicant` }
    return showSummary(deps, site, loaded)
  })
  own('POST', 'summary', (request, reply, site) => confirm(deps, request, reply, site))
  own('POST', 'extension', (request, _reply, site) => extend(deps, request, site))
  own('POST', 'again', (request, _reply, site) => holdAgain(deps, request, site))
  own('POST', 'abandonment', async (request, _reply, site) => {
    await abandonDraft(deps, site.tenantId, pathPart(request, 'draft'))
    return { redirect: `${site.base}?said=abandoned` }
  })
  shown('activation', (site, { id, draft, base, page }) => {
    if (!draft.activation) return { redirect: `${base}/summary` }
    // Where nothing is sent, the page shows the link.
    const link = sendsNothing(deps, site.tenantId)
      ? `${site.base}/activate/${signedName(id, draft.activation.seal)}`
      : null
    return activationPage(site, page(), link)
  })
  own('POST', 'activation-mail', async (request, _reply, site) => {
    const { id, base } = await loadDraft(deps, request, site)
    await sendActivationAgain(deps, site, id)
    return { redirect: `${base}/activation?said=sent` }
  })

  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/activate/:token',
    handler: async (request, _reply, site) => {
      const { id, draft, token } = await loadActivation(deps, request, site)
      if (draft.appointmentId === null && (!draft.held || draft.held.until <= deps.now()))
        throw new AppError('activation_expired')
      const page = { id, base: '', draft, links: {}, needed: [], faults: NO_FAULTS, message: html`` }
      return activatePage(site, page, `${site.base}/activate/${token}`)
    },
  })
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/activate/:token',
    handler: async (request, reply, site) => {
      const { id, draft } = await loadActivation(deps, request, site)
      return letIn(deps, request, reply, { site, appointmentId: await activateDraft(deps, site, id, draft) })
    },
  })
}
