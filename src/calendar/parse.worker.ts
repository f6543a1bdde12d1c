// Reads what strangers wrote (calendars, mails) in a thread of its own: whatever they contain, the service answers meanwhile, and
// the thread is ended when it takes too long.
import { parentPort, workerData } from 'node:worker_threads'
import PostalMime, { type Attachment } from 'postal-mime'
import { bouncesIn, messageIdIn } from '../notify/bounce.ts'
import type { Read, Task } from './apart.ts'
import { busyIn } from './busy.ts'
import { repliesIn, type Reply } from './reply.ts'

const textOf = (part: Attachment): string =>
  typeof part.content === 'string' ? part.content : Buffer.from(part.content as ArrayBuffer).toString('utf8')

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
    isBroken,
  }
}

const task = workerData as Task
try {
  const result = task.kind === 'busy' ? busyIn(task.texts, task.zone, task.from, task.to) : await readMail(task.raw)
  parentPort!.postMessage({ result })
} catch (error) {
  parentPort!.postMessage({ failure: (error as { failure?: string }).failure ?? 'unreadable' })
}
