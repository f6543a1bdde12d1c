// Pages of the citizen's callbacks without an account: requested on a page, then opened by a signed cookie or a personal link.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formFields, pathPart, queryFields } from '../../http/fields.ts'
import { createRequire } from 'node:module'
import type { getCountries as GetCountries } from 'libphonenumber-js/max'
import { captchaFor, formSeal, vouchedForm } from '../booking/proof-of-work.ts'
import type { Fields } from '../../ui/form-input.ts'
import { publicCampaigns, type Campaign } from '../../domain/catalogue/campaign/campaign.ts'
import { extensionOf, toE164 } from '../../domain/contact/phone.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { problemWords } from '../../locales/words.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { remindOfCallback, sendsTexts } from '../../application/notifications/event-messages.ts'
import { NO_FAULTS, messageBox, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { addPage, type View } from '../pages.ts'
import { isUuid } from '../../kernel/uuid.ts'
import { isSignature, readSignedName, signedName, signatureOf } from '../../kernel/crypto/signature.ts'
import { rememberCallback, mayOpenCallback, type Site } from '../site.ts'
import { ask } from '../../domain/callback/promise/request-callback.ts'
import { askedPage, callMePage, cancelCallbackPage, offerText, ownCallbackPage, type Offer } from './callback.view.ts'
import { findCallback, type Callback } from '../../domain/callback/callback.sql.ts'
import { isOpen } from '../../domain/callback/callback-states.ts'
import { joinLinkOf } from '../../domain/callback/callback-json.ts'
import { postpone } from '../../domain/callback/promise/postpone.ts'
import { windowsOf } from '../../domain/callback/promise/windows.ts'
import { documentOf } from '../../domain/callback/callback-document.ts'
import { cancelCallback } from '../../domain/callback/cancel-callback.ts'
import { firstText, textOf } from '../../ui/form-input.ts'

const require = createRequire(import.meta.url)
/** Most windows offered, and the days they are searched in. */
const [MOST_OFFERS, DAYS] = [200, 7]
const ACTOR = 'citizen'
/** Purpose of the form's signature. */
const FORM = 'callback-form'

function campaignFor(site: Site, name: string): Campaign {
  const open = publicCampaigns(site.config.campaigns)
  const found = name === '' ? open[0] : open.find((c) => c.id === name || c.externalId === name)
  if (!found) throw new AppError('not_found', { what: 'page' })
  return found
}

async function offersOf(deps: Deps, site: Site, campaign: Campaign, zones: readonly string[]): Promise<Offer[]> {
  const windows = await windowsOf(deps, site.config, campaign, { zones, from: site.now, to: site.now + DAYS * DAY })
  return windows.filter((w) => w.remaining > 0).slice(0, MOST_OFFERS)
}

const countryLists = new Map<string, { value: string; label: string }[]>()

/** Countries with calling codes, sorted by name in the reader's language. */
function countriesIn(language: string): { value: string; label: string }[] {
  let list = countryLists.get(language)
  if (!list) {
    const { getCountries, getCountryCallingCode } = require('libphonenumber-js/max') as {
      getCountries: typeof GetCountries
      getCountryCallingCode: (country: string) => string
    }
    const names = new Intl.DisplayNames(language, { type: 'region' })
    list = getCountries()
      .map((code) => ({ value: code, label: `${names.of(code) ?? code} (+${getCountryCallingCode(code)})` }))
      .sort((a, b) => a.label.localeCompare(b.label, language))
    countryLists.set(language, list)
  }
  return list
}

type Typed = { number: string; country: string; reason: string; when: string; channel: string }

async function form(
  deps: Deps,
  site: Site,
  campaign: Campaign,
  { typed, more = {} }: { typed: Typed; more?: { faults?: Faults; message?: Html } },
): Promise<View> {
  const id = deps.newId()
  return callMePage(site, {
    campaign,
    seal: formSeal(site, FORM, id),
    typed,
    countries: countriesIn(site.language),
    offers: await offersOf(deps, site, campaign, [campaign.timeZone]),
    captcha: await captchaFor(site, id),
    faults: NO_FAULTS,
    message: html``,
    ...more,
  })
}

type Read = { typed: Typed; faults: Map<string, string>; number: string | null; at: number | null; id: string }

/** Parses the form; returns typed values and faults. */
async function readForm(site: Site, campaign: Campaign, body: Fields): Promise<Read> {
  const w = site.words
  const typed: Typed = {
    number: textOf(body, 'number', 40),
    country: textOf(body, 'country', 2),
    reason: textOf(body, 'reason', 200),
    when: textOf(body, 'when', 40),
    channel: textOf(body, 'channel', 10),
  }
  const faults = new Map<string, string>()
  const country = /^[A-Z]{2}$/.test(typed.country) ? typed.country : site.settings.country
  const number = typed.number === '' ? null : toE164(typed.number, country)
  const missing = `${w.callback.number}: ${w.fieldMissing}`
  const isChannel = campaign.channels.includes(typed.channel as 'phone')
  if (!isChannel) faults.set('channel', `${w.callback.how}: ${w.fieldChoice}`)
  const isNeeded = typed.channel !== 'web' || typed.number !== ''
  if (number === null && isNeeded) faults.set('number', typed.number === '' ? missing : w.fieldPhone)
  const at = typed.when === 'now' ? null : Date.parse(typed.when)
  if (at !== null && !Number.isFinite(at)) faults.set('when', `${w.callback.when}: ${w.fieldChoice}`)
  const { id, isVouched } = await vouchedForm(site, FORM, body)
  if (faults.size === 0 && !isVouched) faults.set('number', w.callback.needsScript)
  return { typed, faults, number, at, id }
}

async function send(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const body = formFields(request)
  const campaign = campaignFor(site, textOf(body, 'campaign', 200))
  const { typed, faults, number, at, id } = await readForm(site, campaign, body)
  if (faults.size > 0) {
    reply.code(422)
    return form(deps, site, campaign, { typed, more: { faults } })
  }
  try {
    const extension = extensionOf(typed.number, typed.country || site.settings.country)
    const reason = [...(extension === null ? [] : [site.words.extension(extension)]), typed.reason]
      .join(' · ')
      .replace(/ · $/, '')
    const byText = number !== null && (await sendsTexts(deps, site.config))
    const { callback } = await ask(deps, site.config, {
      campaignId: campaign.id,
      channel: typed.channel as 'phone' | 'web',
      numbers: number === null ? [] : [number],
      when: at === null ? { kind: 'now' } : { kind: 'at', at },
      data: { language: site.language },
      ...(reason === '' ? {} : { reason }),
      // Sending the same form twice makes one request.
      externalId: `page:${id}`,
      source: 'page',
      actor: ACTOR,
    })
    // The page must not reveal that somebody else requested a callback to this number: it is always the same, and the owner of the
    // number gets a message if one can be sent.
    const isKnown = callback.external_id !== `page:${id}`
    if (isKnown) await remindOfCallback(deps, site.config, callback)
    if (byText || isKnown) return { redirect: `${site.base}/callback/asked?by=${byText ? 'text' : 'page'}` }
    rememberCallback(request, reply, site, callback.id)
    return { redirect: `${site.base}/callback/${callback.id}?said=promised` }
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    reply.code(error.status)
    const words = problemWords(site.language, error.code, error.params)
    return form(deps, site, campaign, { typed, more: { message: messageBox('warning', words.title, words.detail) } })
  }
}

async function own(deps: Deps, request: FastifyRequest, site: Site): Promise<Callback> {
  const id = pathPart(request, 'callback')
  const found = isUuid(id) ? await findCallback(deps.db.kysely, site.tenantId, id) : undefined
  if (!found || !mayOpenCallback(request, site, id)) throw new AppError('link_invalid')
  return found
}

async function show(
  deps: Deps,
  site: Site,
  c: Callback,
  { message, faults = NO_FAULTS }: { message: Html; faults?: Faults },
): Promise<View> {
  const campaign = site.config.campaigns.get(c.campaign_id)
  const canMove = campaign && (c.status === 'scheduled' || c.status === 'queued')
  return ownCallbackPage(site, {
    base: `${site.base}/callback/${c.id}`,
    code: c.code,
    number: c.number,
    status: c.status,
    isOpen: isOpen(c.status),
    zone: campaign?.timeZone ?? site.config.timeZone,
    from: c.window_from.getTime(),
    to: c.window_to.getTime(),
    offers: canMove ? await offersOf(deps, site, campaign, documentOf(c).zones) : [],
    callerNumber: campaign?.callerNumber,
    joinLink: isOpen(c.status) ? joinLinkOf(c, campaign).joinLink : undefined,
    link: `${site.base}/c/${signedName(c.id, signatureOf(site.secret, 'callback', c.id))}`,
    message,
    faults,
  })
}

const said = (site: Site, word: string | undefined): Html => {
  const texts = site.words.callback.said
  if (word === undefined || !Object.hasOwn(texts, word)) return html``
  return html`<p class="notice success" role="status">${texts[word as keyof typeof texts]}</p>`
}

const access = { kind: 'browser' as const, of: 'callback' as const }

function requestPage(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/callback',
    handler: async (request, _reply, site) => {
      const query = queryFields(request)
      const campaign = campaignFor(site, firstText(query, 'campaign'))
      const typed = { number: '', country: site.settings.country, reason: '', when: '', channel: '' }
      return form(deps, site, campaign, { typed, more: { message: said(site, firstText(query, 'said')) } })
    },
  })
}

