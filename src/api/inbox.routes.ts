// Writing to a person, and what people write to the office: the inbox "to answer"; saved messages.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { actorNames } from '../application/identity/user.sql.ts'
import {
  changeInbound,
  findInbound,
  listInbound,
  type InboundDocument,
  type InboundMessage,
} from '../application/messaging/inbound.sql.ts'
import { writeTo } from '../application/messaging/personal-message.ts'
import { savedMessages } from '../application/messaging/saved-message.resource.ts'
import { textDocument } from '../application/messaging/text.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { registerResource } from '../http/resource.routes.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { DateTime, Id, IdParams, Nullable, oneOf } from '../platform/schema/schema.ts'

const Status = oneOf(['open', 'answered', 'closed'] as const)
export const InboundShown = Type.Object(
  {
    id: Id,
    channel: Type.String(),
    sender: Type.Optional(Type.String()),
    contactId: Nullable(Id),
    ownerId: Nullable(Id),
    ownerName: Type.Optional(Type.String()),
    status: Status,
    subject: Type.Optional(Type.String()),
    content: Type.Optional(Type.String()),
    createdAt: DateTime,
  },
  { title: 'InboundMessage', additionalProperties: false },
)

const presentInbound = (m: InboundMessage, ownerName?: string) => {
  const { subject, text } = m.document as InboundDocument
  return {
    id: m.id,
    channel: m.channel,
    sender: m.sender,
    contactId: m.contact_id,
    ownerId: m.owner_id,
    ...(ownerName === undefined ? {} : { ownerName }),
    status: m.status,
    ...(subject === undefined ? {} : { subject }),
    content: text,
    createdAt: m.created_at.toISOString(),
  }
}

function writeRoute(app: Api, deps: Deps): void {
  app.post('/v1/contacts/:id/messages', {
    config: withScope('contacts:write', 'none'),
    schema: {
      ...documentedUnder('messages')('writeToContact', 'Write to a person, by mail or text'),
      params: IdParams,
      body: Type.Object(
        {
          channel: Type.String({ pattern: '^[a-z]{2,20}$', description: '`email`, `text`, or a text channel' }),
          subject: Type.Optional(Type.String({ maxLength: 150 })),
          text: Type.String({ minLength: 1, maxLength: 4000, pattern: '\\S' }),
          aboutId: Type.Optional({ ...Id, description: 'The callback or appointment it is about' }),
        },
        { additionalProperties: false },
      ),
      response: {
        201: Type.Object(
          {
            id: Id,
            channel: Type.String(),
            withheld: Nullable(Type.String({ description: 'Why it is not sent, for example a bounced address' })),
          },
          { title: 'WrittenMessage', additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const { channel, subject = '', text, aboutId = null } = request.body
      if (channel !== 'email' && textDocument(text).segments > 6)
        throw bodyFault('/text', 'invalid_request', { count: 1 })
      const written = await writeTo(deps, await configOf(deps, tenantOf(request)), {
        ...{ contactId: idOf(request), channel, subject, text, subjectId: aboutId, author: actorOf(request) },
      })
      return reply.code(201).send({ ...written, withheld: written.withheld?.failure ?? null })
    },
  })
}

function inboxRoutesOf(app: Api, deps: Deps): void {
  const docs = documentedUnder('messages')
  app.get('/v1/inbound-messages', {
    config: withScope('contacts:read', 'none'),
    schema: {
      ...docs('listInboundMessages', 'What people wrote to the office, newest first'),
      querystring: Type.Object(
        {
          ...PageQuery,
          status: Type.Optional(Status),
          finished: Type.Optional(Type.Boolean({ description: 'Answered or closed' })),
          contactId: Type.Optional(Id),
          ownerId: Type.Optional(Id),
        },
        { additionalProperties: false },
      ),
      response: { 200: PageOf(InboundShown, 'InboundMessagePage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor, ...rest } = request.query
      const filter = { ...rest, before: decodeIdCursor(cursor), limit: limit + 1 }
      const tenantId = tenantOf(request)
      const page = pageOf(await listInbound(deps.db.kysely, tenantId, filter), limit, (m) => encodeCursor(m.id))
      const owned = page.items.flatMap((m) => (m.owner_id === null ? [] : [{ actor: `user:${m.owner_id}` }]))
      const nameOf = await actorNames(deps.db.kysely, tenantId, owned)
      const items = page.items.map((m) => presentInbound(m, nameOf(`user:${m.owner_id}`).actorName))
      return { ...page, items }
    },
  })

  app.get('/v1/inbound-messages/:id', {
    config: withScope('contacts:read', 'none'),
    schema: {
      ...docs('getInboundMessage', 'One message'),
      params: IdParams,
      response: { 200: InboundShown, ...problems },
    },
    handler: async (request) => {
      const message = await findInbound(deps.db.kysely, tenantOf(request), idOf(request))
      if (!message) throw new AppError('not_found', { what: 'message' })
      return presentInbound(message)
    },
  })

  app.patch('/v1/inbound-messages/:id', {
    config: withScope('contacts:write', 'none'),
    schema: {
      ...docs('changeInboundMessage', 'Change state, owner or person of a message'),
      params: IdParams,
      body: Type.Object(
        {
          status: Type.Optional(Status),
          ownerId: Type.Optional(Nullable(Id)),
          contactId: Type.Optional(Id),
        },
        { additionalProperties: false, minProperties: 1 },
      ),
      response: { 200: InboundShown, ...problems },
    },
    handler: async (request) => {
      const { status, ownerId, contactId } = request.body
      const tenantId = tenantOf(request)
      if (contactId !== undefined && !(await findRow(deps.db.kysely, 'contacts', tenantId, contactId)))
        throw bodyFault('/contactId', 'invalid_reference', { what: 'contact', id: contactId })
      const change = {
        ...(status === undefined ? {} : { status }),
        ...(ownerId === undefined ? {} : { owner_id: ownerId }),
        ...(contactId === undefined ? {} : { contact_id: contactId }),
      }
      const message = await changeInbound(deps.db.kysely, tenantId, idOf(request), change, new Date(deps.now()))
      if (!message) throw new AppError('not_found', { what: 'message' })
      return presentInbound(message)
    },
  })
}

export function inboxRoutes(app: Api, deps: Deps): void {
  registerResource(app, deps, savedMessages)
  writeRoute(app, deps)
  inboxRoutesOf(app, deps)
}
