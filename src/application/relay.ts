// Follow-up of committed events: webhook notices, messages to people, reminders, offers of freed times, entries in external
// calendars of agents. All of it is written in one transaction with the end of the job.
import { findAppointment, type Appointment } from '../domain/appointment/appointment.sql.ts'
import { presentAppointment } from '../domain/appointment/appointment-json.ts'
import { followUp } from './follow-up/low-rating.ts'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import { writesFor } from './calendars/external-calendars.ts'
import { findCallback, type Callback } from '../domain/callback/callback.sql.ts'
import { presentCallback } from '../domain/callback/callback-json.ts'
import type { Tx } from '../platform/database/tx.ts'
import type { Deps } from '../domain/deps.ts'
import type { Job } from '../platform/jobs/job.sql.ts'
import { DONE, type Ended, type Queue } from '../platform/jobs/queue.ts'
import { post } from './messaging/compose.ts'
import { appointmentMessage, messageOnCallback, type RelayedEvent } from './notifications/event-messages.ts'
import { plan } from './reminders/reminders.ts'
import { afterEvent } from './waiting-list/waiting-list.ts'
import { noticesFor } from './webhooks/webhooks.ts'
import { QUIET_ACTORS } from '../platform/events/catalogue.ts'
import { findEvent } from '../platform/events/event.sql.ts'

type Follow = (tx: Tx) => Promise<unknown>

/** Events after which reminders, offers and calendars stay as they are. */
const CHANGES_NO_TIME = new Set(['appointment.changed', 'appointment.rated', 'appointment.accepted'])

async function afterAppointment(
  deps: Deps,
  config: TenantConfig,
  event: RelayedEvent,
  a: Appointment,
): Promise<Follow[]> {
  // It happened elsewhere: only reminders follow.
  if (QUIET_ACTORS.has(event.actor)) return [(tx) => plan(deps, tx, config, { a, since: event.at.getTime() })]
  if (event.type === 'appointment.rated') await followUp(deps, config, a)
  const message = await appointmentMessage(deps, config, event, a)
  if (CHANGES_NO_TIME.has(event.type)) return [(tx) => post(deps, tx, message)]
  const freed = await afterEvent(deps, event, a)
  const entered = await writesFor(deps, a, (event.data as { before?: { agentId?: string } }).before)
  return [
    (tx) => post(deps, tx, message),
    (tx) => plan(deps, tx, config, { a, since: event.at.getTime() }),
    ...freed,
    ...entered,
  ]
}

async function afterCallback(deps: Deps, config: TenantConfig, event: RelayedEvent, c: Callback): Promise<Follow[]> {
  if (QUIET_ACTORS.has(event.actor)) return []
  const message = await messageOnCallback(deps, config, event, c)
  return [(tx) => post(deps, tx, message)]
}

async function run(deps: Deps, job: Job): Promise<Ended> {
  const db = deps.db.kysely
  const { tenant_id: tenantId, lane: subjectId } = job
  const event = await findEvent(db, tenantId, subjectId!, job.id)
  const config = await deps.snapshots.config(tenantId)
  if (!event || !config) return DONE
  const follows: Follow[] = []
  const a = event.type.startsWith('appointment.') ? await findAppointment(db, tenantId, subjectId!) : undefined
  const c = event.type.startsWith('callback.') ? await findCallback(db, tenantId, subjectId!) : undefined
  const noticed = { ...event, subjectId: subjectId!, data: event.data as Record<string, unknown> }
  const notices = await noticesFor(deps, tenantId, noticed, async () => {
    if (a) return presentAppointment(a, config)
    return c ? presentCallback(c, config) : null
  })
  if (notices) follows.push(notices)
  if (a) follows.push(...(await afterAppointment(deps, config, event, a)))
  if (c) follows.push(...(await afterCallback(deps, config, event, c)))
  return {
    kind: 'done',
    also: async (tx) => {
      for (const follow of follows) await follow(tx)
    },
  }
}

export const relayQueue: Queue<Deps> = { name: 'events', slots: 8, attempts: 12, run }
