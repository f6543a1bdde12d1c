// Identifies the caller: a signed-in person or an API key.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { scopesOf, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder } from '../http/route.ts'
import { Id, Nullable } from '../platform/schema/schema.ts'
import { findKey } from '../application/identity/api-key.sql.ts'
import { presentUser, UserShown } from './user.routes.ts'
import { findUser } from '../application/identity/user.sql.ts'

const MeShown = Type.Object(
  {
    tenant: Type.Object({ id: Id, slug: Type.String(), name: Type.String() }),
    user: Type.Optional(UserShown),
    key: Type.Optional(
      Type.Object({ id: Id, name: Type.String(), expiresAt: Nullable(Type.String({ format: 'date-time' })) }),
    ),
    scopes: Type.Array(Type.String()),
  },
  { title: 'Me', additionalProperties: false },
)

export function meRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('people')
  app.get('/v1/me', {
    config: { access: { kind: 'person', orKey: true } },
    schema: {
      ...docs(
        'getMe',
        'Who is calling (the person who is signed in, or the key), for which tenant, and what they may do',
      ),
      response: { 200: MeShown, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const config = await deps.snapshots.config(tenantId)
      if (!config) throw new AppError('not_found', { what: 'tenant', id: tenantId })
      const tenant = { id: tenantId, slug: config.slug, name: config.name }
      const scopes = [...scopesOf(request)]
      if (request.principal?.kind === 'user') {
        const user = await findUser(deps.db.kysely, tenantId, request.principal.id)
        return { tenant, user: presentUser(user!), scopes }
      }
      if (request.principal?.kind !== 'key') throw new AppError('forbidden', { scope: 'person' })
      const key = await findKey(deps.db.kysely, tenantId, request.principal.id)
      if (!key) throw new AppError('unauthenticated')
      return { tenant, key: { id: key.id, name: key.name, expiresAt: key.expires_at?.toISOString() ?? null }, scopes }
    },
  })
}
