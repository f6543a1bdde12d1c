// What the service calls: a mail server and a receiver of webhooks, which can be slow, or lie: take a message and then end the connection
// without an answer, or answer with a failure. What they took is remembered, whatever they said.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { Taken } from './judge.ts'

/** How something outside behaves: a slow one answers after so many ms; a lying one takes every second message and says that it failed. */
export type Manner = 'good' | 'slow' | 'lying'
const SLOW = 5_000

export type Outside = { manner: Manner; taken: Taken[]; url: string; close: () => Promise<void> }

/** What one e-mail tells and to whom: the calendar entry in it with its number, or subject and text without one. */
async function contentOf(raw: Buffer, to: string): Promise<{ id: string; content: string }> {
  const mail = await PostalMime.parse(raw)
  const calendar = mail.attachments.find((one) => one.mimeType === 'text/calendar')
  const text = calendar ? new TextDecoder().decode(calendar.content as ArrayBuffer) : ''
  const fields = ['UID', 'SEQUENCE', 'METHOD'].map((name) => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1] ?? '')
  const content = calendar ? fields.join(' ').trim() : (mail.text ?? '')
  return { id: mail.messageId ?? '', content: `${to} ${mail.subject} ${content}` }
}

export async function startMailServer(): Promise<Outside> {
  let turn = 0
  const outside: Outside = { manner: 'good', taken: [], url: '', close: async () => undefined }
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, session, callback) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        void (async () => {
          const { manner } = outside
          const to = session.envelope.rcptTo.map((one) => one.address).join(' ')
          outside.taken.push(await contentOf(Buffer.concat(parts), to))
          if (manner === 'slow') await sleep(SLOW)
          turn += 1
          if (manner !== 'lying' || turn % 2 === 0) return callback()
          // Half of the lies are silent, the other half a temporary failure (RFC 5321, 4.2.1).
          if (turn % 4 === 1) return callback(Object.assign(new Error('try again'), { responseCode: 451 }))
          for (const one of server.connections as Set<{ close: () => void }>) one.close()
        })()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  outside.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  outside.close = () => new Promise((resolve) => server.close(() => resolve()))
  return outside
}

export async function startWebhookReceiver(): Promise<Outside> {
  let turn = 0
  const outside: Outside = { manner: 'good', taken: [], url: '', close: async () => undefined }
  const server = createServer((request, response) => {
    let raw = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (raw += chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      void (async () => {
        const { manner } = outside
        const about = /"appointmentId":"([^"]+)"|"id":"([^"]+)"/.exec(raw)
        const content = createHash('sha256').update(raw).digest('base64url')
        outside.taken.push({ id: String(request.headers['webhook-id']), content, about: about?.[1] ?? about?.[2] })
        if (manner === 'slow') await sleep(SLOW)
        turn += 1
        if (manner !== 'lying' || turn % 2 === 0) return response.writeHead(200).end('{}')
        if (turn % 4 === 1) return response.writeHead(500).end('{}')
        return request.destroy()
      })()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  outside.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notices`
  outside.close = () =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return outside
}
