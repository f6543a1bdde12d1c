// PURE. What an e-mail consists of, and the function that sends it; main.ts chooses how.

export type CalendarPart = { method: 'REQUEST' | 'CANCEL'; content: string }

type Mail = {
  to: string
  fromName: string
  replyTo?: string | undefined
  subject: string
  text: string
  html: string
  calendar?: CalendarPart | undefined
  /** Code of the appointment; shown as a QR code where the text refers to `cid:code` (RFC 2392). */
  code?: string | undefined
  /** URL of the one-click unsubscription (RFC 8058). */
  unsubscribe?: string | undefined
  /** Start of the appointment that the message states; epoch ms. */
  start?: number | undefined
  /** Version of the appointment that the message states. */
  version?: number | undefined
  /** Who wrote it, as `user:<id>`; undefined = the service. */
  author?: string | undefined
}

/** Sends an e-mail and returns the provider's id. Rejects with an error whose `code` says why it failed. */
export type SendMail = (mail: Mail & { messageId: string }) => Promise<string>

/** The stored content of a mail or a text; the channel of the message says which one it is. */
export type MailDocument = Omit<Mail, 'to'>
