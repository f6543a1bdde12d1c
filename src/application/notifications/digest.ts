// Sends agents their appointments of the day.
import { listAppointments } from '../../domain/appointment/appointment.sql.ts'
import { findContact } from '../../domain/contact/contact.sql.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { findRow } from '../../domain/catalogue/records/resource.sql.ts'
import { DAY, HOUR } from '../../kernel/time/interval.ts'
import { dayOf, instantOf, startOfDay } from '../../kernel/time/zone.ts'
import { clockOf, dateOf } from '../../locales/dates.ts'
import { compose, post, speakerOf } from '../messaging/compose.ts'
import { visitName } from '../../locales/visit-text.ts'
import { parseClock } from '../../kernel/time/clock.ts'

/** A digest later than this is not sent, in ms. */
const LATE = 3 * HOUR
const MOST = 100

/** Writes today's digests when they are due; each agent gets one per day. Returns how many were written. */
export async function sendDigests(deps: Deps, tenantId: string): Promise<number> {
  const config = await deps.snapshots.config(tenantId)
  const { digestAt } = config?.settings.notifications ?? {}
  if (!config || digestAt === undefined) return 0
  const zone = config.timeZone
  const now = deps.now()
  const day = dayOf(zone, now)
  const due = instantOf(zone, day * DAY + parseClock(digestAt))
  if (now < due || now > due + LATE) return 0
  const language = config.settings.locale
  const speaker = speakerOf(config, language)
  let written = 0
  for (const agent of config.agents.values()) {
    if (agent.archived || agent.poolId !== null) continue
    const row = await findRow(deps.db.kysely, 'agents', tenantId, agent.id)
    const { email } = (row?.document ?? {}) as { email?: string }
    if (email === undefined) continue
    const [from, to] = [new Date(startOfDay(zone, day)), new Date(startOfDay(zone, day + 1))]
    const filter = { agentId: agent.id, from, to, after: null, limit: MOST }
    const today = (await listAppointments(deps.db.kysely, tenantId, filter)).filter((a) =>
      ['pending', 'confirmed'].includes(a.status),
    )
    if (today.length === 0) continue
    const lines: string[] = []
    for (const a of today) {
      const contact = await findContact(deps.db.kysely, tenantId, a.contact_id ?? '')
      const who = contact ? ` – ${contact.first_name} ${contact.last_name}` : ''
      lines.push(`${clockOf(zone, a.starts_at.getTime())} ${visitName(speaker, a.service_ids)}${who}`)
    }
    const person = { contactId: null, firstName: agent.name, lastName: '', email, phone: null }
    const message = await compose(deps, config, person, {
      ...{ kind: 'digest', language, subjectId: agent.id, facts: [], channel: 'email' },
      variables: { date: dateOf(language, zone, now), count: today.length, list: lines.join('\n') },
      dedupeKey: `digest ${agent.id} ${day}`,
      expires: due + LATE,
    })
    if (await transaction(deps.db, (tx) => post(deps, tx, message))) written += 1
  }
  return written
}
