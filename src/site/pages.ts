// What all public pages share: cookies, forms, rate limits, compression, security headers, and error pages.
import { LRUCache } from 'lru-cache'
import { pageHeaders } from '../http/page-headers.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathPart } from '../http/fields.ts'
import { findAppointment, type Appointment } from '../domain/appointment/appointment.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, type ProblemCode } from '../kernel/errors.ts'
import { memoizeByObject } from '../kernel/memoize.ts'
import type { Language } from '../kernel/language.ts'
import { pageWords, problemWords } from '../locales/words.ts'
import { asAppError, logProblem } from '../http/problem.ts'
import { assetsOf } from './page-assets.ts'
import { assetsBase } from '../platform/public-files.ts'
import { isUuid } from '../kernel/uuid.ts'
import { installFormPages } from '../http/form-pages.ts'
import { html } from '../platform/html/html.ts'
import { document } from './layout.ts'
import type { Page } from './page.ts'
import { networkOf, widerNetworkOf } from '../kernel/network.ts'
import { draftsOf, mayManage, siteOf, type Site } from './site.ts'
import type { Access } from '../kernel/permissions/principal.ts'
import { problemPage } from './problem.view.ts'
import { languageFor } from '../http/language.ts'

declare module 'fastify' {
  interface FastifyRequest {
    site: Site | null
  }
}

/** `json`: for scripts of our own pages; `text`: for other programs. */
export type View = Page | { redirect: string } | { json: unknown } | { text: string | Buffer; type: string }
type Handler = (request: FastifyRequest, reply: FastifyReply, site: Site) => Promise<View>
type OwnHandler = (request: FastifyRequest, reply: FastifyReply, site: Site, a: Appointment) => Promise<View>

/** Frames only on the sites the tenant allows. */
const securityHeaders = (site: Site | null, framesItself = false): Record<string, string> =>
  pageHeaders({
    policy: {
      'img-src': "'self' data:",
      'font-src': "'self'",
      'manifest-src': "'self'",
      'worker-src': "'self'",
      ...(framesItself ? { 'frame-src': "'self'" } : {}),
    },
    // Our own administration shows the pages as a preview.
    // Pages follow each other without a reload, so the first one must allow what a later one asks for.
    asksPlace: [...(site?.config.locations.values() ?? [])].some((l) => l.arrivalRadius !== undefined),
    ancestors: ["'self'", ...(site?.settings.booking.allowedOrigins ?? [])].join(' '),
  })

/** Refuses forms of other sites (CSRF). Old browsers that send neither header pass. Throws `cross_site`. */
function refuseOtherSites(request: FastifyRequest): void {
  const from = request.headers['sec-fetch-site']
  if (from !== undefined) {
    if (from !== 'same-origin' && from !== 'none') throw new AppError('cross_site')
    return
  }
  const { origin } = request.headers
  if (origin !== undefined && URL.parse(origin)?.host !== request.host) throw new AppError('cross_site')
}

/** The most useful next step after an error. */
function nextOf(site: Site, request: FastifyRequest, code: ProblemCode): { href: string; text: string } {
  const w = site.words.nextSteps
  const [draft, id] = [pathPart(request, 'draft'), pathPart(request, 'id')]
  const toTime = new Set<ProblemCode>([
    'slot_taken',
    'slot_held',
    'no_agent_free',
    'hold_expired',
    'activation_expired',
  ])
  if (draft !== '' && toTime.has(code)) return { href: `${site.base}/book/${draft}/time`, text: w.time }
  if (code === 'access_over') return { href: `${site.base}/mine`, text: site.words.mine.title }
  if (code === 'link_invalid' || code === 'appointment_not_matched') return { href: `${site.base}/find`, text: w.find }
  if (code === 'internal_error' || code === 'database_unavailable' || code === 'too_many_requests')
    return {
      href:
        request.method === 'GET' || site.here.endsWith('/line')
          ? site.here
          : site.here.replace(/\/[a-z-]+$/, '/summary'),
      text: w.retry,
    }
  if (id !== '' && code !== 'not_found') return { href: `${site.base}/appointments/${id}`, text: w.back }
  return { href: site.base, text: w.start }
}

