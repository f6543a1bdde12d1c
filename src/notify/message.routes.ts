// The outbox: what was written to whom and what became of it.
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import { tenantOf } from '../rest/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../rest/paging.ts'
import { problems } from '../rest/resource.routes.ts'
import { DateTime, Id, Nullable } from '../rest/schema.ts'
import { listMessages, type MailDocument, type Message } from './message.sql.ts'

const Status = Type.Union((['queued', 'sent', 'parked'] as const).map((status) => Type.Literal(status)))
const MessageShown = Type.Object(
  {
    id: Id,
    channel: Type.String(),
    template: Type.String(),
    language: Type.String(),
    appointmentId: Nullable(Id),
    recipient: Type.String(),
    subject: Type.String(),
    text: Type.String(),
    status: Status,
    attempts: Type.Integer(),
    failure: Nullable(Type.String()),
    createdAt: DateTime,
    sentAt: Nullable(DateTime),
  },
  { title: 'Message', additionalProperties: false },
)

function present(message: Message): Record<string, unknown> {
  const { subject, text } = message.document as unknown as MailDocument
  return {
    id: message.id,
    channel: message.channel,
    template: message.template,
    language: message.language,
    appointmentId: message.subject_id,
    recipient: message.recipient,
    subject,
    text,
    status: message.status,
    attempts: message.attempts,
    failure: message.failure,
    createdAt: message.created_at.toISOString(),
    sentAt: message.sent_at?.toISOString() ?? null,
  }
}

export function messageRoutes(app: FastifyInstance, deps: Deps): void {
  app.get('/v1/messages', {
    config: { access: { kind: 'key', scope: 'messages:read' } },
    schema: {
      tags: ['messages'],
      security: [{ key: [] }],
      operationId: 'listMessages',
      summary: 'The outbox, newest first. Without a mail server messages stay queued here',
      querystring: Type.Object({ ...PageQuery, status: Type.Optional(Status) }, { additionalProperties: false }),
      response: { 200: PageOf(MessageShown, 'MessagePage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor, status } = request.query as { limit: number; cursor?: string; status?: Message['status'] }
      const filter = { before: decodeIdCursor(cursor), status, limit: limit + 1 }
      const page = pageOf(await listMessages(deps.db.kysely, tenantOf(request), filter), limit, (m) =>
        encodeCursor(m.id),
      )
      return { ...page, items: page.items.map(present) }
    },
  })
}
