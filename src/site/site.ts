// The site: the context of every public page of a tenant, with its settings, the reader's language, and signatures of cookies
// and links.
import { LRUCache } from 'lru-cache'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pathPart, queryFields } from '../http/fields.ts'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import { localized } from '../domain/catalogue/localized.ts'
import type { Deps } from '../domain/deps.ts'
import { memoizeByObject } from '../kernel/memoize.ts'
import { AppError } from '../kernel/errors.ts'
import type { Language } from '../kernel/language.ts'
import { languageNamed, pageWords } from '../locales/words.ts'
import type { PageWords } from '../locales/pages.en.ts'
import { secretOf } from '../platform/secrets/secrets.ts'
import type { TenantSettings } from '../domain/tenant/settings.ts'
import { findTenantIdBySlug } from '../domain/tenant/tenant.sql.ts'
import { isSignature, signatureOf } from '../kernel/crypto/signature.ts'
import { appointmentSignature } from '../application/notifications/links.ts'
import { languageFor, withoutLanguage, LANGUAGE_COOKIE } from '../http/language.ts'
import { firstText } from '../ui/form-input.ts'

export type Site = {
  tenantId: string
  /** Scheme, host and port under which citizens reach the pages. */
  origin: string
  /** First part of all URLs of the tenant: `/{slug}`. */
  base: string
  /** With the tenant's texts in the reader's language, as far as they are translated. */
  config: TenantConfig
  /** Texts of the tenant that are in the reader's language; the others are marked. */
  translated: ReadonlySet<string>
  settings: TenantSettings
  language: Language
  /** Whether the URL names the language; else it follows the reader. */
  isLanguageAsked: boolean
  words: PageWords
  secret: string
  /** Shown inside another site. */
  isFramed: boolean
  /** URL of the page without the language, for the language switch. */
  here: string
  now: number
  /** Whether this is a test tenant: its pages say so. */
  isTest: boolean
  /** Extra levels of proof of work for forms from this network. */
  workSteps: number
}
const slugsOf = memoizeByObject((_db: Deps['db']) => new LRUCache<string, string>({ max: 10_000 }))

async function tenantIdOf(deps: Deps, slug: string): Promise<string | undefined> {
  const known = slugsOf(deps.db)
  let id = known.get(slug)
  if (id === undefined) {
    id = await findTenantIdBySlug(deps.db.kysely, slug)
    if (id !== undefined) known.set(slug, id)
  }
  return id
}

/** The present configuration of the tenant with this slug; throws `not_found`. */
export async function configOfSlug(deps: Deps, slug: string): Promise<TenantConfig> {
  const configNow = async (): Promise<TenantConfig | null> => {
    const id = await tenantIdOf(deps, slug)
    return id === undefined ? null : deps.snapshots.config(id)
  }
  let config = await configNow()
  // A deleted test tenant had this slug, and another one may have it now.
  if (!config && slugsOf(deps.db).delete(slug)) config = await configNow()
  if (!config) throw new AppError('not_found', { what: 'tenant' })
  return config
}

/** Whether the page is in a frame. Browsers say so when they load a page; for later requests the cookie remembers it. */
function isFramed(request: FastifyRequest): boolean {
  const dest = request.headers['sec-fetch-dest']
  if (dest === 'iframe' || dest === 'document') return dest === 'iframe'
  const asked = dest === undefined && firstText(queryFields(request), 'framed') === '1'
  return asked || request.cookies.agenda_framed === '1'
}

/** Options for our cookies. In a frame of another site browsers send back only partitioned cookies (CHIPS). */
function cookieOptions(request: FastifyRequest, path: string) {
  const framed = isFramed(request)
  const isSecure = framed || request.protocol === 'https'
  return framed
    ? ({ path, httpOnly: true, secure: true, sameSite: 'none', partitioned: true } as const)
    : ({ path, httpOnly: true, secure: isSecure, sameSite: 'lax' } as const)
}

/** Loads the tenant in the URL with everything its pages need; throws `not_found`. */
export async function siteOf(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<Site> {
  const slug = pathPart(request, 'tenant')
  const config = await configOfSlug(deps, slug)
  const { tenantId } = config
  const base = `/${slug}`
  const language = languageFor(request, config.settings.locale)
  const lang = languageNamed(firstText(queryFields(request), 'lang'))
  if (lang) reply.setCookie(LANGUAGE_COOKIE, lang, { ...cookieOptions(request, '/'), maxAge: 31_536_000 })
  const framed = isFramed(request)
  if (framed && request.cookies.agenda_framed !== '1')
    reply.setCookie('agenda_framed', '1', cookieOptions(request, base))
  return {
    tenantId,
    base,
    origin: deps.links.base,
    ...localized(config, language),
    settings: config.settings,
    language,
    isLanguageAsked: lang !== undefined,
    words: pageWords(language),
    secret: await secretOf(deps, tenantId, 'pages'),
    isFramed: framed,
    here: withoutLanguage(request.url),
    now: deps.now(),
    isTest: deps.clocks.of(tenantId) !== undefined,
    workSteps: 0,
  }
}

/** Sets a cookie of the tenant's pages, for the session or for `maxAge` seconds; null deletes it. */
export function setPageCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { name, value, maxAge }: { name: string; value: string | null; maxAge?: number },
): void {
  const options = cookieOptions(request, site.base)
  if (value === null) reply.clearCookie(name, options)
  else reply.setCookie(name, value, { ...options, ...(maxAge === undefined ? {} : { maxAge }) })
}

