// Sign-in pages of a tenant's workspace, and sign-in through the tenant's identity provider.
import { askReset, enterFrame, openLink, setByLink } from '../../application/identity/one-time-links.ts'
import { pathPart } from '../../http/fields.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { problemWords } from '../../locales/words.ts'
import { setUpRoutes } from './setup.page.ts'
import { personIn } from '../../http/access.ts'
import { addPage, type View } from '../../site/pages.ts'
import { installWorkspace, safeNext } from '../frame/workspace.ts'
import { plainDocument } from '../frame/layout.ts'
import { assetsBase } from '../../platform/public-files.ts'
import type { Site } from '../../site/site.ts'
import type { Authenticator } from '../../http/authenticate.ts'
import { giveSession, takeSession } from '../../http/session-cookie.ts'
import { hasSecondFactor } from '../../application/identity/factor.ts'
import { askToSignIn, relyingParty, tryPasskey } from '../../application/identity/passkeys.ts'
import { readSignedValue, signValue } from '../../platform/secrets/signed-value.ts'
import { finishProvider, startProvider } from '../../application/identity/openid-connect.ts'
import type { Started } from '../../application/openid/client.ts'
import { browserOf } from '../../application/identity/sessions.ts'
import { leave, tryCode, trySignIn, type SignedIn, type Tried } from '../../application/identity/sign-in.ts'
import { codePage, forgottenPage, signInPage, welcomePage } from './sign-in.view.ts'
import { findUser } from '../../application/identity/user.sql.ts'
import { workspaceWords } from '../words/words.ts'
import { languageFor } from '../../http/language.ts'
import { firstTexts } from '../../ui/form-input.ts'

/** Most attempts of one IP address in ten minutes. */
const ATTEMPTS = 60
const [DEVICE, WAITING, PROVIDER, OFFICE] = [
  'agenda_device',
  'agenda_code',
  'agenda_provider',
  'agenda_office',
] as const
const YEAR = 31_536_000

type Body = Record<string, string | undefined>
/** Form fields; only the first value of a repeated one. */
const body = (request: FastifyRequest): Body => firstTexts(request.body)
const browserIn = (request: FastifyRequest): string => browserOf(request.headers['user-agent'])
const cookieFor = (request: FastifyRequest, path: string) =>
  ({ path, httpOnly: true, sameSite: 'lax', secure: request.protocol === 'https' }) as const

const said = (site: Site, error: unknown): string => {
  if (!(error instanceof AppError) || (error.status >= 500 && error.code !== 'sign_in_busy')) throw error
  return problemWords(site.language, error.code, error.params).detail
}

/** Starts a new session; never continues one the browser had before (session fixation). */
function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { s, next }: { s: SignedIn; next: string },
): View {
  giveSession(request, reply, s.token)
  reply.setCookie(DEVICE, s.device, { ...cookieFor(request, site.base), maxAge: YEAR })
  reply.setCookie(OFFICE, site.base.slice(1), { ...cookieFor(request, '/agenda'), maxAge: YEAR })
  reply.clearCookie(WAITING, cookieFor(request, site.base))
  return { redirect: next }
}

async function goOn(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { site, tried, next }: { site: Site; tried: Tried; next: string },
): Promise<View> {
  if (tried.kind === 'in') return enter(request, reply, site, { s: tried.signedIn, next })
  reply.setCookie(WAITING, await signValue(deps, site.tenantId, 'code', tried.userId), cookieFor(request, site.base))
  return { redirect: `${site.base}/sign-in/code${next === '/agenda' ? '' : `?next=${encodeURIComponent(next)}`}` }
}

/** The host of passkeys, computed per request: it is known only once the service listens. */
const hostOf = (deps: Deps): string => relyingParty(deps).id

async function codeStep(
  deps: Deps,
  site: Site,
  userId: string,
  given: { next: string; refused?: string },
): Promise<View> {
  const user = await findUser(deps.db.kysely, site.tenantId, userId)
  // An administrator may have removed the factors meanwhile.
  if (!user || !hasSecondFactor(user)) return { redirect: `${site.base}/sign-in` }
  const has = { app: user.totp_secret !== null, passkey: user.passkey_count > 0 }
  return codePage(site, { ...given, host: hostOf(deps), has })
}

const nextIn = (request: FastifyRequest): string => safeNext(firstTexts(request.query).next ?? body(request).next)

const page = (app: FastifyInstance, deps: Deps, route: Omit<Parameters<typeof addPage>[2], 'always'>): void =>
  addPage(app, deps, { ...route, always: true })

const providerOf = (site: Site, request: FastifyRequest) => {
  const id = pathPart(request, 'provider')
  const provider = site.settings.signIn.providers.find((p) => p.id === id)
  if (!provider) throw new AppError('not_found', { what: 'page' })
  return provider
}

const returnTo = (deps: Deps, site: Site, id: string): string =>
  `${deps.links.base}${site.base}/sign-in/with/${id}/return`

