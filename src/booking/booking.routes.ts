// The way to an appointment: landing, the five steps, confirmation by e-mail. Nothing in an address tells who the citizen is.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OfferedService } from '../availability/model.ts'
import type { Deps } from '../deps.ts'
import { AppError, type ProblemCode } from '../errors.ts'
import { findAppointment } from '../appointment/appointment.sql.ts'
import { faultWords, problemWords } from '../locales/words.ts'
import type { Channel } from '../service/visit.ts'
import { isCalendarDate, parseDate } from '../time/zone.ts'
import { assetsOf } from '../web/assets.ts'
import { NO_FAULTS, notice, type Faults } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import { addPage, type View } from '../web/pages.ts'
import { draftsOf, draftSeal, isDraftSeal, rememberAppointment, rememberDraft, type Site } from '../web/site.ts'
import { answerFaults, applicantFaults, applicantIn, textOf, typedAnswers, type Form } from './check.ts'
import {
  activateDraft,
  activationSeal,
  captchaFor,
  confirmDraft,
  isSolved,
  sendActivationAgain,
} from './confirm.actions.ts'
import { applicantPage, detailsPage, MOST_DETAILS, type DraftPage } from './details.page.ts'
import { nextStep, selectionQuery, type Draft, type Selection, type Step } from './draft.ts'
import { abandonDraft, changeDraft, chooseTime, extendDraft, requireDraft, type Choice } from './draft.actions.ts'
import { landingPage } from './landing.page.ts'
import { firstTimes, frequentIds, offersOf, timesOf } from './offer.actions.ts'
import { placePage, visitHead, wayOf } from './place.page.ts'
import { CHANNELS, locationsOver, selectionOf, servicesOf, wishOf, type Wish } from './selection.ts'
import { steps } from './steps.ts'
import { activatePage, activationPage, summaryPage } from './summary.page.ts'
import { officeFact, timePage } from './time.page.ts'

type Query = Record<string, string | string[] | undefined>
const queryOf = (request: FastifyRequest): Query => request.query as Query
const one = (value: string | string[] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''))

/** Services shown with their free times at once; more are found by searching. */
const MOST_SHOWN = 40
const MOST_FREQUENT = 4

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

function matches(service: OfferedService, words: readonly string[]): boolean {
  const text = folded([service.name, service.category ?? '', service.description ?? ''].join(' '))
  return words.every((word) => text.includes(word))
}

async function landing(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const query = one(queryOf(request).q).trim().slice(0, 80)
  const channel = CHANNELS.find((c) => c === one(queryOf(request).channel))
  const all = [...site.config.services.values()].filter((s) => !s.archived)
  const words = folded(query).split(/\s+/).filter(Boolean)
  const found = all
    .filter((s) => matches(s, words) && (channel === undefined || s.channels.some((c) => c.type === channel)))
    .sort((a, b) => a.name.localeCompare(b.name, site.language))
  const isPlain = query === '' && channel === undefined
  const ranked = isPlain && all.length > MOST_FREQUENT + 2 ? await frequentIds(deps, site) : []
  const frequent = ranked.flatMap((id) => found.find((s) => s.id === id) ?? []).slice(0, MOST_FREQUENT)
  const rest = found.filter((s) => !frequent.includes(s)).slice(0, MOST_SHOWN)
  const [frequentOffers, offers] = await Promise.all([
    offersOf(deps, site, frequent, channel),
    offersOf(deps, site, rest, channel),
  ])
  const groups = [...Map.groupBy(offers, ({ service }) => service.category ?? null)]
    .sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b, site.language)))
    .map(([category, list]) => ({ category, offers: list }))
  return landingPage(site, {
    query,
    channel,
    channels: CHANNELS.filter((c) => all.some((s) => s.channels.some((o) => o.type === c))),
    frequent: frequentOffers,
    groups,
    total: found.length,
  })
}

/** What the address wishes, or a refusal that says which part does not go. */
function requireWish(site: Site, query: Query): Wish {
  const wish = wishOf(site.config, query)
  if (wish) return wish
  throw servicesOf(site.config, query).length === 0
    ? new AppError('not_found', { what: 'service' })
    : new AppError('services_not_combinable')
}

async function place(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const wish = requireWish(site, queryOf(request))
  const ids = new Set(wish.services.map((s) => s.id))
  const isAlone = wish.visit.seats > 1 || wish.services.some((s) => !s.combinable)
  const more = isAlone
    ? []
    : [...site.config.services.values()].filter(
        (s) =>
          !s.archived &&
          s.combinable &&
          s.seats === 1 &&
          !ids.has(s.id) &&
          wishOf(site.config, { service: [...ids, s.id] })?.visit.nowhere === false,
      )
  const firsts = await firstTimes(deps, site, wish.visit, { minutes: wish.minutes, agentId: wish.agent?.id })
  return placePage(site, { wish, firsts, more })
}

