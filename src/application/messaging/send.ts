// Shared by all channels: checks whether a message is still to be sent, and records the result.
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import type { Deps } from '../../domain/deps.ts'
import { DONE, type Ended } from '../../platform/jobs/queue.ts'
import type { Job } from '../../platform/jobs/job.sql.ts'
import { isSilencedBy } from './message-kinds.ts'
import { MAX_ATTEMPTS, retryDelay, type Withheld } from './message.ts'
import { findToSend, settleMessage, type Message } from './message.sql.ts'

/** Kinds that present an appointment as one to come to. */
const INVITING = new Set(['booked', 'approved', 'moved', 'reminder'])

/** Whether the appointment was cancelled or moved while the message waited: another message reports that. */
async function isSuperseded(deps: Deps, m: Message): Promise<boolean> {
  const { start } = m.document as { start?: number }
  if (!INVITING.has(m.template) || m.subject_id === null || start === undefined) return false
  const a = await findAppointment(deps.db.kysely, m.tenant_id, m.subject_id)
  return !a || a.status === 'cancelled' || a.starts_at.getTime() !== start
}

/** Why a queued message must not be sent now, or null. */
async function withheldNow(deps: Deps, m: Message & { reason: string | null }): Promise<Withheld | null> {
  if (m.expires_at !== null && m.expires_at.getTime() <= deps.now()) return { status: 'dropped', failure: 'too_late' }
  if (await isSuperseded(deps, m)) return { status: 'dropped', failure: 'superseded' }
  const isSilenced = m.reason !== null && isSilencedBy(m.template, m.reason)
  return isSilenced ? { status: 'suppressed', failure: m.reason! } : null
}

/** The message of a job if it must still be sent; else null, and records why it is withheld. */
export async function messageToSend(deps: Deps, job: Job): Promise<Message | null> {
  const db = deps.db.kysely
  const m = await findToSend(db, job.tenant_id, job.id)
  if (m?.status !== 'queued') return null
  const withheld = await withheldNow(deps, m)
  if (!withheld) return m
  await settleMessage(db, m.tenant_id, m.id, ['queued'], withheld)
  return null
}

/** The end of a job whose message the provider accepted. */
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

type FailedSending = {
  m: Message
  job: Job
  failure: string
  isForGood: boolean
}

/** The end of a job whose message failed: retried, or parked for good with its reason. */
export async function failed(deps: Deps, { m, job, failure, isForGood }: FailedSending): Promise<Ended> {
  const { attempts } = job
  const isOver = isForGood || attempts >= MAX_ATTEMPTS
  const change = { failure, attempts, ...(isOver ? { status: 'parked' as const } : {}) }
  await settleMessage(deps.db.kysely, m.tenant_id, m.id, ['queued'], change)
  return isOver ? DONE : { kind: 'again', at: deps.now() + retryDelay(attempts), failure }
}
