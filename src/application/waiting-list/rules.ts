// PURE. Whether a freed time may be offered to a citizen on the waiting list.
import type { WaitingList } from '../../domain/tenant/notification-settings.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'

/** Offers of the last 24 hours, epoch ms. */
export const recentOffers = (offeredAt: readonly number[], now: number): number[] =>
  offeredAt.filter((at) => at > now - DAY)

/** Whether the start is far enough ahead to answer the offer, and the citizen has not reached the daily limit of offers. */
export function mayOffer(rules: WaitingList, start: number, offeredAt: readonly number[], now: number): boolean {
  if (!rules.enabled || start - now < Math.max(rules.leadMinutes, rules.offerMinutes) * MINUTE) return false
  return recentOffers(offeredAt, now).length < rules.maxOffersADay
}