const isMonth = (text: string): boolean => isCalendarDate(`${text}-01`)

type TimeExtras = {
  chosen: string
  faults: Faults
  message?: Html
  /** The draft whose time is chosen, with its seal. */
  draft: { id: string; seal: string; held: Draft['held'] }
}

/** The page of times for a selection. */
async function times(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  wish: Wish,
  selection: Selection,
  { chosen, faults, message, draft }: TimeExtras,
): Promise<View> {
  const w = site.words
  const query = queryOf(request)
  const month = isMonth(one(query.month)) ? one(query.month) : undefined
  const view = one(query.view) === 'calendar' ? 'calendar' : 'list'
  const dayText = one(query.day)
  const own = draft.held && draft.held.until > site.now ? draft.held : null
  const found = await timesOf(deps, site, wish, selection, month, own?.id)
  const linkTo = (changes: Record<string, string | null>): string => {
    const target = selectionQuery(selection)
    target.set('month', found.month)
    if (view === 'calendar') target.set('view', view)
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || (name === 'view' && value === 'list')) target.delete(name)
      else target.set(name, value)
    }
    return `${site.base}/book/time?${target.toString()}`
  }
  const placeQuery = new URLSearchParams(selectionQuery(selection))
  return timePage(site, {
    title: w.stepTitles.time,
    event: 'time',
    above: html`${steps(site, 'time', { place: `${site.base}/book?${placeQuery.toString()}` })} ${message}`,
    head: html`${visitHead(site, wish)}
      <dl class="facts">
        ${
          selection.channel === 'in_person' && selection.locationId !== undefined
            ? officeFact(site, selection.locationId)
            : html`<div>
                <dt>${w.where}</dt>
                <dd>${selection.channel === 'in_person' ? w.anyOffice : w.channels[selection.channel]}</dd>
              </div>`
        }
      </dl>`,
    times: found,
    view,
    day: isCalendarDate(dayText) ? parseDate(dayText) : null,
    chosen: chosen === '' && own ? new Date(own.start).toISOString() : chosen,
    action: `${site.base}/book/time?${new URLSearchParams({ month: found.month, ...(view === 'calendar' ? { view } : {}) }).toString()}`,
    hiddenFields: [...selectionQuery(selection), ['draft', `${draft.id}.${draft.seal}`]],
    linkTo,
    elsewhere: (first) => {
      const target = selectionQuery({ ...selection, channel: first.channel, locationId: first.location?.id })
      return `${site.base}/book/time?${target.toString()}`
    },
    back: `${site.base}/book?${placeQuery.toString()}`,
    button: w.next,
    showsOffice: selection.channel === 'in_person' && selection.locationId === undefined,
    faults,
  })
}

/** The channel that was asked for, or the only one there is; null sends back to the choice. */
function channelOf(wish: Wish): Channel | null {
  return wish.channel ?? (wish.visit.channels.length === 1 ? wish.visit.channels[0]! : null)
}

/** A draft of this browser for the same visit, so that its own time counts as free; else the name of a new one. */
async function draftFor(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  selection: Selection,
): Promise<TimeExtras['draft']> {
  for (const id of draftsOf(request, site).slice(0, 2)) {
    const draft = await requireDraft(deps, site.tenantId, id).catch(() => null)
    if (draft && draft.appointmentId === null && draft.selection.serviceIds.join() === selection.serviceIds.join())
      return { id, seal: draftSeal(site, id), held: draft.held }
  }
  const id = deps.newId()
  return { id, seal: draftSeal(site, id), held: null }
}

async function showTimes(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const query = queryOf(request)
  const { channel, location } = wayOf(one(query.way) || undefined)
  if (channel) {
    // The form of the first step sends one field for both; the address that stays can be kept and shared.
    const { way: _way, ...rest } = query
    const wish = requireWish(site, { ...rest, channel, ...(location === undefined ? {} : { location }) })
    return { redirect: `${site.base}/book/time?${selectionQuery(selectionOf(wish, channel)).toString()}` }
  }
  const wish = requireWish(site, query)
  const known = channelOf(wish)
  if (!known) return { redirect: `${site.base}/book?${serviceQuery(wish)}` }
  const selection = selectionOf(wish, known)
  const offices = locationsOver(site.config, wish.visit, known)
  if (known === 'in_person' && offices.length === 1) selection.locationId = offices[0]!.id
  const draft = await draftFor(deps, request, site, selection)
  return times(deps, request, site, wish, selection, { chosen: '', faults: NO_FAULTS, draft })
}

