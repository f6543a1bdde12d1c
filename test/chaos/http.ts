// One request to the service, and requests that are repeated under the same key until an answer tells the result.
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { count, type Ledger } from './ledger.ts'

type Reply = { kind: 'answer'; status: number; body: any } | { kind: 'lost'; reason: string }
type Ask = { method: string; path: string; body?: unknown; headers?: Record<string, string> }

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Sends once; a broken connection or a missing answer is `lost`, whatever happened to the request. */
export function askOnce(base: string, key: string, ask: Ask, timeoutMs = 10_000): Promise<Reply> {
  return new Promise((resolve) => {
    const payload = ask.body === undefined ? undefined : JSON.stringify(ask.body)
    const lose = (reason: string): void => resolve({ kind: 'lost', reason })
    const request = httpRequest(
      `${base}${ask.path}`,
      {
        method: ask.method,
        agent,
        headers: {
          authorization: `Bearer ${key}`,
          ...(payload ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) } : {}),
          ...ask.headers,
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('error', (error: NodeJS.ErrnoException) => lose(error.code ?? error.message))
        response.on('end', () => {
          try {
            resolve({ kind: 'answer', status: response.statusCode!, body: text === '' ? null : JSON.parse(text) })
          } catch {
            lose('not JSON')
          }
        })
      },
    )
    request.setTimeout(timeoutMs, () => request.destroy(Object.assign(new Error('timeout'), { code: 'TIMEOUT' })))
    request.on('error', (error: NodeJS.ErrnoException) => lose(error.code ?? error.message))
    request.end(payload)
  })
}

/** The addresses of the service: each request goes to another process than the one before. */
export type Door = { bases: readonly string[]; key: string; ledger: Ledger; turn: number }

const isFinal = (reply: Reply): boolean => reply.kind === 'answer' && reply.status < 500 && reply.status !== 429

const nameOf = (reply: Reply & { kind: 'answer' }): string => `${reply.status} ${reply.body?.code ?? ''}`.trim()

/** The final answer, or null when none came before `until` (epoch ms). Refusals are answers too. */
export async function insist(
  door: Door,
  ask: Ask,
  until: number,
  timeoutMs?: number,
): Promise<{ status: number; body: any; tries: number } | null> {
  const { ledger } = door
  for (let tries = 1; ; tries += 1) {
    const base = door.bases[(door.turn += 1) % door.bases.length]!
    const reply = await askOnce(base, door.key, ask, timeoutMs)
    if (reply.kind === 'lost') count(ledger.lost, reply.reason)
    else if (!isFinal(reply)) count(ledger.failed, nameOf(reply))
    else {
      if (reply.status >= 400) count(ledger.refused, nameOf(reply))
      return { status: reply.status, body: reply.body, tries }
    }
    if (Date.now() > until) {
      ledger.givenUp += 1
      return null
    }
    await sleep(150 + Math.random() * 350)
  }
}
