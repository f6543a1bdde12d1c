// The context and rules of all workspace pages: the signed-in person, CSRF checks, and access to data through the REST routes,
// called in this process with the person's own session, so that rights and checks exist in one place.
import { pageHeaders } from '../../http/page-headers.ts'
import type { Fields } from '../../ui/form-input.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formFields, pathPart } from '../../http/fields.ts'
import { insertAudit } from '../../platform/audit/audit.sql.ts'
import type { Authenticator } from '../../http/authenticate.ts'
import { giveSession } from '../../http/session-cookie.ts'
import { csrfOf, rotate } from '../../application/identity/sessions.ts'
import { configOf } from '../../domain/availability/current-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError, type ProblemCode } from '../../kernel/errors.ts'
import { staffLanguageOf, type Language } from '../../kernel/language.ts'
import { pageWords, problemWords } from '../../locales/words.ts'
import { CSRF_HEADER, personIn } from '../../http/access.ts'
import { asAppError, logProblem } from '../../http/problem.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { assetsBase } from '../../platform/public-files.ts'
import { workspaceDocument, plainDocument, type WorkspacePage } from './layout.ts'
import type { Faults } from '../../ui/form.ts'
import { installFormPages } from '../../http/form-pages.ts'
import { networkOf } from '../../kernel/network.ts'
import { workspaceWords } from '../words/words.ts'
import type { Scope } from '../../kernel/permissions/scopes.ts'
import { type Workspace, type Refusal, type Answered, type Call, LOOKS } from './context.ts'
import { languageFor, withoutLanguage } from '../../http/language.ts'
import { fieldsOf, firstText, firstTexts } from '../../ui/form-input.ts'
/** The look is a choice per screen, not per person, so it is stored in the browser. */
export const LOOK_COOKIE = 'agenda_look'

/** A file to download. */
type FileView = { file: { name: string; type: string; content: string } }
/** `json`: for scripts of our own pages. */
export type WorkspaceView = WorkspacePage | { redirect: string } | FileView | { json: unknown }
type Handler = (workspace: Workspace, request: FastifyRequest, reply: FastifyReply) => Promise<WorkspaceView>
type WorkspaceRoute = {
  method: 'GET' | 'POST'
  url: string
  scope?: Scope
  handler: Handler
  mayEnrol?: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    workspace: Workspace | null
  }
}

function securityHeaders(workspace: Workspace | null): Record<string, string> {
  const frames = workspace?.settings.workspace.widgets.map(({ url }) => new URL(url).origin) ?? []
  const ancestors = workspace?.settings.workspace.allowedOrigins ?? []
  const policy = { 'img-src': "'self' data:", 'frame-src': ["'self'", ...new Set(frames)].join(' ') }
  const isShared = ancestors.length > 0
  return {
    ...pageHeaders({ policy, ancestors: isShared ? ancestors.join(' ') : "'none'", isShared }),
    'cache-control': 'no-store',
  }
}

function refusalOf(body: Record<string, unknown>): Refusal {
  const { code, title, detail, errors = [], type: _type, status: _status, instance: _instance, ...extra } = body
  return {
    code: String(code),
    title: String(title),
    detail: String(detail),
    errors: errors as Refusal['errors'],
    extra,
  }
}

/** Calls a route of this application with the session of the page's request. */
function apiFor(app: FastifyInstance, request: FastifyRequest, csrf: string, language: Language): Workspace['api'] {
  return async <T>(method: string, url: string, { body, headers }: Call = {}): Promise<Answered<T>> => {
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        // Forward the cookie unchanged, so that the route authenticates the same person.
        cookie: request.headers.cookie ?? '',
        host: request.headers.host ?? 'localhost',
        ...(request.protocol === 'https' ? { 'x-forwarded-proto': 'https' } : {}),
        'accept-language': language,
        [CSRF_HEADER]: csrf,
        ...headers,
      },
      remoteAddress: request.ip,
      ...(body === undefined ? {} : { payload: body as object }),
    })
    const text = answer.body
    const isJson = /json/.test(String(answer.headers['content-type'] ?? ''))
    const parsed = isJson && text !== '' ? (JSON.parse(text) as unknown) : text
    if (answer.statusCode < 400)
      return {
        ok: true,
        status: answer.statusCode,
        body: parsed as T,
        headers: answer.headers as Record<string, string>,
      }
    return {
      ok: false,
      status: answer.statusCode,
      refusal: refusalOf((isJson ? parsed : {}) as Record<string, unknown>),
    }
  }
}

