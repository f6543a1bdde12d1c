// Screen pops by REST: a telephone system announces a call to a person.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { findUser, findUserBy } from '../application/identity/user.sql.ts'
import { whoIn } from './agent-state.routes.ts'
import { announce, answerCall, closeCall, openPop } from '../application/presence/screen-pop.ts'
import { namePop } from '../application/presence/screen-pop.sql.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { findCallback } from '../domain/callback/callback.sql.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { personIn, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { bodyFault, missing } from '../kernel/errors.ts'
import { DateTime, Email, Id, IdParams, Nullable } from '../platform/schema/schema.ts'

const docs = documentedUnder('agents at work')
const Any = Type.Object({}, { additionalProperties: true })

const PopBody = Type.Object(
  {
    userId: Type.Optional({ ...Id, description: 'Whose browser opens it; without one, whoever opens its address' }),
    userEmail: Type.Optional({ ...Email, description: 'Instead of userId' }),
    number: Type.Optional(Type.String({ minLength: 3, maxLength: 40, description: 'The caller, in any spelling' })),
    contactId: Type.Optional(Id),
    callbackId: Type.Optional({ ...Id, description: 'The callback that is being dialled' }),
    data: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$' }),
        Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
        { maxProperties: 50, additionalProperties: false, description: 'Shown with the call' },
      ),
    ),
  },
  { additionalProperties: false },
)

async function userFor(
  deps: Deps,
  tenantId: string,
  given: { userId?: string; userEmail?: string },
): Promise<string | null> {
  const { userId, userEmail } = given
  if (userId === undefined && userEmail === undefined) return null
  const user =
    userId === undefined
      ? await findUserBy(deps.db.kysely, tenantId, 'email', userEmail!.toLowerCase())
      : await findUser(deps.db.kysely, tenantId, userId)
  if (user?.status !== 'active')
    throw bodyFault(userId === undefined ? '/userEmail' : '/userId', 'invalid_reference', {
      ...{ what: 'user', id: userId ?? userEmail },
    })
  return user.id
}

function announceRoute(app: Api, deps: Deps): void {
  app.post('/v1/screen-pops', {
    config: withScope('callbacks:work'),
    schema: {
      ...docs('announceCall', 'Announce a call: the contact opens at the person’s browser within a second'),
      body: PopBody,
      response: {
        201: Type.Object(
          { id: Id, url: Type.String({ description: 'Opens the contact for somebody who is signed in' }) },
          { title: 'ScreenPop', additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const config = await configOf(deps, tenantOf(request))
      const { number, contactId = null, callbackId = null, data = {} } = request.body
      if (number === undefined && contactId === null && callbackId === null) throw missing('/number')
      const [db, { tenantId }] = [deps.db.kysely, config]
      if (contactId !== null && !(await findRow(db, 'contacts', tenantId, contactId)))
        throw bodyFault('/contactId', 'invalid_reference', { what: 'contact', id: contactId })
      if (callbackId !== null && !(await findCallback(db, tenantId, callbackId)))
        throw bodyFault('/callbackId', 'invalid_reference', { what: 'callback', id: callbackId })
      const userId = await userFor(deps, tenantId, request.body)
      const popped = await announce(deps, config, { userId, number, contactId, callbackId, data })
      return reply.code(201).send(popped)
    },
  })
}

function answerRoutes(app: Api, deps: Deps): void {
  app.post('/v1/screen-pops/:id/opening', {
    config: { access: { kind: 'person', scope: 'callbacks:work' } },
    schema: {
      ...docs('openCall', 'Who is calling, for the person to whom the call was announced'),
      params: IdParams,
      body: Type.Object(
        { signature: Type.Optional(Type.String({ maxLength: 40 })), contactId: Type.Optional(Id) },
        { additionalProperties: false },
      ),
      response: {
        200: Type.Object(
          {
            id: Id,
            number: Nullable(Type.String()),
            contactId: Nullable(Id),
            callbackId: Nullable(Id),
            data: Any,
            createdAt: DateTime,
          },
          { title: 'OpenedCall', additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request) => {
      const { id: userId, tenantId } = personIn(request)
      const { signature = null, contactId } = request.body
      const pop = await openPop(deps, tenantId, { id: idOf(request), seal: signature, userId })
      await answerCall(deps, { ...whoIn(request), pop })
      if (contactId !== undefined) {
        if (!(await findRow(deps.db.kysely, 'contacts', tenantId, contactId)))
          throw bodyFault('/contactId', 'invalid_reference', { what: 'contact', id: contactId })
        await namePop(deps.db.kysely, tenantId, pop.id, contactId)
      }
      return {
        id: pop.id,
        number: pop.number,
        contactId: contactId ?? pop.contact_id,
        callbackId: pop.callback_id,
        data: (pop.document as { data?: Record<string, unknown> }).data ?? {},
        createdAt: pop.created_at.toISOString(),
      }
    },
  })

  app.post('/v1/screen-pops/:id/closing', {
    config: { access: { kind: 'person', scope: 'callbacks:work' } },
    schema: {
      ...docs('closeCall', 'The call is over; its person is free again'),
      params: IdParams,
      body: Type.Object({ signature: Type.Optional(Type.String({ maxLength: 40 })) }, { additionalProperties: false }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { id: userId, tenantId } = personIn(request)
      const seal = request.body.signature ?? null
      const pop = await openPop(deps, tenantId, { id: idOf(request), seal, userId })
      await closeCall(deps, { ...whoIn(request), pop })
      return reply.code(204).send(null)
    },
  })
}

export function screenPopRoutes(app: Api, deps: Deps): void {
  announceRoute(app, deps)
  answerRoutes(app, deps)
}
