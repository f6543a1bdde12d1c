// PURE. The interface of a connector, which sends contacts of a campaign to a queue and reports the result of each.
import type { Campaign } from './campaign.ts'

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
