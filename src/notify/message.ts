// PURE. What a message is, and how an e-mail leaves; the concrete channel is chosen by main.ts.

export type Mail = { to: string; subject: string; text: string; html: string }
/** Sends an e-mail and returns the provider's id of it. Rejects with an error whose `code` says why it failed. */
export type SendMail = (mail: Mail & { messageId: string; fromName: string }) => Promise<string>

export type NewMessage = {
  tenantId: string
  id: string
  template: string
  language: string
  subjectId: string | null
  mail: Mail & { fromName: string }
  now: number
}

/** Milliseconds until the next attempt after `attempts` failures: 1, 2, 4 … minutes, an hour at most. */
export function retryDelay(attempts: number): number {
  return Math.min(60, 2 ** Math.max(0, attempts - 1)) * 60_000
}
export const MAX_ATTEMPTS = 10