const DRAFTS = 'agenda_drafts'
const APPOINTMENTS = 'agenda_appointments'
const CALLBACKS = 'agenda_callbacks'
const ACCESS = 'agenda_mine'
const WAITING = 'agenda_waiting'
const MOST = 6

type SignedId = { id: string; seal: string }
const readSignedIds = (text: string | undefined): SignedId[] =>
  (text ?? '').split('~').flatMap((part) => {
    const [id = '', seal = ''] = part.split('.')
    return id !== '' && seal !== '' ? [{ id, seal }] : []
  })

function remember(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { name, entry }: { name: string; entry: SignedId },
): void {
  const others = readSignedIds(request.cookies[name]).filter(({ id }) => id !== entry.id)
  const value = [entry, ...others].slice(0, MOST).map(({ id, seal }) => `${id}.${seal}`)
  reply.setCookie(name, value.join('~'), cookieOptions(request, site.base))
}

/** The signature of an id in the browser's cookie, or undefined. */
const signatureIn = (request: FastifyRequest, cookie: string, id: string): string | undefined =>
  readSignedIds(request.cookies[cookie]).find((entry) => entry.id === id)?.seal

export const draftSignature = (site: Site, id: string): string => signatureOf(site.secret, 'draft', id)
export const isDraftSignature = (site: Site, id: string, seal: string): boolean =>
  isSignature(seal, site.secret, 'draft', id)

/** Ids of the drafts this browser began, newest first. Ignores entries with a wrong signature. */
export function draftsOf(request: FastifyRequest, site: Site): string[] {
  return readSignedIds(request.cookies[DRAFTS]).flatMap(({ id, seal }) =>
    isDraftSignature(site, id, seal) ? [id] : [],
  )
}

export function rememberDraft(request: FastifyRequest, reply: FastifyReply, site: Site, id: string): void {
  remember(request, reply, site, { name: DRAFTS, entry: { id, seal: draftSignature(site, id) } })
}

/** Admits this browser to the appointment, by a session cookie. */
export function rememberAppointment(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  a: { id: string; manage_hash: string | null },
): void {
  remember(request, reply, site, {
    name: APPOINTMENTS,
    entry: { id: a.id, seal: appointmentSignature(site, a.id, a.manage_hash) },
  })
}

/** Whether this browser was admitted to the appointment. */
export function mayManage(request: FastifyRequest, site: Site, a: { id: string; manage_hash: string | null }): boolean {
  const seal = signatureIn(request, APPOINTMENTS, a.id)
  return seal !== undefined && isSignature(seal, site.secret, 'appointment', a.id, a.manage_hash ?? '')
}

/** Admits this browser to the callback, by a session cookie. */
export function rememberCallback(request: FastifyRequest, reply: FastifyReply, site: Site, id: string): void {
  remember(request, reply, site, { name: CALLBACKS, entry: { id, seal: signatureOf(site.secret, 'callback', id) } })
}

export function mayOpenCallback(request: FastifyRequest, site: Site, id: string): boolean {
  const seal = signatureIn(request, CALLBACKS, id)
  return seal !== undefined && isSignature(seal, site.secret, 'callback', id)
}

/** Lets this browser enter the code of an access, and use it once it is open. */
export function rememberAccess(request: FastifyRequest, reply: FastifyReply, site: Site, id: string): void {
  reply.setCookie(ACCESS, `${id}.${signatureOf(site.secret, 'citizen', id)}`, cookieOptions(request, site.base))
}

export function forgetAccessCookie(request: FastifyRequest, reply: FastifyReply, site: Site): void {
  reply.clearCookie(ACCESS, cookieOptions(request, site.base))
}

/** Id of the access that this browser asked for, or undefined. */
export function accessIdOf(request: FastifyRequest, site: Site): string | undefined {
  const [entry] = readSignedIds(request.cookies[ACCESS])
  return entry && isSignature(entry.seal, site.secret, 'citizen', entry.id) ? entry.id : undefined
}

/** Admits this browser to its place on the waiting list. */
export function rememberWaiting(request: FastifyRequest, reply: FastifyReply, site: Site, id: string): void {
  remember(request, reply, site, { name: WAITING, entry: { id, seal: signatureOf(site.secret, 'waiting', id) } })
}

export function mayOpenWaiting(request: FastifyRequest, site: Site, id: string): boolean {
  const seal = signatureIn(request, WAITING, id)
  return seal !== undefined && isSignature(seal, site.secret, 'waiting', id)
}

/** Ids of the appointments in this browser's cookie, newest first; each must still be checked by `mayManage`. */
export const appointmentIdsOf = (request: FastifyRequest): string[] =>
  readSignedIds(request.cookies[APPOINTMENTS]).map(({ id }) => id)
