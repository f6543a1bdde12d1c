// Sends the personal links of a citizen's future appointments to the e-mail address or number they were made with. The page
// answers the same whether or not there are any, so the requester learns nothing.
import { listAppointments } from '../../domain/appointment/appointment.sql.ts'
import { contactsWith, meansOf } from '../../application/citizen-access/access.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { compose, post } from '../../application/messaging/compose.ts'
import { occasionOf, personOf } from '../../application/notifications/event-messages.ts'
import { HOUR } from '../../kernel/time/interval.ts'
import type { Site } from '../site.ts'

/** Most contacts, and most appointments, handled per request. */
const MOST = 5

/**
 * Sends one message per future appointment, at most once an hour each. `means`: an e-mail address, or a phone number in any
 * format.
 */
export async function sendLinks(deps: Deps, site: Site, means: string): Promise<void> {
  const { tenantId, config } = site
  const known = meansOf(means, site.settings.country)
  if (known === null) return
  const contacts = await contactsWith(deps, tenantId, known)
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
    const occasion = await occasionOf(deps, config, a, {
      kind: 'again',
      more: { dedupeKey, expires: a.ends_at.getTime() },
    })
    // Only to the address or number that was typed, not to the contact's other ones.
    const reached = {
      ...person,
      email: known.includes('@') ? person.email : null,
      phone: known.includes('@') ? null : person.phone,
    }
    const message = await compose(deps, config, reached, occasion)
    await transaction(deps.db, (tx) => post(deps, tx, message))
  }
}