const serviceQuery = (wish: Wish): string =>
  new URLSearchParams(wish.services.map((s): [string, string] => ['service', s.id])).toString()

/** Refusals of a time after which another one can be chosen. */
const OF_TIME = new Set<ProblemCode>([
  ...(['slot_taken', 'slot_held', 'recently_released', 'seats_exhausted', 'no_agent_free', 'too_many_rivals'] as const),
  ...(['too_soon', 'too_late_for_next_day', 'beyond_horizon', 'day_limit_reached', 'week_limit_reached'] as const),
  ...(['holiday', 'closure', 'absence', 'outside_schedule', 'outside_location_hours', 'does_not_fit'] as const),
  ...(['not_on_grid', 'reserved_for_staff', 'agent_elsewhere'] as const),
])

/** `at` of the form: an instant and, where offices differ, the office. */
export function choiceOf(site: Site, form: Form, selection: Pick<Selection, 'channel'>): Choice | null {
  const [instant = '', location = ''] = textOf(form, 'at', 100).split(' ')
  const start = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(instant) ? Date.parse(instant) : NaN
  if (!Number.isFinite(start)) return null
  // For calls the office does not matter: any agent who is free will do.
  return {
    start,
    locationId: selection.channel === 'in_person' && site.config.locations.has(location) ? location : undefined,
  }
}

async function takeTime(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const form = request.body as Form
  const wish = requireWish(site, form as Query)
  const channel = channelOf(wish)
  if (!channel) return { redirect: `${site.base}/book?${serviceQuery(wish)}` }
  const selection = selectionOf(wish, channel)
  const [given = '', seal = ''] = textOf(form, 'draft', 100).split('.')
  const id = isDraftSeal(site, given, seal) ? given : deps.newId()
  const choice = choiceOf(site, form, selection)
  const again = async (faults: Faults, status: number): Promise<View> => {
    reply.code(status)
    const known = await requireDraft(deps, site.tenantId, id).catch(() => null)
    const draft = { id, seal: draftSeal(site, id), held: known?.held ?? null }
    return times(deps, request, site, wish, selection, { chosen: textOf(form, 'at', 100), faults, draft })
  }
  if (!choice) return again(new Map([['at', site.words.timeMissing]]), 422)
  try {
    const draft = await chooseTime(deps, site, id, selection, choice)
    rememberDraft(request, reply, site, id)
    if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
    return { redirect: `${site.base}/book/${id}/${nextStep(draft, deps.now())}` }
  } catch (error) {
    if (!(error instanceof AppError) || !OF_TIME.has(error.code)) throw error
    const { title, detail } = problemWords(site.language, error.code, error.params)
    return again(new Map([['at', `${title}. ${detail}`]]), error.status)
  }
}

type Loaded = { id: string; base: string; draft: Draft; wish: Wish; page: (more?: Partial<DraftPage>) => DraftPage }

/** The draft of the address with what its pages need. */
async function load(deps: Deps, request: FastifyRequest, site: Site): Promise<Loaded> {
  const id = (request.params as { draft: string }).draft
  const draft = await requireDraft(deps, site.tenantId, id)
  const base = `${site.base}/book/${id}`
  const query = selectionQuery(draft.selection)
  const wish = requireWish(site, { ...Object.fromEntries(query), service: query.getAll('service') })
  const links: Partial<Record<Step, string>> = {
    place: `${site.base}/book?${query.toString()}`,
    time: `${base}/time`,
    details: `${base}/details`,
    applicant: `${base}/applicant`,
  }
  const page = (more: Partial<DraftPage> = {}): DraftPage => ({
    id,
    base,
    draft,
    links,
    faults: NO_FAULTS,
    message: messageOf(site, one(queryOf(request).said)),
    ...more,
  })
  return { id, base, draft, wish, page }
}

/** What just happened, by a word in the address that the pages themselves put there. */
function messageOf(site: Site, said: string): Html {
  const w = site.words
  const texts: Record<string, string> = {
    extended: w.extended,
    changed: w.changedTime,
    held: w.heldAgain,
    sent: w.activationSent,
  }
  const text = Object.hasOwn(texts, said) ? texts[said] : undefined
  return text === undefined ? html`` : html`<p class="notice note" role="status">${text}</p>`
}

/** Whether the form was sent from a page that showed another time than the draft has now. */
const isOtherTime = (draft: Draft, form: Form): boolean => {
  const shown = textOf(form, 'held', 20)
  return shown !== '' && draft.held !== null && shown !== String(draft.held.start)
}

