// Takes a request for a callback: routes it, finds a window that can be promised, counts it, and writes it with its event.
// A number that already waits in the campaign gets its existing callback.
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import type { Campaign } from '../../catalogue/campaign/campaign.ts'
import { findAttributes, searchContacts } from '../../contact/contact.sql.ts'
import { countryOf, mayBeCalled, toE164 } from '../../contact/phone.ts'
import { transaction, violationOf } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { AppError, bodyFault, externalIdTaken } from '../../../kernel/errors.ts'
import { DAY, MINUTE } from '../../../kernel/time/interval.ts'
import { formatInstant } from '../../../kernel/time/zone.ts'
import { isOpen } from '../callback-states.ts'
import { findByExternalCallbackId, findOpen, type Callback } from '../callback.sql.ts'
import { personalStarts } from './personal.ts'
import { askedSpan, waitOf, writePromise, type CallbackRequest, type Refused, type When } from './promise.ts'
import { route, zonesFor } from '../routing.ts'
import { windowsOf, type Window } from './windows.ts'
import { documentOf } from '../callback-document.ts'
import { campaignOf } from '../../catalogue/campaign-of.ts'

type Asked = { callback: Callback; isNew: boolean; expectedWaitSeconds: number | null }

function numbersOf(request: Pick<CallbackRequest, 'numbers' | 'country'>, country: string): string[] {
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

/** The refusal of a window, with the nearest windows that are available. */
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

/** Windows around the requested time, as whole buckets. For "now": two days, or the whole horizon when those are full. */
async function nearWindows(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  { zones, when, now }: { zones: readonly string[]; when: When; now: number },
): Promise<Window[]> {
  if (when.kind !== 'now') {
    const [from, to] = askedSpan(when)
    const bucket = campaign.bucketMinutes * MINUTE
    return windowsOf(deps, config, campaign, { zones, from: from - bucket, to: to + bucket })
  }
  const soon = await windowsOf(deps, config, campaign, { zones, from: now, to: now + 2 * DAY })
  return soon.some((w) => w.remaining > 0) ? soon : allWindows(deps, config, campaign, { zones, now })
}

const allWindows = (
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  { zones, now }: { zones: readonly string[]; now: number },
): Promise<Window[]> =>
  windowsOf(deps, config, campaign, { zones, from: now, to: now + (campaign.horizonDays + 1) * DAY })

const startOf = (when: When, now: number): number =>
  when.kind === 'now' ? now : when.kind === 'at' ? when.at : when.from

const ROUNDS = 6

/** The refusal of a time, with the nearest available windows. Reads the ledger, so call it outside any transaction. */
export async function refuseWindow(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  { zones, at, code }: { zones: readonly string[]; at: number; code: Refused },
): Promise<AppError> {
  return refusal(campaign, await allWindows(deps, config, campaign, { zones, now: deps.now() }), at, code)
}

/**
 * Starts at which the requested agent can call at the requested time; null when the request names no agent or no time.
 * Throws `agent_not_free`.
 */
async function startsOf(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  { zones, request }: { zones: readonly string[]; request: CallbackRequest },
): Promise<number[] | null> {
  const { ownerAgentId, when } = request
  const agent = ownerAgentId === undefined ? undefined : config.agents.get(ownerAgentId)
  if (!agent || when.kind === 'now') return null
  const now = deps.now()
  const [asked, end] = askedSpan(when)
  const from = Math.max(asked, now + campaign.leadMinutes * MINUTE)
  const to = Math.min(end, now + (campaign.horizonDays + 1) * DAY)
  const starts = from < to ? await personalStarts(deps, config, campaign, { agent, zones, from, to }) : []
  if (starts.length > 0) return starts.slice(0, ROUNDS)
  throw bodyFault('/when', 'agent_not_free')
}

/**
 * Whether the external id means this callback. For pages, ratings, IVR and bots, the id alone identifies the request; for other
 * sources the callback must also be open, in the same campaign and for the same number.
 */
const isSameRequest = (
  known: Callback,
  request: CallbackRequest,
  campaignId: string,
  number: string | undefined,
): boolean =>
  ['page', 'rating', 'ivr', 'bot'].includes(request.source) ||
  (isOpen(known.status) &&
    known.campaign_id === campaignId &&
    (number === undefined || documentOf(known).numbers.includes(number)))

type KnownBy = {
  tenantId: string
  request: CallbackRequest
  campaignId: string
  number: string | undefined
}

/** The existing callback with this external id; throws `external_id_taken` when it belongs to a different request. */
async function knownRequest(
  deps: Deps,
  { tenantId, request, campaignId, number }: KnownBy,
): Promise<Callback | undefined> {
  if (request.externalId === undefined) return undefined
  const known = await findByExternalCallbackId(deps.db.kysely, tenantId, request.externalId)
  if (known && !isSameRequest(known, request, campaignId, number)) throw externalIdTaken(known.id)
  return known
}

/** Throws `number_not_called` for a number of another country or with a special tariff (premium, shared cost). */
function requireCallable(config: TenantConfig, campaign: Campaign, numbers: readonly string[]): void {
  const countries = campaign.countries ?? [config.settings.country]
  for (const [i, one] of numbers.entries())
    if (!mayBeCalled(one, countries)) throw bodyFault(`/numbers/${i}`, 'number_not_called', { phone: one })
}

/** The contact with this number; undefined when nobody has it, or several do: then the agent asks who is speaking. */
async function onlyPersonWith(deps: Deps, tenantId: string, number: string | undefined): Promise<string | undefined> {
  if (number === undefined) return undefined
  const people = await searchContacts(deps.db.kysely, tenantId, { phone: number, email: null, externalId: null })
  return people.length === 1 ? people[0]!.id : undefined
}

/** Takes the request. Refusals carry the nearest windows; a number that is open in the campaign gets its existing callback. */
export async function ask(deps: Deps, config: TenantConfig, wish: CallbackRequest): Promise<Asked> {
  const { tenantId } = config
  const numbers = numbersOf(wish, config.settings.country)
  const number = numbers[0]
  const request = { ...wish, contactId: wish.contactId ?? (await onlyPersonWith(deps, tenantId, number)) }
  if (request.channel === 'phone' && number === undefined) throw bodyFault('/numbers', 'invalid_request', { count: 1 })
  const asked = campaignOf(config, request.campaignId)
  const ofContact =
    request.contactId !== undefined && asked.segments.length > 0
      ? await findAttributes(deps.db.kysely, tenantId, request.contactId)
      : {}
  const enriched = { ...request, data: { ...ofContact, ...request.data } }
  const routed = route(config, asked, enriched, number === undefined ? undefined : countryOf(number))
  if (!routed) throw new AppError('not_found', { what: 'campaign' })
  const { campaign } = routed
  if (request.channel === 'web' && campaign.joinLinkTemplate === undefined && number === undefined)
    throw new AppError(
      'invalid_request',
      { count: 1 },
      { fields: [{ in: 'body', pointer: '/channel', code: 'not_allowed', params: { limit: 'phone' } }] },
    )
  requireCallable(config, campaign, numbers)
  const zones = zonesFor(request.timeZone, number, campaign)
  const known = await knownRequest(deps, { tenantId, request, campaignId: campaign.id, number })
  if (known) return { callback: known, isNew: false, expectedWaitSeconds: null }
  const now = deps.now()
  const windows = await nearWindows(deps, config, campaign, { zones, when: request.when, now })
  const refuse = (code: Refused): Promise<AppError> =>
    refuseWindow(deps, config, campaign, { zones, at: startOf(request.when, now), code })
  const starts = await startsOf(deps, config, campaign, { zones, request })
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = number === undefined ? undefined : await findOpen(deps.db.kysely, tenantId, campaign.id, number)
    if (open) return { callback: open, isNew: false, expectedWaitSeconds: null }
    const prepared = { numbers, zones, windows, now, start: starts?.[round] ?? null }
    const written = await transaction(deps.db, (tx) =>
      writePromise(deps, tx, config, { request, routed, prepared }),
    ).catch((error: unknown) => afterFailure(error, request, (starts?.length ?? 0) > round + 1))
    if (written === 'again') continue
    if (typeof written === 'string') throw await refuse(written)
    deps.due.tell(tenantId, campaign.id, written.due_at.getTime())
    deps.pubsub.say('changed', tenantId)
    return { callback: written, isNew: true, expectedWaitSeconds: waitOf(request.when, written, now) }
  }
  throw new AppError('too_many_rivals')
}

/** Maps a failed write to a retry or a refusal, or rethrows it. `hasMore`: the agent has further starts to try. */
function afterFailure(error: unknown, request: CallbackRequest, hasMore: boolean): 'again' | Refused {
  // The window was closed at the time of the write.
  if (error instanceof AppError && error.code === 'window_closed') return 'window_closed'
  const name = violationOf(error)?.constraint
  // A concurrent request has the same number, code or external id: look it up again.
  if (name !== undefined && /^callbacks_(open_number|external_id|code)$/.test(name)) return 'again'
  // Another booking took the agent’s time, or the configuration changed: try the next start.
  if (name !== undefined && /^(reservations_no_overlap|kind_not_null)$/.test(name))
    return hasMore ? 'again' : 'window_full'
  if (name !== undefined && /contact_id/.test(name))
    throw bodyFault('/contactId', 'invalid_reference', { what: 'contact', id: request.contactId })
  throw error
}
