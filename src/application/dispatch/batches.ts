// PURE. Ids of the batches that are sent to a queue, and how long to wait after failures in a row.
import { backOff } from '../../kernel/back-off.ts'
import { createHash } from 'node:crypto'

/** The delivery ids of the items, in their order. */
export const keysOf = (items: readonly { deliveryId: string }[]): string[] => items.map((item) => item.deliveryId)

/** The id of a message: the same items give the same id. */
export const batchIdOf = (deliveryIds: readonly string[]): string =>
  `batch_${createHash('sha256').update(deliveryIds.join()).digest('hex').slice(0, 32)}`

/** Failures in a row after which the circuit breaker opens. */
const OPENS_AT = 5
const [CLOSED, OPEN] = [
  { first: 1_000, longest: 30_000 },
  { first: 30_000, longest: 600_000 },
]

/** Pause after so many failures in a row, in ms; `dice` in [0, 1) adds jitter. */
export const pauseAfter = (failures: number, dice: number): number =>
  failures < OPENS_AT ? backOff(failures, CLOSED, dice) : backOff(failures - OPENS_AT + 1, OPEN, dice)