async function saveDetails(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const { id, base, draft, wish, page } = await load(deps, request, site)
  if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
  const form = request.body as Form
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
  if (faults.size > 0) {
    reply.code(422)
    return detailsPage(site, page({ draft: typed, faults }), questions)
  }
  const step = typed.done.applicant ? 'summary' : 'applicant'
  return { redirect: `${base}/${step}${isOtherTime(draft, form) ? '?said=changed' : ''}` }
}

async function saveApplicant(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const { id, base, draft, page } = await load(deps, request, site)
  if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
  const form = request.body as Form
  const applicant = applicantIn(form)
  const faults = applicantFaults(applicant, draft.selection.channel, site.settings, site.words)
  const typed = await changeDraft(deps, site.tenantId, id, (d) => ({
    ...d,
    applicant,
    // A link to another address counts no more.
    activation: applicant.email === d.applicant.email ? d.activation : null,
    done: { ...d.done, applicant: faults.size === 0 },
  }))
  if (faults.size > 0) {
    reply.code(422)
    return applicantPage(site, page({ draft: typed, faults }))
  }
  const step = typed.done.details ? 'summary' : 'details'
  return { redirect: `${base}/${step}${isOtherTime(draft, form) ? '?said=changed' : ''}` }
}

async function showSummary(deps: Deps, site: Site, loaded: Loaded, more: Partial<DraftPage> = {}): Promise<View> {
  const isChecked = site.settings.booking.captcha === 'proof_of_work'
  const captcha = isChecked
    ? { challenge: await captchaFor(site, loaded.id), workerUrl: `${assetsOf().base}/altcha/worker.js` }
    : null
  return summaryPage(site, loaded.page(more), loaded.wish.visit.questions, captcha)
}

async function confirm(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const loaded = await load(deps, request, site)
  const { id, base, draft } = loaded
  const form = request.body as Form
  if (draft.appointmentId === null) {
    const step = nextStep(draft, deps.now())
    if (isOtherTime(draft, form)) return { redirect: `${base}/summary?said=changed` }
    if (step === 'details' || step === 'applicant') return { redirect: `${base}/${step}` }
    if (step === 'time') return gone(reply, deps, site, loaded)
    if (textOf(form, 'consent') !== 'yes') {
      reply.code(422)
      return showSummary(deps, site, loaded, { faults: new Map([['consent', site.words.consentMissing]]) })
    }
  }
  try {
    const isVouched = await isSolved(site, id, textOf(form, 'altcha'))
    const result = await confirmDraft(deps, site, id, isVouched)
    if ('activationUntil' in result) return { redirect: `${base}/activation` }
    return await letIn(deps, request, reply, site, result.appointmentId)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'hold_expired') return gone(reply, deps, site, loaded)
    if (error.code === 'invalid_phone' || error.code === 'too_many_open' || error.code === 'contact_limit_reached') {
      reply.code(error.status)
      const words = problemWords(site.language, error.code, error.params)
      return showSummary(deps, site, loaded, { message: notice('warning', words.title, words.detail) })
    }
    if (error.code.startsWith('answer_')) return { redirect: `${base}/details` }
    throw error
  }
}

/** The summary of a draft whose time has ended: everything is there, with the ways to go on. */
async function gone(reply: FastifyReply, deps: Deps, site: Site, loaded: Loaded): Promise<View> {
  reply.code(409)
  const { held } = loaded.draft
  return showSummary(deps, site, loaded, { draft: { ...loaded.draft, held: held && { ...held, until: 0 } } })
}

/** Opens the appointment to this browser and shows the outcome. */
async function letIn(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  appointmentId: string,
): Promise<View> {
  const a = await findAppointment(deps.db.kysely, site.tenantId, appointmentId)
  if (!a) throw new AppError('draft_gone')
  rememberAppointment(request, reply, site, a)
  return { redirect: `${site.base}/appointments/${appointmentId}/confirmed` }
}

/** Takes the time that has just ended once more, if it is still free. */
async function holdAgain(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const { id, base, draft } = await load(deps, request, site)
  if (!draft.held) return { redirect: `${base}/time` }
  const { start, locationId } = draft.held
  const isHere = draft.selection.channel === 'in_person'
  try {
    const after = await chooseTime(deps, site, id, draft.selection, {
      start,
      locationId: isHere ? locationId : undefined,
    })
    return { redirect: `${base}/${nextStep(after, deps.now())}?said=held` }
  } catch (error) {
    if (error instanceof AppError && OF_TIME.has(error.code)) return { redirect: `${base}/time?gone=1` }
    throw error
  }
}

