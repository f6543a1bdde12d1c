// Takes a request for a callback: routes it, finds the window that can be promised, counts it, and writes it with its event.
// A number that already waits in the campaign gets its first request again.
import { codeFrom } from '../appointment/appointment.ts'
import { insertEvent } from '../appointment/appointment.sql.ts'
import type { TenantConfig } from '../availability/model.ts'
import { callingHoursOf, escalateAt, type Campaign } from '../campaign/campaign.ts'
import { nextAllowed, SKEW } from '../campaign/hours.ts'
import { rankOf } from '../campaign/retry.ts'
import type { Attributes } from '../campaign/segments.ts'
import { lockAgent } from '../availability/ledger.sql.ts'
import { personalStarts, takeAgentTime } from './personal.actions.ts'
import { findAttributes, lockMeans } from '../contact/contact.sql.ts'
import { countryOf, toE164 } from '../contact/phone.ts'
import { transaction, violationOf, type Tx } from '../db/tx.ts'
import { hashSecret } from '../auth/token.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault } from '../errors.ts'
import { DAY, MINUTE } from '../time/interval.ts'
import { formatInstant } from '../time/zone.ts'
import { takeBucket } from './bucket.sql.ts'
import { isBarred } from './barred.sql.ts'
import {
  countOpenCallbacks,
  countRequests,
  findByExternalCallbackId,
  findOpen,
  insertCallback,
  lockCampaign,
  type Callback,
  type CallbackDocument,
} from './callback.sql.ts'
import { route, zonesFor, type Routed } from './route.ts'
import { windowsOf, type Window } from './windows.actions.ts'

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
  source: string
  actor: string
  /** Writes that belong to the request: the answer under its Idempotency-Key. */
  also?: (tx: Tx, callback: Callback, expectedWaitSeconds: number | null) => Promise<void>
}

export type Asked = { callback: Callback; isNew: boolean; expectedWaitSeconds: number | null }

/** The campaign, or `not_found`. */
export function campaignOf(config: TenantConfig, id: string): Campaign {
  const campaign = config.campaigns.get(id)
  if (!campaign || campaign.archived) throw new AppError('not_found', { what: 'campaign', id })
  return campaign
}

export function numbersOf(request: Pick<CallbackRequest, 'numbers' | 'country'>, country: string): string[] {
  return request.numbers.map((text, i) => {
    const number = toE164(text, request.country ?? country)
    if (number === null) throw bodyFault(`/numbers/${i}`, 'invalid_phone', { phone: text })
    return number
  })
}

const shown = (zone: string, w: Window): Record<string, unknown> => ({
  from: formatInstant(zone, w.from),
  to: formatInstant(zone, w.to),
  remaining: w.remaining,
})

type Refused = 'window_full' | 'window_closed'

/** The refusal of a window, with the nearest ones that can be had. */
function refusal(campaign: Campaign, windows: readonly Window[], at: number, code: Refused): AppError {
  const nearest = windows
    .filter((w) => w.remaining > 0)
    .sort((a, b) => Math.abs(a.from - at) - Math.abs(b.from - at))
    .slice(0, 5)
    .sort((a, b) => a.from - b.from)
  return new AppError(
    code,
    {},
    {
      fields: [{ in: 'body', pointer: '/when', code }],
      extra: { nearestWindows: nearest.map((w) => shown(campaign.timeZone, w)) },
    },
  )
}

/** Windows that would do, best first, or why there is none. */
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

const askedSpan = (when: Exclude<When, { kind: 'now' }>): [from: number, to: number] =>
  when.kind === 'at' ? [when.at, when.at + 1] : [when.from, when.to]

/** Windows around what was asked for: whole buckets, and no more of them than can matter. For "now" two days, else all. */
async function nearWindows(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  zones: readonly string[],
  when: When,
  now: number,
): Promise<Window[]> {
  if (when.kind !== 'now') {
    const [from, to] = askedSpan(when)
    const bucket = campaign.bucketMinutes * MINUTE
    return windowsOf(deps, config, campaign, zones, from - bucket, to + bucket)
  }
  const soon = await windowsOf(deps, config, campaign, zones, now, now + 2 * DAY)
  return soon.some((w) => w.remaining > 0) ? soon : allWindows(deps, config, campaign, zones, now)
}

