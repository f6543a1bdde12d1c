// PURE. The interface of a connector, which sends messages to a queue and reports the result of each contact in them.
import { createHash } from 'node:crypto'

/** The delivery ids of the items, in their order. */
export const keysOf = (items: readonly { deliveryId: string }[]): string[] => items.map((item) => item.deliveryId)

/** The id of a message: the same items give the same id. */
export const batchIdOf = (deliveryIds: readonly string[]): string =>
  `batch_${createHash('sha256').update(deliveryIds.join()).digest('hex').slice(0, 32)}`

/** Failures in a row after which the circuit breaker opens. */
const OPENS_AT = 5
const [FIRST, OPEN, LONGEST] = [1_000, 30_000, 600_000]

/** Pause after so many failures in a row, in ms; `dice` in [0, 1) adds jitter. */
export function pauseAfter(failures: number, dice: number): number {
  const base =
    failures < OPENS_AT ? FIRST * 2 ** (failures - 1) : Math.min(LONGEST, OPEN * 2 ** Math.min(10, failures - OPENS_AT))
  return Math.round(base * (0.8 + 0.4 * dice))
}
