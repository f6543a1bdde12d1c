// Free times that fit a wish although nobody gave them up: hours that were opened, or a wish that became possible.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { findSlots, type Slot } from '../../domain/availability/search.ts'
import { prepareSearch } from '../../domain/availability/slots.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { transaction } from '../../platform/database/tx.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { slotJob, type FreedSlot } from './freed-slot.ts'
import { fitsWish, mayOffer } from './rules.ts'
import { wishesOf, type Entry, type EntryDocument } from './waiting.sql.ts'

/** Wishes looked at in one run; how far ahead (ms). */
const [MOST, AHEAD] = [500, 62 * DAY]

/** The free times for one kind of visit in the coming weeks; none when its service is gone. */
async function freeFor(deps: Deps, config: TenantConfig, e: Entry): Promise<{ slots: Slot[]; minutes: number }> {
  const request = {
    ...{ tenantId: config.tenantId, serviceIds: e.service_ids, audience: 'public' as const, places: 1 },
    ...(e.location_id === null ? {} : { locationIds: [e.location_id] }),
  }
  const range = { from: deps.now(), to: deps.now() + AHEAD }
  try {
    const search = await prepareSearch(deps, request, range)
    return { slots: findSlots(search, request, range.from, range.to), minutes: search.visit.duration / MINUTE }
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { slots: [], minutes: 0 }
    throw error
  }
}

/** The first free time that the person wants and was not offered before. */
function firstFor(deps: Deps, config: TenantConfig, e: Entry, slots: readonly Slot[]): Slot | undefined {
  const { wish, offeredAt = [], seen = [] } = e.document as EntryDocument
  const rules = config.settings.waitingList
  return slots.find((slot) => {
    const zone = config.locations.get(slot.locationId)?.timeZone ?? config.timeZone
    return (
      slot.remaining > 0 &&
      slot.start >= e.earliest_at.getTime() &&
      slot.start < e.latest_at.getTime() &&
      !seen.includes(slot.start) &&
      mayOffer(rules, slot.start, offeredAt, deps.now()) &&
      fitsWish(wish, slot, zone, deps.now())
    )
  })
}

/** Offers free times to people who wait without an appointment; returns how many times are offered. */
export async function offerOpenTimes(deps: Deps, tenantId: string): Promise<number> {
  const config = await deps.snapshots.config(tenantId)
  if (!config?.settings.waitingList.enabled) return 0
  const entries = await wishesOf(deps.db.kysely, tenantId, MOST)
  const kinds = Map.groupBy(entries, (e) => [...e.service_ids, e.location_id].join(' '))
  const jobs = new Map<string, ReturnType<typeof slotJob>>()
  for (const same of kinds.values()) {
    const { slots, minutes } = await freeFor(deps, config, same[0]!)
    const left = slots.map((slot) => ({ ...slot }))
    for (const e of same) {
      const slot = firstFor(deps, config, e, left)
      if (!slot) continue
      slot.remaining -= 1
      const open: FreedSlot = { serviceIds: e.service_ids, minutes, locationId: slot.locationId, start: slot.start }
      const job = slotJob(deps, tenantId, { slot: open, skipped: [] }, deps.now())
      // Two who want the same time are asked one after the other, by one job.
      jobs.set(job.key, job)
    }
  }
  if (jobs.size > 0) await transaction(deps.db, (tx) => enqueue(deps, tx, [...jobs.values()]))
  return jobs.size
}
