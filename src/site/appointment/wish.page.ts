// The waiting list for people without an appointment (`/{tenant}/waiting`): they say what suits them and are written to when it comes free.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formFields, pathPart, queryFields } from '../../http/fields.ts'
import { joinAsNew, leave, take } from '../../application/waiting-list/waiting-list.ts'
import { findEntry, type Entry, type EntryDocument } from '../../application/waiting-list/waiting.sql.ts'
import type { TimeWish } from '../../application/waiting-list/rules.ts'
import { momentOf, untilOf } from '../../application/messaging/wording.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, formatDate, isCalendarDate, parseDate, startOfDay } from '../../kernel/time/zone.ts'
import { isUuid } from '../../kernel/uuid.ts'
import { problemWords } from '../../locales/words.ts'
import { dateOf, weekdayNames } from '../../locales/dates.ts'
import { visitName } from '../../locales/visit-text.ts'
import { NO_FAULTS, messageBox, type Faults } from '../../ui/form.ts'
import { firstText, textOf, type Fields } from '../../ui/form-input.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { addPage, type View } from '../pages.ts'
import { mayOpenWaiting, rememberAppointment, rememberWaiting, type Site } from '../site.ts'
import { applicantFaults, applicantIn } from '../booking/applicant.ts'
import { captchaFor, formSeal, vouchedForm } from '../booking/proof-of-work.ts'
import { selectionQuery } from '../booking/draft.ts'
import { locationsOver, selectionOf, type Wish } from '../booking/selection.ts'
import { requireWish } from '../booking/wish-in-url.ts'
import { NOTICES, ownWishPage, wishPage, type Typed } from './wish.view.ts'

/** Days that can be waited, if the service's horizon is longer. */
const MOST_DAYS = 180

/** Purpose of the form's signature. */
const FORM = 'wish-form'

const EMPTY: Typed = {
  ...{ firstName: '', lastName: '', email: '', phone: '', part: '', notice: '24', until: '' },
  ...{ days: [], offices: [] },
}

/** The last day that can be waited for: the end of what can be booked. */
function lastDayOf(site: Site, wish: Wish): number {
  const horizon = Math.min(...wish.visit.horizons.map((h) => h.days), MOST_DAYS)
  return dayOf(site.config.timeZone, site.now) + Math.max(1, horizon)
}

async function form(
  deps: Deps,
  site: Site,
  wish: Wish,
  { typed = EMPTY, faults = NO_FAULTS, message = html`` }: { typed?: Typed; faults?: Faults; message?: Html } = {},
): Promise<View> {
  const channel = wish.channel ?? wish.visit.channels[0]!
  const selection = selectionQuery(selectionOf(wish, channel))
  const id = deps.newId()
  const last = formatDate(lastDayOf(site, wish))
  return wishPage(site, {
    fixed: [...selection, ['request', formSeal(site, FORM, id)]],
    names: wish.services.map((s) => s.name).join(' + '),
    offices: channel === 'in_person' && !wish.location ? locationsOver(site.config, wish.visit, channel) : [],
    last,
    typed: { ...typed, until: typed.until === '' ? last : typed.until },
    captcha: await captchaFor(site, id),
    faults,
    message,
    back: `${site.base}/book/time?${selection.toString()}`,
  })
}

const listIn = (fields: Fields, name: string): string[] => [fields[name] ?? []].flat().slice(0, 50)

function typedIn(fields: Fields): Typed {
  return {
    ...applicantIn(fields),
    part: textOf(fields, 'part', 10),
    notice: textOf(fields, 'notice', 4),
    until: textOf(fields, 'until', 10),
    days: listIn(fields, 'days').filter((day) => /^[0-6]$/.test(day)),
    offices: listIn(fields, 'offices'),
  }
}

/** The wish as typed; unknown values do not narrow it. */
function timeWish(site: Site, typed: Typed, channel: string): TimeWish {
  const part = (['morning', 'afternoon'] as const).find((one) => one === typed.part)
  const hours = NOTICES.find((one) => String(one) === typed.notice) ?? NOTICES[0]
  const locationIds = typed.offices.filter((id) => site.config.locations.has(id))
  return {
    ...(typed.days.length > 0 ? { days: typed.days.map(Number) } : {}),
    ...(part === undefined ? {} : { part }),
    ...(locationIds.length > 0 ? { locationIds } : {}),
    noticeMinutes: (hours * HOUR) / MINUTE,
    channel,
  }
}

