// PURE. Types of messages and of their sending; main.ts chooses the channels.
import { backOff, EVEN } from '../../kernel/back-off.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import type { MailDocument } from '../../platform/mail.ts'

/** The calendar object in a mail (RFC 6047 §2.4); the MIME type repeats its method. */

export type TextDocument = {
  text: string
  encoding: string
  segments: number
  start?: number | undefined
  version?: number | undefined
  author?: string | undefined
}

/** Why a message is not sent. */
export type Withheld = { status: 'suppressed' | 'dropped'; failure: string }
export type NewMessage = {
  tenantId: string
  id: string
  channel: string
  template: string
  language: string
  subjectId: string | null
  contactId: string | null
  recipient: string
  document: MailDocument | TextDocument
  /** Earliest time of sending; epoch ms. */
  due: number
  expires: number | null
  dedupeKey: string | null
  withheld: Withheld | null
  now: number
}

/** Milliseconds until the next attempt after `attempts` failures: 1, 2, 4 … minutes, an hour at most. */
export const retryDelay = (attempts: number): number => backOff(attempts, { first: MINUTE, longest: HOUR }, EVEN)
/** Attempts before a message is parked: a day and a half. */
export const MAX_ATTEMPTS = 40

/** The address in `Name <address>`, or the text itself. */
export const addressIn = (from: string): string => /<([^>]+)>/.exec(from)?.[1] ?? from
