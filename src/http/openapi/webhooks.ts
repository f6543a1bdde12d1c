// The notices of webhooks in the API description: one entry for each type of event, with its payload and an example.
import Type, { type TSchema } from 'typebox'
import { AppointmentShown } from '../../domain/appointment/appointment.schema.ts'
import { CallbackShown } from '../../domain/callback/callback.schema.ts'
import { EVENT_TYPES, EVENTS, type EventType } from '../../platform/events/catalogue.ts'
import { detailsOfType, EventStateShown } from '../../platform/events/event.schema.ts'
import { DateTime, Id, Nullable } from '../../platform/schema/schema.ts'
import { exampleOf } from '../../application/webhooks/examples.ts'
import { bodyOf, NOTICE_CONTENTS, objectOf } from '../../application/webhooks/payload.ts'

const OBJECTS = { appointment: AppointmentShown, callback: CallbackShown }

/** `appointment.no_show` → `AppointmentNoShow`. */
const nameOf = (type: string): string =>
  type
    .split(/[._]/)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
  in: 'header',
  name,
  required: true,
  schema: { type: 'string' },
  description: 'Standard Webhooks 1.0',
}))

/** What the test of a subscription sends when no type is named. */
const TEST = 'webhook.test'
type NoticeType = EventType | typeof TEST

const meaningOf = (type: NoticeType): string => (type === TEST ? 'The test of a subscription' : EVENTS[type])

/** The payload of notices of one type. */
export function noticeSchema(type: NoticeType): TSchema {
  const kind = objectOf(type)
  const data = Type.Object(
    {
      eventId: Id,
      subjectId: Id,
      content: Type.Union(
        NOTICE_CONTENTS.map((one) => Type.Literal(one)),
        {
          title: 'NoticeContent',
          description: '`shortened`: too large for one message; `ids`: the subscription’s owner may not read the rest',
        },
      ),
      actor: Type.String(),
      before: Nullable(EventStateShown),
      after: Nullable(EventStateShown),
      details: detailsOfType(type, `${nameOf(type)}Details`),
      ...(kind === null ? {} : { [kind]: Nullable(OBJECTS[kind]) }),
    },
    { title: `${nameOf(type)}Data`, additionalProperties: false },
  )
  return Type.Object(
    { type: Type.Literal(type), timestamp: DateTime, data },
    { title: `${nameOf(type)}Notice`, additionalProperties: false },
  )
}

/** The example notice of a type, exactly as the test of a subscription sends it. */
export function noticeExample(type: NoticeType): Record<string, unknown> {
  const { subjectId, data, object } = type === TEST ? { ...exampleOf('webhook.disabled'), data: {} } : exampleOf(type)
  const at = new Date('2026-11-24T09:02:00Z')
  return JSON.parse(
    bodyOf({ id: '019a9f00-0000-7000-8000-000000000042', type, at, subjectId, actor: 'test', data }, object),
  ) as Record<string, unknown>
}

/** The `webhooks` section; schemas still have their titles. */
export const webhookSection = (): Record<string, unknown> =>
  Object.fromEntries(
    [...EVENT_TYPES, TEST as NoticeType].map((type) => [
      type,
      {
        post: {
          operationId: `on${nameOf(type)}`,
          tags: ['webhooks'],
          summary: meaningOf(type),
          description: `${meaningOf(type)}.`,
          security: [],
          parameters: HEADERS,
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: JSON.parse(JSON.stringify(noticeSchema(type))) as object,
                examples: { notice: { value: noticeExample(type) } },
              },
            },
          },
          responses: {
            '2XX': { description: 'Received; anything else is retried for days' },
            '410': { description: 'Ends the subscription' },
          },
        },
      },
    ]),
  )
