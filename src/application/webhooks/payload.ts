// PURE. Bodies of webhook messages, and delays between retries.
import { DAY, HOUR, MINUTE } from '../../kernel/time/interval.ts'

/** Largest body; Standard Webhooks advises at most 20 KB. */
const MOST_BYTES = 20_000

export type WebhookObject = {
  id: string
  type: string
  at: Date
  subjectId: string
  actor: string
  data: Record<string, unknown>
}

/**
 * The body of a notice: the event, with the current state of the object under `objectName`. Above the size limit it first leaves
 * out texts that people wrote, then the object; `isCut` marks this.
 */
export function bodyOf(
  event: WebhookObject,
  objectName: string | null,
  object: Record<string, unknown> | null,
): string {
  const make = (shown: Record<string, unknown> | null, isCut: boolean): string =>
    JSON.stringify({
      type: event.type,
      timestamp: event.at.toISOString(),
      data: {
        eventId: event.id,
        subjectId: event.subjectId,
        actor: event.actor,
        ...event.data,
        ...(objectName !== null && shown !== null ? { [objectName]: shown } : {}),
        ...(isCut ? { isCut: true } : {}),
      },
    })
  const fits = (body: string): boolean => Buffer.byteLength(body) <= MOST_BYTES
  const whole = make(object, false)
  if (fits(whole)) return whole
  const { answers: _a, notes: _n, data: _d, ...rest } = object ?? {}
  const smaller = make(rest, true)
  if (fits(smaller)) return smaller
  return JSON.stringify({
    type: event.type,
    timestamp: event.at.toISOString(),
    data: { eventId: event.id, subjectId: event.subjectId, isCut: true },
  })
}

/** The body without any content, for subscriptions whose owner may not read the subject of the event. */
export const thinBody = (event: Pick<WebhookObject, 'id' | 'type' | 'at' | 'subjectId'>): string =>
  JSON.stringify({
    type: event.type,
    timestamp: event.at.toISOString(),
    data: { eventId: event.id, subjectId: event.subjectId },
  })

const DELAYS = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
/** A subscription that has failed for this long is disabled, with a notification. */
export const DISABLED_AFTER = 4 * DAY

/** Milliseconds until the next attempt after `attempts` failures; `dice` in [0, 1) adds jitter; null = no more attempts. */
export function nextDelay(attempts: number, dice: number): number | null {
  const delay = DELAYS[attempts - 1]
  return delay === undefined ? null : Math.round(delay * (0.9 + 0.2 * dice))
}
