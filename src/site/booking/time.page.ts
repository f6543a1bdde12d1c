// The page of times, and taking one: the pressed time is held for a draft. The URLs contain nothing about the citizen.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { formFields, queryFields } from '../../http/fields.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError, type ProblemCode } from '../../kernel/errors.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { dayOf } from '../../kernel/time/zone.ts'
import { problemWords } from '../../locales/words.ts'
import { clockOf, dateOf } from '../../locales/dates.ts'
import { NO_FAULTS, type Faults } from '../../ui/form.ts'
import { firstText, textOf, type Fields } from '../../ui/form-input.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import { serviceData } from '../metadata.ts'
import type { View } from '../pages.ts'
import { draftsOf, draftSignature, isDraftSignature, rememberDraft, type Site } from '../site.ts'
import { timesOf } from './available-times.ts'
import { beforeYouStart } from './before.view.ts'
import { chosenLine } from './chosen-line.ts'
import { daysAsked, openDay, timesAsked } from './days-asked.ts'
import { nextStep, placeQuery, selectionQuery, type Draft, type Selection } from './draft.ts'
import { chooseTime, requireDraft, type Choice } from './drafts.ts'
import { networkLevel, networkToken, pressureOf } from './hold-limits.ts'
import { neededSteps } from './needed-steps.ts'
import { addable } from './place.page.ts'
import { extras, isInDraft, placeAddress, servicePath, wayOf } from './place.view.ts'
import { captchaFor, isSolved } from './proof-of-work.ts'
import { locationsOver, selectionOf, type Wish } from './selection.ts'
import { steps } from './steps.ts'
import { valueOf } from './times-by-day.ts'
import { chosenMoment, timePage, withChanges } from './time.view.ts'
import { choiceOf, chosenIn, requireWish } from './wish-in-url.ts'

type TimeExtras = {
  /** The time to mark; '' = take it from the URL or the hold; null = it was just refused, so the URL is ignored. */
  chosen: string | null
  faults: Faults
  /** The draft whose time is chosen, with its signature. */
  draft: { id: string; seal: string; held: Draft['held'] }
  /** Level of proof of work that taking a time costs; 0 = none. */
  level: number
}

/** Where the pages of this booking are: before a time is held, or in a draft. */
type Way = { path: string; draft: TimeExtras['draft'] }

function whereText(site: Site, { channel, locationId }: Selection): Html | string {
  const w = site.words
  if (channel !== 'in_person') return w.channels[channel]
  const name = locationId === undefined ? undefined : site.config.locations.get(locationId)?.name
  return name === undefined ? w.anyOffice : own(site, name)
}

/** The time that is held already, and the way back to it. */
function heldNote(site: Site, draftId: string, held: Draft['held']): Html {
  if (!held) return html``
  const w = site.words
  return html`<p class="notice note held">
    ${w.yourTime(clockOf(held.timeZone, held.start), dateOf(site.language, held.timeZone, held.start))}
    <a href="${site.base}/book/${draftId}/resume">${w.goOn}</a>
  </p>`
}

function chosenSoFar(
  site: Site,
  { wish, selection, change }: { wish: Wish; selection: Selection; change: string | null },
): Html {
  const w = site.words
  return chosenLine(site, {
    names: wish.services.map((s) => s.name).join(' + '),
    minutes: wish.visit.duration / MINUTE,
    where: html`${whereText(site, selection)}${wish.agent && html` · ${w.withAgent} ${wish.agent.name}`}${
      selection.places > 1 && html` · ${w.people}: ${selection.places}`
    }`,
    change: change === null ? null : { href: change, text: w.changeChoice },
  })
}

/** What the URL of the page keeps beside the selection. */
function shownQuery(selection: Selection, query: Fields, keepsDays: boolean): URLSearchParams {
  const shown = selectionQuery(selection)
  if (firstText(query, 'view') === 'calendar') shown.set('view', 'calendar')
  if (!keepsDays) return shown
  for (const name of ['from', 'month', 'day', 'at'] as const)
    if (firstText(query, name) !== '') shown.set(name, firstText(query, name))
  return shown
}

/** The way onto the waiting list, for whom nothing suits. */
const waitingLink = (site: Site, selection: Selection): Html =>
  html`<p><a href="${site.base}/waiting?${selectionQuery(selection).toString()}">${site.words.wish.link}</a></p>`

