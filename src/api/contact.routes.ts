// Contacts as a REST collection.
import type { Api } from '../http/api.ts'
import { withScope } from '../http/route.ts'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { bodyFault } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { refuseSearchBy } from '../http/field-masking.hook.ts'
import { problems } from '../http/headers.ts'
import { presentRow } from '../domain/catalogue/records/records.ts'
import { registerResource } from '../http/resource.routes.ts'
import { findTenant } from '../domain/tenant/tenant.sql.ts'
import { SearchBody } from '../domain/contact/contact.schema.ts'
import { searchContacts } from '../domain/contact/contact.sql.ts'
import { toE164 } from '../domain/contact/phone.ts'
import { contacts } from '../domain/contact/contact.resource.ts'

export function contactRoutes(app: Api, deps: Deps): void {
  registerResource(app, deps, contacts)
  app.post('/v1/contacts/search', {
    config: withScope('contacts:read', 'none'),
    schema: {
      tags: ['contacts'],
      operationId: 'searchContacts',
      summary: 'Find contacts by e-mail, phone or external id; in the body, so that no address carries personal data',
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
