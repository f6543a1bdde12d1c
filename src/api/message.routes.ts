// The outbox by REST: messages with recipient and result; and suppressed addresses.
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { problems } from '../http/headers.ts'
import { CountShown, DateTime, Id, IdParams, Nullable, oneOf } from '../platform/schema/schema.ts'
import { isAccount } from '../application/messaging/message-kinds.ts'
import type { TextDocument } from '../application/messaging/message.ts'
import { findMessage, listMessages, type Message } from '../application/messaging/message.sql.ts'
import { listSuppressed, release } from '../application/messaging/suppression.sql.ts'
import type { MailDocument } from '../platform/mail.ts'

const STATUSES = ['queued', 'sent', 'delivered', 'bounced', 'parked', 'dropped', 'suppressed'] as const
const Status = oneOf(STATUSES)
export const MessageShown = Type.Object(
  {
    id: Id,
    channel: Type.String(),
    template: Type.String(),
    language: Type.String(),
    subjectId: Nullable(Type.String({ format: 'uuid', description: 'The appointment or callback that it is about' })),
    appointmentId: Nullable(Type.String({ description: 'The same; kept for integrators of the first version' })),
    contactId: Nullable(Id),
    recipient: Type.String({ description: 'Empty once the content was erased' }),
    subject: Type.String({ description: 'Empty for text messages' }),
    text: Type.String(),
    segments: Type.Optional(Type.Integer({ description: 'Text messages that it takes' })),
    encoding: Type.Optional(Type.String({ description: 'GSM-7 or UCS-2' })),
    calendarMethod: Type.Optional(
      Type.String({ description: 'REQUEST or CANCEL, where a calendar object goes with it' }),
    ),
    status: Status,
    attempts: Type.Integer(),
    failure: Nullable(Type.String()),
    providerId: Nullable(Type.String()),
    createdAt: DateTime,
    dueAt: DateTime,
    sentAt: Nullable(DateTime),
    erasedAt: Nullable(DateTime),
  },
  { title: 'Message', additionalProperties: false },
)
const MessageWithBody = Type.Object(
  { ...MessageShown.properties, html: Type.Optional(Type.String()) },
  { title: 'MessageWithBody', additionalProperties: false },
)
const SuppressedShown = Type.Object(
  { channel: Type.String(), address: Type.String(), reason: Type.String(), createdAt: DateTime },
  { title: 'SuppressedAddress', additionalProperties: false },
)

const shownOf = (message: Message): Partial<MailDocument & TextDocument> =>
  // Links and codes to sign in are only for their recipient.
  isAccount(message.template) ? {} : message.document

function presentMessage(message: Message): Record<string, unknown> {
  const document = shownOf(message)
  return {
    id: message.id,
    channel: message.channel,
    template: message.template,
    language: message.language,
    subjectId: message.subject_id,
    appointmentId: message.subject_id,
    contactId: message.contact_id,
    recipient: message.recipient,
    subject: document.subject ?? '',
    text: document.text ?? '',
    ...(document.segments === undefined ? {} : { segments: document.segments, encoding: document.encoding }),
    ...(document.calendar ? { calendarMethod: document.calendar.method } : {}),
    status: message.status,
    attempts: message.attempts,
    failure: message.failure,
    providerId: message.provider_id,
    createdAt: message.created_at.toISOString(),
    dueAt: message.due_at.toISOString(),
    sentAt: message.sent_at?.toISOString() ?? null,
    erasedAt: message.erased_at?.toISOString() ?? null,
  }
}

export function messageRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('messages')
  const reading = withScope('messages:read')

  app.get('/v1/messages', {
    config: reading,
    schema: {
      ...docs('listMessages', 'The outbox, newest first. Without a mail server mails stay queued here'),
      querystring: Type.Object(
        { ...PageQuery, status: Type.Optional(Status), subjectId: Type.Optional(Id), contactId: Type.Optional(Id) },
        { additionalProperties: false },
      ),
      response: { 200: PageOf(MessageShown, 'MessagePage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor, ...rest } = request.query
      const filter = { ...rest, before: decodeIdCursor(cursor), limit: limit + 1 }
      const rows = await listMessages(deps.db.kysely, tenantOf(request), filter)
      const page = pageOf(rows, limit, (m) => encodeCursor(m.id))
      return { ...page, items: page.items.map(presentMessage) }
    },
  })

  app.get('/v1/messages/:id', {
    config: reading,
    schema: {
      ...docs('getMessage', 'One message with its HTML'),
      params: IdParams,
      response: { 200: MessageWithBody, ...problems },
    },
    handler: async (request) => {
      const message = await findMessage(deps.db.kysely, tenantOf(request), idOf(request))
      if (!message) throw new AppError('not_found', { what: 'message' })
      const { html } = shownOf(message)
      return { ...presentMessage(message), ...(html === undefined ? {} : { html }) }
    },
  })

  app.get('/v1/suppressions', {
    config: reading,
    schema: {
      ...docs('listSuppressions', 'Addresses that nothing is sent to: they bounced, complained, or asked for it'),
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(SuppressedShown, 'SuppressedAddressPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const after = cursor === undefined ? null : Buffer.from(cursor, 'base64url').toString()
      if (after !== null && /[\0\n]/.test(after)) throw new AppError('invalid_cursor')
      const rows = await listSuppressed(deps.db.kysely, tenantOf(request), after, limit + 1)
      const page = pageOf(rows, limit, (row) => encodeCursor(row.address))
      return {
        ...page,
        items: page.items.map(({ created_at: at, ...row }) => ({ ...row, createdAt: at.toISOString() })),
      }
    },
  })

  app.post('/v1/suppressions/removal', {
    config: withScope('messages:write'),
    schema: {
      ...docs('removeSuppression', 'The address works again'),
      body: Type.Object(
        { channel: Type.String({ pattern: '^[a-z]{2,20}$' }), address: Type.String({ minLength: 3, maxLength: 254 }) },
        { additionalProperties: false },
      ),
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const { channel, address } = request.body
      return { count: (await release(deps.db.kysely, tenantOf(request), channel, address)) ? 1 : 0 }
    },
  })
}
