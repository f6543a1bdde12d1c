// The contact as a record: its fields, columns and the identity by which it is recognised.
import type { Resource } from '../catalogue/records/resource.ts'
import { findTenant } from '../tenant/tenant.sql.ts'
import { identityOf, normalise, type ContactFields } from './contact.ts'
import { ContactBody } from './contact.schema.ts'

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
    furtherPhones: 'further_phones',
    furtherEmails: 'further_emails',
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
    for (const name of ['phoneCountry', 'furtherPhones', 'furtherEmails']) delete body[name]
    Object.assign(body, fields)
    return { identity: identityOf(fields) }
  },
}