function askedPageRoute(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/callback/asked',
    handler: async (request, _reply, site) =>
      askedPage(site, firstText(queryFields(request), 'by') === 'text' ? 'text' : 'page'),
  })
}

function requestForm(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/callback',
    // Each request causes a phone call.
    limit: Math.max(3, deps.publicRate),
    handler: (request, reply, site) => send(deps, request, reply, site),
  })
}

function callbackLinkPage(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/c/:token',
    handler: async (request, reply, site) => {
      const named = readSignedName(pathPart(request, 'token'))
      if (!named || !isSignature(named.seal, site.secret, 'callback', named.id)) throw new AppError('link_invalid')
      rememberCallback(request, reply, site, named.id)
      return { redirect: `${site.base}/callback/${named.id}` }
    },
  })
}

function ownCallbackPageRoute(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/callback/:callback',
    access,
    handler: async (request, _reply, site) =>
      show(deps, site, await own(deps, request, site), {
        message: said(site, firstText(queryFields(request), 'said')),
      }),
  })
}

function cancelPageRoute(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/callback/:callback/cancellation',
    access,
    handler: async (request, _reply, site) => {
      const c = await own(deps, request, site)
      const base = `${site.base}/callback/${c.id}`
      if (!isOpen(c.status)) return { redirect: base }
      const zone = site.config.campaigns.get(c.campaign_id)?.timeZone ?? site.config.timeZone
      return cancelCallbackPage(site, base, offerText(site, zone, c.window_from.getTime(), c.window_to.getTime()))
    },
  })
}

