// Writes the promise of a callback: checks limits, takes bucket capacity or agent time, inserts the row and its event, all in the
// transaction of the caller.
import { writeEvent } from '../../../platform/events/events.ts'
import { codeFrom } from '../../appointment/appointment.ts'
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import { nextAllowed } from '../../catalogue/campaign/next-allowed.ts'
import { escalateAt, ownersUntil, triedIn, type Campaign } from '../../catalogue/campaign/campaign.ts'
import { SKEW } from '../../catalogue/campaign/calling-hours.ts'
import type { Attributes } from '../../catalogue/campaign/segments.ts'
import { lockAgent } from '../../availability/ledger.sql.ts'
import { takeAgentTime } from './personal.ts'
import { lockMeans } from '../../contact/contact.sql.ts'
import type { Tx } from '../../../platform/database/tx.ts'
import { hashSecret } from '../../../kernel/crypto/token.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../../kernel/errors.ts'
import { DAY, MINUTE } from '../../../kernel/time/interval.ts'
import { takeBucket } from '../bucket.sql.ts'
import { isOnDoNotCallList } from '../do-not-call/do-not-call.sql.ts'
import {
  countOpenCallbacks,
  countRequests,
  insertCallback,
  lockCampaign,
  type Callback,
  type CallbackDocument,
} from '../callback.sql.ts'
import type { Routed } from '../routing.ts'
import type { Window } from './windows.ts'

export type When = { kind: 'now' } | { kind: 'at'; at: number } | { kind: 'window'; from: number; to: number }

export type CallbackRequest = {
  campaignId: string
  channel: 'phone' | 'web'
  /** In the order in which they are tried. */
  numbers: readonly string[]
  country?: string | undefined
  timeZone?: string | undefined
  when: When
  contactId?: string | undefined
  ownerAgentId?: string | undefined
  reason?: string | undefined
  priority?: number | undefined
  data: Attributes
  externalId?: string | undefined
  metadata?: Record<string, string> | undefined
  source: string
  actor: string
  /** Writes in the same transaction: the response stored under the Idempotency-Key. */
  also?: (tx: Tx, callback: Callback, expectedWaitSeconds: number | null) => Promise<void>
}

export type Refused = 'window_full' | 'window_closed'

export const askedSpan = (when: Exclude<When, { kind: 'now' }>): [from: number, to: number] =>
  when.kind === 'at' ? [when.at, when.at + 1] : [when.from, when.to]

/** Windows that match the request, best first, or why there is none. */
function candidates(windows: readonly Window[], when: When): Window[] | Refused {
  if (when.kind === 'now') {
    const free = windows.filter((w) => w.remaining > 0)
    return free.length > 0 ? free.slice(0, 5) : 'window_closed'
  }
  const [from, to] = askedSpan(when)
  const inside = windows.filter((w) => w.from < to && w.to > from)
  if (inside.length === 0) return 'window_closed'
  const free = inside.filter((w) => w.remaining > 0)
  return free.length > 0 ? free : 'window_full'
}

/** The window that is promised, and when the first attempt is due; epoch ms. */
function promiseIn(
  when: When,
  window: Window,
  now: number,
  bucketMs: number,
): { from: number; to: number; due: number } {
  if (when.kind === 'at') {
    const at = Math.max(when.at, window.from)
    return { from: at, to: Math.max(window.to, at + 10 * MINUTE), due: at }
  }
  if (when.kind === 'window') {
    const from = Math.max(when.from, window.from)
    return { from, to: Math.max(from + MINUTE, Math.min(when.to, window.to)), due: from }
  }
  // Counted in the first whole bucket with capacity; when that is the next one, the call need not wait for it to begin.
  const begin = window.from - now <= bucketMs ? now : window.from
  return { from: begin, to: window.to, due: begin }
}

async function checkLimits(
  deps: Deps,
  tx: Tx,
  { tenantId, campaign, numbers }: { tenantId: string; campaign: Campaign; numbers: readonly string[] },
): Promise<void> {
  const [number] = numbers
  if (number !== undefined) {
    await lockMeans(tx, tenantId, hashSecret(number))
    for (const one of numbers) if (await isOnDoNotCallList(tx, tenantId, one)) throw new AppError('do_not_call')
    const { maxPerNumberAndDay } = campaign
    const since = new Date(deps.now() - DAY)
    if (maxPerNumberAndDay > 0 && (await countRequests(tx, tenantId, number, since)) >= maxPerNumberAndDay)
      throw new AppError('too_many_callbacks', { max: maxPerNumberAndDay })
  }
  if (campaign.maxOpen > 0) {
    await lockCampaign(tx, tenantId, campaign.id)
    if ((await countOpenCallbacks(tx, tenantId, campaign.id)) >= campaign.maxOpen)
      throw new AppError('campaign_full', { max: campaign.maxOpen })
  }
}

