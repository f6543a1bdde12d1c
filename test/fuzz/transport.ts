// Sends requests, over HTTP to a process or directly into an application in this process, and reports the answer and its time.
import { Agent, request as httpRequest } from 'node:http'
import type { FastifyInstance } from 'fastify'

export type Sending = {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | undefined
  from?: string
  isStream?: boolean
}
export type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  ms: number
}
/** Rejects when there is no answer: the connection broke, or `PATIENCE` passed. */
export type Send = (sending: Sending) => Promise<Answer>

const PATIENCE = 30_000
/** A stream that has begun is fine; the sender leaves it after this time, ms. */
const GLIMPSE = 50
const MOST_TEXT = 2_000_000

type HttpSend = Send & { close: () => void }

const isBroken = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE'].includes(String((error as { code?: string }).code)) || /hang up/.test(String(error))

function sendOnce(base: URL, agent: Agent | undefined, sending: Sending): Promise<Answer> {
  const { method, url, headers, body, from, isStream } = sending
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const all: Record<string, string> = { ...headers, ...(from === undefined ? {} : { 'x-forwarded-for': from }) }
    if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body))
    const { hostname, port } = base
    const to = {
      hostname,
      port,
      method,
      path: url,
      headers: all,
      agent: agent ?? (false as const),
      maxHeaderSize: 262_144,
    }
    const request = httpRequest(to, (response) => {
      const parts: Buffer[] = []
      let size = 0
      const end = (): void => {
        const text = Buffer.concat(parts).toString()
        resolve({ status: response.statusCode!, headers: response.headers, text, ms: performance.now() - began })
      }
      response.on('data', (part: Buffer) => {
        if ((size += part.length) <= MOST_TEXT) parts.push(part)
      })
      response.on('end', end)
      response.on('error', reject)
      if (isStream && /event-stream/.test(response.headers['content-type'] ?? ''))
        setTimeout(() => {
          end()
          request.destroy()
        }, GLIMPSE)
    })
    request.setTimeout(PATIENCE, () => request.destroy(new Error(`no answer within ${PATIENCE} ms`)))
    request.on('error', reject)
    request.end(body)
  })
}

/** Sends to a server. `from` goes into X-Forwarded-For: the server must trust one proxy. */
export function httpSender(base: string, sockets: number): HttpSend {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  const to = new URL(base)
  const send: Send = (sending) =>
    sendOnce(to, agent, sending).catch((error: unknown) => {
      // The server can close a kept connection at the moment of reuse; a new connection avoids that.
      if (isBroken(error)) return sendOnce(to, undefined, sending)
      throw error
    })
  return Object.assign(send, { close: () => agent.destroy() })
}

/** Sends into the application. Streams would never end here, so the caller leaves them out. */
export const injectSender =
  (app: FastifyInstance): Send =>
  async ({ method, url, headers, body, from }) => {
    const began = performance.now()
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
      ...(from === undefined ? {} : { remoteAddress: from }),
    })
    const isText = answer.body.length <= MOST_TEXT
    return {
      status: answer.statusCode,
      headers: answer.headers as Answer['headers'],
      text: isText ? answer.body : '',
      ms: performance.now() - began,
    }
  }