async function join(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const fields = formFields(request)
  const wish = requireWish(site, fields)
  const channel = wish.channel ?? wish.visit.channels[0]!
  const typed = typedIn(fields)
  const { firstName, lastName, email, phone } = typed
  const faults = new Map(applicantFaults({ firstName, lastName, email, phone }, 'in_person', site.settings, site.words))
  const { isVouched } = await vouchedForm(site, FORM, fields)
  if (faults.size === 0 && !isVouched) faults.set('email', site.words.callback.needsScript)
  if (faults.size > 0) {
    reply.code(422)
    return form(deps, site, wish, { typed, faults })
  }
  const until = isCalendarDate(typed.until) ? parseDate(typed.until) : lastDayOf(site, wish)
  const latest = startOfDay(site.config.timeZone, Math.min(until, lastDayOf(site, wish)) + 1)
  const person = {
    ...{ firstName, lastName, locale: site.language },
    ...(email === '' ? {} : { email }),
    ...(phone === '' ? {} : { phone }),
  }
  try {
    const entry = await joinAsNew(deps, site.config, person, {
      serviceIds: wish.services.map((s) => s.id),
      locationId: channel === 'in_person' ? (wish.location?.id ?? null) : null,
      earliest: site.now,
      latest: Math.max(latest, site.now + HOUR),
      source: 'page',
      wish: timeWish(site, typed, channel),
    })
    rememberWaiting(request, reply, site, entry.id)
    return { redirect: `${site.base}/waiting/${entry.id}?said=joined` }
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    reply.code(error.status)
    const words = problemWords(site.language, error.code, error.params)
    return form(deps, site, wish, { typed, message: messageBox('warning', words.title, words.detail) })
  }
}

const access = { kind: 'browser' as const, of: 'waiting' as const }

async function ownEntry(deps: Deps, request: FastifyRequest, site: Site): Promise<Entry> {
  const id = pathPart(request, 'entry')
  const entry = isUuid(id) ? await findEntry(deps.db.kysely, site.tenantId, id) : undefined
  if (!entry || !mayOpenWaiting(request, site, id)) throw new AppError('link_invalid')
  return entry
}

/** What was wished, in words; what does not matter is left out. */
function wishesOf(site: Site, e: Entry): (readonly [string, string])[] {
  const w = site.words
  const { wish = {} } = e.document as EntryDocument
  const names = weekdayNames(site.language, 'long')
  const { days = [], part, locationIds = [], noticeMinutes = 0 } = wish
  const offices = locationIds.flatMap((id) => site.config.locations.get(id)?.name ?? [])
  return [
    ...(days.length > 0 ? [[w.wish.days, days.map((day) => names[day]).join(', ')] as const] : []),
    ...(part === undefined ? [] : [[w.wish.part, w.dayParts[part]] as const]),
    ...(offices.length > 0 ? [[w.wish.offices, offices.join(', ')] as const] : []),
    ...(noticeMinutes > 0 ? [[w.wish.notice, w.wish.noticeHours((noticeMinutes * MINUTE) / HOUR)] as const] : []),
    [w.wish.until, dateOf(site.language, site.config.timeZone, e.latest_at.getTime() - 1)] as const,
  ]
}

function show(request: FastifyRequest, site: Site, e: Entry): View {
  const w = site.words
  const isOpen = e.status === 'waiting' || e.status === 'offered'
  const isOffered = e.status === 'offered' && e.offer_until!.getTime() > site.now
  const zone = site.config.locations.get(e.location_id ?? '')?.timeZone ?? site.config.timeZone
  const said = firstText(queryFields(request), 'said')
  const texts = said === 'joined' && isOpen ? w.wish.joined : said === 'left' && !isOpen ? w.wish.left : null
  return ownWishPage(site, {
    names: visitName(site, e.service_ids),
    base: `${site.base}/waiting/${e.id}`,
    isOpen,
    offer: isOffered
      ? { when: momentOf(site, zone, e.offer_start!.getTime()), until: untilOf(site, zone, e.offer_until!.getTime()) }
      : null,
    wishes: wishesOf(site, e),
    message: texts ? messageBox('success', texts[0]!, texts[1]!) : html``,
  })
}

export function wishPages(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/waiting' },
    handler: async (request, _reply, site) => {
      if (!site.settings.waitingList.enabled) throw new AppError('not_found', { what: 'page' })
      const query = queryFields(request)
      if (firstText(query, 'service') === '') return { redirect: site.base }
      return form(deps, site, requireWish(site, query))
    },
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/waiting', limit: Math.max(3, deps.publicRate) },
    handler: async (request, reply, site) => {
      if (!site.settings.waitingList.enabled) throw new AppError('not_found', { what: 'page' })
      return join(deps, request, reply, site)
    },
  })
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/waiting/:entry', access },
    handler: async (request, _reply, site) => show(request, site, await ownEntry(deps, request, site)),
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/waiting/:entry/end', access },
    handler: async (request, _reply, site) => {
      const entry = await ownEntry(deps, request, site)
      if (entry.status === 'waiting' || entry.status === 'offered') await leave(deps, entry)
      return { redirect: `${site.base}/waiting/${entry.id}?said=left` }
    },
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/waiting/:entry/offer', access },
    handler: async (request, reply, site) => {
      const entry = await ownEntry(deps, request, site)
      if (entry.offer_hold_id === null) throw new AppError('offer_over')
      const id = await take(deps, site.config, entry.id, entry.offer_hold_id)
      const a = await findAppointment(deps.db.kysely, site.tenantId, id)
      rememberAppointment(request, reply, site, a!)
      return { redirect: `${site.base}/appointments/${id}/confirmed` }
    },
  })
}
