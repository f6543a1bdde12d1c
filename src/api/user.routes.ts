// Users by REST: invite, change, block; the signed-in user's sessions; secrets of identity providers.
import type { Api } from '../http/api.ts'
import { frameLink } from '../application/identity/one-time-links.ts'
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { personIn, scopesOf, tenantOf } from '../http/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { etagOf, RequiredIfMatchHeader, requiredVersion, problems } from '../http/headers.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { CountShown, DateTime, Email, Id, IdParams, Name, Nullable, oneOf } from '../platform/schema/schema.ts'
import { secretPurpose } from '../application/openid/client.ts'
import { putSecret } from '../platform/secrets/secrets.ts'
import type { Authenticator } from '../http/authenticate.ts'
import { hasSecondFactor } from '../application/identity/factor.ts'
import { PERMISSIONS, ROLES, type Role } from '../kernel/permissions/roles.ts'
import type { UserDocument } from '../application/identity/sessions.ts'
import { endSessions, listSessions } from '../application/identity/session.sql.ts'
import { changeUser, removeSecondFactors, inviteAgain, inviteUser } from '../application/identity/users.ts'
import { findUser, listUsers, type User } from '../application/identity/user.sql.ts'

const RoleName = oneOf(ROLES)
const Ids = Type.Array(Id, { maxItems: 200, uniqueItems: true })
const LocaleName = Type.Union([Type.Literal('it'), Type.Literal('en')])
const fields = {
  email: Email,
  name: Name,
  role: RoleName,
  agentId: Type.Optional(Nullable({ ...Id, description: 'The agent whose agenda this person keeps' })),
  locationIds: Type.Optional({
    ...Ids,
    description: 'Reaches these locations only; with agentIds empty too: everything',
  }),
  agentIds: Type.Optional({ ...Ids, description: 'Reaches these agents only' }),
  locale: Type.Optional(LocaleName),
}
export const UserCreated = Type.Object(fields, { additionalProperties: false })
const UserPatch = Type.Object(
  {
    ...Type.Partial(Type.Object(fields)).properties,
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('blocked')])),
  },
  { additionalProperties: false, minProperties: 1 },
)
export const UserShown = Type.Object(
  {
    id: Id,
    email: Type.String(),
    name: Type.String(),
    role: RoleName,
    agentId: Nullable(Id),
    locationIds: Type.Array(Id),
    agentIds: Type.Array(Id),
    locale: Type.Optional(LocaleName),
    status: Type.String({ description: 'invited, active or blocked' }),
    secondFactor: Type.Boolean(),
    provider: Type.Boolean({ description: 'Signs in with the organisation’s own service' }),
    signedInAt: Nullable(DateTime),
    version: Type.Integer(),
    createdAt: DateTime,
    updatedAt: DateTime,
  },
  { title: 'User', additionalProperties: false },
)
const Invited = Type.Object(
  {
    user: UserShown,
    link: Type.Optional(
      Type.String({ description: 'Only where no mail server is configured: hand it over by yourself. Opens once' }),
    ),
  },
  { title: 'InvitedUser', additionalProperties: false },
)
export const SessionShown = Type.Object(
  {
    id: Id,
    browser: Type.String(),
    proof: Type.String(),
    createdAt: DateTime,
    seenAt: DateTime,
    expiresAt: DateTime,
    isThis: Type.Boolean(),
  },
  { title: 'Session', additionalProperties: false },
)
export function presentUser(u: User): Static<typeof UserShown> {
  const { locationIds = [], agentIds = [], locale } = u.document as UserDocument
  return {
    id: u.id,
    email: u.email,
    name: u.name,
    role: u.role,
    agentId: u.agent_id,
    locationIds,
    agentIds,
    ...(locale === undefined ? {} : { locale }),
    status: u.status,
    secondFactor: hasSecondFactor(u),
    provider: u.subject !== null,
    signedInAt: u.signed_in_at?.toISOString() ?? null,
    version: u.version,
    createdAt: u.created_at.toISOString(),
    updatedAt: u.updated_at.toISOString(),
  }
}

const docs = documentedUnder('people')

const managing = withScope('users:write')

const signedIn = { access: { kind: 'person' as const } }

/** Refuses to give a role with more rights than the caller has, or to act on a user with such a role. Throws `forbidden`. */
function refuseBeyond(request: FastifyRequest, role: Role, pointer: string): void {
  const own = scopesOf(request)
  if (PERMISSIONS[role].some((scope) => !own.has(scope))) throw bodyFault(pointer, 'forbidden', { scope: role })
}

