// Pages of the first booking steps: landing, place and time. Their URLs contain nothing about the citizen.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formFields, queryFields } from '../../http/fields.ts'
import type { OfferedService } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError, type ProblemCode } from '../../kernel/errors.ts'
import { problemWords } from '../../locales/words.ts'
import { publicCampaigns } from '../../domain/catalogue/campaign/campaign.ts'
import { dayOf, isCalendarDate, parseDate } from '../../kernel/time/zone.ts'
import { clockOf, dateOf, monthOf } from '../../locales/dates.ts'
import { NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { addPage, type View } from '../pages.ts'
import { examplesPage } from '../examples.view.ts'
import { draftsOf, draftSignature, isDraftSignature, rememberDraft, type Site } from '../site.ts'
import { nextStep, placeQuery, selectionQuery, type Draft, type Selection } from './draft.ts'
import { chooseTime, requireDraft, type Choice } from './drafts.ts'
import { networkLevel, networkToken, pressureOf } from './hold-limits.ts'
import { captchaFor, isSolved } from './proof-of-work.ts'
import { landingPage } from './landing.view.ts'
import { firstTimes, frequentIds, offersOf, timesOf } from './available-times.ts'
import { placePage, visitHead, wayOf } from './place.view.ts'
import { CHANNELS, locationsOver, selectionOf, servicesOf, wishOf, type Wish } from './selection.ts'
import { steps } from './steps.ts'
import { chosenMoment, officeFact, timePage, valueOf, withChanges } from './time.view.ts'
import { firstText, type Fields, textOf } from '../../ui/form-input.ts'

type Query = Fields
export const queryOf = queryFields

/** Services shown with their free times at once; citizens find the others by search. */
const MOST_SHOWN = 40
const MOST_FREQUENT = 4

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

function matches(service: OfferedService, words: readonly string[]): boolean {
  const text = folded([service.name, service.category ?? '', service.description ?? ''].join(' '))
  return words.every((word) => text.includes(word))
}

async function landing(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const query = firstText(queryOf(request), 'q').trim().slice(0, 80)
  const channel = CHANNELS.find((c) => c === firstText(queryOf(request), 'channel'))
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
    hasCallbacks: publicCampaigns(site.config.campaigns).length > 0,
    wasAbandoned: firstText(queryOf(request), 'said') === 'abandoned',
  })
}

/** The wish in the URL. Throws `not_found` without a known service, `services_not_combinable` if they cannot be combined. */
export function requireWish(site: Site, query: Query): Wish {
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
  const firsts = await firstTimes(deps, site, {
    visit: wish.visit,
    more: { minutes: wish.minutes, agentId: wish.agent?.id },
  })
  return placePage(site, { wish, firsts, more, way: firstText(queryOf(request), 'way') })
}

const isMonth = (text: string): boolean => isCalendarDate(`${text}-01`)

type TimeExtras = {
  /** The chosen time; '' = take it from the URL or the hold; null = it was just refused, so the URL is ignored. */
  chosen: string | null
  faults: Faults
  /** The draft whose time is chosen, with its signature. */
  draft: { id: string; seal: string; held: Draft['held'] }
  /** Level of proof of work that taking a time costs; 0 = none. */
  level: number
}

/** The office, "any office", or the channel without an office. */
function whereFact(site: Site, { channel, locationId }: Selection): Html {
  const w = site.words
  if (channel === 'in_person' && locationId !== undefined) return officeFact(site, locationId)
  return html`<div>
    <dt>${w.where}</dt>
    <dd>${channel === 'in_person' ? w.anyOffice : w.channels[channel]}</dd>
  </div>`
}