/** The text of an error for citizens, if that of the API is too technical. */
function wordsOf(language: Language, error: AppError): { title: string; detail: string } {
  if (error.code !== 'not_found') return problemWords(language, error.code, error.params)
  const { notFound } = pageWords(language)
  const what = String(error.params.what)
  const [title = '', detail = ''] =
    what === 'service' ? notFound.service : what === 'tenant' ? notFound.tenant : notFound.page
  return { title, detail }
}

/** The canonical URL: no slash at the end, tenant in lower case; null if the URL has that form already. */
function tidied(url: string): string | null {
  const [path = '', query] = url.split('?')
  const parts = path.replace(/\/+$/, '').split('/')
  const text = [parts[0], (parts[1] ?? '').toLowerCase(), ...parts.slice(2)].join('/')
  // Never redirect to another host: `//` at the start would do that.
  if (text === path || !/^\/[a-z0-9]/.test(text)) return null
  return query === undefined ? text : `${text}?${query}`
}

/** Answers an unknown URL with a page if a browser asks; returns false otherwise. */
export function sendPageNotFound(request: FastifyRequest, reply: FastifyReply): boolean {
  const wantsPage = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '')
  if (!wantsPage || request.url.startsWith('/v1/')) return false
  const elsewhere = tidied(request.url)
  if (elsewhere !== null) {
    void reply.redirect(elsewhere, 301)
    return true
  }
  reply.code(404).headers(securityHeaders(null)).header('cache-control', 'no-store')
  void reply.type('text/html; charset=utf-8').send(bareProblem(request, new AppError('not_found', { what: 'page' })))
  return true
}

/** An error page for URLs without a tenant. */
function bareProblem(request: FastifyRequest, error: AppError): string {
  const language = languageFor(request, 'it')
  const { title, detail } = wordsOf(language, error)
  const base = assetsBase()
  return `<!doctype html>${String(
    html`<html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="${base}/app.css" />
        <link rel="icon" href="${base}/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <main id="main">
          <div class="narrow">
            <h1>${title}</h1>
            <p class="lead">${detail}</p>
          </div>
        </main>
      </body>
    </html>`,
  )}`
}

function sendPage(request: FastifyRequest, reply: FastifyReply, site: Site, page: Page): FastifyReply {
  reply.headers(securityHeaders(site, page.event === 'examples'))
  reply.header('cache-control', page.isPrivate ? 'no-store' : 'private, no-cache')
  reply.header('content-language', site.language).header('vary', 'accept-language, cookie, sec-fetch-dest')
  // A form that came back says so in its title, the first thing that a screen reader reads.
  const shown = reply.statusCode === 422 ? { ...page, title: site.words.faultTitle(page.title) } : page
  return reply.type('text/html; charset=utf-8').send(document(site, shown, assetsOf()))
}

function installRefusals(app: FastifyInstance, deps: Deps, bodyLimit: number): void {
  app.setErrorHandler(async (error, request, reply) => {
    const problem = asAppError(error, bodyLimit)
    const elsewhere = problem.params.what === 'tenant' && request.method === 'GET' ? tidied(request.url) : null
    if (elsewhere !== null) return reply.redirect(elsewhere, 301)
    logProblem(request, problem)
    reply.code(problem.status)
    if (problem.status === 503) reply.header('retry-after', '5')
    // The request failed before its tenant was loaded: try it now, so that the page can show the office's contact details.
    const site = request.site ?? (await siteOf(deps, request, reply).catch(() => null))
    if (!site) {
      reply.headers(securityHeaders(null)).header('cache-control', 'no-store')
      return reply.type('text/html; charset=utf-8').send(bareProblem(request, problem))
    }
    const words = wordsOf(site.language, problem)
    const requestId = problem.status >= 500 ? request.id : null
    return sendPage(
      request,
      reply,
      site,
      problemPage(site, { ...words, requestId }, nextOf(site, request, problem.code)),
    )
  })
}

/** Registers the plug-ins of the pages; `add` receives the instance and adds the routes. */
export async function installPages(
  app: FastifyInstance,
  deps: Deps,
  bodyLimit: number,
  add: (pages: FastifyInstance) => void,
): Promise<void> {
  await app.register(async (pages) => {
    pages.decorateRequest('site', null)
    const isRead = (request: FastifyRequest): boolean => request.method === 'GET' || request.method === 'HEAD'
    await installFormPages(pages, deps, {
      part: 'pages',
      formLimit: 64 * 1024,
      quality: 5,
      rate: {
        max: (request) => (isRead(request) ? deps.publicRate * 10 : deps.publicRate),
        keyGenerator: (request) => `${isRead(request) ? 'read' : 'write'} ${networkOf(request.ip)}`,
      },
    })
    installRefusals(pages, deps, bodyLimit)
    add(pages)
  })
}