/** The address of a service and its data, for machines. */
function aboutService(site: Site, wish: Wish): Pick<Page, 'path' | 'data'> {
  const [service] = wish.services
  const path = servicePath(site, wish)
  if (!service || wish.services.length > 1) return { path }
  return { path, data: serviceData(site, service, locationsOver(site.config, wish.visit, 'in_person')) }
}

/** What has happened before the page: the time was given up, or the days asked for are outside of what is offered. */
function news(site: Site, query: Fields, isElsewhere: boolean): Html {
  const w = site.words
  const text = firstText(query, 'said') === 'released' ? w.releasedTime : isElsewhere ? w.outOfRange : null
  return html`${text !== null && html`<p class="notice note" role="status">${text}</p>`}`
}

/** For a visit to which several may come: the way to say how many. */
const severalLink = (site: Site, { visit }: Wish, { places }: Selection, place: string): Html =>
  html`${visit.seats > 1 && places === 1 && html`<p><a href="${place}">${site.words.severalLink}</a></p>`}`

type TimesOptions = TimeExtras & { wish: Wish; selection: Selection; path: string }

/** The page of times for a selection. */
async function timesPage(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  { wish, selection, chosen, faults, draft, level, path }: TimesOptions,
): Promise<View> {
  const w = site.words
  const query = queryFields(request)
  const held = draft.held && draft.held.until > site.now ? draft.held : null
  const wanted = chosen === '' ? chosenIn(site, query, selection) || valueOf(held) : (chosen ?? '')
  const days = daysAsked(query, chosenMoment(site, wanted))
  const found = await timesAsked(deps, site, { visit: wish.visit, selection, movingId: held?.id }, days)
  const isElsewhere = days.asked !== null && (days.asked.to < found.first || days.asked.from > found.last)
  const shown = shownQuery(selection, query, !isElsewhere)
  const needed = neededSteps(site.config, wish)
  const place = placeAddress(site, path, placeQuery(selection))
  const asksPlace = needed.includes('place')
  return timePage(site, {
    title: w.stepTitles.time,
    event: 'time',
    about: isInDraft(site, path) ? { isPrivate: true } : aboutService(site, wish),
    above: html`${steps(site, 'time', asksPlace ? { place } : {}, needed)} ${news(site, query, isElsewhere)}
    ${heldNote(site, draft.id, held)}`,
    line: html`${chosenSoFar(site, { wish, selection, change: asksPlace ? place : null })}
    ${severalLink(site, wish, selection, place)} ${beforeYouStart(site, wish, selection)}`,
    times: found,
    view: days.view,
    day: openDay(found, days.day),
    wanted,
    form: {
      method: 'post',
      // The form's URL contains the whole selection: after a refusal, the page can be reloaded, saved or shared.
      action: `${path}/time?${shown.toString()}`,
      hiddenFields: [...selectionQuery(selection), ['draft', `${draft.id}.${draft.seal}`]],
    },
    linkTo: (changes) => withChanges(`${path}/time`, shown, { at: null, ...changes }),
    elsewhere: (first) => {
      const target = selectionQuery({ ...selection, channel: first.channel, locationId: first.location?.id })
      return `${path}/time?${target.toString()}`
    },
    back: asksPlace ? place : site.base,
    hint: w.chooseTimeHint,
    showsOffice: selection.channel === 'in_person' && selection.locationId === undefined,
    faults,
    captcha: level > 0 ? await captchaFor(site, draft.id, level) : null,
    below: html`${site.settings.waitingList.enabled && wish.visit.seats === 1 && waitingLink(site, selection)}
    ${!asksPlace && extras(site, { wish, more: addable(site, wish), path })}`,
  })
}

/** The draft of this browser for the same services, so that its own time counts as free; else a new id. */
async function draftFor(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  serviceIds: readonly string[],
): Promise<TimeExtras['draft']> {
  for (const id of draftsOf(request, site).slice(0, 2)) {
    const draft = await requireDraft(deps, site.tenantId, id).catch(() => null)
    if (draft && draft.appointmentId === null && draft.selection.serviceIds.join() === serviceIds.join())
      return { id, seal: draftSignature(site, id), held: draft.held }
  }
  const id = deps.newId()
  return { id, seal: draftSignature(site, id), held: null }
}