async function refuseStronger(deps: Deps, request: FastifyRequest): Promise<void> {
  const user = await findUser(deps.db.kysely, tenantOf(request), idOf(request))
  if (!user) throw new AppError('not_found', { what: 'user' })
  refuseBeyond(request, user.role, '')
}

/** Refuses changes of the caller's own factors and password: the account page makes them and asks for the password. */
function refuseOneself(request: FastifyRequest): void {
  if (request.principal?.kind === 'user' && request.principal.id === idOf(request)) throw new AppError('not_oneself')
}

async function invited(deps: Deps, config: Awaited<ReturnType<typeof configOf>>, made: { user: User; token: string }) {
  const link = deps.mail === null ? { link: `${deps.links.base}/${config.slug}/welcome/${made.token}` } : {}
  return { user: presentUser(made.user), ...link }
}

function listUsersRoute(app: Api, deps: Deps): void {
  app.get('/v1/users', {
    config: managing,
    schema: {
      ...docs('listUsers', 'People who may sign in'),
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(UserShown, 'UserPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const rows = await listUsers(deps.db.kysely, tenantOf(request), decodeIdCursor(cursor), limit + 1)
      const page = pageOf(rows, limit, (row) => encodeCursor(row.id))
      return { ...page, items: page.items.map(presentUser) }
    },
  })
}

function inviteUserRoute(app: Api, deps: Deps): void {
  app.post('/v1/users', {
    config: managing,
    schema: {
      ...docs('inviteUser', 'Invite a person by e-mail; the link opens once, within a week'),
      body: UserCreated,
      response: { 201: Invited, ...problems },
    },
    handler: async (request, reply) => {
      const config = await configOf(deps, tenantOf(request))
      refuseBeyond(request, request.body.role, '/role')
      return reply.code(201).send(await invited(deps, config, await inviteUser(deps, config, request.body)))
    },
  })
}

function getUserRoute(app: Api, deps: Deps): void {
  app.get('/v1/users/:id', {
    config: managing,
    schema: { ...docs('getUser', 'Read a person'), params: IdParams, response: { 200: UserShown, ...problems } },
    handler: async (request, reply) => {
      const user = await findUser(deps.db.kysely, tenantOf(request), idOf(request))
      if (!user) throw new AppError('not_found', { what: 'user' })
      return reply.header('etag', etagOf(user.version)).send(presentUser(user))
    },
  })
}

function updateUserRoute(app: Api, deps: Deps, authenticator: Authenticator): void {
  app.patch('/v1/users/:id', {
    config: managing,
    schema: {
      ...docs('updateUser', 'Change or block a person; with a new role or address their sessions end'),
      params: IdParams,
      headers: RequiredIfMatchHeader,
      body: UserPatch,
      response: { 200: UserShown, ...problems },
    },
    handler: async (request, reply) => {
      await refuseStronger(deps, request)
      const { role } = request.body
      if (role !== undefined) refuseBeyond(request, role, '/role')
      const config = await configOf(deps, tenantOf(request))
      const user = await changeUser(deps, config, {
        id: idOf(request),
        body: request.body,
        wanted: requiredVersion(request),
      })
      authenticator.forget()
      return reply.header('etag', etagOf(user.version)).send(presentUser(user))
    },
  })
}

function inviteUserAgainRoute(app: Api, deps: Deps): void {
  app.post('/v1/users/:id/invitation', {
    config: managing,
    schema: {
      ...docs('inviteUserAgain', 'Send the invitation, or a link for a new password, again; earlier links end'),
      params: IdParams,
      response: { 200: Invited, ...problems },
    },
    handler: async (request) => {
      await refuseStronger(deps, request)
      refuseOneself(request)
      const config = await configOf(deps, tenantOf(request))
      return invited(deps, config, await inviteAgain(deps, config, idOf(request)))
    },
  })
}

function createFrameLinkRoute(app: Api, deps: Deps): void {
  app.post('/v1/users/:id/frame-link', {
    config: withScope('frames:write'),
    schema: {
      ...docs(
        'createFrameLink',
        'An address that shows the workspace of an agent or supervisor in a frame of your own desktop; opens once, within a minute',
      ),
      params: IdParams,
      response: { 201: Type.Object({ url: Type.String() }, { additionalProperties: false }), ...problems },
    },
    handler: async (request, reply) => {
      const token = await frameLink(deps, tenantOf(request), idOf(request))
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ url: `${deps.links.base}/agenda/frame/${token}` })
    },
  })
}