/** The times again, for a draft that has one or had one. */
async function changeTime(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const { id, draft, wish } = await load(deps, request, site)
  const isGone = one(queryOf(request).gone) === '1'
  const faults: Faults = isGone ? new Map([['at', faultWords(site.language, 'slot_taken', {})]]) : NO_FAULTS
  const { selection, held } = draft
  const extras = { chosen: '', faults, draft: { id, seal: draftSeal(site, id), held } }
  return times(deps, request, site, wish, selection, extras)
}

async function extend(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const { id, base, draft } = await load(deps, request, site)
  try {
    await extendDraft(deps, site, id)
  } catch (error) {
    if (!(error instanceof AppError) || !['hold_expired', 'already_extended'].includes(error.code)) throw error
    return { redirect: `${base}/${draft.done.details ? 'applicant' : 'details'}` }
  }
  const from = /\/(details|applicant|summary)$/.exec(URL.parse(request.headers.referer ?? '')?.pathname ?? '')?.[1]
  return { redirect: `${base}/${from ?? nextStep(draft, deps.now())}?said=extended` }
}

/** Draft and seal of the link in the e-mail; throws `link_invalid`. */
async function loadActivation(deps: Deps, request: FastifyRequest, site: Site) {
  const { token } = request.params as { token: string }
  const [hex = '', seal = ''] = token.split('.')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new AppError('link_invalid')
  const draft = await requireDraft(deps, site.tenantId, id).catch(() => null)
  if (!draft) throw new AppError('activation_expired')
  if (draft.appointmentId === null && seal !== activationSeal(site, id, draft.applicant.email))
    throw new AppError('link_invalid')
  return { id, draft, token }
}

export function bookingRoutes(app: FastifyInstance, deps: Deps): void {
  const get = (url: string, run: (request: FastifyRequest, site: Site) => Promise<View>) =>
    addPage(app, deps, { method: 'GET', url, handler: (request, _reply, site) => run(request, site) })
  get('/:tenant', (request, site) => landing(deps, request, site))
  get('/:tenant/book', (request, site) => place(deps, request, site))
  get('/:tenant/book/time', (request, site) => showTimes(deps, request, site))
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/book/time',
    handler: (request, reply, site) => takeTime(deps, request, reply, site),
  })

  const own = (
    method: 'GET' | 'POST',
    name: string,
    handler: (request: FastifyRequest, reply: FastifyReply, site: Site) => Promise<View>,
  ) =>
    addPage(app, deps, {
      method,
      url: `/:tenant/book/:draft/${name}`,
      access: { kind: 'browser', of: 'draft' },
      handler,
    })
  /** A page of the draft that shows what was typed; a finished draft leads to its appointment. */
  const shown = (name: string, show: (site: Site, loaded: Loaded) => Promise<View> | View) =>
    own('GET', name, async (request, _reply, site) => {
      const loaded = await load(deps, request, site)
      const { appointmentId } = loaded.draft
      return appointmentId === null ? show(site, loaded) : { redirect: `${site.base}/appointments/${appointmentId}` }
    })
  own('GET', 'time', (request, _reply, site) => changeTime(deps, request, site))
  shown('details', (site, { page, wish }) => detailsPage(site, page(), wish.visit.questions))
  own('POST', 'details', (request, reply, site) => saveDetails(deps, request, reply, site))
  shown('applicant', (site, { page }) => applicantPage(site, page()))
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
    await abandonDraft(deps, site.tenantId, (request.params as { draft: string }).draft)
    return { redirect: `${site.base}?said=abandoned` }
  })
  shown('activation', (site, { draft, base, page }) =>
    draft.activation ? activationPage(site, page()) : { redirect: `${base}/summary` },
  )
  own('POST', 'activation-mail', async (request, _reply, site) => {
    const { id, base } = await load(deps, request, site)
    await sendActivationAgain(deps, site, id)
    return { redirect: `${base}/activation?said=sent` }
  })

  get('/:tenant/activate/:token', async (request, site) => {
    const { id, draft, token } = await loadActivation(deps, request, site)
    if (draft.appointmentId === null && (!draft.held || draft.held.until <= deps.now()))
      throw new AppError('activation_expired')
    const page = { id, base: '', draft, links: {}, faults: NO_FAULTS, message: html`` }
    return activatePage(site, page, `${site.base}/activate/${token}`)
  })
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/activate/:token',
    handler: async (request, reply, site) => {
      const { id } = await loadActivation(deps, request, site)
      return letIn(deps, request, reply, site, await activateDraft(deps, site, id))
    },
  })
}
