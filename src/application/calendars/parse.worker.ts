// Worker thread that parses untrusted input (calendars, mails): the service stays responsive, and the thread is terminated when it
// takes too long.
import { parentPort, workerData } from 'node:worker_threads'
import PostalMime, { type Attachment } from 'postal-mime'
import { bouncesIn, messageIdIn } from '../messaging/bounce.ts'
import { fetchBy, type DavAnswer, type DavRequest } from './dav-fetch.ts'
import type { Reaction, Read, Task } from './parse-in-worker.ts'
import { failure } from '../../platform/http-client/failure.ts'
import { busyIn } from './busy-time.ts'
import { repliesIn, type Reply } from './ics-reply.ts'

const textOf = (part: Attachment): string =>
  typeof part.content === 'string' ? part.content : Buffer.from(part.content as ArrayBuffer).toString('utf8')

/** The text above the quotation of the mail that is answered. */
function writtenIn(text: string): string {
  const lines = text.replace(/\r/g, '').split('\n')
  const quoted = lines.findIndex(
    (line, i) =>
      /^>/.test(line) || (/:\s*$/.test(line) && /^>/.test(lines.slice(i + 1).find((l) => l.trim() !== '') ?? '')),
  )
  return (quoted > 0 ? lines.slice(0, quoted) : lines).join('\n').trim().slice(0, 10_000)
}

async function readMail(raw: Uint8Array): Promise<Read['mail']> {
  const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true, maxNestingDepth: 20 })
  const report = mail.attachments.find((part) => part.mimeType === 'message/delivery-status')
  const returned = mail.attachments.find((part) => /^(message\/rfc822|text\/rfc822-headers)$/.test(part.mimeType))
  const calendars = mail.attachments.filter((part) => part.mimeType === 'text/calendar')
  const replies: Reply[] = []
  let isBroken = false
  for (const part of calendars) {
    try {
      replies.push(...repliesIn(textOf(part)))
    } catch {
      isBroken = true
    }
  }
  return {
    from: mail.from && 'address' in mail.from ? (mail.from.address ?? '').toLowerCase() : '',
    bounces: report ? bouncesIn(textOf(report)) : null,
    returnedId: returned ? messageIdIn(textOf(returned)) : null,
    replies,
    messageId: mail.messageId ?? null,
    subject: mail.subject ?? '',
    text: writtenIn(mail.text ?? ''),
    isAutomatic: mail.headers.some(
      ({ key, value }) =>
        (key === 'auto-submitted' && value.trim().toLowerCase() !== 'no') ||
        key === 'list-id' ||
        (key === 'precedence' && /bulk|list|junk/i.test(value)),
    ),
    isBroken,
  }
}

/** Sends a request through the parent thread, with its SSRF guard. One at a time, as tsdav does. */
async function sendOutside(question: DavRequest): Promise<DavAnswer> {
  const port = parentPort!
  const reaction = await new Promise<Reaction>((resolve) => {
    port.once('message', resolve)
    port.postMessage({ question })
  })
  if ('failure' in reaction) throw failure(reaction.failure)
  return reaction
}

async function readDav(task: Extract<Task, { kind: 'dav' }>): Promise<Read['dav']> {
  const { fetchCalendarObjects } = await import('tsdav')
  const timeRange = { start: new Date(task.from).toISOString(), end: new Date(task.to).toISOString() }
  const { url, headers } = task
  const objects = await fetchCalendarObjects({ calendar: { url }, headers, timeRange, fetch: fetchBy(sendOutside) })
  return objects.flatMap((object) => (typeof object.data === 'string' && object.data !== '' ? [object.data] : []))
}

function resultOf(task: Task): Read[Task['kind']] | Promise<Read[Task['kind']]> {
  if (task.kind === 'busy') return busyIn(task.texts, task.zone, task.from, task.to)
  return task.kind === 'mail' ? readMail(task.raw) : readDav(task)
}

try {
  const result = await resultOf(workerData as Task)
  parentPort!.postMessage({ result })
} catch (error) {
  parentPort!.postMessage({ failure: (error as { failure?: string }).failure ?? 'unreadable' })
}