const allWindows = (
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  zones: readonly string[],
  now: number,
): Promise<Window[]> => windowsOf(deps, config, campaign, zones, now, now + (campaign.horizonDays + 1) * DAY)

const startOf = (when: When, now: number): number =>
  when.kind === 'now' ? now : when.kind === 'at' ? when.at : when.from

/** What is promised in a window, and when the first attempt is due. */
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
  // Counted in the first whole bucket with room; when that is the next one, nobody need wait for it to begin.
  const begin = window.from - now <= bucketMs ? now : window.from
  return { from: begin, to: window.to, due: begin }
}

async function checkLimits(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  campaign: Campaign,
  numbers: readonly string[],
): Promise<void> {
  const [number] = numbers
  if (number !== undefined) {
    await lockMeans(tx, tenantId, hashSecret(number))
    for (const one of numbers) if (await isBarred(tx, tenantId, one)) throw new AppError('do_not_call')
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

const ROUNDS = 6

/** Starts at which the asked agent can call at the asked time; null when nobody in particular, or no time in particular, was asked for. */
async function startsOf(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  zones: readonly string[],
  { ownerAgentId, when }: CallbackRequest,
): Promise<number[] | null> {
  const agent = ownerAgentId === undefined ? undefined : config.agents.get(ownerAgentId)
  if (!agent || when.kind === 'now') return null
  const now = deps.now()
  const [asked, end] = when.kind === 'at' ? [when.at, when.at + 1] : [when.from, when.to]
  const from = Math.max(asked, now + campaign.leadMinutes * MINUTE)
  const to = Math.min(end, now + (campaign.horizonDays + 1) * DAY)
  const starts = from < to ? await personalStarts(deps, config, campaign, agent, zones, from, to) : []
  if (starts.length > 0) return starts.slice(0, ROUNDS)
  throw new AppError('agent_not_free', {}, { fields: [{ in: 'body', pointer: '/when', code: 'agent_not_free' }] })
}

/** Takes the request. Throws refusals with the nearest windows; the same number in the same campaign gets its open request. */
export async function ask(deps: Deps, config: TenantConfig, request: CallbackRequest): Promise<Asked> {
  const { tenantId } = config
  const numbers = numbersOf(request, config.settings.country)
  const number = numbers[0]
  if (request.channel === 'phone' && number === undefined) throw bodyFault('/numbers', 'invalid_request', { count: 1 })
  const asked = campaignOf(config, request.campaignId)
  const ofContact =
    request.contactId !== undefined && asked.segments.length > 0
      ? await findAttributes(deps.db.kysely, tenantId, request.contactId)
      : {}
  const told = { ...request, data: { ...ofContact, ...request.data } }
  const routed = route(config, asked, told, number === undefined ? undefined : countryOf(number))
  if (!routed) throw new AppError('not_found', { what: 'campaign' })
  const { campaign } = routed
  const zones = zonesFor(request.timeZone, number, campaign)
  if (request.externalId !== undefined) {
    const known = await findByExternalCallbackId(deps.db.kysely, tenantId, request.externalId)
    if (known) return { callback: known, isNew: false, expectedWaitSeconds: null }
  }
  const now = deps.now()
  const windows = await nearWindows(deps, config, campaign, zones, request.when, now)
  // Asked for outside any transaction: it reads the ledger.
  const refuse = async (code: Refused): Promise<AppError> =>
    refusal(campaign, await allWindows(deps, config, campaign, zones, now), startOf(request.when, now), code)
  const starts = await startsOf(deps, config, campaign, zones, request)
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = number === undefined ? undefined : await findOpen(deps.db.kysely, tenantId, campaign.id, number)
    if (open) return { callback: open, isNew: false, expectedWaitSeconds: null }
    const prepared = { numbers, zones, windows, now, start: starts?.[round] ?? null }
    const written = await transaction(deps.db, (tx) => write(deps, tx, config, request, routed, prepared)).catch(
      (error: unknown) => afterFailure(error, request, (starts?.length ?? 0) > round + 1),
    )
    if (written === 'again') continue
    if (typeof written === 'string') throw await refuse(written)
    deps.due.tell(tenantId, campaign.id, written.due_at.getTime())
    deps.bus.say('changed', tenantId)
    return { callback: written, isNew: true, expectedWaitSeconds: waitOf(request.when, written, now) }
  }
  throw new AppError('too_many_rivals')
}

/** What a write that failed means: to try again, a refusal, or the failure itself. `hasMore`: other starts of the agent are left. */
function afterFailure(error: unknown, request: CallbackRequest, hasMore: boolean): 'again' | Refused {
  // Found closed when it was about to be written.
  if (error instanceof AppError && error.code === 'window_closed') return 'window_closed'
  const name = violationOf(error)?.constraint
  // Somebody asked for the same number, or with the same code or id, in this very moment: look again.
  if (name !== undefined && /^callbacks_(open_number|external_id|code)$/.test(name)) return 'again'
  // The agent’s time went to somebody quicker, or the configuration changed: the next start.
  if (name !== undefined && /^(reservations_no_overlap|kind_not_null)$/.test(name))
    return hasMore ? 'again' : 'window_full'
  if (name !== undefined && /contact_id/.test(name))
    throw bodyFault('/contactId', 'invalid_reference', { what: 'contact', id: request.contactId })
  throw error
}

type Prepared = {
  numbers: string[]
  zones: string[]
  windows: Window[]
  now: number
  /** Personal: when the agent calls. */
  start: number | null
}

/** Counts the callback in a bucket that has room, or says why there is none. */
async function takeWindow(
  tx: Tx,
  config: TenantConfig,
  campaign: Campaign,
  windows: readonly Window[],
  when: When,
): Promise<Window | Refused> {
  const wanted = candidates(windows, when)
  if (typeof wanted === 'string') return wanted
  for (const window of wanted) {
    if (await takeBucket(tx, config.tenantId, campaign.id, new Date(window.start), window.capacity)) return window
  }
  return 'window_full'
}

async function write(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  request: CallbackRequest,
  { campaign, priority, scriptRef, segment }: Routed,
  { numbers, zones, windows, now, start }: Prepared,
): Promise<Callback | Refused> {
  const { tenantId } = config
  const reservationId = start === null ? null : deps.newId()
  // The agent first, as everywhere: bookings lock means of contact last.
  if (start !== null) await tx.executeQuery(lockAgent(tenantId, request.ownerAgentId!))
  await checkLimits(deps, tx, tenantId, campaign, numbers)
  let taken: Window | null = null
  if (start !== null) await takeAgentTime(tx, config, campaign, request.ownerAgentId!, reservationId!, start)
  else {
    const window = await takeWindow(tx, config, campaign, windows, request.when)
    if (typeof window === 'string') return window
    taken = window
  }
  const promise = taken
    ? promiseIn(request.when, taken, now, campaign.bucketMinutes * MINUTE)
    : { from: start!, to: start! + campaign.personalMinutes * MINUTE, due: start! }
  const first = nextAllowed(callingHoursOf(campaign, config.holidays), zones, promise.due)
  // In the last minute of the hours nothing is begun any more.
  if (!first || first.from >= promise.to) throw new AppError('window_closed')
  const document: CallbackDocument = {
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    data: { ...request.data },
    numbers,
    current: 0,
    zones,
    priority,
    ...(scriptRef === undefined ? {} : { scriptRef }),
    ...(segment === undefined ? {} : { segment }),
    source: request.source,
  }
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
    owner_until: request.ownerAgentId === undefined ? null : new Date(first.from + campaign.ownerGraceMinutes * MINUTE),
    escalate_at: escalateAt(campaign, promise.to),
    window_from: new Date(Math.max(promise.from, first.from - SKEW)),
    window_to: new Date(promise.to),
    due_at: new Date(first.from),
    hours_end: new Date(first.to),
    expires_at: new Date(promise.to + campaign.graceMinutes * MINUTE),
    rank_at: new Date(rankOf(first.from, priority, campaign.minutesPerPriority)),
    bucket_start: taken && new Date(taken.start),
    reservation_id: reservationId,
    external_id: request.externalId ?? null,
    document,
    created_at: created,
  })
  await tx.executeQuery(
    insertEvent({
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
    }),
  )
  await request.also?.(tx, callback, waitOf(request.when, callback, now))
  return callback
}

/** Seconds by which somebody who asked for "now" is promised a call. */
const waitOf = (when: When, callback: Callback, now: number): number | null =>
  when.kind === 'now' ? Math.round((callback.window_to.getTime() - now) / 1000) : null
