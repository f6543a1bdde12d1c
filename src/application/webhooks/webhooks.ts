// Notifies subscribers of events: writes a notice for each, sends them in order per subject, and disables dead subscriptions.
import { writeEvent } from '../../platform/events/events.ts'
import { rightsOf, type Rights } from '../identity/rights.ts'
import { isWanted, readingOf, type EventType } from '../../platform/events/catalogue.ts'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { DONE, type Ended, type Queue } from '../../platform/jobs/queue.ts'
import { wakeJob, type Job } from '../../platform/jobs/job.sql.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { compose, post as postMessage } from '../messaging/compose.ts'
import { failureOf, headerOf, isTaken, retryAfter } from '../../platform/http-client/failure.ts'
import { signedHeaders, signingSecrets } from '../../platform/secrets/signing.ts'
import { exampleOf } from './examples.ts'
import { bodyOf, DISABLED_AFTER, nextDelay, thinBody, type WebhookObject } from './payload.ts'
import {
  activeWebhooks,
  dropWebhook,
  findNotice,
  findWebhook,
  insertNotices,
  noteHealth,
  reviveNotices,
  settleNotice,
  updateWebhook,
  type WebhookDelivery,
  type Subscription,
} from './webhook.sql.ts'
import { maskDeep } from '../../domain/tenant/field-masking.ts'

const QUEUE = 'webhooks'
const TIMEOUT = 15_000
const laneOf = (webhookId: string, subjectId: string): string => `${webhookId} ${subjectId}`

type NoticesOf = {
  tenantId: string
  recipients: readonly { hook: Subscription; body: string }[]
  event: WebhookObject
}

/** Writes notices to subscriptions, and the jobs that send them. */
async function write(deps: Deps, tx: Tx, { tenantId, recipients, event }: NoticesOf) {
  const now = new Date(deps.now())
  const notices = recipients.map(({ hook, body }) => ({
    ...{ tenantId, id: deps.newId(), webhookId: hook.id, eventId: event.id },
    ...{ subjectId: event.subjectId, type: event.type, body, now },
  }))
  await insertNotices(tx, notices)
  const jobs = notices.map((n) => ({
    ...{ tenantId, id: n.id, queue: QUEUE, lane: laneOf(n.webhookId, n.subjectId), due: now, now },
  }))
  await enqueue(deps, tx, jobs)
}

/** Returns a function that writes the notices for all subscriptions to this event; null when there are none. */
export async function noticesFor(
  deps: Deps,
  tenantId: string,
  event: WebhookObject,
  object: () => Promise<Record<string, unknown> | null>,
): Promise<((tx: Tx) => Promise<void>) | null> {
  const hooks = (await activeWebhooks(deps.db.kysely, tenantId)).filter((hook) => isWanted(hook.types, event.type))
  if (hooks.length === 0) return null
  const shown = await object()
  const recipients = await Promise.all(
    hooks.map(async (hook) => ({ hook, body: await bodyFor(deps, { hook, event, shown }) })),
  )
  return (tx) => write(deps, tx, { tenantId, recipients, event })
}

/** Rights of the subscription's owner; null when the owner has none any more. Old subscriptions have no owner and read all. */
const ownerRights = async (deps: Deps, hook: Subscription): Promise<Rights | 'all' | null> =>
  hook.owner === null ? 'all' : rightsOf(deps, hook.tenant_id, hook.owner)

export const mayRead = (rights: Pick<Rights, 'scopes'> | 'all' | null, type: string): boolean => {
  const needed = readingOf(type)
  return needed === null || rights === 'all' || rights?.scopes.has(needed) === true
}

type BodySource = {
  hook: Subscription
  event: WebhookObject
  shown: Record<string, unknown> | null
}

/** The body for a subscription, limited to what its owner may read. */
async function bodyFor(deps: Deps, { hook, event, shown }: BodySource): Promise<string> {
  const rights = await ownerRights(deps, hook)
  if (!mayRead(rights, event.type)) return thinBody(event)
  if (rights === 'all' || rights === null || rights.hidden.size === 0) return bodyOf(event, shown)
  return bodyOf(event, shown, (record) => maskDeep(record, rights.hidden) as Record<string, unknown>)
}

/**
 * Sends a test event to one subscription; returns its id. With a type, the notice is an example of that type, about an appointment or
 * callback that does not exist; `actor` is `test`.
 */
export async function sendTest(deps: Deps, hook: Subscription, type: EventType | null): Promise<string> {
  const id = deps.newId()
  const { subjectId, data, object } = type === null ? { subjectId: hook.id, data: {}, object: null } : exampleOf(type)
  const event = { id, type: type ?? 'webhook.test', at: new Date(deps.now()), subjectId, actor: 'test', data }
  return transaction(deps.db, async (tx) => {
    await write(deps, tx, { tenantId: hook.tenant_id, recipients: [{ hook, body: bodyOf(event, object) }], event })
    return id
  })
}

/** Sends parked notices of a subscription again, oldest first, or one notice by its id; returns how many. */
export async function replay(deps: Deps, hook: Subscription, id: string | null): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    const revived = await reviveNotices(tx, hook.tenant_id, hook.id, id, 1_000)
    const jobs = revived.map((n) => ({
      ...{ tenantId: hook.tenant_id, id: n.id, queue: QUEUE, lane: laneOf(hook.id, n.subject_id) },
      ...{ due: now, now },
    }))
    await enqueue(deps, tx, jobs)
    // A notice that waits for its next attempt is sent at once.
    if (id !== null && revived.length === 0) {
      const n = await findNotice(tx, hook.tenant_id, id)
      if (n?.webhook_id !== hook.id) return 0
      return (await wakeJob(tx, hook.tenant_id, id, now, QUEUE)) ? 1 : 0
    }
    return revived.length
  })
}