/** An error to throw for a refusal, which keeps the refusal's own text. */
function thrown(refusal: Refusal): AppError {
  return new AppError(
    refusal.code as ProblemCode,
    {},
    { extra: { said: { title: refusal.title, detail: refusal.detail } } },
  )
}

async function workspaceOf(
  app: FastifyInstance,
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Workspace> {
  const person = personIn(request)
  const config = await configOf(deps, person.tenantId)
  const { locale } = person
  const language = staffLanguageOf(languageFor(request, locale ?? config.settings.locale, locale))
  const { lang, done } = firstTexts(request.query)
  if (lang === language)
    reply.setCookie('agenda_language', language, { path: '/', httpOnly: true, sameSite: 'lax', maxAge: 31_536_000 })
  const csrf = await csrfOf(deps, person)
  const api = apiFor(app, request, csrf, language)
  const dest = request.headers['sec-fetch-dest']
  return {
    person,
    config,
    language,
    words: workspaceWords(language),
    pageWords: pageWords(language),
    csrf,
    now: deps.now(),
    isTest: deps.clocks.of(person.tenantId) !== undefined,
    zone: config.timeZone,
    here: withoutLanguage(request.url),
    sent: request.method === 'POST' ? { to: request.url.split('?')[0] ?? '', form: formIn(request) } : null,
    look: LOOKS.find((look) => look === request.cookies[LOOK_COOKIE]) ?? null,
    isFramed: dest === 'iframe' || person.proof === 'embedded',
    done,
    settings: config.settings,
    can: (scope) => person.scopes.has(scope),
    note: (action, data) =>
      insertAudit(deps.db.kysely, {
        ...{
          tenant_id: person.tenantId,
          id: deps.newId(),
          at: new Date(deps.now()),
          actor: `user:${person.id}`,
          action,
        },
        ...{ subject: null, result: 200, data },
      }),
    secretFor: (purpose) => secretOf(deps, person.tenantId, purpose),
    api,
    async read<T>(url: string): Promise<T> {
      const answer = await api<T>('GET', url)
      if (!answer.ok) throw thrown(answer.refusal)
      return answer.body
    },
  }
}

/** Whether a text is valid as a path parameter: ids, and names of reports and collections. */
const isPathPart = (text: string): boolean => /^[\w-]+(\.[\w-]+)*$/.test(text) && text.length <= 100

function sendWorkspacePage(reply: FastifyReply, workspace: Workspace, page: WorkspacePage): FastifyReply {
  reply.headers(securityHeaders(workspace)).header('content-language', workspace.language)
  return reply.type('text/html; charset=utf-8').send(workspaceDocument(workspace, page, assetsBase()))
}

/** The path to open after sign-in: only pages of the workspace, whatever the link contains. */
export const safeNext = (text: unknown): string =>
  typeof text === 'string' &&
  /^\/agenda(\/[\w\-./]*)?(\?[\w\-=&%.:,+]*)?$/.test(text) &&
  !text.includes('//') &&
  !text.includes('..')
    ? text
    : '/agenda'

function installRefusals(app: FastifyInstance, bodyLimit: number): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = asAppError(error, bodyLimit)
    logProblem(request, problem)
    if (problem.code === 'unauthenticated') {
      const next = request.method === 'GET' ? `?next=${encodeURIComponent(safeNext(withoutLanguage(request.url)))}` : ''
      return reply.header('cache-control', 'no-store').redirect(`/agenda/sign-in${next}`, 303)
    }
    reply.code(problem.status)
    const { workspace } = request
    const language = workspace?.language ?? staffLanguageOf(languageFor(request, 'it'))
    const said = problem.extra.said as { title: string; detail: string } | undefined
    const words = said ?? problemWords(language, problem.code, problem.params)
    const requestId = problem.status >= 500 ? request.id : null
    if (workspace) return sendWorkspacePage(reply, workspace, { title: words.title, problem: { ...words, requestId } })
    reply.headers(securityHeaders(null))
    return reply
      .type('text/html; charset=utf-8')
      .send(plainDocument(language, { words, signIn: workspaceWords(language).layout.signIn, base: assetsBase() }))
  })
}