function signInForm(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'POST',
    url: '/:tenant/sign-in',
    limit: ATTEMPTS,
    handler: async (request, reply, site) => {
      const { email = '', password = '' } = body(request)
      const next = nextIn(request)
      try {
        const device = request.cookies[DEVICE]
        const given = {
          address: request.ip,
          email: email.slice(0, 254),
          password,
          device,
          browser: browserIn(request),
          passwords: site.settings.signIn.passwords,
        }
        const tried = await trySignIn(deps, site.tenantId, given)
        return await goOn(deps, request, reply, { site, tried, next })
      } catch (error) {
        const refused = said(site, error)
        reply.code((error as AppError).status)
        return signInPage(site, { email, next, host: hostOf(deps), refused })
      }
    },
  })
}

function codePageRoute(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'GET',
    url: '/:tenant/sign-in/code',
    handler: async (request, _reply, site) => {
      const waiting = await readSignedValue<string>(deps, site.tenantId, 'code', request.cookies[WAITING])
      if (waiting === null) return { redirect: `${site.base}/sign-in` }
      return codeStep(deps, site, waiting, { next: nextIn(request) })
    },
  })
}

function codeForm(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'POST',
    url: '/:tenant/sign-in/code',
    limit: ATTEMPTS,
    handler: async (request, reply, site) => {
      const userId = await readSignedValue<string>(deps, site.tenantId, 'code', request.cookies[WAITING])
      if (userId === null) return { redirect: `${site.base}/sign-in` }
      const next = nextIn(request)
      try {
        const code = (body(request).code ?? '').slice(0, 40)
        const given = { code, device: request.cookies[DEVICE], browser: browserIn(request) }
        const signedIn = await tryCode(deps, site.tenantId, userId, given)
        return enter(request, reply, site, { s: signedIn, next })
      } catch (error) {
        const refused = said(site, error)
        reply.code((error as AppError).status)
        return codeStep(deps, site, userId, { next, refused })
      }
    },
  })
}

function passkeyPageRoute(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'GET',
    url: '/:tenant/sign-in/passkey',
    limit: ATTEMPTS,
    handler: async (request, _reply, site) => {
      const isSecond = firstTexts(request.query).step === 'second'
      const waiting = await readSignedValue<string>(deps, site.tenantId, 'code', request.cookies[WAITING])
      return { json: await askToSignIn(deps, site.tenantId, isSecond ? waiting : null) }
    },
  })
}

function passkeyForm(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'POST',
    url: '/:tenant/sign-in/passkey',
    limit: ATTEMPTS,
    handler: async (request, reply, site) => {
      const { state = '', answer = '', step } = body(request)
      const next = nextIn(request)
      try {
        const given = { state, answer, device: request.cookies[DEVICE], browser: browserIn(request) }
        return enter(request, reply, site, { s: await tryPasskey(deps, site.tenantId, given), next })
      } catch (error) {
        const refused = said(site, error)
        reply.code((error as AppError).status)
        const waiting = await readSignedValue<string>(deps, site.tenantId, 'code', request.cookies[WAITING])
        if (step === 'second' && waiting !== null) return codeStep(deps, site, waiting, { next, refused })
        return signInPage(site, { email: '', next, host: hostOf(deps), refused })
      }
    },
  })
}

function lostPasswordForm(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'POST',
    url: '/:tenant/password',
    limit: 10,
    handler: async (request, _reply, site) => {
      await askReset(deps, site.tenantId, (body(request).email ?? '').slice(0, 254))
      return forgottenPage(site, true)
    },
  })
}

function welcomePageRoute(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'GET',
    url: '/:tenant/welcome/:token',
    handler: async (request, _reply, site) => {
      const token = pathPart(request, 'token')
      const link = await openLink(deps, site.tenantId, token, ['invitation', 'reset'])
      const user = (await findUser(deps.db.kysely, site.tenantId, link.user_id))!
      return welcomePage(site, {
        name: user.name,
        email: user.email,
        isNew: link.purpose === 'invitation',
        faults: new Map(),
      })
    },
  })
}

function welcomeForm(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'POST',
    url: '/:tenant/welcome/:token',
    limit: ATTEMPTS,
    handler: async (request, reply, site) => {
      const token = pathPart(request, 'token')
      const { password = '' } = body(request)
      try {
        const tried = await setByLink(deps, {
          tenantId: site.tenantId,
          text: token,
          password: password.slice(0, 200),
          browser: browserIn(request),
        })
        return await goOn(deps, request, reply, { site, tried, next: '/agenda' })
      } catch (error) {
        if (!(error instanceof AppError) || error.fields.length === 0) throw error
        const link = await openLink(deps, site.tenantId, token, ['invitation', 'reset'])
        const user = (await findUser(deps.db.kysely, site.tenantId, link.user_id))!
        reply.code(error.status)
        const faults = new Map([['password', said(site, error)]])
        return welcomePage(site, { name: user.name, email: user.email, isNew: link.purpose === 'invitation', faults })
      }
    },
  })
}

