// The frame of all pages for people who sign in: who they are, forms that only our own pages can send, and the one way to the data:
// the REST routes, called in this process with the person's own session, so that every right and every check stands in one place.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fieldsOf, firstText, formFields, pathPart, type Fields } from '../rest/fields.ts'
import { insertAudit } from '../auth/audit.sql.ts'
import type { Authenticator } from '../auth/authenticate.actions.ts'
import { giveSession } from '../auth/cookie.ts'
import type { Person, Scope } from '../auth/scopes.ts'
import { csrfOf, rotate } from '../auth/session.actions.ts'
import { configOf } from '../tenant/config.actions.ts'
import type { TenantConfig } from '../availability/model.ts'
import type { Deps } from '../deps.ts'
import { AppError, type ProblemCode } from '../errors.ts'
import { workspaceWords, pageWords, problemWords, type Language } from '../locales/words.ts'
import type { WorkspaceWords } from '../locales/workspace.en.ts'
import type { PageWords } from '../locales/pages.en.ts'
import { CSRF_HEADER, personIn } from '../rest/access.ts'
import { asAppError, logProblem } from '../rest/problem.ts'
import { secretOf } from '../tenant/secret.actions.ts'
import { assetsOf } from './assets.ts'
import { workspaceDocument, plainDocument, type WorkspacePage } from './workspace.layout.ts'
import type { Faults } from './form.ts'
import { installFormPages } from './form-pages.ts'
import { languageFor, withoutLanguage } from './site.ts'

export const LOOKS = ['light', 'dark'] as const
export type Look = (typeof LOOKS)[number]
/** The choice is of a screen, not of a person: it stays in the browser. */
export const LOOK_COOKIE = 'agenda_look'

/** A refusal of the API, as a page shows it. */
export type Refusal = {
  code: string
  title: string
  detail: string
  errors: { pointer: string; detail: string; code: string }[]
  extra: Record<string, unknown>
}
export type Answered<T> =
  | { ok: true; status: number; body: T; headers: Record<string, string> }
  | { ok: false; status: number; refusal: Refusal }
type Call = { body?: unknown; headers?: Record<string, string> }
export type Form = Fields

export type Workspace = {
  person: Person
  config: TenantConfig
  language: Language
  words: WorkspaceWords
  pageWords: PageWords
  csrf: string
  now: number
  zone: string
  /** Address of the page without the language. */
  here: string
  isFramed: boolean
  /** Light or dark, as the person has chosen; null = as the device is set. */
  look: Look | null
  /** The form that leads to this page when it was not taken, and where it was sent. */
  sent: { to: string; form: Form } | null
  /** What was just done, from the address; one of the words of `done`. */
  done: string | undefined
  settings: TenantConfig['settings']
  can: (scope: Scope) => boolean
  /** Writes into the record of who did what; for what no route of the API does. */
  note: (action: string, data: Record<string, unknown>) => Promise<void>
  /** A secret of the tenant, by purpose. */
  secretFor: (purpose: string) => Promise<string>
  /** Calls a route of the API as this person. */
  api: <T = unknown>(method: string, url: string, call?: Call) => Promise<Answered<T>>
  /** The same for what must succeed; a refusal becomes the page of a problem. */
  read: <T = unknown>(url: string) => Promise<T>
}

