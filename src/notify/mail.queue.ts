// Sends what waits to be sent by e-mail. At least once, under a Message-ID that stays the same for each attempt.
import { findAppointment } from '../appointment/appointment.sql.ts'
import type { Deps } from '../deps.ts'
import { MINUTE } from '../time/interval.ts'
import { DONE, type Ended, type Queue } from '../jobs/queue.ts'
import type { Job } from '../jobs/job.sql.ts'
import { kindOf, type MessageKind } from './kinds.ts'
import { MAX_ATTEMPTS, retryDelay, type MailDocument } from './message.ts'
import { findToSend, settleMessage, type Message } from './message.sql.ts'
import { suppress } from './suppression.sql.ts'

/** They speak of an appointment as something to come to. */
const INVITING = new Set(['booked', 'approved', 'moved', 'reminder'])

/** Whether it was cancelled or moved while its message waited: that is told by a message of its own. */
async function isSuperseded(deps: Deps, m: Message): Promise<boolean> {
  const { start } = m.document as { start?: number }
  if (!INVITING.has(m.template) || m.subject_id === null || start === undefined) return false
  const a = await findAppointment(deps.db.kysely, m.tenant_id, m.subject_id)
  return !a || a.status === 'cancelled' || a.starts_at.getTime() !== start
}

/** The message of a job if it is still to be sent; else null, with what withholds it recorded. */
export async function messageToSend(deps: Deps, job: Job): Promise<Message | null> {
  const db = deps.db.kysely
  const m = await findToSend(db, job.tenant_id, job.id)
  if (m?.status !== 'queued') return null
  if (m.expires_at !== null && m.expires_at.getTime() <= deps.now()) {
    await settleMessage(db, m.tenant_id, m.id, ['queued'], { status: 'dropped', failure: 'too_late' })
    return null
  }
  if (await isSuperseded(deps, m)) {
    await settleMessage(db, m.tenant_id, m.id, ['queued'], { status: 'dropped', failure: 'superseded' })
    return null
  }
  const { reason } = m
  if (reason !== null && (reason !== 'unsubscribed' || kindOf(m.template as MessageKind)?.isOptional)) {
    await settleMessage(db, m.tenant_id, m.id, ['queued'], { status: 'suppressed', failure: reason })
    return null
  }
  return m
}

/** A message that was taken by its provider. */
export const sent = (deps: Deps, m: Message, job: Job, providerId: string | null): Ended => ({
  kind: 'done',
  also: async (tx) => {
    const change = {
      status: 'sent' as const,
      sent_at: new Date(deps.now()),
      failure: null,
      provider_id: providerId,
      attempts: job.attempts,
    }
    await settleMessage(tx, m.tenant_id, m.id, ['queued'], change)
  },
})

/** One that was not: tried again, or parked for good with its reason. */
export async function failed(deps: Deps, m: Message, job: Job, failure: string, isForGood: boolean): Promise<Ended> {
  const { attempts } = job
  const isOver = isForGood || attempts >= MAX_ATTEMPTS
  const change = { failure, attempts, ...(isOver ? { status: 'parked' as const } : {}) }
  await settleMessage(deps.db.kysely, m.tenant_id, m.id, ['queued'], change)
  return isOver ? DONE : { kind: 'again', at: deps.now() + retryDelay(attempts), failure }
}

async function run(deps: Deps, job: Job): Promise<Ended> {
  const m = await messageToSend(deps, job)
  if (!m) return DONE
  const { start: _told, ...document } = m.document as unknown as MailDocument
  try {
    return sent(deps, m, job, await deps.mail!({ ...document, to: m.recipient, messageId: m.id }))
  } catch (error) {
    const { code, responseCode = 0, command } = error as { code?: string; responseCode?: number; command?: string }
    // 5xx of SMTP is for good (RFC 5321 §4.2.1); anything else may pass, and so may a refusal of us rather than of the message.
    const isForGood = responseCode >= 500 && command !== 'CONN' && !/^AUTH|^EHLO/.test(command ?? '')
    if (isForGood && command === 'RCPT TO' && [550, 551, 553].includes(responseCode)) {
      const address = { tenantId: m.tenant_id, channel: 'email', address: m.recipient, reason: 'bounced' as const }
      await suppress(deps.db.kysely, { ...address, now: new Date(deps.now()) })
    }
    return failed(deps, m, job, String(responseCode || code || 'failed').slice(0, 40), isForGood)
  }
}

/** `slots`: messages at once; as many as the sender has connections. */
export const mailQueue = (slots: number): Queue => ({
  name: 'mail',
  slots,
  leaseMs: 3 * MINUTE,
  attempts: MAX_ATTEMPTS,
  run,
})
