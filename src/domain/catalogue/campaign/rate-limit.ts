// PURE. Rate limit by the generic cell rate algorithm (ITU-T I.371, annex A): one instant records how much of the rate is used.

/**
 * How many of `wanted` may go now at `perSecond`; `spend` returns the instant up to which the rate is then used (epoch ms). A burst
 * is at most a tenth of a second's worth, so that no second sees more than 1.1 times the rate.
 */
export function paced(
  perSecond: number,
  spentTo: number | null,
  now: number,
  wanted: number,
): { count: number; spend: (count: number) => number; nextAt: number } {
  const each = 1000 / perSecond
  const burst = Math.max(1, Math.floor(perSecond / 10))
  const from = Math.max(spentTo ?? 0, now - burst * each)
  const count = Math.max(0, Math.min(wanted, Math.floor((now - from) / each + 1e-6)))
  return { count, spend: (used) => from + used * each, nextAt: Math.ceil(from + each) }
}