function toProvider(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'GET',
    url: '/:tenant/sign-in/with/:provider',
    handler: async (request, reply, site) => {
      const provider = providerOf(site, request)
      const { address, ...started } = await startProvider(
        deps,
        site.tenantId,
        provider,
        returnTo(deps, site, provider.id),
      )
      const kept = await signValue(deps, site.tenantId, 'provider', {
        ...started,
        id: provider.id,
        next: nextIn(request),
      })
      reply.setCookie(PROVIDER, kept, cookieFor(request, `${site.base}/sign-in`))
      return { redirect: address }
    },
  })
}

function fromProvider(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'GET',
    url: '/:tenant/sign-in/with/:provider/return',
    handler: async (request, reply, site) => {
      const provider = providerOf(site, request)
      const kept = await readSignedValue<Omit<Started, 'address'> & { id: string; next: string }>(
        deps,
        site.tenantId,
        'provider',
        request.cookies[PROVIDER],
      )
      reply.clearCookie(PROVIDER, cookieFor(request, `${site.base}/sign-in`))
      if (kept === null || kept.id !== provider.id) return { redirect: `${site.base}/sign-in` }
      try {
        const back = new URL(returnTo(deps, site, provider.id))
        back.search = request.url.split('?')[1] ?? ''
        const signedIn = await finishProvider(deps, site.config, {
          provider,
          back,
          started: kept,
          browser: browserIn(request),
        })
        return enter(request, reply, site, { s: signedIn, next: safeNext(kept.next) })
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        reply.code(error.status)
        const refused = problemWords(site.language, error.code, error.params).detail
        return signInPage(site, { email: '', next: kept.next, host: hostOf(deps), refused })
      }
    },
  })
}

export function signInRoutes(app: FastifyInstance, deps: Deps): void {
  page(app, deps, {
    method: 'GET',
    url: '/:tenant/sign-in',
    handler: async (request, _reply, site) =>
      signInPage(site, { email: '', next: nextIn(request), host: hostOf(deps) }),
  })
  signInForm(app, deps)
  codePageRoute(app, deps)
  codeForm(app, deps)
  passkeyPageRoute(app, deps)
  passkeyForm(app, deps)
  page(app, deps, {
    method: 'GET',
    url: '/:tenant/password',
    handler: async (_request, _reply, site) => forgottenPage(site, false),
  })
  lostPasswordForm(app, deps)
  welcomePageRoute(app, deps)
  welcomeForm(app, deps)
  toProvider(app, deps)
  fromProvider(app, deps)
}

/** Pages without a tenant in the URL: redirect to the right sign-in, entering a frame, signing out. */
export async function signInPagesWithoutTenant(
  app: FastifyInstance,
  deps: Deps,
  authenticator: Authenticator,
  bodyLimit: number,
): Promise<void> {
  await installWorkspace(app, deps, bodyLimit, (pages) => {
    const open = { config: { access: { kind: 'anyone' as const } }, schema: { hide: true } }
    pages.get('/agenda/sign-in', open, async (request, reply) => {
      const slug = request.cookies[OFFICE]
      const next = safeNext(firstTexts(request.query).next)
      reply.header('cache-control', 'no-store')
      if (slug !== undefined && /^[a-z0-9-]{2,41}$/.test(slug))
        return reply.redirect(`/${slug}/sign-in${next === '/agenda' ? '' : `?next=${encodeURIComponent(next)}`}`, 303)
      const language = languageFor(request, 'it')
      const w = workspaceWords(language).signIn
      const words = { title: w.title, detail: w.whichOffice }
      return reply
        .type('text/html; charset=utf-8')
        .send(plainDocument(language, { words, signIn: w.title, base: assetsBase() }))
    })

    setUpRoutes(pages, deps)

    pages.post(
      '/agenda/sign-out',
      { config: { access: { kind: 'person' } }, schema: { hide: true } },
      async (request, reply) => {
        const person = personIn(request)
        if (!(await authenticator.isOwnForm(person, body(request).csrf))) throw new AppError('cross_site')
        await leave(deps, person)
        authenticator.forget()
        takeSession(request, reply)
        // Remove all seen pages from the browser's cache.
        reply.header('clear-site-data', '"cache"')
        const slug = (await deps.snapshots.config(person.tenantId))?.slug ?? ''
        return reply.header('cache-control', 'no-store').redirect(`/${slug}/sign-in`, 303)
      },
    )

    // An agent desktop loads this URL in a frame; the token is valid once, for a minute.
    pages.get('/agenda/frame/:token', open, async (request, reply) => {
      const text = pathPart(request, 'token')
      const s = await enterFrame(deps, text, browserIn(request))
      giveSession(request, reply, s.token, true)
      return reply.header('cache-control', 'no-store').redirect(safeNext(firstTexts(request.query).next), 303)
    })
  })
}
