// Notices of webhooks: checked by the rules of Standard Webhooks 1.0, and typed by what they are about.
import type { webhooks } from './api.d.ts'

export type NoticeType = keyof webhooks
type NoticeOf<T extends NoticeType> = webhooks[T] extends {
  post: { requestBody: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never
/** A notice; `notice.type` tells which fields `notice.data` has. */
export type Notice = { [T in NoticeType]: NoticeOf<T> }[NoticeType]

/** Why a notice is not to be trusted: `missing_header`, `too_old`, `wrong_signature`; or the secret is none: `malformed_secret`. */
export class WebhookError extends Error {
  readonly code: 'missing_header' | 'too_old' | 'wrong_signature' | 'malformed_secret'
  constructor(code: WebhookError['code']) {
    super(code)
    this.name = 'WebhookError'
    this.code = code
  }
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))

type Received = {
  /** The secret of the subscription, `whsec_…`. */
  secret: string
  headers: Headers | Record<string, string | string[] | undefined>
  /** The body exactly as it was received. */
  body: string
  /** Seconds by which the clocks may differ; 300 by default. */
  tolerance?: number
  /** Now, epoch ms; the clock by default. */
  now?: number
}

/** The notice, once its signature and age are checked. Throws `WebhookError`. */
export async function readNotice({
  secret,
  headers,
  body,
  tolerance = 300,
  now = Date.now(),
}: Received): Promise<Notice> {
  const header = (name: string): string => {
    const value =
      headers instanceof Headers
        ? headers.get(name)
        : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
    if (typeof value !== 'string') throw new WebhookError('missing_header')
    return value
  }
  const [id, timestamp, signatures] = [header('webhook-id'), header('webhook-timestamp'), header('webhook-signature')]
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= tolerance)) throw new WebhookError('too_old')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = secret.replace(/^whsec_/, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(bytes)) throw new WebhookError('malformed_secret')
  const key = await crypto.subtle.importKey('raw', bytesOf(bytes), algorithm, false, ['verify'])
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  for (const one of signatures.split(' ')) {
    const [version, signature = ''] = one.split(',')
    if (version !== 'v1' || !/^[A-Za-z0-9+/]{43}=$/.test(signature)) continue
    if (await crypto.subtle.verify('HMAC', key, bytesOf(signature), signed)) return JSON.parse(body) as Notice
  }
  throw new WebhookError('wrong_signature')
}