/** What a person keeps as a file. */
export type FileView = { file: { name: string; type: string; content: string } }
/** `json`: for a script of our own page. */
export type WorkspaceView = WorkspacePage | { redirect: string } | FileView | { json: unknown }
type Handler = (workspace: Workspace, request: FastifyRequest, reply: FastifyReply) => Promise<WorkspaceView>
export type WorkspaceRoute = {
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
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      `frame-src 'self' ${[...new Set(frames)].join(' ')}`.trim(),
      "form-action 'self'",
      "base-uri 'none'",
      `frame-ancestors ${ancestors.length > 0 ? ancestors.join(' ') : "'none'"}`,
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cache-control': 'no-store',
    ...(ancestors.length > 0 ? {} : { 'cross-origin-opener-policy': 'same-origin' }),
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

/** Sends a request to a route of this application with the session of whoever asked for the page. */
function apiFor(app: FastifyInstance, request: FastifyRequest, csrf: string, language: Language): Workspace['api'] {
  return async <T>(method: string, url: string, { body, headers }: Call = {}): Promise<Answered<T>> => {
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        // As it came, so that the route judges the same person by the same cookie.
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

/** The words of a refusal that is thrown on: its own detail, as it was said. */
export function thrown(refusal: Refusal): AppError {
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
  const language = languageFor(request, locale ?? config.settings.locale, locale)
  const { lang, done } = firstOf(request.query)
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

/** Ids, names of reports and collections: all that parts of the workspace's addresses are. */
const isPathPart = (text: string): boolean => /^[\w-]+(\.[\w-]+)*$/.test(text) && text.length <= 100

export function sendWorkspacePage(reply: FastifyReply, workspace: Workspace, page: WorkspacePage): FastifyReply {
  reply.headers(securityHeaders(workspace)).header('content-language', workspace.language)
  return reply.type('text/html; charset=utf-8').send(workspaceDocument(workspace, page, assetsOf().base))
}

/** Where an address leads after signing in: pages of the workspace only, whatever a link says. */
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
    const language = workspace?.language ?? languageFor(request, 'it')
    const said = problem.extra.said as { title: string; detail: string } | undefined
    const words = said ?? problemWords(language, problem.code, problem.params)
    const requestId = problem.status >= 500 ? request.id : null
    if (workspace) return sendWorkspacePage(reply, workspace, { title: words.title, problem: { ...words, requestId } })
    reply.headers(securityHeaders(null))
    return reply
      .type('text/html; charset=utf-8')
      .send(plainDocument(language, words, workspaceWords(language).layout.signIn, assetsOf().base))
  })
}

/** Registers what the workspace's pages share; they are added to the instance that `add` receives. */
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
      rate: { max: deps.publicRate * 10 },
    })
    installRefusals(pages, bodyLimit)
    add(pages)
  })
}

/** Adds a page for people who sign in: finds who asks, refuses forms of others, renews the session's secret, sends the page. */
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
      // Parts of the address become parts of the API's addresses: nothing in them may lead elsewhere.
      if (!Object.keys(fieldsOf(request.params)).every((name) => isPathPart(pathPart(request, name))))
        throw new AppError('not_found', { what: 'page' })
      if (workspace.person.mustEnrol && !route.mayEnrol)
        return reply.header('cache-control', 'no-store').redirect('/agenda/account/second-factor', 303)
      if (route.method === 'POST') {
        const { csrf } = (request.body ?? {}) as Form
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

/** The faults of a refusal by field; `rename` maps pointers to fields of the form. */
export function faultsOf(
  refusal: Refusal,
  rename: (pointer: string) => string = (p) => p.slice(1).replaceAll('/', '.'),
): Faults {
  return new Map(refusal.errors.map((e) => [rename(e.pointer), e.detail]))
}

/** The first text of each field. */
export const firstOf = (fields: unknown): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries((fields ?? {}) as Record<string, unknown>).map(([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value
      return [name, typeof first === 'string' ? first : undefined]
    }),
  )

/** A value of a form as text, trimmed; '' when it is not there. */
export const textIn = (form: Form, name: string): string => firstText(form, name).trim()
export const textsIn = (form: Form, name: string): string[] => [form[name] ?? []].flat().filter((v) => v !== '')
/** Whether the form of this address was sent and comes back to be mended. */
export const isSent = (workspace: Workspace, to: string): boolean => workspace.sent?.to === to
/** What stands in a field: what was typed there, when its form comes back, else `value`. */
export const typedIn = (workspace: Workspace, to: string, name: string, value = ''): string =>
  isSent(workspace, to) ? textIn(workspace.sent!.form, name) : value
/** The same of a field with several values. */
export const chosenIn = (
  workspace: Workspace,
  to: string,
  name: string,
  values: readonly string[],
): readonly string[] => (isSent(workspace, to) ? textsIn(workspace.sent!.form, name) : values)

export const formIn = formFields
export const queryIn = (request: FastifyRequest): Record<string, string | undefined> => firstOf(request.query)
export const paramIn = (request: FastifyRequest, name = 'id'): string => pathPart(request, name)

/** An address with parameters; empty ones are left out. */
export function address(path: string, query: Record<string, string | number | boolean | undefined | null>): string {
  const text = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value == null || value === '' ? [] : [[name, String(value)]])),
  ).toString()
  return text === '' ? path : `${path}?${text}`
}