/** The page of times for a selection. */
export async function timesPage(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  { wish, selection, chosen, faults, draft, level }: TimeExtras & { wish: Wish; selection: Selection },
): Promise<View> {
  const w = site.words
  const query = queryOf(request)
  const asked = isMonth(firstText(query, 'month')) ? firstText(query, 'month') : undefined
  const view = firstText(query, 'view') === 'calendar' ? 'calendar' : 'list'
  const dayText = firstText(query, 'day')
  const own = draft.held && draft.held.until > site.now ? draft.held : null
  const wanted = chosen === '' ? chosenIn(site, query, selection) || valueOf(own) : (chosen ?? '')
  // Citizens who come back see the month of the time they hold.
  const at = chosenMoment(site, wanted)
  const month = asked ?? (at ? monthOf(at.zone, at.start) : undefined)
  const ownDay = at ? dayOf(at.zone, at.start) : null
  const found = await timesOf(deps, site, { visit: wish.visit, selection, asked: month, movingId: own?.id })
  const isElsewhere = asked !== undefined && found.month !== asked
  const shown = selectionQuery(selection)
  shown.set('month', found.month)
  if (view === 'calendar') shown.set('view', view)
  if (wanted !== '') shown.set('at', wanted)
  const place = `${site.base}/book?${placeQuery(selection).toString()}`
  return timePage(site, {
    title: w.stepTitles.time,
    event: 'time',
    above: html`${steps(site, 'time', { place })}
    ${isElsewhere && html`<p class="notice note" role="status">${w.outOfRange}</p>`}
    ${
      own &&
      html`<p class="notice note">
        ${w.yourTime(clockOf(own.timeZone, own.start), dateOf(site.language, own.timeZone, own.start))}
      </p>`
    }`,
    head: visitHead(site, wish, whereFact(site, selection)),
    times: found,
    view,
    day: isCalendarDate(dayText) ? parseDate(dayText) : ownDay,
    chosen: wanted,
    // The form's URL contains the whole selection: after a refusal, the page can be reloaded, saved or shared.
    action: `${site.base}/book/time?${shown.toString()}`,
    hiddenFields: [...selectionQuery(selection), ['draft', `${draft.id}.${draft.seal}`]],
    linkTo: (changes) => withChanges(`${site.base}/book/time`, shown, changes),
    elsewhere: (first) => {
      const target = selectionQuery({ ...selection, channel: first.channel, locationId: first.location?.id })
      return `${site.base}/book/time?${target.toString()}`
    },
    back: place,
    button: w.next,
    hint: w.chooseTimeHint,
    showsOffice: selection.channel === 'in_person' && selection.locationId === undefined,
    faults,
    captcha: level > 0 ? await captchaFor(site, draft.id, level) : null,
  })
}

/** The draft of this browser for the same services, so that its own time counts as free; else a new id. */
async function draftFor(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  selection: Selection,
): Promise<TimeExtras['draft']> {
  for (const id of draftsOf(request, site).slice(0, 2)) {
    const draft = await requireDraft(deps, site.tenantId, id).catch(() => null)
    if (draft && draft.appointmentId === null && draft.selection.serviceIds.join() === selection.serviceIds.join())
      return { id, seal: draftSignature(site, id), held: draft.held }
  }
  const id = deps.newId()
  return { id, seal: draftSignature(site, id), held: null }
}

async function showTimes(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const query = queryOf(request)
  const { channel, location } = wayOf(firstText(query, 'way') || undefined)
  if (channel) {
    // The form of the first step sends channel and office in one field; redirect to a URL that can be saved and shared.
    const { way: _way, ...rest } = query
    const wish = requireWish(site, { ...rest, channel, ...(location === undefined ? {} : { location }) })
    return { redirect: `${site.base}/book/time?${selectionQuery(selectionOf(wish, channel)).toString()}` }
  }
  const wish = requireWish(site, query)
  // The channel in the URL, or the only one. With several, the citizen chooses first.
  const known = wish.channel
  if (!known) return { redirect: `${site.base}/book?${serviceQuery(wish)}` }
  const selection = selectionOf(wish, known)
  const offices = locationsOver(site.config, wish.visit, known)
  if (known === 'in_person' && offices.length === 1) selection.locationId = offices[0]!.id
  const draft = await draftFor(deps, request, site, selection)
  return timesPage(deps, request, site, {
    wish,
    selection,
    chosen: '',
    faults: NO_FAULTS,
    draft,
    level: await networkLevel(deps, site, networkToken(site, request.ip), draft.held?.id ?? null),
  })
}

const serviceQuery = (wish: Wish): string =>
  new URLSearchParams(wish.services.map((s): [string, string] => ['service', s.id])).toString()

/** Refusals of a time after which the citizen can choose another one. */
export const OF_TIME = new Set<ProblemCode>([
  ...(['slot_taken', 'slot_held', 'recently_released', 'seats_exhausted', 'no_agent_free', 'too_many_rivals'] as const),
  ...(['too_soon', 'too_late_for_next_day', 'beyond_horizon', 'day_limit_reached', 'week_limit_reached'] as const),
  ...(['holiday', 'closure', 'absence', 'outside_schedule', 'outside_location_hours', 'does_not_fit'] as const),
  ...(['not_on_grid', 'reserved_for_staff', 'agent_elsewhere', 'day_crowded'] as const),
])

/** Parses the form field `at`: an instant and, for visits in person, perhaps the office. Null if invalid. */
export function choiceOf(site: Site, form: Fields, selection: Pick<Selection, 'channel'>): Choice | null {
  const [instant = '', location = ''] = textOf(form, 'at', 100).split(' ')
  const isInstant = /^.{10}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(instant) && isCalendarDate(instant.slice(0, 10))
  const start = isInstant ? Date.parse(instant) : NaN
  if (!Number.isFinite(start)) return null
  // For phone and video the office does not matter: any free agent will do.
  return {
    start,
    locationId: selection.channel === 'in_person' && site.config.locations.has(location) ? location : undefined,
  }
}

