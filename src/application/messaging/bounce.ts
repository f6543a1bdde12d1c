// PURE. Parses delivery status notifications (RFC 3464): which message failed, for whom, and whether permanently.

export type Bounce = {
  /** The original recipient, else the final one; lower case. */
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

/** The failures in a message/delivery-status part; ignores delays and successes. */
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

/** The Message-ID in the headers of a returned mail; reads only its first 65,536 characters. */
export const messageIdIn = (text: string): string | null =>
  /^message-id:[ \t]*(<[^<>\s]{1,300}>)/im.exec(text.slice(0, 65_536))?.[1] ?? null

/** The message id in a Message-ID of ours, or null. */
export const idInMessageId = (text: string | null): string | null =>
  /<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@/i.exec(text ?? '')?.[1]?.toLowerCase() ?? null
