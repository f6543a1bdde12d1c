// PURE. How much was acknowledged a second before, during and after a fault.

/** What a fault must leave: the share of the rate before it, in per cent, and when. */
export type Wanted = { share: number; when: 'after' | 'during' }
export type Rates = { before: number; reached: number; share: number; isMet: boolean; wanted: Wanted }

/** The rate before a fault is that of so many ms; the one after it is the best of windows of so many ms that begin within `SOON` ms. */
export const [BEFORE, WINDOW, SOON] = [8_000, 5_000, 10_000]
const STEP = 500

/** Acknowledgements a second in [from, to), all in epoch ms. */
function rate(acknowledged: readonly number[], from: number, to: number): number {
  const n = acknowledged.reduce((count, at) => count + (at >= from && at < to ? 1 : 0), 0)
  return (n * 1000) / Math.max(1, to - from)
}

/** The rates of a fault in [from, to). */
export function ratesOf(acknowledged: readonly number[], from: number, to: number, wanted: Wanted): Rates {
  const before = rate(acknowledged, from - BEFORE, from)
  let reached = 0
  if (wanted.when === 'during') reached = rate(acknowledged, from, to)
  else for (let at = to; at <= to + SOON; at += STEP) reached = Math.max(reached, rate(acknowledged, at, at + WINDOW))
  const share = before === 0 ? 0 : Math.round((100 * reached) / before)
  return { before, reached, share, isMet: share >= wanted.share, wanted }
}