/** The chosen time in the URL, as a form value; '' without a valid one. */
export function chosenIn(site: Site, query: Query, selection: Pick<Selection, 'channel'>): string {
  const at = firstText(query, 'at')
  return choiceOf(site, { at }, selection) ? at : ''
}

/** Shows a refusal as a fault of the time field. */
function faultAt(site: Site, error: AppError): Faults {
  const { title, detail } = problemWords(site.language, error.code, error.params)
  return new Map([['at', `${title}. ${detail}`]])
}

/** For tenants without captcha: a hold that would cost more work than this level is refused. */
const MOST_UNWORKED = 2

type Asked = {
  id: string
  wish: Wish
  selection: Selection
  choice: Choice
  network: string
  /** Id of the draft's present hold. */
  own: string | null
}

/** Whether the page would show the chosen time now. */
async function isOffered(deps: Deps, site: Site, { wish, selection, choice, own }: Asked): Promise<boolean> {
  const zone = site.config.locations.get(choice.locationId ?? '')?.timeZone ?? site.config.timeZone
  const month = monthOf(zone, choice.start)
  const { days } = await timesOf(deps, site, { visit: wish.visit, selection, asked: month, movingId: own ?? undefined })
  return days.some(({ times }) => times.some((time) => time.start === choice.start))
}

/** Level of proof of work still missing to take the time; 0 = none. Throws `day_crowded` if no work is enough. */
async function workMissing(deps: Deps, site: Site, asked: Asked, solution: string): Promise<number> {
  const { id, selection, choice, network, own } = asked
  const pressure = await pressureOf(deps, site, { selection, place: choice, token: network, own })
  if (pressure === 'full') throw new AppError('day_crowded')
  // A time that is taken costs no work: taking it is refused with its own reason.
  if (pressure === 0 || !(await isOffered(deps, site, asked))) return 0
  if (site.settings.booking.captcha !== 'none') return (await isSolved(site, id, solution, pressure)) ? 0 : pressure
  // Without a captcha, bookings beyond the share of the day must be made through the office.
  if (pressure > MOST_UNWORKED) throw new AppError('day_crowded')
  return 0
}

async function takeTime(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const form = formFields(request)
  const wish = requireWish(site, form)
  const { channel } = wish
  if (!channel) return { redirect: `${site.base}/book?${serviceQuery(wish)}` }
  const selection = selectionOf(wish, channel)
  const [given = '', seal = ''] = textOf(form, 'draft', 100).split('.')
  const id = isDraftSignature(site, given, seal) ? given : deps.newId()
  const choice = choiceOf(site, form, selection)
  const again = async (faults: Faults, status: number, chosen: string | null, level = 0): Promise<View> => {
    reply.code(status)
    const known = await requireDraft(deps, site.tenantId, id).catch(() => null)
    const draft = { id, seal: draftSignature(site, id), held: known?.held ?? null }
    return timesPage(deps, request, site, { wish, selection, chosen, faults, draft, level })
  }
  if (!choice) return again(new Map([['at', site.words.timeMissing]]), 422, '')
  try {
    const network = networkToken(site, request.ip)
    const known = await requireDraft(deps, site.tenantId, id).catch(() => null)
    const asked = { id, wish, selection, choice, network, own: known?.held?.id ?? null }
    const pressure = await workMissing(deps, site, asked, textOf(form, 'altcha'))
    if (pressure > 0)
      return await again(faultAt(site, new AppError('work_needed')), 422, textOf(form, 'at', 100), pressure)
    const draft = await chooseTime(deps, site, { draftId: id, selection, choice, network })
    rememberDraft(request, reply, site, id)
    if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
    return { redirect: `${site.base}/book/${id}/${nextStep(draft, deps.now())}` }
  } catch (error) {
    if (!(error instanceof AppError) || !OF_TIME.has(error.code)) throw error
    return again(faultAt(site, error), error.status, null)
  }
}

export function bookingRoutes(app: FastifyInstance, deps: Deps): void {
  const get = (url: string, run: (request: FastifyRequest, site: Site) => Promise<View>) =>
    addPage(app, deps, { method: 'GET', url, handler: (request, _reply, site) => run(request, site) })
  get('/:tenant', (request, site) => landing(deps, request, site))
  get('/:tenant/examples', async (_request, site) => examplesPage(site, deps.links.base))
  get('/:tenant/book', (request, site) => place(deps, request, site))
  get('/:tenant/book/time', (request, site) => showTimes(deps, request, site))
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/book/time',
    // Each request can hold a slot. Whole towns share an IP address (mobile networks, libraries), so the proof of work grows
    // before this limit is reached.
    limit: Math.max(3, deps.publicRate * 2),
    handler: (request, reply, site) => takeTime(deps, request, reply, site),
  })
}
