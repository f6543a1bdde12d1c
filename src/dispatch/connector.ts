// PURE. The interface of a connector, which sends messages to a queue and reports the result of each contact in them.
import { createHash } from 'node:crypto'
import type { Campaign } from '../campaign/campaign.ts'

/** A contact or its withdrawal; by `deliveryId` the receiver detects duplicates. */
export type Item = {
  deliveryId: string
  payload: Record<string, unknown>
  /** After this instant nobody may call, so a queue may drop it; epoch ms. */
  notAfter: number | null
}
export type Batch = {
  /** Idempotency key: the same for the same items, however often they are sent. */
  id: string
  kind: 'contact' | 'withdrawal'
  tenant: { id: string; slug: string }
  campaign: Campaign
  items: readonly Item[]
}
export type ItemResult = { deliveryId: string; status: 'delivered' | 'retry' | 'parked'; code: string | null }
export type Sent =
  | { kind: 'answered'; items: ItemResult[] }
  /** Nothing is known to have arrived. `isRefused`: the receiver refused the message itself, so sending it unchanged does not help. */
  | { kind: 'failed'; code: string; retryAfterMs: number | null; isRefused: boolean }

export type Listening = { stop: () => Promise<void> }

export type Connector = {
  /** Whether it can take a contact back from the queue, or tell its receiver. */
  canWithdraw: boolean
  send: (batch: Batch) => Promise<Sent>
  /** Reads results from the campaign's reply queue; `take` resolves to false for an unreadable message. */
  listen?: (
    tenant: { id: string; slug: string },
    campaign: Campaign,
    take: (message: unknown) => Promise<boolean>,
  ) => Listening
  close: () => Promise<void>
}
export type Connectors = Partial<Record<'http' | 'amqp' | 'log', Connector>>

/** The delivery ids of the items, in their order. */
export const keysOf = (items: readonly { deliveryId: string }[]): string[] => items.map((item) => item.deliveryId)

/** The id of a message: the same items give the same id. */
export const batchIdOf = (deliveryIds: readonly string[]): string =>
  `batch_${createHash('sha256').update(deliveryIds.join()).digest('hex').slice(0, 32)}`

/** Failures in a row after which the circuit breaker opens. */
export const OPENS_AT = 5
const [FIRST, OPEN, LONGEST] = [1_000, 30_000, 600_000]

/** Pause after so many failures in a row, in ms; `dice` in [0, 1) adds jitter. */
export function pauseAfter(failures: number, dice: number): number {
  const base =
    failures < OPENS_AT ? FIRST * 2 ** (failures - 1) : Math.min(LONGEST, OPEN * 2 ** Math.min(10, failures - OPENS_AT))
  return Math.round(base * (0.8 + 0.4 * dice))
}
