// PURE. Delivery status notifications (RFC 3464): which message was not delivered, to whom, and whether for good.

export type Bounce = {
  /** Address as the sender wrote it, else as the last server did; lower case. */
  recipient: string | null
  isForGood: boolean
  /** Enhanced status code (RFC 3463), such as 5.1.1. */
  status: string
}

const unfold = (text: string): string => text.replace(/\r?\n[ \t]+/g, ' ')
const fieldOf = (block: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(block)?.[1]?.trim()
const addressOf = (field: string | undefined): string | null =>
  field === undefined ? null : (field.split(';').at(-1) ?? '').trim().replace(/^<|>$/g, '').toLowerCase() || null

/** The failures in a message/delivery-status part; delays and successes are none. */
export function bouncesIn(report: string): Bounce[] {
  return unfold(report)
    .split(/\r?\n[ \t]*\r?\n/)
    .flatMap((block): Bounce[] => {
      if (fieldOf(block, 'Action')?.toLowerCase() !== 'failed') return []
      const status = /^[245]\.\d{1,3}\.\d{1,3}/.exec(fieldOf(block, 'Status') ?? '')?.[0] ?? '5.0.0'
      const recipient = addressOf(fieldOf(block, 'Original-Recipient')) ?? addressOf(fieldOf(block, 'Final-Recipient'))
      return [{ recipient, isForGood: status.startsWith('5'), status }]
    })
}

/** The Message-ID in the head of a returned mail; only its beginning is looked at. */
export const messageIdIn = (text: string): string | null =>
  /^message-id:[ \t]*(<[^<>\s]{1,300}>)/im.exec(text.slice(0, 65_536))?.[1] ?? null

/** Our id in a Message-ID, or null when it is not one of ours. */
export const idInMessageId = (text: string | null): string | null =>
  /<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@/i.exec(text ?? '')?.[1]?.toLowerCase() ?? null
