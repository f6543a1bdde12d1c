// Calls of the API: one function for each method, pages as a loop, retries that cannot do anything twice.
import { AgendaError } from './agenda-error.ts'
import type { AnswerOf, CallOf, CallOptions, ItemOf, Method, PagedPath, PathOf } from './call-types.ts'

export type AgendaOptions = {
  /** Where the service is, such as https://agenda.example. */
  baseUrl: string
  /** An API key, or the manage token of one appointment; without it only public operations answer. */
  key?: string
  /** Language of problem texts (BCP 47); English by default. */
  language?: string
  /** How often a call is tried again after a failure that may pass; 3 by default. */
  retries?: number
  /** Milliseconds after which one attempt is given up; 30 s by default. */
  timeout?: number
  fetch?: typeof globalThis.fetch
}

/** The parameter can be left out when nothing in it is required. */
type Arguments<T> = Record<never, never> extends T ? [call?: T] : [call: T]
type Caller<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...call: Arguments<CallOf<M, P>>
) => Promise<AnswerOf<M, P>>

export type Agenda = { [M in Method]: Caller<M> } & {
  /** All items of a list, page after page. */
  all: <P extends PagedPath>(
    path: P,
    ...call: Arguments<CallOf<'get', P>>
  ) => AsyncGenerator<ItemOf<P>, void, undefined>
}

type AnyCall = CallOptions & { path?: object; query?: object; body?: unknown }

/** Statuses after which the same call may succeed a moment later. */
const PASSING = new Set([408, 425, 429, 502, 503, 504])
/** First pause in ms; it doubles, with some chance, so that many clients do not come back at once. */
const PAUSE = 250
const LONGEST_PAUSE = 30_000

/** The value of If-Match for a record that was read. */
export const ifMatch = (record: { version: number }): string => `"${record.version}"`

function addressOf(base: string, path: string, call: AnyCall): string {
  const named = (call.path ?? {}) as Record<string, unknown>
  if (!path.startsWith('/')) throw new TypeError(`a path begins with /: ${path}`)
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(named[name])))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(call.query ?? {}))
    for (const one of [value].flat()) if (one !== undefined && one !== null) query.append(name, String(one))
  const search = query.size === 0 ? '' : `?${query.toString()}`
  return `${base.replace(/\/+$/, '')}${filled}${search}`
}

/** The media type of a body that is a text. */
const textType = (text: string): string =>
  text.startsWith('BEGIN:VCALENDAR') ? 'text/calendar' : /^\s*\{/.test(text) ? 'application/x-ndjson' : 'text/csv'

function headersOf(options: AgendaOptions, method: Method, call: AnyCall): Headers {
  const headers = new Headers({ accept: 'application/json, text/*;q=0.9, */*;q=0.5' })
  if (options.key !== undefined) headers.set('authorization', `Bearer ${options.key}`)
  if (options.language !== undefined) headers.set('accept-language', options.language)
  if (call.body !== undefined)
    headers.set('content-type', typeof call.body === 'string' ? textType(call.body) : 'application/json')
  if (method === 'post') headers.set('idempotency-key', call.idempotencyKey ?? crypto.randomUUID())
  if (call.ifMatch !== undefined) headers.set('if-match', call.ifMatch)
  for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value)
  return headers
}

/** Milliseconds to wait before the next attempt: as the service asks, else longer each time. */
function pauseAfter(attempt: number, response: Response | null): number {
  const asked = Number(response?.headers.get('retry-after') ?? Number.NaN)
  if (Number.isFinite(asked)) return Math.min(asked * 1000, LONGEST_PAUSE)
  return Math.min(PAUSE * 2 ** attempt * (0.5 + Math.random()), LONGEST_PAUSE)
}

const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })

async function bodyIn(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return null
  const isJson = /^application\/([\w.+-]+\+)?json\b/.test(response.headers.get('content-type') ?? '')
  return isJson ? (JSON.parse(text) as unknown) : text
}

/** One attempt: its answer, or why there was none. Throws when the caller gave up. */
async function attempt(
  options: AgendaOptions,
  url: string,
  init: RequestInit,
  call: AnyCall,
): Promise<{ response: Response | null; cause?: unknown }> {
  const limit = AbortSignal.timeout(options.timeout ?? 30_000)
  const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit
  try {
    return { response: await (options.fetch ?? fetch)(url, { ...init, signal }) }
  } catch (error) {
    if (call.signal?.aborted) throw error
    return { response: null, cause: error }
  }
}

const unreachable = ({ baseUrl }: AgendaOptions, cause: unknown): AgendaError => {
  const reason = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause)
  return new AgendaError(0, { code: 'unreachable', detail: `No answer from ${baseUrl}: ${reason}` }, null, cause)
}

const unsure = (response: Response): AgendaError =>
  new AgendaError(
    0,
    {
      code: 'outcome_unknown',
      detail: 'The answer was lost, and the record has changed since: read it to see whether this call did it',
    },
    response.headers.get('x-request-id'),
  )

async function refusalIn(response: Response): Promise<AgendaError> {
  const problem = await bodyIn(response).catch(() => null)
  const known = problem !== null && typeof problem === 'object' ? (problem as Record<string, unknown>) : {}
  return new AgendaError(response.status, known, response.headers.get('x-request-id'))
}

async function send(options: AgendaOptions, method: Method, path: string, call: AnyCall): Promise<unknown> {
  const url = addressOf(options.baseUrl, path, call)
  const body = call.body === undefined || typeof call.body === 'string' ? call.body : JSON.stringify(call.body)
  const init = {
    method: method.toUpperCase(),
    headers: headersOf(options, method, call),
    ...(body === undefined ? {} : { body }),
  }
  const retries = options.retries ?? 3
  let isUnsure = false
  for (let i = 0; ; i += 1) {
    const { response, cause } = await attempt(options, url, init, call)
    if (response?.ok) return bodyIn(response)
    // An attempt whose answer was lost may have changed the record: then its version no longer fits, and nobody else need have done it.
    if (isUnsure && response?.status === 412 && call.ifMatch !== undefined) throw unsure(response)
    isUnsure ||= response === null
    if (i < retries && (response === null || PASSING.has(response.status))) {
      await response?.body?.cancel()
      await wait(pauseAfter(i, response), call.signal)
      continue
    }
    throw response === null ? unreachable(options, cause) : await refusalIn(response)
  }
}

/**
 * A client of one installation. Calls answer the body, and throw `AgendaError` when the service refuses. Every POST carries an
 * Idempotency-Key, so that attempts which are repeated after a lost answer do nothing twice.
 */
export function createAgenda(options: AgendaOptions): Agenda {
  if (!URL.canParse(options.baseUrl)) throw new TypeError(`baseUrl is no address: ${options.baseUrl}`)
  const caller =
    (method: Method) =>
    (path: string, call: AnyCall = {}) =>
      send(options, method, path, call)
  async function* all(path: string, call: AnyCall = {}): AsyncGenerator {
    let cursor: string | null = null
    for (;;) {
      const query = { ...call.query, ...(cursor === null ? {} : { cursor }) }
      const page = (await send(options, 'get', path, { ...call, query })) as {
        items: unknown[]
        nextCursor: string | null
        hasMore?: boolean
      }
      yield* page.items
      // Lists that can be read on later have a cursor also at their end.
      if (page.nextCursor === null || page.hasMore === false) return
      cursor = page.nextCursor
    }
  }
  const methods = Object.fromEntries((['get', 'post', 'put', 'patch', 'delete'] as const).map((m) => [m, caller(m)]))
  return { ...methods, all } as unknown as Agenda
}
