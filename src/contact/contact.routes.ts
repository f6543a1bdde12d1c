// Contacts as a REST collection.
import type { Api } from '../rest/api.ts'
import { withScope } from '../rest/route.ts'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import { bodyFault } from '../errors.ts'
import { tenantOf } from '../rest/access.ts'
import { refuseSearchBy } from '../privacy/field-masking.hook.ts'
import type { Resource } from '../rest/resource.ts'
import { problems } from '../rest/headers.ts'
import { presentRow } from '../rest/resource.actions.ts'
import { registerResource } from '../rest/resource.routes.ts'
import { findTenant } from '../tenant/tenant.sql.ts'
import { identityOf, normalise, type ContactFields } from './contact.ts'
import { ContactBody, SearchBody } from './contact.schema.ts'
import { searchContacts } from './contact.sql.ts'
import { toE164 } from './phone.ts'

export const contacts: Resource = {
  path: 'contacts',
  name: 'contact',
  table: 'contacts',
  description: 'the citizen or customer: names, e-mail, phone, language, external id',
  body: ContactBody,
  columns: {
    firstName: 'first_name',
    lastName: 'last_name',
    email: 'email',
    phone: 'phone',
    externalId: 'external_id',
  },
  // No filters by e-mail or phone: personal data must not appear in URLs. See the search below.
  filters: {},
  scopes: { read: 'contacts:read', write: 'contacts:write' },
  // Contacts do not belong to a location.
  reach: 'none',
  isConfiguration: false,
  async prepare(context, body) {
    const tenant = await findTenant(context.tx, context.tenantId)
    const fields = normalise(body as ContactFields, tenant!.document.country as string)
    delete body.phoneCountry
    Object.assign(body, fields)
    return { identity: identityOf(fields) }
  },
}

export function contactRoutes(app: Api, deps: Deps): void {
  registerResource(app, deps, contacts)
  app.post('/v1/contacts/search', {
    config: withScope('contacts:read', 'none'),
    schema: {
      tags: ['contacts'],
      operationId: 'searchContacts',
      summary: 'Find contacts by e-mail, phone or external id; in the body, so that no address carries personal data',
      security: [{ key: [] }],
      body: SearchBody,
      response: {
        200: Type.Object({ items: Type.Array(Type.Object({}, { additionalProperties: true })) }),
        ...problems,
      },
    },
    handler: async (request) => {
      const { phone, phoneCountry, email, externalId } = request.body
      const asked = { phone, email, externalId }
      const named = (['phone', 'email', 'externalId'] as const).filter((name) => asked[name] !== undefined)
      await refuseSearchBy(deps, request, named)
      const tenant = await findTenant(deps.db.kysely, tenantOf(request))
      const number = phone === undefined ? null : toE164(phone, phoneCountry ?? (tenant!.document.country as string))
      if (phone !== undefined && number === null) throw bodyFault('/phone', 'invalid_phone', { phone })
      const rows = await searchContacts(deps.db.kysely, tenantOf(request), {
        phone: number,
        email: email ?? null,
        externalId: externalId ?? null,
      })
      return { items: rows.map((row) => presentRow(contacts, row)) }
    },
  })
}
