// PURE. How long to wait before trying again: twice as long after each failure, with jitter, so that many do not return at once.

/** Shortest and longest wait, in ms. */
type Waits = { first: number; longest: number }

/** Milliseconds to wait after so many failures in a row (1 = the first); `dice` in [0, 1) spreads the wait by a fifth both ways. */
export function backOff(failures: number, { first, longest }: Waits, dice: number): number {
  const doubled = first * 2 ** Math.max(0, Math.min(30, failures - 1))
  return Math.round(Math.min(longest, doubled) * (0.8 + 0.4 * dice))
}

/** A dice for `backOff` that adds no jitter. */
export const EVEN = 0.5
