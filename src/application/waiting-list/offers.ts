// Offers a freed time to citizens on the waiting list, one after the other, with a hold for each until the offer ends.
import { NO_OFFER, type FreedSlot, ACTOR, type Payload, QUEUE, freeHold, slotJob, tell } from './freed-slot.ts'
import { book } from '../../domain/appointment/book.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import { extendHold } from '../../domain/appointment/extend-hold.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { afterCommit } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Job } from '../../platform/jobs/job.sql.ts'
import { DONE, type Ended, type Queue } from '../../platform/jobs/queue.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { compose, post, speakerOf } from '../messaging/compose.ts'
import type { NewMessage } from '../messaging/message.ts'
import { languageNamed } from '../../locales/words.ts'
import { languageOf, occasionOf, personOf } from '../notifications/event-messages.ts'
import { momentOf, ofAppointment, untilOf } from '../messaging/wording.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { signedName, signatureOf } from '../../kernel/crypto/signature.ts'
import { afterQuietHours } from '../messaging/text.ts'
import type { Channel } from '../../domain/catalogue/visit.ts'
import { fitsWish, mayOffer, recentOffers } from './rules.ts'
import { changeEntry, findEntry, lockEntry, waitingFor, type Entry, type EntryDocument } from './waiting.sql.ts'

/** Candidates for one time; offered times remembered of each. */
const [CANDIDATES, MOST_SEEN] = [200, 100]

const offeredAt = (e: Entry): number[] => (e.document as EntryDocument).offeredAt ?? []

/** Holds the time for a citizen until `until` (epoch ms); returns the code of the refusal when it cannot be held. */
async function hold(
  deps: Deps,
  config: TenantConfig,
  slot: FreedSlot,
  { until, channel }: { until: number; channel: string | undefined },
): Promise<{ id: string } | { code: string }> {
  const { tenantId } = config
  const { serviceIds, minutes, agentId, locationId, start } = slot
  const request = {
    ...{ serviceIds, locationId, start, places: 1 },
    ...(agentId === undefined ? {} : { agentId }),
    ...(serviceIds.length === 1 ? { minutes } : {}),
    ...(channel === undefined ? {} : { channel: channel as Channel }),
  }
  const context = {
    tenantId,
    actor: ACTOR,
    hold: true,
    country: config.settings.country,
  }
  try {
    const { id } = (await book(deps, request, context)).appointment
    await extendHold(deps, tenantId, id, until)
    return { id }
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { code: error.code }
    throw error
  }
}

type OfferDetails = {
  entry: Entry
  slot: FreedSlot
  holdId: string
  until: number
}

async function offerMessage(
  deps: Deps,
  config: TenantConfig,
  { entry, slot, holdId, until }: OfferDetails,
): Promise<NewMessage | null> {
  const person = await personOf(deps, entry)
  if (!person) return null
  const db = deps.db.kysely
  const a = entry.appointment_id === null ? undefined : await findAppointment(db, config.tenantId, entry.appointment_id)
  const language = a ? languageOf(config, a) : (languageNamed(person.locale) ?? config.settings.locale)
  const zone = config.locations.get(slot.locationId)?.timeZone ?? config.timeZone
  const speaker = speakerOf(config, language)
  const wording = ofAppointment(speaker, {
    ...{ serviceIds: slot.serviceIds, start: slot.start, end: slot.start + slot.minutes * MINUTE, timeZone: zone },
    ...{
      channel: a?.channel ?? (entry.document as EntryDocument).wish?.channel ?? 'in_person',
      locationId: slot.locationId,
      places: 1,
    },
  })
  const secret = await secretOf(deps, config.tenantId, 'pages')
  const token = signedName(entry.id, signatureOf(secret, 'offer', entry.id, holdId))
  return compose(deps, config, person, {
    ...{ kind: 'offer', language, subjectId: a?.id ?? entry.id, facts: wording.facts },
    variables: {
      ...(a ? (await occasionOf(deps, config, a, { kind: 'offer' })).variables : wording.variables),
      newWhen: momentOf(speaker, zone, slot.start),
      until: untilOf(speaker, zone, until),
    },
    link: `${deps.links.base}/${config.slug}/offers/${token}`,
    expires: until,
    dedupeKey: `offer ${entry.id} ${holdId}`,
  })
}

/** Temporary refusals: somebody is choosing the time, or an earlier run of this job held it and crashed. Tried again. */
const PASSING = new Set(['slot_held', 'recently_released', 'too_many_rivals'])
const AGAIN = 10 * MINUTE