/** Registers what workspace pages share; `add` receives the instance and adds the routes. */
export async function installWorkspace(
  app: FastifyInstance,
  deps: Deps,
  bodyLimit: number,
  add: (pages: FastifyInstance) => void,
): Promise<void> {
  await app.register(async (pages) => {
    pages.decorateRequest('workspace', null)
    await installFormPages(pages, deps, {
      part: 'workspace',
      formLimit: 128 * 1024,
      quality: 4,
      rate: {
        max: deps.publicRate * 10,
        // People behind one address do not use up each other's calls.
        keyGenerator: ({ principal, ip }) =>
          principal?.kind === 'user' ? `${principal.tenantId} ${principal.id}` : networkOf(ip),
      },
    })
    installRefusals(pages, bodyLimit)
    add(pages)
  })
}

/** Adds a workspace page: identifies the person, checks the CSRF token, rotates the session's secret, and sends the page. */
export function addWorkspacePage(
  app: FastifyInstance,
  deps: Deps,
  authenticator: Authenticator,
  route: WorkspaceRoute,
): void {
  app.route({
    method: route.method,
    url: route.url,
    config: { access: { kind: 'person', ...(route.scope === undefined ? {} : { scope: route.scope }) } },
    schema: { hide: true },
    handler: async (request, reply) => {
      const workspace = await workspaceOf(app, deps, request, reply)
      request.workspace = workspace
      // Path parameters become parts of API URLs, so they must not contain anything that leads elsewhere.
      if (!Object.values(fieldsOf(request.params)).every((part) => typeof part === 'string' && isPathPart(part)))
        throw new AppError('not_found', { what: 'page' })
      if (workspace.person.mustEnrol && !route.mayEnrol)
        return reply.header('cache-control', 'no-store').redirect('/agenda/account/second-factor', 303)
      if (route.method === 'POST') {
        const { csrf } = formFields(request)
        if (!(await authenticator.isOwnForm(workspace.person, csrf))) throw new AppError('cross_site')
      } else {
        const token = await rotate(deps, workspace.person)
        if (token !== null) giveSession(request, reply, token, workspace.isFramed)
      }
      const view = await route.handler(workspace, request, reply)
      if ('redirect' in view) return reply.header('cache-control', 'no-store').redirect(view.redirect, 303)
      if ('json' in view) return reply.header('cache-control', 'no-store').send(view.json)
      if ('file' in view)
        return reply
          .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
          .header('content-disposition', `attachment; filename="${view.file.name}"`)
          .type(view.file.type)
          .send(view.file.content)
      return sendWorkspacePage(reply, workspace, view)
    },
  })
}

export type AddWorkspacePage = (route: WorkspaceRoute) => void

/** The faults of a refusal, by field; `rename` maps pointers to form fields. */
export function faultsOf(
  refusal: Refusal,
  rename: (pointer: string) => string = (p) => p.slice(1).replaceAll('/', '.'),
): Faults {
  return new Map(refusal.errors.map((e) => [rename(e.pointer), e.detail]))
}

/** A form value as trimmed text; '' if absent. */
export const textIn = (form: Fields, name: string): string => firstText(form, name).trim()
/** All form values as trimmed texts, by name. */
export const allTexts = (form: Fields): Record<string, string> =>
  Object.fromEntries(Object.keys(form).map((name) => [name, textIn(form, name)]))
export const textsIn = (form: Fields, name: string): string[] => [form[name] ?? []].flat().filter((v) => v !== '')
/** Whether the form with this action was submitted and is shown again for correction. */
export const isSent = (workspace: Workspace, to: string): boolean => workspace.sent?.to === to
/** The value of a field: what the person typed, if its form is shown again, else `value`. */
export const typedIn = (workspace: Workspace, to: string, name: string, value = ''): string =>
  isSent(workspace, to) ? textIn(workspace.sent!.form, name) : value
/** Like `typedIn`, for a field with several values. */
export const chosenIn = (
  workspace: Workspace,
  to: string,
  name: string,
  values: readonly string[],
): readonly string[] => (isSent(workspace, to) ? textsIn(workspace.sent!.form, name) : values)

export const formIn = formFields
export const queryIn = (request: FastifyRequest): Record<string, string | undefined> => firstTexts(request.query)
export const paramIn = (request: FastifyRequest, name = 'id'): string => pathPart(request, name)

/** A URL with query parameters; leaves empty ones out. */
export function address(path: string, query: Record<string, string | number | boolean | undefined | null>): string {
  const text = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value == null || value === '' ? [] : [[name, String(value)]])),
  ).toString()
  return text === '' ? path : `${path}?${text}`
}
