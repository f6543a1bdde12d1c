// PURE. Bodies of webhook messages, and delays between retries.
import { shownEvent, type ShownEvent } from '../../platform/events/event-shape.ts'
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
type Shown = Record<string, unknown>
type Told = ShownEvent & { actor: string }
/** How much a notice tells: all of it, without texts that people wrote (or without the object), or ids only. */
export const NOTICE_CONTENTS = ['full', 'shortened', 'ids'] as const
type Content = (typeof NOTICE_CONTENTS)[number]

/** The field that holds the object of an event, by the kind of event; null when events of that kind have none. */
export const objectOf = (type: string): 'appointment' | 'callback' | null => {
  const [kind] = type.split('.')
  return kind === 'appointment' || kind === 'callback' ? kind : null
}

/** Every notice has the same fields; what is not told is null or empty. */
function make(event: WebhookObject, content: Content, told: Told, object: Shown | null): string {
  const name = objectOf(event.type)
  return JSON.stringify({
    type: event.type,
    timestamp: event.at.toISOString(),
    data: {
      eventId: event.id,
      subjectId: event.subjectId,
      content,
      ...told,
      ...(name === null ? {} : { [name]: object }),
    },
  })
}

const NOTHING = { before: null, after: null, details: {} }

/**
 * The body of a notice: the event, and the current state of its object. `hide` masks what the reader may not see. Above the size limit it
 * first leaves out texts that people wrote, then the object and the details.
 */
export function bodyOf(
  event: WebhookObject,
  object: Shown | null,
  hide: (shown: Shown) => Shown = (shown) => shown,
): string {
  const told = { actor: event.actor, ...(hide(shownEvent(event.type, event.data)) as ShownEvent) }
  const shown = object === null ? null : hide(object)
  const fits = (body: string): boolean => Buffer.byteLength(body) <= MOST_BYTES
  const whole = make(event, 'full', told, shown)
  if (fits(whole)) return whole
  const { answers: _a, notes: _n, data: _d, metadata: _m, ...rest } = shown ?? {}
  const smaller = make(event, 'shortened', told, shown && rest)
  return fits(smaller) ? smaller : make(event, 'shortened', { actor: event.actor, ...NOTHING }, null)
}

/** The body without any content, for subscriptions whose owner may not read the subject of the event. */
export const thinBody = (event: Pick<WebhookObject, 'id' | 'type' | 'at' | 'subjectId'>): string =>
  make({ ...event, actor: '', data: {} }, 'ids', { actor: '', ...NOTHING }, null)

const DELAYS = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
/** A subscription that has failed for this long is disabled, with a notification. */
export const DISABLED_AFTER = 4 * DAY

/** Milliseconds until the next attempt after `attempts` failures; `dice` in [0, 1) adds jitter; null = no more attempts. */
export function nextDelay(attempts: number, dice: number): number | null {
  const delay = DELAYS[attempts - 1]
  return delay === undefined ? null : Math.round(delay * (0.9 + 0.2 * dice))
}