type Prepared = {
  numbers: string[]
  zones: string[]
  windows: Window[]
  now: number
  /** For personal callbacks: when the agent calls; epoch ms. */
  start: number | null
}

/** Counts the callback in a bucket with capacity, or returns why there is none. */
async function takeWindow(
  tx: Tx,
  config: TenantConfig,
  campaign: Campaign,
  { windows, when }: { windows: readonly Window[]; when: When },
): Promise<Window | Refused> {
  const wanted = candidates(windows, when)
  if (typeof wanted === 'string') return wanted
  for (const window of wanted) {
    if (await takeBucket(tx, config.tenantId, campaign.id, new Date(window.start), window.capacity)) return window
  }
  return 'window_full'
}

function documentFor(request: CallbackRequest, routed: Routed, { numbers, zones }: Prepared): CallbackDocument {
  const { priority, scriptRef, scriptId, segment } = routed
  return {
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    data: { ...request.data },
    numbers,
    current: 0,
    ...(request.timeZone === undefined ? {} : { timeZone: request.timeZone }),
    zones,
    priority,
    ...(scriptRef === undefined ? {} : { scriptRef }),
    ...(scriptId === undefined ? {} : { scriptId }),
    ...(segment === undefined ? {} : { segment }),
    source: request.source,
    ...(request.metadata && Object.keys(request.metadata).length > 0 ? { metadata: request.metadata } : {}),
  }
}

/** Writes the callback, or returns why no window takes it. Throws `do_not_call`, `too_many_callbacks`, `campaign_full`, `window_closed`. */
export async function writePromise(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  { request, routed, prepared }: { request: CallbackRequest; routed: Routed; prepared: Prepared },
): Promise<Callback | Refused> {
  const { campaign } = routed
  const { numbers, zones, windows, now, start } = prepared
  const { tenantId } = config
  const reservationId = start === null ? null : deps.newId()
  // Lock order: agent, means of contact, campaign, then bucket or ledger.
  if (start !== null) await tx.executeQuery(lockAgent(tenantId, request.ownerAgentId!))
  await checkLimits(deps, tx, { tenantId, campaign, numbers })
  let taken: Window | null = null
  if (start !== null)
    await takeAgentTime(tx, config, campaign, { agentId: request.ownerAgentId!, reservationId: reservationId!, start })
  else {
    const window = await takeWindow(tx, config, campaign, { windows, when: request.when })
    if (typeof window === 'string') return window
    taken = window
  }
  const promise = taken
    ? promiseIn(request.when, taken, now, campaign.bucketMinutes * MINUTE)
    : { from: start!, to: start! + campaign.personalMinutes * MINUTE, due: start! }
  const first = nextAllowed(config, campaign, { zones, at: promise.due })
  // No call begins in the last minute of the allowed hours.
  if (!first || first.from >= promise.to) throw new AppError('window_closed')
  const document = documentFor(request, routed, prepared)
  const created = new Date(now)
  const callback = await insertCallback(tx, {
    tenant_id: tenantId,
    id: deps.newId(),
    campaign_id: campaign.id,
    code: codeFrom(deps.randomBytes(8)),
    status: 'scheduled',
    channel: request.channel,
    number: numbers[0] ?? null,
    contact_id: request.contactId ?? null,
    owner_agent_id: request.ownerAgentId ?? null,
    owner_until: ownersUntil(campaign, request.ownerAgentId ?? null, first.from),
    escalate_at: escalateAt(campaign, promise.to),
    window_from: new Date(Math.max(promise.from, first.from - SKEW)),
    window_to: new Date(promise.to),
    ...triedIn(campaign, first, routed.priority),
    expires_at: new Date(promise.to + campaign.graceMinutes * MINUTE),
    bucket_start: taken && new Date(taken.start),
    reservation_id: reservationId,
    external_id: request.externalId ?? null,
    document,
    created_at: created,
  })
  await writeEvent(deps, tx, {
    tenantId,
    subjectId: callback.id,
    id: deps.newId(),
    type: 'callback.promised',
    at: created,
    actor: request.actor,
    data: {
      after: 'scheduled',
      campaignId: campaign.id,
      from: callback.window_from.toISOString(),
      to: callback.window_to.toISOString(),
      source: request.source,
    },
  })
  await request.also?.(tx, callback, waitOf(request.when, callback, now))
  return callback
}

/** Seconds until the promised latest start of a call requested for "now"; null for other requests. */
export const waitOf = (when: When, callback: Callback, now: number): number | null =>
  when.kind === 'now' ? Math.round((callback.window_to.getTime() - now) / 1000) : null
