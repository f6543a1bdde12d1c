// A real mail server in this process: stores what it accepts, and fails or delays on demand.
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'

type Got = { to: string[]; raw: string; mail: Email }
export type Mailbox = {
  url: string
  got: Got[]
  /**
   * Sets the answer to a recipient (`rcpt`) or a message (`data`): null = accepted, an error with `responseCode`, a delay, or none: the
   * connections end.
   */
  answer: (how: Answer) => void
  close: () => Promise<void>
}
type Answer = {
  rcpt?: (address: string) => Error | null
  data?: (got: Got) => Promise<Error | null | 'none'> | Error | null
}

export const refusal = (responseCode: number): Error => Object.assign(new Error('refused'), { responseCode })

export async function startMailbox(): Promise<Mailbox> {
  const got: Got[] = []
  let how: Answer = {}
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo(address, _session, callback) {
      callback(how.rcpt?.(address.address) ?? null)
    },
    onData(stream, session, callback) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        void (async () => {
          const raw = Buffer.concat(parts).toString('utf8')
          const to = session.envelope.rcptTo.map((one) => one.address)
          const one = { to, raw, mail: await PostalMime.parse(raw) }
          const refused = (await how.data?.(one)) ?? null
          if (refused === 'none') {
            for (const connection of server.connections as Set<{ close: () => void }>) connection.close()
            return
          }
          if (!refused) got.push(one)
          callback(refused)
        })()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    got,
    answer: (next) => void (how = next),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** The tree of content types of a message: `multipart/mixed(multipart/alternative(text/plain,text/html),…)`. */
export function mimeTree(raw: string): string {
  const [head = '', ...rest] = raw.split(/\r?\n\r?\n/)
  const headers = head.replace(/\r?\n[ \t]+/g, ' ')
  const type = /^content-type:\s*([^;\s]+)/im.exec(headers)?.[1]?.toLowerCase() ?? 'text/plain'
  const method = /^content-type:.*;\s*method=([A-Z]+)/im.exec(headers)?.[1]
  const boundary = /^content-type:.*boundary="?([^";]+)"?/im.exec(headers)?.[1]
  if (boundary === undefined) return method === undefined ? type : `${type};${method}`
  const body = rest.join('\r\n\r\n')
  const parts = body.split(`--${boundary}`).slice(1, -1)
  return `${type}(${parts.map((part) => mimeTree(part.replace(/^\r?\n/, ''))).join(',')})`
}
