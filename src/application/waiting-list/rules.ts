// PURE. Whether a freed time may be offered to a citizen on the waiting list, and whether it is what they wish.
import type { WaitingList } from '../../domain/tenant/notification-settings.ts'
import { dayPartOf, type DayPart } from '../../kernel/time/day-part.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, weekdayOf } from '../../kernel/time/zone.ts'

/** Offers of the last 24 hours, epoch ms. */
export const recentOffers = (offeredAt: readonly number[], now: number): number[] =>
  offeredAt.filter((at) => at > now - DAY)

/** Whether the start is far enough ahead to answer the offer, and the citizen has not reached the daily limit of offers. */
export function mayOffer(rules: WaitingList, start: number, offeredAt: readonly number[], now: number): boolean {
  if (!rules.enabled || start - now < Math.max(rules.leadMinutes, rules.offerMinutes) * MINUTE) return false
  return recentOffers(offeredAt, now).length < rules.maxOffersADay
}

/** What a citizen wishes of a time; what is absent does not matter. */
export type TimeWish = {
  /** Days of the week, 0 = Monday. */
  days?: readonly number[]
  part?: DayPart
  locationIds?: readonly string[]
  /** How long before its start they must hear of it, in minutes. */
  noticeMinutes?: number
  channel?: string
}

/** Whether the start (epoch ms) at a location, in its zone, is what the citizen wishes. */
export function fitsWish(
  wish: TimeWish | undefined,
  slot: { start: number; locationId: string },
  zone: string,
  now: number,
): boolean {
  if (!wish) return true
  const { days, part, locationIds, noticeMinutes = 0 } = wish
  if (days && days.length > 0 && !days.includes(weekdayOf(dayOf(zone, slot.start)))) return false
  if (part !== undefined && dayPartOf(zone, slot.start) !== part) return false
  if (locationIds && locationIds.length > 0 && !locationIds.includes(slot.locationId)) return false
  return slot.start - now >= noticeMinutes * MINUTE
}