/** The page of times for the selection in the URL. `own`: the draft in whose path it is. */
export async function showTimes(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  inDraft?: { way: Way; faults: Faults },
): Promise<View> {
  const query = queryFields(request)
  const path = inDraft?.way.path ?? `${site.base}/book`
  const { channel, location } = wayOf(firstText(query, 'way') || undefined)
  if (channel) {
    // The form of the first step sends channel and office in one field; redirect to a URL that can be saved and shared.
    const { way: _way, ...rest } = query
    const wish = requireWish(site, { ...rest, channel, ...(location === undefined ? {} : { location }) })
    return { redirect: `${path}/time?${selectionQuery(selectionOf(wish, channel)).toString()}` }
  }
  const wish = requireWish(site, query)
  // The channel in the URL, or the only one. With several, the citizen chooses first.
  const known = wish.channel
  if (!known) return { redirect: placeAddress(site, path, servicesIn(wish)) }
  const selection = selectionOf(wish, known)
  const offices = locationsOver(site.config, wish.visit, known)
  if (known === 'in_person' && offices.length === 1) selection.locationId = offices[0]!.id
  const draft = inDraft?.way.draft ?? (await draftFor(deps, request, site, selection.serviceIds))
  return timesPage(deps, request, site, {
    ...{ wish, selection, path, draft, chosen: '', faults: inDraft?.faults ?? NO_FAULTS },
    level: inDraft ? 0 : await networkLevel(deps, site, networkToken(site, request.ip), draft.held?.id ?? null),
  })
}

const servicesIn = (wish: Wish): [string, string][] => wish.services.map((s) => ['service', s.id])

/** Refusals of a time after which the citizen can choose another one. */
export const OF_TIME = new Set<ProblemCode>([
  ...(['slot_taken', 'slot_held', 'recently_released', 'seats_exhausted', 'no_agent_free', 'too_many_rivals'] as const),
  ...(['too_soon', 'too_late_for_next_day', 'beyond_horizon', 'day_limit_reached', 'week_limit_reached'] as const),
  ...(['holiday', 'closure', 'absence', 'outside_schedule', 'outside_location_hours', 'does_not_fit'] as const),
  ...(['not_on_grid', 'reserved_for_staff', 'agent_elsewhere', 'day_crowded'] as const),
])

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
  const day = dayOf(zone, choice.start)
  const asked = { from: day, to: day }
  const { days } = await timesOf(deps, site, { visit: wish.visit, selection, asked, movingId: own ?? undefined })
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

/** Holds the pressed time, for a new draft or the one in whose path the form is. */
export async function takeTime(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { site, inDraft, took }: { site: Site; inDraft?: string; took: (request: FastifyRequest, site: Site) => void },
): Promise<View> {
  const form = formFields(request)
  const wish = requireWish(site, form)
  const { channel } = wish
  if (!channel) return { redirect: placeAddress(site, `${site.base}/book`, servicesIn(wish)) }
  const selection = selectionOf(wish, channel)
  // A form names drafts that nobody has begun, too; only a turn begins one.
  if (inDraft !== undefined) await requireDraft(deps, site.tenantId, inDraft)
  const id = inDraft ?? (await draftOfForm(deps, request, site, { form, selection }))
  const path = inDraft !== undefined ? `${site.base}/book/${id}` : `${site.base}/book`
  const choice = choiceOf(site, form, selection)
  const again = async (faults: Faults, status: number, chosen: string | null, level = 0): Promise<View> => {
    reply.code(status)
    const known = await requireDraft(deps, site.tenantId, id).catch(() => null)
    const draft = { id, seal: draftSignature(site, id), held: known?.held ?? null }
    return timesPage(deps, request, site, { wish, selection, chosen, faults, draft, level, path })
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
    took(request, site)
    if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
    return { redirect: `${site.base}/book/${id}/${nextStep(draft, deps.now())}` }
  } catch (error) {
    if (!(error instanceof AppError) || !OF_TIME.has(error.code)) throw error
    return again(faultAt(site, error), error.status, null)
  }
}

/**
 * The draft that a form stands for: the one it was rendered for, or, if that was never begun, the one this browser has begun for
 * the same services. So a second press in another tab moves the time that is held instead of holding a second one.
 */
async function draftOfForm(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  { form, selection }: { form: Fields; selection: Selection },
): Promise<string> {
  const [given = '', seal = ''] = textOf(form, 'draft', 100).split('.')
  const isOurs = isDraftSignature(site, given, seal)
  if (isOurs && (await requireDraft(deps, site.tenantId, given).catch(() => null))) return given
  const begun = await draftFor(deps, request, site, selection.serviceIds)
  return begun.held === null && isOurs ? given : begun.id
}
