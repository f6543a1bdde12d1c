// What a campaign with an HTTP connector pushes to its address, in the API description: due contacts, and those that are taken back.
import Type from 'typebox'
import { DateTime, Id, Nullable } from '../../platform/schema/schema.ts'

const batch = (item: Type.TSchema, type: string, title: string) =>
  Type.Object(
    {
      type: Type.Literal(type),
      timestamp: DateTime,
      data: Type.Object(
        {
          batchId: Type.String({
            description: 'The same on every attempt; also the webhook-id and Idempotency-Key header',
          }),
          campaign: Type.Object(
            { id: Id, name: Type.String(), externalId: Nullable(Type.String()) },
            { additionalProperties: false },
          ),
          items: Type.Array(item),
        },
        { additionalProperties: false },
      ),
    },
    { title, additionalProperties: false },
  )

const DueContact = Type.Object(
  {
    deliveryId: Type.String({ format: 'uuid', description: 'Name it in results and answers' }),
    callbackId: Id,
    code: Type.String(),
    campaignId: Id,
    channel: Type.String(),
    number: Nullable(Type.String()),
    numbers: Type.Array(Type.String()),
    joinLink: Type.Optional(Type.String()),
    windowFrom: DateTime,
    windowTo: DateTime,
    timeZone: Type.String(),
    notAfter: Type.String({ format: 'date-time', description: 'Do not call later than this' }),
    attempt: Type.Integer(),
    priority: Type.Integer(),
    contactId: Nullable(Id),
    externalId: Nullable(Type.String()),
    ownerAgentId: Nullable(Id),
    reason: Type.Optional(Type.String()),
    data: Type.Object({}, { additionalProperties: true }),
    scriptRef: Type.Optional(Type.String()),
  },
  { title: 'DueContact', additionalProperties: false },
)
const WithdrawnContact = Type.Object(
  {
    deliveryId: Id,
    callbackId: Id,
    withdrawalId: Id,
    code: Type.String(),
    reason: Type.String({ description: 'The type of the event that took it back' }),
  },
  { title: 'WithdrawnContact', additionalProperties: false },
)
export const ContactsDue = batch(DueContact, 'callbacks.due', 'ContactsDue')
export const ContactsWithdrawn = batch(WithdrawnContact, 'callbacks.withdrawn', 'ContactsWithdrawn')

const Answer = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        deliveryId: Id,
        status: Type.Union([Type.Literal('accepted'), Type.Literal('rejected'), Type.Literal('retry')]),
        code: Type.Optional(Type.String({ description: 'Why, in your words; kept with the delivery' })),
      }),
    ),
  },
  { title: 'PushAnswer', description: 'Contacts that are not named count as accepted' },
)

const id = (n: number): string => `019a9f00-0000-7000-8000-${String(n).padStart(12, '0')}`
const pushed = (type: string, item: object): object => ({
  type,
  timestamp: '2026-12-01T09:00:00.000Z',
  data: {
    batchId: 'batch_3q2f',
    campaign: { id: id(1), name: 'Call-backs of the office', externalId: 'call-backs' },
    items: [item],
  },
})
const DUE = pushed('callbacks.due', {
  ...{ deliveryId: id(2), callbackId: id(3), code: 'R4T8W2ZB', campaignId: id(1), channel: 'phone' },
  ...{ number: '+393205550102', numbers: ['+393205550102'], timeZone: 'Europe/Rome' },
  ...{ windowFrom: '2026-12-01T10:00:00+01:00', windowTo: '2026-12-01T10:30:00+01:00' },
  ...{ notAfter: '2026-12-01T18:00:00+01:00', attempt: 1, priority: 0, contactId: id(4), externalId: 'ticket-77' },
  ...{ ownerAgentId: null, reason: 'Question about a bill', data: { tier: 'gold' }, scriptRef: 'script-7' },
})
const WITHDRAWN = pushed('callbacks.withdrawn', {
  ...{ deliveryId: id(2), callbackId: id(3), withdrawalId: id(5), code: 'R4T8W2ZB', reason: 'callback.cancelled' },
})

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'idempotency-key'].map((name) => ({
  ...{ in: 'header', name, required: true, schema: { type: 'string' } },
}))
const plainJson = (schema: object): object => JSON.parse(JSON.stringify(schema)) as object
const push = (operationId: string, summary: string, { schema, value }: { schema: object; value: object }): object => ({
  '{$request.body#/connector/url}': {
    post: {
      ...{ operationId, tags: ['deliveries'], summary, security: [], parameters: HEADERS },
      description: `${summary}. Signed after Standard Webhooks 1.0 with the secret of \`/v1/campaigns/{id}/push-secret\`.`,
      requestBody: {
        required: true,
        content: { 'application/json': { schema: plainJson(schema), examples: { push: { value } } } },
      },
      responses: {
        '2XX': {
          description: 'Taken; the body may refuse single contacts',
          content: {
            'application/json': {
              schema: plainJson(Answer),
              examples: { answer: { value: { results: [{ deliveryId: id(2), status: 'accepted' }] } } },
            },
          },
        },
        '429': { description: 'Later; Retry-After is kept' },
      },
    },
  },
})

/** The `callbacks` of the operation that makes a campaign; schemas still have their titles. */
export const pushSection = (): object => ({
  contactsDue: push('onContactsDue', 'Contacts that are due, to be called', { schema: ContactsDue, value: DUE }),
  contactsWithdrawn: push('onContactsWithdrawn', 'Contacts that nobody may call any more', {
    ...{ schema: ContactsWithdrawn, value: WITHDRAWN },
  }),
})
