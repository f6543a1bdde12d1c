// Sends the personal links of somebody's coming appointments to the address or number that they were made with. Whoever asks learns
// nothing: the page says the same whether there are any.
import { listAppointments } from '../appointment/appointment.sql.ts'
import { searchContacts } from '../contact/contact.sql.ts'
import { toE164 } from '../contact/phone.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { compose, post } from '../notify/compose.actions.ts'
import { occasionOf, personOf } from '../notify/notice.actions.ts'
import { HOUR } from '../time/interval.ts'
import type { Site } from '../web/site.ts'

/** Appointments of one request: more have the office's own list. */
const MOST = 5

/** Writes one message for each coming appointment, at most once an hour. `means`: an e-mail address or a number in any spelling. */
export async function sendLinks(deps: Deps, site: Site, means: string): Promise<void> {
  const { tenantId, config } = site
  const phone = means.includes('@') ? null : toE164(means, site.settings.country)
  const email = means.includes('@') ? means.trim() : null
  if (phone === null && email === null) return
  const contacts = await searchContacts(deps.db.kysely, tenantId, { phone, email, externalId: null })
  const coming = await Promise.all(
    contacts.slice(0, MOST).map((c) =>
      listAppointments(deps.db.kysely, tenantId, {
        contactId: c.id,
        from: new Date(deps.now()),
        after: null,
        limit: 20,
      }),
    ),
  )
  const live = coming.flat().filter((a) => a.status === 'confirmed' || a.status === 'pending')
  for (const a of live.slice(0, MOST)) {
    const person = await personOf(deps, a)
    if (!person) continue
    const dedupeKey = `again ${a.id} ${Math.floor(deps.now() / HOUR)}`
    const occasion = await occasionOf(deps, config, a, 'again', { dedupeKey, expires: a.ends_at.getTime() })
    // To what was typed, which is the contact's own: not to another address of theirs.
    const reached = {
      ...person,
      email: email === null ? null : person.email,
      phone: phone === null ? null : person.phone,
    }
    const message = await compose(deps, config, reached, occasion)
    await transaction(deps.db, (tx) => post(deps, tx, message))
  }
}