function removeSecondFactorRoute(app: Api, deps: Deps, authenticator: Authenticator): void {
  app.delete('/v1/users/:id/second-factor', {
    config: managing,
    schema: {
      ...docs('removeSecondFactor', 'Take the second factors, app and passkeys, from a person who has lost them'),
      params: IdParams,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await refuseStronger(deps, request)
      refuseOneself(request)
      await removeSecondFactors(deps, tenantOf(request), idOf(request))
      authenticator.forget()
      return reply.code(204).send(null)
    },
  })
}

function endUserSessionsRoute(app: Api, deps: Deps, authenticator: Authenticator): void {
  app.delete('/v1/users/:id/sessions', {
    config: managing,
    schema: {
      ...docs('endUserSessions', 'End all sessions of a person'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const [tenantId, id] = [tenantOf(request), idOf(request)]
      if (!(await findUser(deps.db.kysely, tenantId, id))) throw new AppError('not_found', { what: 'user' })
      const count = await endSessions(deps.db.kysely, tenantId, id, { but: null }, new Date(deps.now()))
      authenticator.forget()
      return { count }
    },
  })
}

function setProviderSecretRoute(app: Api, deps: Deps): void {
  app.put('/v1/sign-in-providers/:id/secret', {
    config: withScope('tenant:write'),
    schema: {
      ...docs('setProviderSecret', 'The client secret of a sign-in service; it is never shown again'),
      params: Type.Object({ id: Type.String({ pattern: '^[a-z0-9-]{1,30}$' }) }, { additionalProperties: false }),
      body: Type.Object({ secret: Type.String({ minLength: 8, maxLength: 500 }) }, { additionalProperties: false }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const config = await configOf(deps, tenantOf(request))
      const { providers, citizenProviders } = config.settings.signIn
      if (![...providers, ...citizenProviders].some((p) => p.id === idOf(request)))
        throw new AppError('not_found', { what: 'provider' })
      const { secret } = request.body
      const purpose = secretPurpose(idOf(request))
      await putSecret(deps, { tenantId: config.tenantId, purpose, secret, isReplaced: true })
      return reply.code(204).send(null)
    },
  })
}

function listMySessionsRoute(app: Api, deps: Deps): void {
  app.get('/v1/me/sessions', {
    config: signedIn,
    schema: {
      ...docs('listMySessions', 'Where one is signed in'),
      response: { 200: Type.Object({ items: Type.Array(SessionShown) }, { additionalProperties: false }), ...problems },
    },
    handler: async (request) => {
      const person = personIn(request)
      const rows = await listSessions(deps.db.kysely, person.tenantId, person.id, new Date(deps.now()))
      const items = rows.map((s) => ({
        id: s.id,
        browser: s.browser,
        proof: s.proof,
        createdAt: s.created_at.toISOString(),
        seenAt: s.seen_at.toISOString(),
        expiresAt: s.expires_at.toISOString(),
        isThis: s.id === person.sessionId,
      }))
      return { items }
    },
  })
}

function endMySessionRoute(app: Api, deps: Deps, authenticator: Authenticator): void {
  app.delete('/v1/me/sessions/:id', {
    config: signedIn,
    schema: {
      ...docs('endMySession', 'End one of one’s own sessions'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const person = personIn(request)
      const which = { id: idOf(request) }
      const count = await endSessions(deps.db.kysely, person.tenantId, person.id, which, new Date(deps.now()))
      if (count === 0) throw new AppError('not_found', { what: 'session' })
      authenticator.forget()
      return { count }
    },
  })
}

export function userRoutes(app: Api, deps: Deps, authenticator: Authenticator): void {
  listUsersRoute(app, deps)
  inviteUserRoute(app, deps)
  getUserRoute(app, deps)
  updateUserRoute(app, deps, authenticator)
  inviteUserAgainRoute(app, deps)
  createFrameLinkRoute(app, deps)
  removeSecondFactorRoute(app, deps, authenticator)
  endUserSessionsRoute(app, deps, authenticator)
  setProviderSecretRoute(app, deps)
  listMySessionsRoute(app, deps)
  endMySessionRoute(app, deps, authenticator)
}
