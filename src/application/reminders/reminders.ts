// Plans the reminders of an appointment again after each change, and sends each when it is due.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import {
  findAppointment,
  liveAfter,
  lockAppointment,
  type Appointment,
} from '../../domain/appointment/appointment.sql.ts'
import type { Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { dropJobs, type Job } from '../../platform/jobs/job.sql.ts'
import { DONE, type Ended, type Queue } from '../../platform/jobs/queue.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { compose, post } from '../messaging/compose.ts'
import { occasionOf, personOf } from '../notifications/event-messages.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { reminderWishOf } from '../../domain/contact/contact.sql.ts'
import { rulesFor, applies, dueAt, isTooLate, planReminders, reminderKey, type Reminded } from './plan.ts'

const QUEUE = 'reminders'
const [BATCH, GRACE] = [200, 15 * MINUTE]

const remindedOf = (a: Appointment): Reminded => ({
  id: a.id,
  status: a.status,
  serviceIds: a.service_ids,
  start: a.starts_at.getTime(),
  end: a.ends_at.getTime(),
  bookedAt: a.created_at.getTime(),
})

/**
 * Replaces the planned reminders of the appointment according to the rules. `since`: when the appointment got its current state
 * (epoch ms): reminders due after that are sent even if planning was delayed.
 */
export async function plan(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  { a, since, isAnew = false }: { a: Appointment; since: number; isAnew?: boolean },
): Promise<void> {
  const now = deps.now()
  const { reminders, enabled } = config.settings.notifications
  const isAsked = enabled && a.contact_id !== null
  const wish = isAsked ? await reminderWishOf(tx, a.tenant_id, a.contact_id!) : undefined
  const planned = enabled ? planReminders(rulesFor(reminders, wish), remindedOf(a), since, isAnew) : []
  const keys = planned.map((one) => one.key)
  await dropJobs(tx, a.tenant_id, QUEUE, reminderKey(a.id, ''), keys)
  const jobs = planned.map(({ key, rule, at }) => ({
    tenantId: a.tenant_id,
    id: deps.newId(),
    queue: QUEUE,
    key,
    due: new Date(at),
    now: new Date(now),
    payload: { appointmentId: a.id, ruleId: rule.id, start: a.starts_at.getTime(), at },
  }))
  await enqueue(deps, tx, jobs)
}

type Payload = { appointmentId: string; ruleId: string; start: number; at: number }

async function remind(deps: Deps, job: Job): Promise<Ended> {
  const { appointmentId, ruleId, start, at } = job.payload as unknown as Payload
  const config = await deps.snapshots.config(job.tenant_id)
  const a = await findAppointment(deps.db.kysely, job.tenant_id, appointmentId)
  if (!config || !a) return DONE
  const wish = a.contact_id === null ? undefined : await reminderWishOf(deps.db.kysely, a.tenant_id, a.contact_id)
  const rule = rulesFor(config.settings.notifications.reminders, wish).find((one) => one.id === ruleId)
  if (!rule) return DONE
  const visit = remindedOf(a)
  // The appointment was moved, is over, or no longer matches: the change plans its reminders again.
  if (visit.start !== start || !applies(rule, visit)) return DONE
  // The rule was changed and has another time now, with a job of its own.
  if (rule.when === 'before' && dueAt(rule, visit) !== at) return DONE
  const person = await personOf(deps, a)
  if (!person) return DONE
  const now = deps.now()
  const kind = rule.kind ?? (rule.when === 'after' ? 'survey' : 'reminder')
  const occasion = await occasionOf(deps, config, a, {
    kind,
    more: {
      channel: rule.channel,
      dedupeKey: `${QUEUE} ${a.id} ${rule.id} ${start}`,
      expires: rule.when === 'before' ? start : at + 7 * DAY,
      ...(isTooLate(rule, visit, at, now) ? { withheld: { status: 'dropped', failure: 'too_late' } } : {}),
    },
  })
  const message = await compose(deps, config, person, occasion)
  return { kind: 'done', also: async (tx) => void (await post(deps, tx, message)) }
}

/** Plans the reminders of a person's coming appointments again, after they changed their wish. */
export async function replanFor(
  deps: Deps,
  tx: Tx,
  config: TenantConfig,
  coming: readonly { id: string }[],
): Promise<void> {
  for (const { id } of coming) {
    const a = await lockAppointment(tx, config.tenantId, id)
    if (a) await plan(deps, tx, config, { a, since: deps.now(), isAnew: true })
  }
}

export const reminderQueue: Queue<Deps> = { name: QUEUE, slots: 8, attempts: 10, run: remind }

/** After a change of the rules: plans all coming appointments of a tenant again, in batches. */
async function replan(deps: Deps, job: Job): Promise<Ended> {
  const config = await deps.snapshots.config(job.tenant_id)
  if (!config) return DONE
  const { after = null } = job.payload as { after?: string | null }
  const since = new Date(deps.now() - 7 * DAY)
  const rows = await liveAfter(deps.db.kysely, job.tenant_id, since, after, BATCH)
  return {
    kind: 'done',
    also: async (tx) => {
      for (const { id } of rows) {
        const a = await lockAppointment(tx, job.tenant_id, id)
        // The grace period keeps reminders that are due right now.
        if (a) await plan(deps, tx, config, { a, since: deps.now() - GRACE, isAnew: true })
      }
      if (rows.length === BATCH) await startReplan(deps, tx, job.tenant_id, rows.at(-1)!.id)
    },
  }
}

/** Starts to plan all reminders again, or continues after the appointment `after`. */
export async function startReplan(deps: Deps, tx: Tx, tenantId: string, after: string | null = null): Promise<void> {
  const now = new Date(deps.now())
  const job = { tenantId, id: deps.newId(), queue: 'replan', key: 'replan', due: now, now, payload: { after } }
  await enqueue(deps, tx, [job])
}

export const replanQueue: Queue<Deps> = { name: 'replan', slots: 1, attempts: 20, run: replan }
