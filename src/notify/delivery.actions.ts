// Sends what is queued, tenant by tenant. A message is sent at least once, under an id that stays the same for each attempt.
import type { Deps } from '../deps.ts'
import { MINUTE } from '../time/interval.ts'
import { allTenantIds } from '../tenant/tenant.sql.ts'
import { MAX_ATTEMPTS, retryDelay } from './message.ts'
import { claimMessages, settleMessage, type MailDocument, type Message } from './message.sql.ts'

const LEASE = 2 * MINUTE
const BATCH = 10

async function deliver(deps: Deps, message: Message): Promise<void> {
  const { fromName, ...content } = message.document as unknown as MailDocument
  const db = deps.db.kysely
  try {
    const providerId = await deps.mail!({ ...content, fromName, to: message.recipient, messageId: message.id })
    await settleMessage(db, message.tenant_id, message.id, {
      status: 'sent',
      sent_at: new Date(deps.now()),
      failure: null,
      provider_id: providerId,
    })
  } catch (error) {
    const { code, responseCode } = error as { code?: string; responseCode?: number }
    // 5xx of SMTP is for good (RFC 5321 §4.2.1); anything else may pass.
    const isForGood = (responseCode ?? 0) >= 500 || message.attempts >= MAX_ATTEMPTS
    await settleMessage(db, message.tenant_id, message.id, {
      failure: String(responseCode ?? code ?? 'failed').slice(0, 40),
      ...(isForGood ? { status: 'parked' as const } : { due_at: new Date(deps.now() + retryDelay(message.attempts)) }),
    })
  }
}

/** One pass over all tenants; returns how many messages were tried. Does nothing without a mail server. */
export async function deliverDue(deps: Deps, stopped: () => boolean = () => false): Promise<number> {
  if (!deps.mail) return 0
  let tried = 0
  for (const tenantId of await allTenantIds(deps.db.kysely)) {
    for (;;) {
      if (stopped()) return tried
      const now = deps.now()
      const claimed = await claimMessages(deps.db.kysely, tenantId, new Date(now), new Date(now + LEASE), BATCH)
      for (const message of claimed) await deliver(deps, message)
      tried += claimed.length
      if (claimed.length < BATCH) break
    }
  }
  return tried
}
