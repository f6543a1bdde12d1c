// Reads and writes an agent's calendar on a CalDAV server (RFC 4791), with tsdav over our own SSRF-guarded requests.
import { failure } from '../outbound/answer.ts'
import { readDavInWorker, type Question, type Reaction } from './parse-in-worker.ts'
import type { Request } from '../outbound/post.ts'
import type { ExternalAccess } from './external.sql.ts'

const [TIMEOUT, MOST] = [20_000, 5_000_000]

type Answer = Awaited<ReturnType<Request>>

const plainHeaders = (answer: Answer): Record<string, string> =>
  Object.fromEntries(
    Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

/** A `fetch` for tsdav with the guard for addresses that tenants enter; does not follow redirects. */
function guarded(request: Request): typeof fetch {
  return async (input, init = {}) => {
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url
    const headers = Object.fromEntries(new Headers(init.headers).entries())
    const body = typeof init.body === 'string' ? init.body : undefined
    const asked = { method: init.method ?? 'GET', headers, timeoutMs: TIMEOUT, most: MOST }
    const answer = await request(url, body === undefined ? asked : { ...asked, body })
    const hasBody = ![204, 205, 304].includes(answer.status)
    return new Response(hasBody ? answer.body : null, { status: answer.status, headers: plainHeaders(answer) })
  }
}

/** Sends the requests of the worker thread that parses the answers. */
const askBy =
  (request: Request) =>
  async ({ url, body, method, headers }: Question): Promise<Reaction> => {
    try {
      const asked = { method, headers, timeoutMs: TIMEOUT, most: MOST }
      const answer = await request(url, body === undefined ? asked : { ...asked, body })
      return { status: answer.status, headers: plainHeaders(answer), body: answer.body }
    } catch (error) {
      return { failure: (error as { failure?: string }).failure ?? 'connection' }
    }
  }

const headersOf = (document: ExternalAccess): Record<string, string> =>
  document.username === undefined
    ? {}
    : {
        authorization: `Basic ${Buffer.from(`${document.username}:${document.password ?? ''}`).toString('base64')}`,
      }

/** The objects of a calendar that overlap [from, to), epoch ms. Rejects with `failure` = a short code. */
export async function readObjects(
  request: Request,
  document: ExternalAccess,
  from: number,
  to: number,
): Promise<string[]> {
  const headers = headersOf(document)
  // tsdav reads a refusal as an empty calendar: check first, so that a changed password does not erase busy time.
  const body = '<d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/></d:prop></d:propfind>'
  const depth = { ...headers, depth: '0', 'content-type': 'application/xml' }
  const { status, body: said } = await request(document.url, {
    ...{ method: 'PROPFIND', headers: depth, body, timeoutMs: TIMEOUT },
  })
  if (status !== 207) throw failure(`http_${status}`)
  if (!/urn:ietf:params:xml:ns:caldav/.test(said)) throw failure('no_calendar')
  return readDavInWorker({ kind: 'dav', url: document.url, headers, from, to }, askBy(request))
}

/** Writes our event into the calendar, or deletes it (`content` = null). Rejects with `failure`. */
export async function writeObject(
  request: Request,
  document: ExternalAccess,
  name: string,
  content: string | null,
): Promise<void> {
  const { createObject, deleteObject } = await import('tsdav')
  const url = new URL(`${name}.ics`, document.url.endsWith('/') ? document.url : `${document.url}/`).href
  const headers = headersOf(document)
  const fetchBy = guarded(request)
  const answer =
    content === null
      ? await deleteObject({ url, headers, fetch: fetchBy })
      : await createObject({
          url,
          data: content,
          headers: { ...headers, 'content-type': 'text/calendar; charset=utf-8' },
          fetch: fetchBy,
        })
  if (answer.status >= 300 && !(content === null && [404, 410].includes(answer.status)))
    throw failure(`http_${answer.status}`)
}