/** Recent forms per network (window in ms, most networks): more forms cost more proof of work, before any is refused. */
const [LATELY, MOST_KNOWN] = [600_000, 10_000]
const usesOf = memoizeByObject(
  (_deps: Deps) => new LRUCache<string, { since: number; count: number }>({ max: MOST_KNOWN }),
)

/** Extra levels of proof of work for a network: one for each half of its limit per minute, sent within ten minutes. */
function stepsOf(deps: Deps, address: string, isForm: boolean): number {
  const uses = usesOf(deps)
  const now = deps.now()
  const known = uses.get(address)
  const use = known && now - known.since < LATELY ? known : { since: now, count: 0 }
  if (isForm) use.count += 1
  if (isForm) uses.set(address, use)
  return Math.floor(use.count / Math.max(1, deps.publicRate / 2))
}

type PageRoute = {
  method: 'GET' | 'POST'
  url: string
  access?: Access
  /** Most calls per network within ten minutes; replaces the common limit per minute. */
  limit?: number
  /** The page also works when public booking is disabled. */
  always?: boolean
  /** Asked before the handler; a view is shown instead of the page, such as the line before it. */
  before?: Before | undefined
  handler: Handler
}
export type Before = (request: FastifyRequest, reply: FastifyReply, site: Site) => Promise<View | null>

/** The line before the pages on which times are looked for and taken. */
export type Line = {
  /** Asked before such a page. */
  before: Before
  /** Whether a draw has begun since (epoch ms), before which nobody books. */
  isOvertaken: (site: Site, since: number) => boolean
  /** Told of each time that was taken. */
  took: (request: FastifyRequest, site: Site) => void
}

/** Adds a page: loads the tenant, checks the origin of forms and the cookie of the draft, and sends the page. */
export function addPage(app: FastifyInstance, deps: Deps, route: PageRoute): void {
  const access = route.access ?? { kind: 'anyone' as const }
  app.route({
    method: route.method,
    url: route.url,
    config: { access, ...(route.limit === undefined ? {} : { rateLimit: { max: route.limit, timeWindow: 600_000 } }) },
    schema: { hide: true },
    handler: async (request, reply) => {
      const site = await siteOf(deps, request, reply)
      site.workSteps = stepsOf(deps, widerNetworkOf(request.ip), route.method === 'POST')
      request.site = site
      if (
        !route.always &&
        !site.settings.booking.enabled &&
        !(access.kind === 'browser' && access.of === 'appointment')
      )
        throw new AppError('booking_closed')
      if (route.method === 'POST') refuseOtherSites(request)
      if (access.kind === 'browser' && access.of === 'draft') {
        const draft = pathPart(request, 'draft')
        if (!draftsOf(request, site).includes(draft)) throw new AppError('draft_gone')
      }
      const view = (await route.before?.(request, reply, site)) ?? (await route.handler(request, reply, site))
      if ('redirect' in view) return reply.header('cache-control', 'no-store').redirect(view.redirect, 303)
      if ('text' in view) return reply.header('cache-control', 'no-store').type(view.type).send(view.text)
      if ('json' in view) return reply.header('cache-control', 'no-store').send(view.json)
      return sendPage(request, reply, site, view)
    },
  })
}

/** Adds a page of one appointment. Only browsers admitted by its link see it; for others it does not exist. */
export function addOwnPage(
  app: FastifyInstance,
  deps: Deps,
  { method, url, handler }: { method: 'GET' | 'POST'; url: string; handler: OwnHandler },
): void {
  addPage(app, deps, {
    method,
    url,
    access: { kind: 'browser', of: 'appointment' },
    handler: async (request, reply, site) => handler(request, reply, site, await ownOf(deps, request, site)),
  })
}

/** The appointment in the URL, if this browser may see it; throws `link_invalid`. */
export async function ownOf(deps: Deps, request: FastifyRequest, site: Site): Promise<Appointment> {
  const id = pathPart(request, 'id')
  const a = isUuid(id) ? await findAppointment(deps.db.kysely, site.tenantId, id) : undefined
  if (!a || a.contact_id === null || !mayManage(request, site, a)) throw new AppError('link_invalid')
  return a
}
