// Reads and writes an agent's calendar on a CalDAV server (RFC 4791), with tsdav over our own SSRF-guarded requests.
import { failure } from '../../platform/http-client/failure.ts'
import { fetchBy, type DavAnswer, type DavRequest } from './dav-fetch.ts'
import { readDavInWorker, type Reaction } from './parse-in-worker.ts'
import type { Request } from '../../platform/http-client/post.ts'
import type { ExternalAccess } from './external.sql.ts'

const [TIMEOUT, MOST] = [20_000, 5_000_000]

/** Sends requests of tsdav with the guard for addresses that tenants enter; does not follow redirects. */
const sendBy =
  (request: Request) =>
  async ({ url, body, method, headers }: DavRequest): Promise<DavAnswer> => {
    const asked = { method, headers, timeoutMs: TIMEOUT, most: MOST }
    const answer = await request(url, body === undefined ? asked : { ...asked, body })
    const plain = Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    )
    return { status: answer.status, headers: Object.fromEntries(plain), body: answer.body }
  }

/** Sends the requests of the worker thread that parses the answers; a thread is told of failures by a value. */
const askBy =
  (request: Request) =>
  (asked: DavRequest): Promise<Reaction> =>
    sendBy(request)(asked).catch((error: unknown) => ({
      failure: (error as { failure?: string }).failure ?? 'connection',
    }))

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
  const fetched = fetchBy(sendBy(request))
  const answer =
    content === null
      ? await deleteObject({ url, headers, fetch: fetched })
      : await createObject({
          url,
          data: content,
          headers: { ...headers, 'content-type': 'text/calendar; charset=utf-8' },
          fetch: fetched,
        })
  if (answer.status >= 300 && !(content === null && [404, 410].includes(answer.status)))
    throw failure(`http_${answer.status}`)
}
