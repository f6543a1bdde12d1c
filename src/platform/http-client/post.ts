// Requests to addresses that tenants configure: public hosts only, a limited answer size, no redirects, one deadline for the whole.
import { lookup as lookUp } from 'node:dns'
import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isPublicAddress, literalAddress } from './address.ts'
import { failure, type Answer } from './failure.ts'

export type Posted = Answer & { body: string }
export type Post = (url: string, body: string, headers: Record<string, string>, timeoutMs: number) => Promise<Posted>
/** `most`: largest answer in characters; a longer one is a failure. */
export type Asked = { method: string; headers: Record<string, string>; body?: string; timeoutMs: number; most?: number }
export type Request = (url: string, asked: Asked) => Promise<Posted>

const MAX_ANSWER = 1_000_000

/** Resolves a name and refuses it when any of its addresses is not public; the connection uses the addresses checked here. */
const publicLookup: LookupFunction = (host, options, callback) => {
  lookUp(host, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    if (addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address)))
      return callback(failure('private_address'), '', 0)
    if (options.all) return (callback as unknown as (e: null, a: typeof addresses) => void)(null, addresses)
    callback(null, addresses[0]!.address, addresses[0]!.family)
  })
}

/** `mayBePrivate`: allows private networks and plain HTTP, for installations with the contact center in the same network. */
export function createRequest(mayBePrivate: boolean): Request {
  return (address, { method, headers, body, timeoutMs, most = MAX_ANSWER }) =>
    new Promise((resolve, reject) => {
      const url = new URL(address)
      const literal = literalAddress(url)
      if (!mayBePrivate) {
        if (url.protocol !== 'https:') return reject(failure('not_https'))
        if (literal !== null && !isPublicAddress(literal)) return reject(failure('private_address'))
      }
      const options: RequestOptions = {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          'user-agent': 'Agenda',
          ...headers,
        },
        ...(mayBePrivate ? {} : { lookup: publicLookup }),
      }
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          if (text.length > most) fail(failure('answer_too_long'))
        })
        response.on('end', () => {
          clearTimeout(late)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
        })
        response.on('error', reject)
        response.on('aborted', () => reject(failure('connection')))
      })
      const fail = (error: Error): void => {
        clearTimeout(late)
        request.destroy()
        reject(error)
      }
      // The deadline holds whatever the server does: an upgrade, for example, ends the request without an error.
      const late = setTimeout(() => fail(failure('timeout')), timeoutMs)
      request.on('error', fail)
      request.on('upgrade', (_response, socket) => {
        socket.destroy()
        fail(failure('connection'))
      })
      request.on('close', () => fail(failure('connection')))
      request.end(body)
    })
}

/** Sends a POST request, as JSON unless the headers say otherwise. */
export const postBy =
  (request: Request): Post =>
  (url, body, headers, timeoutMs) =>
    request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, timeoutMs })

export const createPost = (mayBePrivate: boolean): Post => postBy(createRequest(mayBePrivate))
