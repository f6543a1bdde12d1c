// Sends queued e-mails, at least once each, under a Message-ID that stays the same for all attempts.
import type { Deps } from '../../domain/deps.ts'
import { DONE, type Ended, type Queue } from '../../platform/jobs/queue.ts'
import type { Job } from '../../platform/jobs/job.sql.ts'
import { MAX_ATTEMPTS } from './message.ts'
import { failed, messageToSend, sent } from './send.ts'
import { suppress } from './suppression.sql.ts'
import type { MailDocument } from '../../platform/mail.ts'

async function run(deps: Deps, job: Job): Promise<Ended> {
  const m = await messageToSend(deps, job)
  if (!m) return DONE
  if (deps.clocks.current()) return sent(deps, m, job, null)
  const { start: _told, version: _of, ...document } = m.document as unknown as MailDocument
  try {
    return sent(deps, m, job, await deps.mail!({ ...document, to: m.recipient, messageId: m.id }))
  } catch (error) {
    const { code, responseCode = 0, command } = error as { code?: string; responseCode?: number; command?: string }
    // An SMTP 5xx reply is permanent (RFC 5321 §4.2.1), unless it refuses us (connect, EHLO, AUTH) and not the message. Others: retry.
    const isForGood = responseCode >= 500 && command !== 'CONN' && !/^AUTH|^EHLO/.test(command ?? '')
    if (isForGood && command === 'RCPT TO' && [550, 551, 553].includes(responseCode)) {
      const address = { tenantId: m.tenant_id, channel: 'email', address: m.recipient, reason: 'bounced' as const }
      await suppress(deps.db.kysely, { ...address, now: new Date(deps.now()) })
    }
    return failed(deps, { m, job, failure: String(responseCode || code || 'failed').slice(0, 40), isForGood })
  }
}

/** `slots`: messages at once; use the number of connections of the sender. */
export const mailQueue = (slots: number): Queue<Deps> => ({
  name: 'mail',
  slots,
  attempts: MAX_ATTEMPTS,
  run,
  // Without a mail server, mails wait in the outbox; those of test tenants are never sent and need none.
  isFor: (deps, tenantId) => deps.mail !== null || deps.clocks.of(tenantId) !== undefined,
})