function cancelForm(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/callback/:callback/cancellation',
    access,
    handler: async (request, _reply, site) => {
      const c = await own(deps, request, site)
      await cancelCallback(deps, { tenantId: site.tenantId, id: c.id, reason: undefined, actor: ACTOR })
      return { redirect: `${site.base}/callback/${c.id}?said=cancelled` }
    },
  })
}

function postponeForm(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/callback/:callback/postponement',
    access,
    handler: async (request, reply, site) => {
      const c = await own(deps, request, site)
      const at = Date.parse(textOf(formFields(request), 'when', 40))
      if (!Number.isFinite(at)) {
        reply.code(422)
        return show(deps, site, c, { message: html``, faults: new Map([['when', site.words.fieldChoice]]) })
      }
      try {
        await postpone(deps, site.config, { id: c.id, when: { kind: 'at', at }, actor: ACTOR })
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error
        reply.code(error.status)
        const words = problemWords(site.language, error.code, error.params)
        return show(deps, site, c, { message: messageBox('warning', words.title, words.detail) })
      }
      return { redirect: `${site.base}/callback/${c.id}?said=postponed` }
    },
  })
}

export function citizenCallbackRoutes(app: FastifyInstance, deps: Deps): void {
  requestPage(app, deps)
  askedPageRoute(app, deps)
  requestForm(app, deps)
  callbackLinkPage(app, deps)
  ownCallbackPageRoute(app, deps)
  cancelPageRoute(app, deps)
  cancelForm(app, deps)
  postponeForm(app, deps)
}
