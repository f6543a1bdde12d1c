// PURE. Whether a time that came free is offered to somebody who waits.
import type { WaitingList } from '../notify/settings.ts'
import { DAY, MINUTE } from '../time/interval.ts'

/** Offers of the last 24 hours, epoch ms. */
export const recentOffers = (offeredAt: readonly number[], now: number): number[] =>
  offeredAt.filter((at) => at > now - DAY)

/** Nothing in the last hours before it, nor so late that the offer could not be answered; and nobody is pestered. */
export function mayOffer(rules: WaitingList, start: number, offeredAt: readonly number[], now: number): boolean {
  if (!rules.enabled || start - now < Math.max(rules.leadMinutes, rules.offerMinutes) * MINUTE) return false
  return recentOffers(offeredAt, now).length < rules.maxOffersADay
}