export const dropSubscription = (deps: Deps, hook: Subscription): Promise<boolean> =>
  transaction(deps.db, (tx) => dropWebhook(tx, hook.tenant_id, hook.id))

/** Disables a subscription and reports it: in its own state, as an event, and by mail to the operator. */
async function disable(deps: Deps, hook: Subscription, failure: string): Promise<void> {
  const { tenant_id: tenantId, id } = hook
  const config = await deps.snapshots.config(tenantId)
  const to = config?.settings.notifications.operatorEmail
  const since = (hook.failing_since ?? new Date(deps.now())).toISOString().slice(0, 16).replace('T', ' ')
  const operator = { contactId: null, firstName: '', lastName: '', email: to ?? null, phone: null }
  const message =
    config && to !== undefined
      ? await compose(deps, config, operator, {
          ...{ kind: 'webhook_disabled', language: config.settings.locale, subjectId: id, facts: [] },
          variables: { link: hook.url, failure, since: `${since} UTC` },
          dedupeKey: `webhook_disabled ${id} ${since}`,
        })
      : null
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    const after = await updateWebhook(tx, tenantId, id, { status: 'disabled', failure }, now, hook.version)
    if (!after) return
    const data = { webhookId: id, failure }
    await writeEvent(deps, tx, {
      ...{ tenantId, subjectId: id, id: deps.newId(), type: 'webhook.disabled', at: now, actor: 'webhooks', data },
    })
    await postMessage(deps, tx, message)
  })
}

const park = (deps: Deps, n: WebhookDelivery, change: Partial<WebhookDelivery>): Ended => ({
  kind: 'done',
  also: (tx) => settleNotice(tx, n.tenant_id, n.id, { ...change, status: 'parked', settled_at: new Date(deps.now()) }),
})

type Answer = { status: number | null; failure: string | null; retryAfterMs: number | null; ms: number }

async function send(deps: Deps, hook: Subscription, n: WebhookDelivery): Promise<Answer> {
  const secrets = await signingSecrets(deps, hook.tenant_id, { kind: 'webhook', id: hook.id })
  const now = deps.now()
  const began = performance.now()
  const took = (): number => Math.round(performance.now() - began)
  try {
    const answer = await deps.post(hook.url, n.body, signedHeaders(n.id, n.body, now, secrets), TIMEOUT)
    return {
      status: answer.status,
      failure: isTaken(answer) ? null : `http_${answer.status}`,
      retryAfterMs: retryAfter(headerOf(answer, 'retry-after'), now),
      ms: took(),
    }
  } catch (error) {
    return { status: null, failure: failureOf(error), retryAfterMs: null, ms: took() }
  }
}

/** The notice as somebody with these rights may read it. */
export const readableTo = (rights: Rights | 'all', n: WebhookDelivery): WebhookDelivery =>
  mayRead(rights, n.type)
    ? n
    : { ...n, body: thinBody({ id: n.event_id, type: n.type, at: n.created_at, subjectId: n.subject_id }) }

async function run(deps: Deps, job: Job): Promise<Ended> {
  const db = deps.db.kysely
  const n = await findNotice(db, job.tenant_id, job.id)
  if (n?.status !== 'pending') return DONE
  const hook = await findWebhook(db, job.tenant_id, n.webhook_id)
  if (!hook) return DONE
  // Parked for a replay: whoever enables the subscription again decides what is still useful.
  if (hook.status !== 'active') return park(deps, n, { failure: hook.status })
  // Rights are checked again at each attempt: a revoked key, or a person who has left, receives nothing more.
  const rights = await ownerRights(deps, hook)
  if (rights === null) {
    await disable(deps, hook, 'owner_gone')
    return park(deps, n, { failure: 'owner_gone' })
  }
  const { status, failure, retryAfterMs, ms } = await send(deps, hook, readableTo(rights, n))
  const tried = { attempts: job.attempts, response_status: status, failure, milliseconds: ms }
  const now = new Date(deps.now())
  if (failure === null) {
    if (hook.failing_since !== null) await noteHealth(db, hook.tenant_id, hook.id, null, now)
    const change = { ...tried, status: 'delivered' as const, settled_at: now }
    return { kind: 'done', also: (tx) => settleNotice(tx, n.tenant_id, n.id, change) }
  }
  await noteHealth(db, hook.tenant_id, hook.id, failure, now)
  // 410 Gone: the receiver no longer exists (RFC 9110 §15.5.11).
  const isDead = hook.failing_since !== null && hook.failing_since.getTime() + DISABLED_AFTER <= now.getTime()
  if (status === 410 || isDead) {
    await disable(deps, hook, failure)
    return park(deps, n, tried)
  }
  const delay = nextDelay(job.attempts, deps.randomBytes(1)[0]! / 256)
  if (delay === null) return park(deps, n, tried)
  await settleNotice(db, n.tenant_id, n.id, tried)
  return { kind: 'again', at: now.getTime() + Math.max(delay, retryAfterMs ?? 0), failure }
}

export const webhookQueue: Queue<Deps> = { name: QUEUE, slots: 16, attempts: 30, run }
