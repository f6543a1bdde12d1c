// Privacy by REST: consents of a person, export of all their data, and erasure.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { DateTime, Id, IdParams, Nullable, defaulted } from '../platform/schema/schema.ts'
import { erasePerson, exportPerson } from '../application/privacy/erasure.ts'
import { insertConsent, listConsents } from '../application/privacy/privacy.sql.ts'

export const ConsentShown = Type.Object(
  {
    id: Id,
    purpose: Type.String(),
    isGiven: Type.Boolean(),
    wording: Nullable(Type.String()),
    source: Type.String(),
    at: DateTime,
  },
  { title: 'Consent', additionalProperties: false },
)
const ConsentBody = Type.Object(
  {
    purpose: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,39}$', description: 'What for: booking, newsletter …' }),
    isGiven: Type.Boolean({ description: 'false takes it back' }),
    wording: Type.Optional(Type.String({ maxLength: 2000, description: 'The words that the person agreed to' })),
    source: defaulted(Type.String({ maxLength: 100, default: 'office', description: 'Where: office, phone, page …' })),
  },
  { additionalProperties: false },
)

export function privacyRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('privacy')
  const managing = withScope('privacy:write')

  async function requireContact(tenantId: string, id: string): Promise<void> {
    if (!(await findRow(deps.db.kysely, 'contacts', tenantId, id))) throw new AppError('not_found', { what: 'contact' })
  }

  app.get('/v1/contacts/:id/consents', {
    config: withScope('contacts:read', 'none'),
    schema: {
      ...docs('listConsents', 'What the person agreed to and took back, latest first; the latest of a purpose counts'),
      params: IdParams,
      response: { 200: Type.Object({ items: Type.Array(ConsentShown) }, { additionalProperties: false }), ...problems },
    },
    handler: async (request) => {
      await requireContact(tenantOf(request), idOf(request))
      const items = await listConsents(deps.db.kysely, tenantOf(request), idOf(request))
      return { items: items.map((c) => ({ ...c, at: c.at.toISOString() })) }
    },
  })

  app.post('/v1/contacts/:id/consents', {
    config: withScope('contacts:write', 'none'),
    schema: {
      ...docs('recordConsent', 'Record that the person agrees, or does not any more'),
      params: IdParams,
      body: ConsentBody,
      response: { 201: ConsentShown, ...problems },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      await requireContact(tenantId, idOf(request))
      const body = request.body
      const consent = { ...body, wording: body.wording ?? null, id: deps.newId(), at: new Date(deps.now()) }
      await insertConsent(deps.db.kysely, tenantId, idOf(request), consent)
      return reply.code(201).send({ ...consent, at: consent.at.toISOString() })
    },
  })

  app.get('/v1/contacts/:id/export', {
    config: managing,
    schema: {
      ...docs('exportContact', 'Everything that is kept about a person, to hand out (GDPR, articles 15 and 20)'),
      params: IdParams,
      response: { 200: Type.Object({}, { additionalProperties: true }), ...problems },
    },
    handler: async (request, reply) => {
      const found = await exportPerson(deps, tenantOf(request), idOf(request))
      return reply.header('content-disposition', `attachment; filename="person-${idOf(request)}.json"`).send(found)
    },
  })

  app.post('/v1/contacts/:id/erasure', {
    config: managing,
    schema: {
      ...docs(
        'eraseContact',
        'Make a person unrecognisable (GDPR, article 17); what is still to come must be cancelled first',
      ),
      params: IdParams,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await erasePerson(deps, tenantOf(request), idOf(request), actorOf(request))
      return reply.code(204).send(null)
    },
  })
}