/** Offers a freed time to the first suitable citizen; waits during quiet hours, when nobody could answer in time. */
async function offer(deps: Deps, config: TenantConfig, { slot, skipped }: Payload): Promise<Ended> {
  const { tenantId } = config
  const rules = config.settings.waitingList
  const now = deps.now()
  const morning = afterQuietHours(config.settings.notifications.quietHours, config.timeZone, now)
  if (morning > now) return { kind: 'again', at: morning, failure: 'quiet_hours', isUntried: true }
  const candidates = await waitingFor(deps.db.kysely, tenantId, { ...slot, start: new Date(slot.start) }, CANDIDATES)
  const zone = config.locations.get(slot.locationId)?.timeZone ?? config.timeZone
  const entry = candidates.find(
    (e) =>
      !skipped.includes(e.id) &&
      // A time that stays free is offered to each once; one that is given up again is a new chance.
      !(slot.agentId === undefined && (e.document as EntryDocument).seen?.includes(slot.start)) &&
      mayOffer(rules, slot.start, offeredAt(e), now) &&
      fitsWish((e.document as EntryDocument).wish, slot, zone, now),
  )
  if (!entry) return DONE
  const until = now + rules.offerMinutes * MINUTE
  const channel = (entry.document as EntryDocument).wish?.channel
  const held = await hold(deps, config, slot, { until, channel })
  if ('code' in held)
    return PASSING.has(held.code) ? { kind: 'again', at: now + AGAIN, failure: held.code, isUntried: true } : DONE
  const holdId = held.id
  const message = await offerMessage(deps, config, { entry, slot, holdId, until })
  const others = { slot, skipped: [...skipped, entry.id] }
  // The citizen cannot be reached: offer the time to the next one.
  if (!message || message.withheld) {
    await freeHold(deps, tenantId, holdId)
    return offer(deps, config, others)
  }
  return {
    kind: 'done',
    also: async (tx) => {
      const fresh = await lockEntry(tx, tenantId, entry.id)
      if (fresh?.status !== 'waiting') {
        // Another offer was made, or the entry has ended, at the same moment.
        afterCommit(tx, () => void freeHold(deps, tenantId, holdId).catch(() => undefined))
        return enqueue(deps, tx, [slotJob(deps, tenantId, others, now + 1_000)])
      }
      const document = {
        ...(fresh.document as EntryDocument),
        offeredAt: [...recentOffers(offeredAt(fresh), now), now],
        seen: [...((fresh.document as EntryDocument).seen ?? []), slot.start].slice(-MOST_SEEN),
      }
      const kept = { offer_hold_id: holdId, offer_start: new Date(slot.start), offer_until: new Date(until) }
      const change = { status: 'offered' as const, ...kept, offers: fresh.offers + 1, told_at: new Date(now), document }
      await changeEntry(tx, tenantId, entry.id, change, new Date(now))
      await post(deps, tx, message)
      await tell(deps, tx, {
        e: entry,
        type: 'waiting.offered',
        more: { holdId, start: new Date(slot.start).toISOString() },
      })
      await enqueue(deps, tx, [slotJob(deps, tenantId, { ...others, entryId: entry.id, holdId }, until)])
    },
  }
}

/** Ends an expired offer: the entry keeps its place on the list, and the time is offered to the next citizen. */
async function endOffer(deps: Deps, config: TenantConfig, payload: Payload): Promise<Ended> {
  const { tenantId } = config
  const e = await findEntry(deps.db.kysely, tenantId, payload.entryId!)
  if (e?.status !== 'offered' || e.offer_hold_id !== payload.holdId) return DONE
  await freeHold(deps, tenantId, payload.holdId)
  return {
    kind: 'done',
    also: async (tx) => {
      const now = await lockEntry(tx, tenantId, e.id)
      const change = { status: 'waiting' as const, ...NO_OFFER }
      if (now?.offer_hold_id === payload.holdId) await changeEntry(tx, tenantId, e.id, change, new Date(deps.now()))
      const next = { slot: payload.slot, skipped: payload.skipped }
      await enqueue(deps, tx, [slotJob(deps, tenantId, next, deps.now())])
    },
  }
}

async function run(deps: Deps, job: Job): Promise<Ended> {
  const config = await deps.snapshots.config(job.tenant_id)
  const payload = job.payload as unknown as Payload
  if (!config) return DONE
  return payload.entryId === undefined ? offer(deps, config, payload) : endOffer(deps, config, payload)
}

export const offerQueue: Queue<Deps> = { name: QUEUE, slots: 4, attempts: 8, run }
