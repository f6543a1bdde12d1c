// What the service calls: a mail server and a receiver of webhooks, which can be slow, or lie: take a message and then end the connection
// without an answer, or answer with a failure. What they took is remembered, whatever they said.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Email } from 'postal-mime'
import { refusal, startMailbox } from '../helpers/mailbox.ts'
import { startReceiver } from '../helpers/receiver.ts'
import type { Taken } from './judge.ts'

/** How something outside behaves: a slow one answers after so many ms; a lying one takes every second message and says that it failed. */
export type Manner = 'good' | 'slow' | 'lying'
const SLOW = 5_000

export type Outside = { manner: Manner; taken: Taken[]; url: string; close: () => Promise<void> }

type Saying = 'taken' | 'failed' | 'nothing'
/** What each manner says of the next message, after its delay: of four lies one is a failure and one is silence. */
async function sayingOf(manner: Manner, turn: number): Promise<Saying> {
  if (manner === 'slow') await sleep(SLOW)
  if (manner !== 'lying' || turn % 2 === 0) return 'taken'
  return turn % 4 === 1 ? 'failed' : 'nothing'
}

/** What one e-mail tells and to whom: the calendar entry in it with its number, or subject and text without one. */
function contentOf(mail: Email, to: string): { id: string; content: string } {
  const calendar = mail.attachments.find((one) => one.mimeType === 'text/calendar')
  const text = calendar ? new TextDecoder().decode(calendar.content as ArrayBuffer) : ''
  const fields = ['UID', 'SEQUENCE', 'METHOD'].map((name) => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1] ?? '')
  const content = calendar ? fields.join(' ').trim() : (mail.text ?? '')
  return { id: mail.messageId ?? '', content: `${to} ${mail.subject} ${content}` }
}

export async function startMailServer(): Promise<Outside> {
  const { url, answer, close } = await startMailbox()
  const outside: Outside = { manner: 'good', taken: [], url, close }
  let turn = 0
  answer({
    async data({ mail, to }) {
      outside.taken.push(contentOf(mail, to.join(' ')))
      const saying = await sayingOf(outside.manner, (turn += 1))
      // A temporary failure (RFC 5321, 4.2.1).
      return saying === 'taken' ? null : saying === 'failed' ? refusal(451) : 'none'
    },
  })
  return outside
}

export async function startWebhookReceiver(): Promise<Outside> {
  const { url, answer, close } = await startReceiver()
  const outside: Outside = { manner: 'good', taken: [], url, close }
  let turn = 0
  answer(({ headers, raw }, response) => {
    const about = /"appointmentId":"([^"]+)"|"id":"([^"]+)"/.exec(raw)
    const content = createHash('sha256').update(raw).digest('base64url')
    outside.taken.push({ id: String(headers['webhook-id']), content, about: about?.[1] ?? about?.[2] })
    void sayingOf(outside.manner, (turn += 1)).then((saying) => {
      if (saying === 'nothing') response.destroy()
      else response.writeHead(saying === 'taken' ? 200 : 500).end('{}')
    })
  })
  return outside
}
